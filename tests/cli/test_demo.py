"""The command of the demo; what the demo does is proved in its own tests."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from command_runs import Run

from erp_bridge_core import demo
from erp_bridge_core.demo import DemoJob, DemoOptions, DemoResult


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the demo was asked for; `verified` decides how it ends."""
    asked: dict[str, Any] = {"verified": True}

    def run_demo(options: DemoOptions, *, say: Any) -> DemoResult:
        asked["options"] = options
        say("It begins.\x07")
        amounts = dict.fromkeys(("original_budget", "budget_changes", "revised_budget", "in_erp"), Decimal("1.00"))
        job = DemoJob(
            erp="memory", job="24-001", lines=1, state="synced", verified=asked["verified"], missing=0, duplicated=0,
            **amounts,
        )  # fmt: skip
        return DemoResult(home=options.home, jobs=(job,))

    monkeypatch.setattr(demo, "run_demo", run_demo)
    return asked


def test_options_reach_the_demo(asked: dict[str, Any], run: Run, home: Path, tmp_path: Path) -> None:
    """File, columns, filter, defaults, duplicates and job are handed on; the answer is one document."""
    options = ["--budget", tmp_path / "b.csv", "--column", "job=Contract", "--where", "Bidder=1", "--default"]
    ran = run("demo", *options, "category=S", "--duplicates", "sum", "--job", "R-1", "--json")
    assert (0, "1.00") == (ran.status, ran.document["jobs"][0]["in_erp"])
    given = asked["options"]
    assert (home, tmp_path / "b.csv", "sum", "R-1") == (given.home, given.budget, given.duplicates, given.job)
    assert (["job=Contract"], ["Bidder=1"], ["category=S"]) == tuple(
        list(each) for each in (given.columns, given.where, given.defaults)
    )


def test_people_read_along(asked: dict[str, Any], run: Run) -> None:
    """The story is told while it happens, as data."""
    assert "It begins.\\x07\n" == run("demo").out


def test_a_demo_that_does_not_verify_leaves_with_5(asked: dict[str, Any], run: Run) -> None:
    """A job that is not proved to be in the ERP is a mismatch."""
    asked["verified"] = False
    assert 5 == run("demo").status


def test_a_demo_stays_out_of_the_default_home(asked: dict[str, Any], bare: Run) -> None:
    """Without a home it takes a folder of its own."""
    bare("demo")
    assert "demo" in asked["options"].home.name


def test_a_port_without_serving_is_refused(asked: dict[str, Any], run: Run) -> None:
    """It would have no meaning."""
    assert 2 == run("demo", "--port", "8000").status
    assert "options" not in asked


def test_a_served_demo_takes_no_budget(run: Run, tmp_path: Path) -> None:
    """It shows projects of its own."""
    refused = run("demo", "--serve", "--budget", tmp_path / "b.csv", "--source", "procore")
    assert (2, True) == (refused.status, "Leave --budget, --source out" in refused.err)
