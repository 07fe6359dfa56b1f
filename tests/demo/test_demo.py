"""The demo: the default story, any file, and what it says when a file is bad or a folder is taken."""

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from erp_bridge_core.app import Application
from erp_bridge_core.contract.errors import BadInput, NotFound, StorageError
from erp_bridge_core.demo import DemoOptions, run_demo
from erp_bridge_core.demo.changing import derive_changes
from erp_bridge_core.exports.status import ExportState

ROOT = Path(__file__).parents[2]
LETTING = ROOT / "examples" / "letting" / "indot-2026-04-08.csv"


def rows_of(path: Path) -> list[list[str]]:
    """Every row of a CSV file."""
    with path.open(newline="") as file:
        return list(csv.reader(file))


def silent(text: str) -> None:
    """Say nothing."""


def test_the_default_story_ends_with_every_line_once_in_the_erp_and_verified(tmp_path: Path) -> None:
    """One contract goes through twice in each ERP, whose own books hold each line once, to the cent."""
    told: list[str] = []
    result = run_demo(DemoOptions(home=tmp_path / "home"), say=told.append)
    jobs = [job.to_json() for job in result.jobs]
    assert ["cmic", "sage300", "spectrum"] == [job["erp"] for job in jobs]
    for job in jobs:
        assert ("synced", True, 0, 0) == (job["state"], job["verified"], job["missing"], job["duplicated"])
        assert job["revised_budget"] == job["in_erp"]
        assert Decimal("1431388.90") == Decimal(job["original_budget"])
        assert job["verified_by"]
    story = "\n".join(told)
    assert "takes no sub jobs" in story
    for part in (": posted by hand", "Taken: ", "Sent again to ERP", "Job Costs Report"):
        assert part in story


def test_the_database_it_leaves_agrees_with_what_it_printed(tmp_path: Path) -> None:
    """Status, the report and the audit trail of the home say the same as the demo, after it has ended."""
    result = run_demo(DemoOptions(home=tmp_path / "home", erp="sage300"), say=silent)
    with Application.open(tmp_path / "home") as application:
        controller = application.people.actor_as("controller", "demo", "tester")
        status = application.exports.status(controller, 2)
        report = application.reports.job_costs(controller)
        assert ExportState.COMPLETE == status.state
        assert result.jobs[0].in_erp == report.jobs[0].total.erp
        assert application.audit.check().sound


def test_any_file_runs_and_one_job_of_it_can_be_chosen(tmp_path: Path) -> None:
    """The letting's own file, unsplit, one of its 24 contracts; repeated pay items are summed on request."""
    options = DemoOptions(
        home=tmp_path / "home", budget=LETTING, defaults=["category=S"], duplicates="sum", job="T -41765-A"
    )
    jobs = run_demo(options, say=silent).jobs
    assert 3 == len(jobs)
    assert {(True, 0, 0)} == {(job.verified, job.missing, job.duplicated) for job in jobs}


def test_codes_that_do_not_fit_the_erp_are_mapped(tmp_path: Path) -> None:
    """Long jobs, categories, units and cost codes get codes of the ERP's own, and the budget still arrives whole."""
    path = tmp_path / "budget.csv"
    path.write_text(
        "Project,Extra,Cost Code,Cost Type,Description,UOM,Amount\n"
        "A project with a long name,Phase number one,01-100-a-long-code,Subcontract,x,BUSHEL,100.00\n"
        "A project with a long name,,01-100-a-long-code-too,Machinery,y,SQUARE YARDS,(25.50)\n",
        encoding="utf-8",
    )
    jobs = run_demo(DemoOptions(home=tmp_path / "home", budget=path), say=silent).jobs
    assert [(2, True, 0, 0)] * 3 == [(job.lines, job.verified, job.missing, job.duplicated) for job in jobs]
    assert {Decimal("74.50")} == {job.original_budget for job in jobs}


def test_a_bad_file_is_told_whole_and_leaves_no_connection_behind(tmp_path: Path) -> None:
    """Every bad row at once, and nothing was exported."""
    path = tmp_path / "budget.csv"
    path.write_text('Cost Code,Category,Amount\n01-100,L,"12,0O"\n01-200,L,1e400\n', encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        run_demo(DemoOptions(home=tmp_path / "home", budget=path), say=silent)
    assert 2 == len(caught.value.faults)


def test_a_job_that_the_file_lacks_is_named(tmp_path: Path) -> None:
    """`--job` names a job of the file, or nothing runs."""
    options = DemoOptions(home=tmp_path / "home", budget=LETTING, defaults=["category=S"], duplicates="sum", job="X")
    with pytest.raises(NotFound, match="no job 'X'"):
        run_demo(options, say=silent)


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    """A demo replaces an earlier demo, and nothing else."""
    (tmp_path / "letter.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(StorageError, match="other than a demo"):
        run_demo(DemoOptions(home=tmp_path), say=silent)
    assert "dear" == (tmp_path / "letter.txt").read_text(encoding="utf-8")


def test_a_demo_replaces_an_earlier_demo(tmp_path: Path) -> None:
    """Run again, it starts afresh in the same folder."""
    for _ in range(2):
        result = run_demo(DemoOptions(home=tmp_path / "home", erp="sage300"), say=silent)
    assert result.is_good


def test_the_packaged_contract_is_the_lettings() -> None:
    """The rows that travel in the wheel are the public record's, unchanged."""
    packaged, letting = rows_of(ROOT / "erp_bridge_core" / "demo" / "contract.csv"), rows_of(LETTING)
    contract = [row for row in letting if row[letting[0].index("ProjectID")] == "B -40891-A"]
    assert [letting[0], *contract] == packaged


def test_the_same_budget_gives_the_same_changes() -> None:
    """Changes are derived, not drawn: three, one of them a transfer that nets to zero."""
    from erp_bridge_core.contract.budget import LineKey
    from erp_bridge_core.demo.budgets import DemoLine

    lines = [
        DemoLine(key=LineKey("", f"0{number}", "L"), description="", unit="", amount=Decimal(number * 1000))
        for number in range(1, 6)
    ]
    plans = derive_changes(lines)
    assert plans == derive_changes(reversed(lines))
    assert [Decimal("400.00"), Decimal(0), Decimal("-60.00")] == [
        sum((amount for _, amount in plan.moves), Decimal(0)) for plan in plans
    ]
