from datetime import date
from pathlib import Path

import pytest
from sage_doubles import LINES, make_batch, make_erp

from erp_bridge_core.contract import Erp, FieldValues
from erp_bridge_core.contract.errors import BadInput
from erp_bridge_sage300.fields import check_dates, revision_fields
from erp_bridge_sage300.settings import Sage300Settings

SageErp = Erp[Sage300Settings]


@pytest.mark.rule("A3")
def test_the_accounting_date_is_asked_for_every_export(erp: SageErp) -> None:
    """It applies without a revision too, and defaults to today in the company's time zone."""
    asked = list(revision_fields(make_batch(LINES[:3]), erp))

    assert [("accounting_date", True, True, "2026-04-08"), ("description", False, False, "")] == [
        (one.name, one.required, one.always, one.default) for one in asked
    ]


@pytest.mark.rule("A3")
def test_each_change_has_its_own_fields_with_the_items_as_default(erp: SageErp) -> None:
    """A change's description is offered, its date is the item's unless entered."""
    asked = [one for one in revision_fields(make_batch(), erp) if one.change == "7"]

    assert [("accounting_date", ""), ("description", "Change 7")] == [(one.name, one.default) for one in asked]


@pytest.mark.rule("A3")
def test_a_site_asks_for_what_it_wants_of_the_standard_set(tmp_path: Path) -> None:
    """Only the status that this route books is offered."""
    erp = make_erp(tmp_path, standard_fields=("budget_revision_status", "budget_revision_number"))
    asked = {(one.name, one.change): one for one in revision_fields(make_batch(), erp)}

    assert (["approved"], "7") == (
        [one.value for one in asked["budget_revision_status", None].choices],
        asked["budget_revision_number", "7"].default,
    )


@pytest.mark.rule("A3")
def test_all_wrong_dates_are_told_at_once() -> None:
    """The item's and each change's."""
    values = FieldValues(
        item={"accounting_date": "2026-02-30"}, changes={"7": {"accounting_date": "2026-03-31"}, "8": {}}
    )

    with pytest.raises(BadInput) as told:
        check_dates(values, date(2026, 3, 31))

    assert ["accounting_date", "changes[7].accounting_date"] == [one.where for one in told.value.faults]


@pytest.mark.rule("A3")
@pytest.mark.parametrize(("closed", "after"), [(date(2026, 3, 31), "2026-03-31"), (None, "")])
def test_approvers_are_held_to_open_periods(tmp_path: Path, closed: date | None, after: str) -> None:
    """The day up to which periods are closed goes with the field, so that an approver is told at once."""
    asked = list(revision_fields(make_batch(), make_erp(tmp_path, closed_through=closed)))

    assert {after} == {one.after for one in asked if one.name == "accounting_date"}
    assert {""} == {one.after for one in asked if one.name != "accounting_date"}
