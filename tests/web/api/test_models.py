"""What models are made of: exact text, and whatever an adapter kept as evidence."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from attrs import frozen

from erp_bridge_core.web.api.models import made


@frozen(kw_only=True)
class _Told:
    evidence: Mapping[str, Any]


def test_evidence_of_an_adapter_may_hold_mappings_in_mappings() -> None:
    """An export whose evidence is nested is shown like any other."""
    kept = _Told(evidence={"file": {"seen": {"lines": 3, "total": Decimal("1.50")}, "names": ["a", "b"]}})

    assert {"file": {"seen": {"lines": 3, "total": "1.50"}, "names": ["a", "b"]}} == made(_Told, kept).evidence
