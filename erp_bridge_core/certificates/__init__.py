"""What the conformance suite found out about an adapter, kept as a certificate, and what it is worth today.

The suite writes a `Certificate`; the product reads it and tells people how an adapter stands. Nothing here needs the
suite or what the suite is run with.
"""

from erp_bridge_core.certificates.holding import Assessment, Source, assess
from erp_bridge_core.certificates.reading import MOST_BYTES, read_certificate
from erp_bridge_core.certificates.standing import Standing, Worth, standing_of
from erp_bridge_core.certificates.values import (
    CERTIFICATE_VERSION,
    Certificate,
    Claims,
    Evidence,
    Gap,
    Kind,
    Result,
    RuleResult,
    Versions,
)

__all__ = [
    "CERTIFICATE_VERSION", "MOST_BYTES", "Assessment", "Certificate", "Claims", "Evidence", "Gap", "Kind",
    "Result", "RuleResult", "Source", "Standing", "Versions", "Worth", "assess", "read_certificate", "standing_of",
]  # fmt: skip
