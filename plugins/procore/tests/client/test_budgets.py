"""Reading a budget over the wire, and the few writes that it takes."""

from decimal import Decimal

import pytest
from client.doubles import Clock
from simulator.stranger import Desk

from erp_bridge_core.contract.errors import Doubtful, ErpRefused
from erp_bridge_procore.client import ProcoreClient
from erp_bridge_procore.client.errors import (
    BudgetChangedWhileRead,
    BudgetLocked,
    ModificationsInTheWay,
    NotConnected,
    NotPermitted,
    ProjectNotLinked,
    ViewLacksColumns,
)
from erp_bridge_procore.client.told import AdjustmentType, ChangeStatus, ErpStatus
from erp_bridge_procore.client.values import BudgetView

REVISED = "Revised Budget"


@pytest.fixture
def view(client: ProcoreClient, desk: Desk, project: int) -> BudgetView:
    """The first view of a budget that has something of everything."""
    desk.switch("spike_limit", "0")
    desk.budget(L="1000.50", M="200")
    desk.do("set-line", project="24-001", code="A1.03-1000.L", amount="77.07")
    desk.do("modify", project="24-001", source="03-1000.L", target="03-1000.M", amount="5.25")
    desk.do("add-change", project="24-001", code="03-1000.L", amount="10", source="03-1000.M", status="approved")
    desk.do("add-change", project="24-001", code="03-1000.M", amount="99")
    desk.do("add-cost", project="24-001", code="05-1000.L", amount="3")
    return next(client.budgets.views(project))


def test_a_budget_is_read_whole(client: ProcoreClient, project: int, view: BudgetView) -> None:
    """Every code, its sub job, originals, modifications, changes with their lines, rows without a line."""
    budget = client.budgets.read(project, view, columns=[REVISED])
    sub_job = next(client.codes.sub_jobs(project))
    assert [
        (None, Decimal("1000.50"), Decimal("-5.25"), Decimal("1005.25")),
        (None, Decimal(200), Decimal("5.25"), Decimal("195.25")),
        (None, Decimal(0), Decimal(0), Decimal(0)),
        (sub_job.id, Decimal("77.07"), Decimal(0), Decimal("77.07")),
    ] == [(row.sub_job_id, row.original, row.modifications, row.amounts[REVISED]) for row in budget.rows]
    assert [False, False, True, False] == [row.line_id is None for row in budget.rows]
    assert (Decimal("1277.57"), "24-001", False) == (budget.original, budget.project.origin_id, budget.locked)
    assert [Decimal("5.25")] == [each.amount for each in budget.modifications]
    approved, draft = budget.changes
    assert (ChangeStatus.APPROVED, ChangeStatus.DRAFT, ErpStatus.NOT_IN_ERP) == (
        approved.status.known, draft.status.known, draft.erp_status.known,
    )  # fmt: skip
    assert [(AdjustmentType.TARGET, Decimal(10)), (AdjustmentType.SOURCE, Decimal(-10))] == [
        (line.type.known, line.amount) for line in approved.lines
    ]


def test_lines_of_all_changes_come_together(client: ProcoreClient, project: int, view: BudgetView) -> None:
    """The same as one by one."""
    singly = tuple(client.changes.change(project, each.id) for each in client.changes.summaries(project))
    assert singly == client.changes.whole(project)


def test_a_line_has_quantity_and_unit_cost(client: ProcoreClient, project: int, view: BudgetView) -> None:
    """Which no row has."""
    row = next(client.budgets.rows(project, view))
    line = client.budgets.line(project, row.line_id or 0)
    assert ("03-1000.L", Decimal("1000.50"), Decimal(0), False, "USD") == (
        line.flat_code, line.original, line.quantity, line.automatic, line.currency,
    )  # fmt: skip


def test_codes_are_read_with_their_origins(client: ProcoreClient, project: int) -> None:
    """Cost codes of sub jobs apart from the project's own."""
    codes = {(code.sub_job_id is None, code.full_code): code.origin_id for code in client.codes.cost_codes(project)}
    assert ("24-001|03-1000", "24-001|A1|03-1000") == (codes[True, "03-1000"], codes[False, "03-1000"])
    assert {"L": "other", "M": "materials"} == {each.code: each.base_type for each in client.codes.cost_types()}
    assert ["Simulated contractor"] == [each.name for each in client.codes.companies()]


def test_a_view_that_lacks_columns_is_named_with_them(
    client: ProcoreClient, desk: Desk, project: int, view: BudgetView
) -> None:
    """All of them at once."""
    desk.do("view-columns", keys="budget_modifications")
    with pytest.raises(ViewLacksColumns) as caught:
        client.budgets.read(project, view, columns=[REVISED])
    assert ("original_budget_amount", REVISED) == caught.value.columns


def test_a_project_without_a_job_is_told(client: ProcoreClient, desk: Desk, project: int, view: BudgetView) -> None:
    """Its budget can be carried nowhere."""
    desk.do("unlink", project="24-001")
    with pytest.raises(ProjectNotLinked, match="24-001"):
        client.budgets.read(project, view)


def test_a_budget_that_changes_while_it_is_read_is_not_taken(
    client: ProcoreClient, desk: Desk, project: int, view: BudgetView
) -> None:
    """Two looks differ; the next reading is whole again."""
    desk.switch("edits_while_read", "1")
    with pytest.raises(BudgetChangedWhileRead, match="rows differ"):
        client.budgets.read(project, view)
    assert Decimal("1278.57") == client.budgets.read(project, view).original


def test_unknown_states_are_kept(client: ProcoreClient, desk: Desk, project: int, view: BudgetView) -> None:
    """A word that nobody knows is no error."""
    desk.switch("erp_status_word", "paused_by_erp")
    found = next(client.changes.summaries(project)).erp_status
    assert ("paused_by_erp", None) == (found.text, found.known)


@pytest.mark.parametrize("form", ["text", "number"])
def test_amounts_of_rows_are_read_in_both_forms(
    client: ProcoreClient, desk: Desk, project: int, view: BudgetView, form: str
) -> None:
    """As text and as JSON numbers."""
    desk.switch("row_amounts", form)
    assert Decimal("1000.50") == next(client.budgets.rows(project, view)).original


def test_a_user_without_rights_and_an_app_without_connection_are_told_apart(
    client: ProcoreClient, desk: Desk, project: int
) -> None:
    """Both are answered with 403."""
    desk.do("set-rights", login="erp-bridge@service.example", budget="none", erp="none", push="no")
    with pytest.raises(NotPermitted):
        client.budgets.is_locked(project)
    desk.do("connect", connected="no")
    with pytest.raises(NotConnected):
        client.budgets.is_locked(project)


def test_an_unlock_never_deletes_modifications(
    client: ProcoreClient, desk: Desk, project: int, view: BudgetView
) -> None:
    """It refuses, or keeps them."""
    client.budgets.lock(project)
    with pytest.raises(ModificationsInTheWay, match="1 modifications"):
        client.budgets.unlock(project)
    assert client.budgets.is_locked(project)
    client.budgets.unlock(project, keep_modifications=True)
    assert (False, 1) == (client.budgets.is_locked(project), len(list(client.budgets.modifications(project))))


def test_an_unlock_that_procore_refuses_is_told(client: ProcoreClient, desk: Desk, project: int) -> None:
    """In its words: a budget in the ERP tool has to be retrieved."""
    desk.switch("spike_limit", "0")
    desk.budget(L="1")
    desk.send()
    with pytest.raises(ErpRefused, match="retrieved first"):
        client.budgets.unlock(project)


def test_an_original_is_set_exactly_unless_locked(
    client: ProcoreClient, desk: Desk, project: int, view: BudgetView
) -> None:
    """To amounts that no float holds."""
    row = next(client.budgets.rows(project, view))
    client.budgets.set_original(project, row.line_id or 0, Decimal("9007199254740.93"))
    assert Decimal("9007199254740.93") == next(client.budgets.rows(project, view)).original
    client.budgets.lock(project)
    with pytest.raises(BudgetLocked):
        client.budgets.set_original(project, row.line_id or 0, Decimal(1))


def test_a_write_in_doubt_is_told_once(client: ProcoreClient, desk: Desk, project: int, clock: Clock) -> None:
    """A lost reply and a server's error: done or not, it is not sent again."""
    for fault, commits in (("errors_500", "no"), ("errors_500", "yes"), ("lost_replies", "no")):
        desk.switch("errors_500_commit", commits)
        desk.switch(fault, "1")
        with pytest.raises(Doubtful):
            client.budgets.lock(project)
        assert f"{fault} = 0" in desk.do("switch")
        desk.do("unlock", project="24-001")
