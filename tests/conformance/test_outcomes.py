"""The outcome table: every class and every fault has ends, and none of them lets an adapter off."""

import pytest

from erp_bridge_core.conformance.wire import FileFault, WireFault
from erp_bridge_core.conformance.world.outcomes import PASSING, SPOILING, SURE, End, Outage, allowed, table
from erp_bridge_core.contract import Mischief, SafetyClass

FAULTS = (*WireFault, *FileFault, *Mischief, *Outage)


@pytest.mark.parametrize("safety", SafetyClass)
def test_every_fault_may_end_somehow(safety: SafetyClass) -> None:
    """No class is without an end after any fault."""
    assert [] == [fault for fault in FAULTS if not allowed(safety, fault)]


@pytest.mark.rule("L4")
@pytest.mark.parametrize("safety", sorted(SURE))
def test_the_sure_classes_may_stay_unknown_after_nothing_that_the_wire_does(safety: SafetyClass) -> None:
    """An adapter of these classes that always says unknown fails; only a lost acknowledged write leaves a doubt."""
    unknown = [fault for fault in WireFault if End.UNKNOWN in allowed(safety, fault)]
    assert [WireFault.ACKNOWLEDGED_ONLY] == unknown


@pytest.mark.rule("L4")
def test_an_append_is_never_sure_after_a_doubt() -> None:
    """Its ERP shows nothing to recognise a write by."""
    assert frozenset({End.UNKNOWN}) == allowed(SafetyClass.APPEND, WireFault.REPLY_LOST)


def test_no_mischief_both_passes_and_spoils() -> None:
    """What is over once it is calmed is no spoiled book."""
    assert frozenset() == PASSING & SPOILING


def test_the_table_for_the_documentation_tells_every_row_with_its_ends() -> None:
    """One row a class and fault, none without an end."""
    rows = table()
    assert len(rows) == len({row[:2] for row in rows})
    assert [] == [row for row in rows if not row[2]]
