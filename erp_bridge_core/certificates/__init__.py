"""What the conformance suite found out about an adapter, kept as a certificate, and what it is worth today.

The suite writes a `Certificate`; the product reads it and tells people how an adapter stands. Nothing here needs the
suite or what the suite is run with.
"""

from erp_bridge_core.certificates.reading import MOST_BYTES, read_certificate
from erp_bridge_core.certificates.values import (
    CERTIFICATE_VERSION,
    Certificate,
    Claims,
    Evidence,
    Gap,
    Result,
    RuleResult,
    Versions,
)

__all__ = [
    "CERTIFICATE_VERSION", "MOST_BYTES", "Certificate", "Claims", "Evidence", "Gap", "Result", "RuleResult",
    "Versions", "read_certificate",
]  # fmt: skip
