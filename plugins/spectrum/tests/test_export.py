"""Exporting: nothing is written over what changed, and the way of changes never switches midway."""

from typing import Any

import pytest
from attrs import evolve
from data_exchange import Server, phase_row, wsdl
from spectrum_doubles import KeptEffects, SpectrumErp, line, make_batch, make_erp

from erp_bridge_core.contract import ExportBatch, FieldValues
from erp_bridge_core.contract.errors import BadInput, ErpError, LedgerConflict
from erp_bridge_spectrum import plugin

ONE = make_batch([line(1, "105-06845", "1.00"), line(2, "202-00010", "2.00")], before={"105-06845": "10.00"})


def run(erp: SpectrumErp, batch: ExportBatch = ONE, **values: Any) -> KeptEffects:
    """Export a batch as far as its plan."""
    effects = KeptEffects(lines=tuple(one.number for one in batch.lines))
    plugin.export(batch, FieldValues(**values), erp, effects)
    return effects


@pytest.mark.rule("L1", "L9")
def test_every_row_is_compared_with_the_baseline_first(server: Server, erp: SpectrumErp) -> None:
    """One that moved since accept, and one that came, hold everything back; both are named."""
    server.phases = [phase_row("10506845", "L", "10.01"), phase_row("20200010", "L", "5.00")]
    with pytest.raises(LedgerConflict, match=r"10506845 L shows 10.01, not 10.00; phase 20200010 L shows 5.00, not"):
        run(erp)

    assert [] == server.asked("AddPhase")


def test_a_row_that_is_gone_since_accept_holds_everything_back(server: Server, erp: SpectrumErp) -> None:
    """Services never delete: somebody did, or may no longer see it."""
    with pytest.raises(LedgerConflict, match=r"10506845 L shows nothing, not 10\.00"):
        run(erp)


def test_a_row_made_at_nought_since_accept_is_as_good_as_none(server: Server, erp: SpectrumErp) -> None:
    """Somebody set the phase up: nothing stands there that could be lost."""
    server.phases = [phase_row("10506845", "L", "10.00"), phase_row("20200010", "L", "0.00")]

    assert 2 == len(run(erp).all)


def test_the_way_of_changes_never_switches_within_an_export(server: Server, request_erp: SpectrumErp) -> None:
    """By both ways they would count twice."""
    server.phases = [phase_row("10506845", "L", "10.00")]
    effects = run(request_erp)
    with pytest.raises(LedgerConflict, match="begun with change_route change_request"):
        plugin.export(ONE, FieldValues(), make_erp(), effects)


def test_a_service_without_an_element_stops_beforehand(server: Server, erp: SpectrumErp) -> None:
    """A release of Spectrum that differs is told before anything is planned."""
    server.wsdls["AddPhase"] = wsdl("AddPhase", without=("Original_Est_Cost",))

    with pytest.raises(ErpError, match="Original_Est_Cost"):
        run(erp)


CHANGED = make_batch([line(1, "105-06845", "1.00"), line(2, "105-06845", "1.00", change="7")])


@pytest.mark.rule("A3")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("budget_revision_status", "pending"),
        ("revision_date", "8 April"),
        ("budget_revision_number", "77"),
        ("budget_revision_number", "EB/1"),
        ("budget_revision_number", "EB1234567"),
        ("description", "a\x07b"),
    ],
)
def test_values_that_no_change_request_can_have_are_refused(
    server: Server, request_erp: SpectrumErp, field: str, value: str
) -> None:
    """A status that does not post, no date, a number that is none of ours: nothing is sent."""
    with pytest.raises(BadInput) as refusal:
        run(request_erp, CHANGED, item={field: value})

    assert [f"changes[7].{field}"] == [fault.where for fault in refusal.value.faults]
    assert [] == server.asked("AddPhase")


@pytest.mark.rule("L17")
def test_a_number_is_used_for_one_change_for_good(server: Server, request_erp: SpectrumErp) -> None:
    """An upsert under a number in use would overwrite what is there."""
    run(request_erp, CHANGED, changes={"7": {"budget_revision_number": "EB000009"}})
    other = evolve(CHANGED, version=2)
    with pytest.raises(BadInput, match="EB000009 is used for budget change 7 already"):
        run(request_erp, other, changes={"7": {"budget_revision_number": "EB000009"}})


def test_a_job_without_a_customer_takes_no_change_request(server: Server, request_erp: SpectrumErp) -> None:
    """They belong to a customer's contract."""
    header = evolve(request_erp.masters.header, facts={})
    object.__setattr__(request_erp.masters, "header", header)
    with pytest.raises(BadInput, match="has no customer"):
        run(request_erp, CHANGED)
