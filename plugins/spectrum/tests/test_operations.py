"""Sending and looking: each write is checked against its row, and judged by reading it back."""

import pytest
from data_exchange import Server, phase_row, put_reply
from spectrum_doubles import EasyAttempt, KeptEffects, SpectrumErp, line, make_batch

from erp_bridge_core.contract import Before, CannotTell, Different, Effect, FieldValues, Found
from erp_bridge_core.contract.errors import ErpRefused, LedgerConflict
from erp_bridge_spectrum import plugin
from erp_bridge_spectrum.operations import RowWrite

BATCH = make_batch([line(1, "105-06845", "10.00"), line(2, "105-06845", "1.00", change="7")])


@pytest.fixture
def planned(server: Server, erp: SpectrumErp) -> tuple[Effect, RowWrite]:
    """One row to be written: 10.00 originally, 11.00 currently, nothing there yet."""
    effects = KeptEffects(lines=(1, 2))
    plugin.export(BATCH, FieldValues(), erp, effects)
    return effects.all[0], effects.operations["estimate"]


def test_a_row_is_sent_as_planned(server: Server, planned: tuple[Effect, RowWrite]) -> None:
    """Every element of the plan, and nothing else but who calls."""
    effect, operation = planned
    operation.send(effect, EasyAttempt())
    (call,) = server.asked("AddPhase")

    assert {name: text for name, text in effect.request["values"].items() if text} == {
        name: text for name, text in call.items() if text and name not in {"GUID", "Authorization_ID"}
    }


@pytest.mark.rule("L9")
def test_a_row_that_moved_is_not_written(server: Server, erp: SpectrumErp, planned: tuple[Effect, RowWrite]) -> None:
    """Rows are read anew after a minute; one that shows something else is left alone."""
    effect, operation = planned
    server.phases = [phase_row("10506845", "L", "99.00")]
    erp.clock.sleep(61)
    with pytest.raises(LedgerConflict, match=r"shows 99\.00, not nothing"):
        operation.send(effect, EasyAttempt())

    assert [] == server.asked("AddPhase")


def test_a_row_that_is_ours_already_may_be_written_again(
    server: Server, erp: SpectrumErp, planned: tuple[Effect, RowWrite]
) -> None:
    """The same value again changes nothing."""
    effect, operation = planned
    server.phases = [phase_row("10506845", "L", "11.00")]
    erp.clock.sleep(61)

    assert operation.send(effect, EasyAttempt())


@pytest.mark.rule("L6")
def test_a_refusal_is_spectrums_own(server: Server, planned: tuple[Effect, RowWrite]) -> None:
    """In its words."""
    effect, operation = planned
    server.answers["AddPhase"] = [put_reply("AddPhase", ("I", "Phase_Code does not match", "Phase_Code"))]
    with pytest.raises(ErpRefused, match="Phase_Code does not match"):
        operation.send(effect, EasyAttempt())


@pytest.mark.rule("L7", "L11")
@pytest.mark.parametrize(
    ("cost", "sighting"),
    [(None, Before), ("0.00", Before), ("11.00", Found), ("10.00", Different), ("12.00", Different)],
)
def test_a_row_is_judged_by_its_estimated_cost(
    server: Server, planned: tuple[Effect, RowWrite], cost: str | None, sighting: type
) -> None:
    """Ours, as before, or something else."""
    effect, operation = planned
    server.phases = [] if cost is None else [phase_row("10506845", "L", cost)]
    (seen,) = operation.find([effect])

    assert isinstance(seen, sighting)


def test_an_original_without_its_change_names_the_switch(server: Server, planned: tuple[Effect, RowWrite]) -> None:
    """What *Current Estimate display only?* does is told where it is the likely cause."""
    effect, operation = planned
    server.phases = [phase_row("10506845", "L", "10.00")]
    (seen,) = operation.find([effect])

    assert isinstance(seen, Different)
    assert "Current Estimate display only?" in seen.evidence["likely"]


@pytest.mark.rule("L7")
def test_a_look_that_fails_can_not_tell(server: Server, planned: tuple[Effect, RowWrite]) -> None:
    """An error is never taken for an absence."""
    effect, operation = planned
    server.answers["GetPhase"] = ["<html>"]
    (seen,) = operation.find([effect])

    assert isinstance(seen, CannotTell)


@pytest.mark.rule("L7")
def test_a_look_never_uses_what_was_read_before(server: Server, planned: tuple[Effect, RowWrite]) -> None:
    """It reads anew, although no time has passed."""
    effect, operation = planned
    server.phases = [phase_row("10506845", "L", "11.00", Status_Code="C")]
    (seen,) = operation.find([effect])

    assert isinstance(seen, Found)
