"""What is looked at by the command line as on pages: the trail, problems, lines, columns, maps, settings."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from command_runs import Run
from databases import write_beside
from memory_erp import MemoryAdapter

from erp_bridge_core.approvals import listing
from erp_bridge_core.cli.review import SORTS


@pytest.mark.rule("X1", "X2")
def test_the_trail_is_found_by_a_filter(as_ada: Callable[..., Any], run: Run, tmp_path: Path) -> None:
    """By person, by day in the company's time zone, before a number; and written to a file."""
    as_ada("person", "add", "mia", "--name", "Mia")
    run("--as", "mia", "person", "change", "mia", "--name", "Mia M.")
    show = ("audit", "show")

    (changed,) = as_ada(*show, "--person", "mia")["entries"]
    assert ("change person", "mia") == (changed["verb"], changed["person"])
    assert [] == as_ada(*show, "--until", "2000-01-01")["entries"]
    assert [] == as_ada(*show, "--since", "2999-01-01")["entries"]
    everything = as_ada(*show, "--since", "2000-01-01", "--until", "9999-12-31")["entries"]
    assert everything[1:] == as_ada(*show, "--before", everything[0]["sequence"])["entries"]
    assert str(tmp_path / "trail.csv") == as_ada(*show, "--csv", tmp_path / "trail.csv")["file"]
    lines = (tmp_path / "trail.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].startswith("No.,When,Who,")
    assert len(everything) <= len(lines) - 1


@pytest.mark.rule("A1", "X2")
def test_problems_are_told_with_what_comes_next(
    exported: int, linked: MemoryAdapter, abe: Run, run: Run, home: Path
) -> None:
    """A mismatch leaves with 5, frozen writing with 4; whoever may not look at items is told nothing."""
    assert (0, []) == (abe("problems").status, abe("problems").document["items"])
    write_beside(home, "UPDATE items SET state = 'mismatch'")
    found = abe("problems")
    assert (5, [exported]) == (found.status, [each["item"] for each in found.document["items"]])
    assert f"verify show {exported}" in run("--as", "abe", "problems").out
    assert 1 == run("--as", "mia", "problems").status
    write_beside(home, "UPDATE installation SET frozen_because = 'it is an older copy.'")
    frozen = abe("problems")
    assert (4, "frozen") == (frozen.status, frozen.document["frozen"]["error"])


@pytest.mark.rule("B1", "X2")
def test_lines_are_found(linked: MemoryAdapter, mia: Run, run: Run) -> None:
    """By a text in a code or description, or by a sub job; the totals are those of what was found."""
    mia("budget", "sub-job", "24-001", "A", "--name", "Phase A")
    mia("budget", "add-line", "24-001", "01-100", "L", "--amount", "10.00", "--description", "Crane")
    mia("budget", "add-line", "24-001", "01-100", "L", "--sub-job", "A", "--amount", "5.00")

    assert ["10.00"] == amounts(mia("budget", "show", "24-001", "--search", "crane"))
    assert ["5.00"] == amounts(mia("budget", "show", "24-001", "--sub-job", "A"))
    found = mia("budget", "show", "24-001", "--sub-job", "").document["budget"]
    assert ("10.00", 1) == (found["totals"]["original"], found["totals"]["lines"])
    assert [] == amounts(mia("budget", "show", "24-001", "--search", "nothing"))
    assert "1 line" in run("--as", "mia", "budget", "show", "24-001", "--search", "Crane").out


@pytest.mark.rule("B8", "X2")
def test_a_trial_changes_nothing_and_columns_are_remembered(
    linked: MemoryAdapter, mia: Run, run: Run, tmp_path: Path
) -> None:
    """The trial tells what an import would, and the columns of one are shown afterwards."""
    file = tmp_path / "budget.csv"
    file.write_text("Code,Type,Total\n01-100,L,100.00\n", encoding="utf-8")
    columns = ("--column", "cost_code=Code", "--column", "category=Type", "--column", "amount=Total")

    assert "trial" in run("--as", "mia", "budget", "import", "24-001", file, *columns, "--trial").out
    assert [] == amounts(mia("budget", "show", "24-001"))
    assert mia("budget", "columns", "24-001").document["columns"] is None
    assert "None are remembered" in run("--as", "mia", "budget", "columns", "24-001").out
    assert 0 == mia("budget", "import", "24-001", file, *columns).status
    assert "Total" == mia("budget", "columns", "24-001").document["columns"]["columns"]["amount"]
    assert "Column of amount" in run("--as", "mia", "budget", "columns", "24-001").out


@pytest.mark.rule("B2", "X2")
def test_a_change_becomes_a_draft_again(linked: MemoryAdapter, mia: Run) -> None:
    """As long as nothing was sent."""
    mia("budget", "change", "24-001", "CO-1", "--line", "", "01-100", "L", "5.00")
    mia("budget", "submit", "24-001", "CO-1")

    assert "draft" == mia("budget", "draft", "24-001", "CO-1").document["change"]["status"]


@pytest.mark.rule("B9", "X2")
def test_a_map_is_saved_as_it_is_loaded(linked: MemoryAdapter, as_ada: Callable[..., Any], tmp_path: Path) -> None:
    """The file that is written is one that can be read."""
    as_ada("map", "set", "books", "unit", "ea", "EA")

    assert 1 == as_ada("map", "save", "books", tmp_path / "map.csv")["entries"]
    as_ada("map", "remove", "books", "unit", "ea")
    as_ada("map", "load", "books", tmp_path / "map.csv")
    assert ["EA"] == [each["theirs"] for each in as_ada("map", "list", "books")["entries"]]


@pytest.mark.rule("P1", "X2")
def test_what_is_set_of_a_connection_is_its_administrators_to_see(
    linked: MemoryAdapter, as_ada: Callable[..., Any], run: Run
) -> None:
    """With what `connection set` would take; nobody else is told."""
    assert [] == as_ada("connection", "settings", "books")["settings"]["hosts"]
    assert 0 == run("--as", "ada", "connection", "settings", "books").status
    assert 1 == run("--as", "abe", "connection", "settings", "books").status
    assert 1 == run("--as", "mia", "connection", "list").status


def amounts(ran: Any) -> list[str]:
    """The amounts of the lines that were shown."""
    return [line["original"] for line in ran.document["budget"]["lines"]]


@pytest.mark.rule("A1", "X2")
def test_items_and_projects_are_found_and_ordered(exported: int, mia: Run, abe: Run) -> None:
    """By words in their row, in either direction; nothing else is shown."""
    mia("budget", "add-line", "24-001", "02-200", "M", "--amount", "7.00")

    assert [exported] == [each["item"] for each in abe("review", "list", "--search", "bridge mia").document["items"]]
    assert [] == abe("review", "list", "--search", "nowhere").document["items"]
    assert 0 == abe("review", "list", "--sort", "amount", "--descending").status
    assert ["24-001"] == [each["number"] for each in mia("project", "list", "--search", "brid").document["projects"]]
    assert [] == mia("project", "list", "--search", "nowhere").document["projects"]


@pytest.mark.rule("V4", "X2")
def test_keys_of_a_report_are_found(exported: int, abe: Run, run: Run) -> None:
    """Of one project: by a text, a sub job, or where they differ; the totals stay the job's."""
    abe("verify", "run", exported)
    report = ("report", "job-costs", "24-001")

    assert ["A"] == sub_jobs(abe(*report, "--sub-job", "A"))
    assert [""] == sub_jobs(abe(*report, "--sub-job", ""))
    assert ["", "A"] == sub_jobs(abe(*report, "--search", "01-1"))
    assert [] == sub_jobs(abe(*report, "--search", "nothing"))
    assert ["", "A"] == sub_jobs(abe(*report, "--differing"))
    assert "1 of 2 keys are shown." in run("--as", "abe", *report, "--sub-job", "A").out
    assert 2 == run("--as", "abe", "report", "job-costs", "--differing").status


def sub_jobs(ran: Any) -> list[str]:
    """The sub jobs of the keys that were shown."""
    return [cost["key"]["sub_job"] for job in ran.document["report"]["jobs"] for cost in job["costs"]]


def test_every_order_of_items_can_be_asked_for() -> None:
    """The command names the orders of the service, without loading it."""
    assert tuple(listing.SORTS) == SORTS
