"""A budget by the command line: lines, files, changes."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from command_runs import Run
from memory_books import Entry, MemoryBooks
from memory_erp import MemoryAdapter

from erp_bridge_core.contract import LineKey, Part

pytestmark = pytest.mark.usefixtures("linked")


def lines_of(shown: Any) -> list[tuple[str, str, str, str, str]]:
    """Key, original and changes of each line of `budget show`."""
    return [(*line["key"].values(), line["original"], line["changes"]) for line in shown["budget"]["lines"]]


@pytest.mark.rule("B1", "X2")
def test_lines_are_added_edited_and_removed(mia: Run) -> None:
    """What a page can do with lines, the command line does."""
    mia("budget", "add-line", "24-001", "01-100", "L", "--amount", "10.50")
    mia("budget", "add-line", "24-001", "02-200", "M", "--quantity", "3", "--unit-cost", "1.25", "--unit", "TON")
    mia("budget", "add-line", "24-001", "02-200", "L", "--amount", "1")
    mia("budget", "edit-line", "24-001", "01-100", "L", "--amount", "-20.00", "--to-category", "M")
    mia("budget", "remove-line", "24-001", "02-200", "L")
    shown = mia("budget", "show", "24-001").document
    assert [("", "01-100", "M", "-20.00", "0.00"), ("", "02-200", "M", "3.75", "0.00")] == lines_of(shown)
    assert ("3.0000", "TON") == tuple(shown["budget"]["lines"][1][name] for name in ("quantity", "unit"))


@pytest.mark.rule("B1")
@pytest.mark.parametrize("amount", ["12,0O", "NaN", "1e400", "1.005"])
def test_an_odd_amount_changes_nothing(mia: Run, amount: str) -> None:
    """An amount that is none, or has three decimals, is refused with its value, and nothing is changed."""
    ran = mia("budget", "add-line", "24-001", "01-100", "L", "--amount", amount)
    assert (1, "bad_input", amount) == (ran.status, ran.document["error"], ran.document["faults"][0]["value"])
    assert [] == lines_of(mia("budget", "show", "24-001").document)


def test_nothing_to_change_is_bad_usage(mia: Run) -> None:
    """Editing a line without saying what is bad usage."""
    assert 2 == mia("budget", "edit-line", "24-001", "01-100", "L").status


@pytest.mark.rule("B8")
def test_a_file_is_imported_with_its_columns(mia: Run, tmp_path: Path) -> None:
    """Columns, filter and defaults are given by options; the answer counts rows and lines."""
    file = tmp_path / "bid.csv"
    file.write_text("Contract,Item,Price\nA,01-100,1000.00\nB,01-100,7\nA,02-200,5.00\n")
    mapping = [
        "--column",
        "cost_code=Item",
        "--column",
        "amount=Price",
        "--where",
        "Contract=A",
        "--default",
        "category=L",
    ]
    done = mia("budget", "import", "24-001", "--budget", file, *mapping).document["import"]
    assert (2, "1005.00", 1) == (done["lines"], done["amount"], done["rows_filtered"])
    expected = [("", "01-100", "L", "1000.00", "0.00"), ("", "02-200", "L", "5.00", "0.00")]
    assert expected == lines_of(mia("budget", "show", "24-001").document)


@pytest.mark.rule("B8")
def test_a_bad_file_is_told_row_by_row(mia: Run, tmp_path: Path) -> None:
    """Every bad row is named with column and value, the rows are written aside, and nothing is imported."""
    file, faults = tmp_path / "bid.csv", tmp_path / "faults.csv"
    file.write_text('Cost code,Category,Amount\n01-100,L,"12,0O"\n02-200,L,1.00\n01-100,M,NaN\n')
    ran = mia("budget", "import", "24-001", file, "--faults-to", faults)
    assert (1, "bad_input", 2) == (ran.status, ran.document["error"], ran.document["details"]["faults"])
    assert ["12,0O", "NaN"] == [fault["value"] for fault in ran.document["faults"]]
    assert "12,0O" in faults.read_text()
    assert [] == lines_of(mia("budget", "show", "24-001").document)


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n", b"Cost code;Category\n1;2\n", b"\xff\xfe\x00"])
def test_a_file_that_is_no_budget_is_refused(mia: Run, tmp_path: Path, content: bytes) -> None:
    """Empty, binary, and without an amount: refused as bad data, with a remedy."""
    file = tmp_path / "bid.csv"
    file.write_bytes(content)
    ran = mia("budget", "import", "24-001", file)
    assert (1, "bad_input") == (ran.status, ran.document["error"])
    assert ran.document["remedy"]


def test_one_file_is_named_once(mia: Run, tmp_path: Path) -> None:
    """No file, or two, is bad usage."""
    assert 2 == mia("budget", "import", "24-001").status
    assert 2 == mia("budget", "import", "24-001", tmp_path / "a", "--budget", tmp_path / "b").status


@pytest.mark.rule("B2")
def test_a_change_is_drafted_approved_and_shown(mia: Run) -> None:
    """A budget change with negative lines is a transfer when it nets to zero; approved, it moves the revised budget."""
    lines = ["--line", "", "01-100", "L", "-5.00", "--line", "", "02-200", "M", "5.00"]
    made = mia("budget", "change", "24-001", "CO-1", "--date", "2026-04-08", "--description", "Move", *lines)
    assert (True, "draft", "2026-04-08") == tuple(
        made.document["change"][name] for name in ("transfer", "status", "date")
    )
    assert "approved" == mia("budget", "approve", "24-001", "CO-1").document["change"]["status"]
    shown = mia("budget", "show", "24-001").document
    assert [("", "01-100", "L", "0.00", "-5.00"), ("", "02-200", "M", "0.00", "5.00")] == lines_of(shown)


@pytest.mark.rule("B2")
def test_a_draft_is_edited_submitted_and_voided(mia: Run) -> None:
    """A draft may be changed as a whole, put under review, and voided."""
    mia("budget", "change", "24-001", "CO-1", "--line", "", "01-100", "L", "5.00")
    edited = mia("budget", "edit-change", "24-001", "CO-1", "--line", "", "01-100", "L", "7.00", "--date", "2026-05-01")
    assert ("7.00", "2026-05-01") == (edited.document["change"]["amount"], edited.document["change"]["date"])
    statuses = [mia("budget", verb, "24-001", "CO-1").document["change"]["status"] for verb in ("submit", "void")]
    assert ["under_review", "void"] == statuses
    assert ["void"] == [each["status"] for each in mia("budget", "changes", "24-001").document["changes"]]


def test_all_odd_amounts_of_a_change_are_told(mia: Run) -> None:
    """Each line's amount is named by the line's number."""
    lines = ["--line", "", "01-100", "L", "x", "--line", "", "02-200", "M", "5.00", "--line", "", "02-200", "L", "y"]
    ran = mia("budget", "change", "24-001", "CO-1", *lines)
    assert ["line 1, amount", "line 3, amount"] == [fault["where"] for fault in ran.document["faults"]]


@pytest.mark.rule("P2")
def test_who_may_not_edit_is_told(run: Run) -> None:
    """Somebody without permission on Budget is refused with the reason."""
    ran = run("--as", "abe", "budget", "add-line", "24-001", "01-100", "L", "--amount", "1", "--json")
    assert (1, "not_allowed", "P1") == (ran.status, ran.document["error"], ran.document["faults"][0]["rule"])


@pytest.mark.rule("B7", "X5")
def test_people_read_the_erps_words(run: Run, mia: Run, linked: MemoryAdapter) -> None:
    """The budget is printed in the ERP's words, with things to know about it."""
    mia("budget", "sub-job", "24-001", "A", "--name", "Phase A")
    mia("budget", "add-line", "24-001", "01-100", "L", "--sub-job", "A", "--amount", "1234.50")
    shown = run("--as", "mia", "budget", "show", "24-001").out
    assert "Sub job  Cost code" in shown
    assert "1,234.50" in shown
    assert f"Things to know about {linked.profile.title}" in shown


@pytest.mark.rule("X3")
def test_descriptions_are_data(run: Run, mia: Run) -> None:
    """Markup in a description is shown as it is."""
    mia("budget", "add-line", "24-001", "01-100", "L", "--amount", "1", "--description", "=[red]x[/red] :bomb:")
    assert "=[red]x[/red] :bomb:" in run("--as", "mia", "budget", "show", "24-001").out


def test_a_long_budget_is_shown_in_part(run: Run, mia: Run) -> None:
    """For people as many lines as asked for, and the number of all."""
    for code in ("01-100", "02-200"):
        mia("budget", "add-line", "24-001", code, "L", "--amount", "1")
    shown = run("--as", "mia", "budget", "show", "24-001", "--limit", "1").out
    assert "1 of 2 lines are shown" in shown


@pytest.mark.rule("R1")
def test_the_erps_budget_is_imported(mia: Run, as_ada: Callable[..., Any], books: MemoryBooks) -> None:
    """The job's own figures become the budget, by the route that is told; over lines that are there it asks."""
    key = LineKey("", "01-100", "L")
    books.jobs["24-001"].posted.append(Entry(reference="old", key=key, part=Part.ORIGINAL, amount=Decimal("12.50")))
    as_ada("connection", "sync", "books")
    done = mia("budget", "import-from-erp", "24-001").document["import"]
    assert ("books", 1, "12.50") == (done["route"], done["lines"], done["original"])
    assert 1 == mia("budget", "import-from-erp", "24-001").status


@pytest.mark.rule("B9")
def test_unmapped_codes_are_exceptions(mia: Run, as_ada: Callable[..., Any], tmp_path: Path) -> None:
    """Maps are entered one by one or from a file; what a kept map does not hold is an exception with suggestions."""
    mia("budget", "add-line", "24-001", "01.100", "L", "--amount", "1")
    as_ada("map", "set", "books", "cost_code", "xx", "02-200")
    found = mia("map", "exceptions", "24-001").document["exceptions"]
    assert [("cost_code", "01.100", 1, ["01-100"])] == [tuple(each.values()) for each in found]
    file = tmp_path / "map.csv"
    file.write_text("Kind,Ours,Theirs\ncost_code,01.100,01-100\n")
    assert 1 == as_ada("map", "load", "books", file)["entries"]
    as_ada("map", "remove", "books", "cost_code", "xx")
    assert [{"kind": "cost_code", "ours": "01.100", "theirs": "01-100"}] == as_ada("map", "list", "books")["entries"]
    assert [] == mia("map", "exceptions", "24-001").document["exceptions"]


def test_a_map_without_its_columns_is_refused(run: Run, tmp_path: Path) -> None:
    """A file that is no map names the columns that it lacks."""
    file = tmp_path / "map.csv"
    file.write_text("Kind,Mine\nunit,TON\n")
    ran = run("--as", "ada", "map", "load", "books", file, "--json")
    assert ["ours", "theirs"] == [fault["value"] for fault in ran.document["faults"]]
