"""Reading projects and budgets through the hooks, over the wire."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from simulator.stranger import Desk
from source.doubles import CURB, JOB, LABOR, MATERIAL, SIMULATOR, Edits, changed

from erp_bridge_core.contract.errors import BadSettings, Changed, NotAllowed, NotFound
from erp_bridge_core.contract.source import Source, SourceBudget, SourceChange
from erp_bridge_core.contract.source_simulator import SourceMischief
from erp_bridge_procore import plugin
from erp_bridge_procore.client.errors import ViewLacksColumns
from erp_bridge_procore.settings import ProcoreSettings

Connection = Source[ProcoreSettings]
SetLines = Callable[..., None]


def amounts(change: SourceChange) -> dict[object, Decimal]:
    """A change's lines by key."""
    return {line.key: line.amount for line in change.lines}


def rules(budget: SourceBudget) -> list[str]:
    """The rules of its warnings."""
    return [finding.rule for finding in budget.warnings]


def test_projects_tell_their_jobs(source: Connection, home: Path) -> None:
    """By their origin id, or by their number where it is told so."""
    SIMULATOR.mischief()[SourceMischief.UNLINKS_PROJECT](home, "24-002")
    assert {"24-001": "24-001", "24-002": ""} == {each.number: each.job for each in plugin.list_projects(source)}
    by_number = changed(source, job_from="number")
    assert {"24-001", "24-002"} == {each.job for each in plugin.list_projects(by_number)}


def test_a_budget_is_told_in_the_codes_that_people_use(source: Connection, project: str, set_lines: SetLines) -> None:
    """Each line under sub job, cost code and cost type, exact."""
    set_lines(labor="100.10", material="7", curb="-3.05")
    budget = plugin.read_budget(project, source)
    assert {LABOR: Decimal("100.10"), MATERIAL: Decimal(7), CURB: Decimal("-3.05")} == {
        line.key: line.amount for line in budget.lines
    }
    assert ("USD", False, ["A1"], []) == (
        budget.currency,
        budget.locked,
        [each.code for each in budget.sub_jobs],
        rules(budget),
    )
    assert {"Concrete"} == {line.description for line in budget.lines}


def test_approved_changes_come_with_their_lines(source: Connection, home: Path, desk: Desk, project: str) -> None:
    """Drafts and voided ones never do; a modification is a change of its own."""
    desk.budget(L="100", M="7")
    desk.do("add-change", project=JOB, code="05-1000.L", source="03-1000.L", amount="5", status="approved")
    desk.do("modify", project=JOB, source="03-1000.L", target="03-1000.M", amount="2.50")
    for mischief in (SourceMischief.DRAFTS_CHANGE, SourceMischief.DRAFTS_CHANGE):
        SIMULATOR.mischief()[mischief](home, JOB)
    budget = plugin.read_budget(project, source)
    change, modification = budget.changes
    assert ("1", {LABOR: Decimal(-5), "05-1000": Decimal(5)}) == (
        change.number,
        {key if key == LABOR else key.cost_code: amount for key, amount in amounts(change).items()},  # type: ignore[attr-defined]
    )
    assert {LABOR: Decimal("-2.5"), MATERIAL: Decimal("2.5")} == amounts(modification)
    assert modification.number.startswith("M")
    assert None not in {change.date for change in budget.changes}
    assert [] == rules(budget)
    SIMULATOR.mischief()[SourceMischief.VOIDS_CHANGE](home, JOB)
    assert [modification.id] == [each.id for each in plugin.read_budget(project, source).changes]


def test_a_change_without_a_time_has_no_date(source: Connection, desk: Desk, project: str) -> None:
    """None is made up."""
    desk.budget(L="100")
    desk.do("add-change", project=JOB, code="03-1000.L", amount="5", status="approved")
    source.http.mount("http://", Edits("/budget_changes", lambda found: found["data"][0].pop("created_at")))
    assert [None] == [change.date for change in plugin.read_budget(project, source).changes]


def test_a_revision_stays_until_something_changes(source: Connection, desk: Desk, project: str) -> None:
    """Locking changes nothing of a budget; a cent does."""
    desk.budget(L="100")
    first = plugin.read_budget(project, source)
    desk.do("lock", project=JOB)
    locked = plugin.read_budget(project, source)
    desk.do("unlock", project=JOB)
    desk.budget(L="100.01")
    assert (first.revision, True) == (locked.revision, locked.locked)
    assert first.revision != plugin.read_budget(project, source).revision


def test_what_is_no_line_is_named(source: Connection, desk: Desk, project: str) -> None:
    """A row of cost alone is left out, an unlinked project is told, and nothing is held back."""
    desk.budget(L="100")
    desk.do("add-cost", project=JOB, code="05-1000.M", amount="12")
    desk.do("unlink", project=JOB)
    budget = plugin.read_budget(project, source)
    assert ([LABOR], ["project-not-linked", "row-without-line"]) == (
        [line.key for line in budget.lines],
        rules(budget),
    )
    assert "" == budget.project.job


def test_an_unknown_state_is_a_warning(source: Connection, desk: Desk, project: str) -> None:
    """An approved change whose state towards the ERP nobody knows is still approved."""
    desk.budget(L="100")
    desk.do("add-change", project=JOB, code="03-1000.L", amount="5", status="approved")
    desk.switch("erp_status_word", "contemplated")
    budget = plugin.read_budget(project, source)
    assert (1, ["state-unknown"]) == (len(list(budget.changes)), rules(budget))
    assert "contemplated" in budget.warnings[0].message


def test_columns_of_changes_are_compared(source: Connection, desk: Desk, project: str) -> None:
    """With what the changes come to; a column that holds something else is told."""
    desk.budget(L="100")
    desk.do("add-change", project=JOB, code="03-1000.L", amount="5", status="approved")
    right = changed(source, change_columns=("Approved Budget Changes",))
    wrong = changed(source, change_columns=("Revised Budget",))
    assert ([], ["figures-differ"]) == tuple(rules(plugin.read_budget(project, each)) for each in (right, wrong))


def test_quantities_of_a_small_budget_are_read(source: Connection, desk: Desk, project: str) -> None:
    """As many as the settings bear."""
    desk.budget(L="100", M="7")
    few, enough = (changed(source, quantities_up_to=most) for most in (1, 2))
    assert [{None}, {None}] == [
        {line.quantity for line in plugin.read_budget(project, each).lines} for each in (few, enough)
    ]


def test_a_budget_that_moves_is_never_taken(source: Connection, desk: Desk, home: Path, project: str) -> None:
    """The next look has it whole."""
    desk.budget(L="100")
    SIMULATOR.mischief()[SourceMischief.CHANGES_WHILE_READ](home, JOB)
    with pytest.raises(Changed, match="was changed in Procore while it was read"):
        plugin.read_budget(project, source)
    (line,) = plugin.read_budget(project, source).lines
    assert Decimal(101) == line.amount


@pytest.mark.parametrize(
    ("mischief", "told"),
    [
        (SourceMischief.LACKS_RIGHTS, (NotAllowed, "permission")),
        (SourceMischief.REVOKES_APP, (NotAllowed, "not connected to this company")),
        (SourceMischief.HIDES_COLUMNS, (ViewLacksColumns, "lacks 'original_budget_amount'")),
    ],
)
def test_what_is_in_the_way_is_named(
    source: Connection, desk: Desk, project: str, mischief: SourceMischief, told: tuple[type[Exception], str]
) -> None:
    """With a remedy; once it is put right, reading goes on."""
    desk.budget(L="100")
    SIMULATOR.mischief()[mischief](desk.home, JOB)
    with pytest.raises(told[0], match=told[1]) as caught:
        plugin.read_budget(project, source)
    assert caught.value.remedy
    SIMULATOR.calm(desk.home)
    assert [LABOR] == [line.key for line in plugin.read_budget(project, source).lines]


@pytest.mark.parametrize("mischief", [SourceMischief.EXPIRES_TOKENS, SourceMischief.LOSES_SIGN_IN_REPLY])
def test_tokens_that_end_are_renewed(source: Connection, home: Path, desk: Desk, mischief: SourceMischief) -> None:
    """A lost reply is told at most once, and hurts nothing with a service account."""
    desk.budget(L="100")
    assert 2 == len(list(plugin.list_projects(source)))
    SIMULATOR.mischief()[mischief](home, JOB)
    if mischief is SourceMischief.LOSES_SIGN_IN_REPLY:
        with pytest.raises(Exception, match="login host gave no answer"):
            list(plugin.list_projects(source))
    assert 2 == len(list(plugin.list_projects(source)))


@pytest.mark.parametrize("project", ["nonsense", "12345"])
def test_a_project_that_is_not_there_is_not_found(source: Connection, project: str) -> None:
    """Whatever its number."""
    with pytest.raises(NotFound):
        plugin.read_budget(project, source)


def test_a_view_is_chosen_by_name_or_number(source: Connection, desk: Desk, project: str) -> None:
    """One that is not there is a fault of the settings, which names those there are."""
    desk.budget(L="1")
    named = changed(source, view="Procore Standard Budget")
    assert 1 == len(list(plugin.read_budget(project, named).lines))
    with pytest.raises(BadSettings, match="no budget view 'Other': there is 'Procore Standard Budget'"):
        plugin.read_budget(project, changed(source, view="Other"))
