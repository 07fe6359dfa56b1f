"""What is planned: absolute values per row, one description per phase, one line per key of a change."""

from decimal import Decimal
from typing import Any

import pytest
from data_exchange import JOB, Server, phase_row
from hypothesis import given
from hypothesis import strategies as st
from spectrum_doubles import LINES, KeptEffects, SpectrumErp, line, make_batch, make_erp, total_of_key

from erp_bridge_core.contract import Effect, FieldValues, LineKey
from erp_bridge_spectrum import plugin
from erp_bridge_spectrum.operations import Book
from erp_bridge_spectrum.planning import Planner, estimate_of
from erp_bridge_spectrum.soap import Exchange


def planned(erp: SpectrumErp, **batch: Any) -> list[Effect]:
    """What an export plans."""
    made = make_batch(**batch)
    effects = KeptEffects(lines=tuple(one.number for one in made.lines))
    plugin.export(made, FieldValues(), erp, effects)
    return effects.all


def sent(effect: Effect, *names: str) -> list[str]:
    """Some of the values that it sends."""
    return [effect.request["values"][name] for name in names]


COSTS = ("Phase_Code", "Cost_Type", "Original_Est_Cost", "Current_Est_Cost")


@pytest.mark.rule("B3")
def test_a_first_export_sends_original_and_current(server: Server, erp: SpectrumErp) -> None:
    """The current estimate is the original with its changes; one effect carries all lines of its key."""
    first, second = planned(erp)

    assert ["10506845", "L", "10300.00", "10550.25"] == sent(first, *COSTS)
    assert ["20200010", "M", "-12.50", "-12.50"] == sent(second, *COSTS)
    assert ([1, 3], [2]) == (list(first.lines), list(second.lines))


@pytest.mark.rule("L3")
def test_a_later_export_sends_the_current_alone(server: Server, erp: SpectrumErp) -> None:
    """The original is blank, which leaves it as it is; the current is what stood there plus the difference."""
    server.phases = [phase_row("10506845", "L", "10550.25")]
    (effect,) = planned(
        erp,
        lines=[line(1, "105-06845", "-50.25", change="8")],
        before={"105-06845": "10550.25"},
        exported={"105-06845": "10300.00"},
    )

    assert ["10506845", "L", "", "10500.00"] == sent(effect, *COSTS)
    assert ["", ""] == sent(effect, "Description", "Price_Method_Code")


@pytest.mark.rule("B1")
def test_a_new_key_of_a_change_gets_an_original_of_nought(server: Server, erp: SpectrumErp) -> None:
    """Nought is sent as nought: a blank would let Spectrum choose."""
    (effect,) = planned(erp, lines=[line(1, "105-06845", "5.00", change="8")])

    assert ["0.00", "5.00"] == sent(effect, "Original_Est_Cost", "Current_Est_Cost")


@given(st.integers(-(10**9), 10**9), st.integers(-(10**9), 10**9), st.one_of(st.none(), st.integers(-(10**9), 10**9)))
def test_the_current_estimate_moves_by_exactly_what_is_sent(original: int, change: int, before: int | None) -> None:
    """To the cent, whatever stood there; the original goes only where nothing did."""
    lines = [line(1, "1", str(Decimal(original).scaleb(-2))), line(2, "1", str(Decimal(change).scaleb(-2)), change="7")]
    stood = None if before is None else str(Decimal(before).scaleb(-2))
    total = total_of_key(LineKey("", "1", "L"), lines, stood)
    estimate = estimate_of(total, changes_apart=False)

    assert Decimal(original + change + (before or 0)).scaleb(-2) == estimate.current
    assert (None if before else Decimal(original).scaleb(-2)) == estimate.original


def test_an_original_that_sql_reads_is_moved_too(server: Server) -> None:
    """What stood there is known, so both figures can be sent."""
    key = LineKey("", "105-06845", "L")
    total = total_of_key(
        key, [line(1, "105-06845", "5.00")], "110.00", before_original=Decimal("100.00"),
        exported_original=Decimal("100.00"),
    )  # fmt: skip

    assert (Decimal("105.00"), Decimal("115.00")) == (
        estimate_of(total, changes_apart=False).original,
        estimate_of(total, changes_apart=False).current,
    )


def test_a_phase_has_one_description(server: Server, erp: SpectrumErp) -> None:
    """The first line's stands for all cost types, cut to what the field holds; without any the code stands in."""
    effects = planned(
        erp,
        lines=[
            line(1, "105-06845", "1.00", description="Engineering of the whole bridge"),
            line(2, "105-06845", "1.00", category="M", description="Another"),
            line(3, "202-00010", "1.00"),
        ],
    )

    assert [["Engineering of the whole "], ["Engineering of the whole "], ["202-00010"]] == [
        sent(effect, "Description") for effect in effects
    ]


def test_quantities_add_to_what_spectrum_has(server: Server, erp: SpectrumErp) -> None:
    """With its unit; the original quantity goes only with an original."""
    (new, _) = planned(make_erp(), lines=LINES[:2])
    server.phases = [phase_row("10506845", "L", "10.00", Estimated_Quantity="5.00")]
    (later,) = planned(
        erp, lines=[line(1, "105-06845", "1.00", quantity=Decimal("2.50"), unit="LS")], before={"105-06845": "10.00"}
    )
    names = ("Original_Est_Quantity", "Current_Est_Quantity", "Unit_of_Measure")

    assert ["2.00", "2.00", "LS"] == sent(new, *names)
    assert ["", "7.50", "LS"] == sent(later, *names)


def test_a_status_goes_as_it_is(server: Server, erp: SpectrumErp) -> None:
    """Whether a blank one makes a phase Active again is not known."""
    server.phases = [phase_row("10506845", "L", "10.00", Status_Code="I")]
    (effect,) = planned(erp, lines=[line(1, "105-06845", "1.00")], before={"105-06845": "10.00"})

    assert ["I"] == sent(effect, "Status_Code")


@pytest.mark.rule("L1")
def test_the_hash_is_of_the_content_alone(server: Server, erp: SpectrumErp) -> None:
    """No GUID, no secret: planned again it is the same, with another amount it is not."""
    once, again = planned(erp), planned(erp)
    other = planned(erp, lines=[line(1, "105-06845", "1.00")])

    assert [effect.payload_hash for effect in once] == [effect.payload_hash for effect in again]
    assert once[0].payload_hash != other[0].payload_hash
    assert "authorization" not in str([effect.request for effect in once])


def test_a_retry_plans_only_what_has_not_arrived(server: Server, erp: SpectrumErp) -> None:
    """A key whose lines arrived is not planned again."""
    effects = KeptEffects(lines=(2,), generation=2)
    plugin.export(make_batch(), FieldValues(), erp, effects)

    assert [[2]] == [list(effect.lines) for effect in effects.all]


# -- change requests ---------------------------------------------------------------------------------------------------


def test_changes_apart_leave_the_estimate_at_the_original(server: Server, request_erp: SpectrumErp) -> None:
    """The originals by phase; the change as a line with its header, under our number."""
    estimates, _, change = planned(request_erp)

    assert ["10506845", "L", "10300.00", "10300.00"] == sent(estimates, *COSTS)
    assert {
        "Company_Code": "100", "Job_Number": JOB, "Customer_Code": "OWNER", "Change_Request_Number": "EB000001",
        "CR_Description": "Change 7 [A1]", "CR_Status": "A", "Cost_Reimbursable_Flag": "N",
        "Origination_Date": "04/08/2026", "Approved_Date": "04/08/2026", "CR_Phase_Code": "10506845",
        "CR_Cost_Type": "L", "Change_Request_Quantity": "", "Change_Request_Amount": "250.25",
    } == change.request["values"]  # fmt: skip
    assert (["10300.00", ""], ["10550.25", ""]) == (change.request["before"], change.request["after"])


def test_changes_of_one_key_build_on_each_other(server: Server, request_erp: SpectrumErp) -> None:
    """Each in a group of its own, with a number of its own, from where the former one leaves off."""
    lines = [line(1, "105-06845", "10.00"), *(line(n, "105-06845", "1.00", change=str(n)) for n in (2, 3))]
    _, second, third = planned(request_erp, lines=lines)

    assert (["10.00", ""], ["11.00", ""]) == (second.request["before"], second.request["after"])
    assert (["11.00", ""], ["12.00", ""]) == (third.request["before"], third.request["after"])
    assert ["EB000001", "EB000002"] == [effect.request["values"]["Change_Request_Number"] for effect in (second, third)]
    assert ["change 2", "change 3"] == [second.group, third.group]


@pytest.mark.rule("L9")
def test_cost_types_of_a_phase_and_lines_of_a_request_go_one_after_another(
    server: Server, request_erp: SpectrumErp
) -> None:
    """They share a description, or the request that the first of them makes."""
    lines = [
        line(number, code, "1.00", category=kind, change=change)
        for number, (code, kind, change) in enumerate(
            [(code, kind, change) for change in (None, "7") for code in ("1", "2") for kind in "LM"], start=1
        )
    ]
    planner = Planner(
        batch=make_batch(lines), settings=request_erp.settings, book=Book(exchange=Exchange(request_erp), job=JOB)
    )
    (header,) = planner.batch.change_headers

    assert ["1", "1", "2", "2"] == [plan.lane for plan in planner.estimates()]
    assert {"change request EB1"} == {
        plan.lane for plan in planner.change_lines(header, {"Change_Request_Number": "EB1", "Job_Number": JOB})
    }
