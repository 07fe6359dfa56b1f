"""The demo with a budget source: asked for there, carried into each ERP, and told there."""

import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from erp_bridge_core.app import Application
from erp_bridge_core.contract.errors import PluginError
from erp_bridge_core.demo import DemoOptions, run_demo
from erp_bridge_core.demo.source_walk import REASON

SOURCE = "procore"


def silent(text: str) -> None:
    """Say nothing."""


@pytest.mark.parametrize(("erp", "heard_by"), [("cmic", "hint"), ("sage300", "poll")])
def test_a_budget_goes_from_the_source_into_the_erp_and_back(
    tmp_path: Path, erp: str, heard_by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three books agree to the cent; a change travels alone; the approver's reason is read at the source.

    Where nothing is installed that listens, requests are found by looking.
    """
    if heard_by == "poll":
        monkeypatch.setattr("erp_bridge_core.demo.receiving.find_spec", lambda _: None)
    told: list[str] = []
    result = run_demo(DemoOptions(home=tmp_path / "home", source=SOURCE, erp=erp), say=told.append)

    (job,) = result.jobs
    assert job.source is not None
    assert result.is_good, told
    assert {job.in_erp} == {job.source.synced, job.source.accepted, job.revised_budget}
    budget, change, rejected = job.source.requests
    assert (("create", "update", "update"), (1, 1)) == (
        (budget.kind, change.kind, rejected.kind), (change.lines, rejected.lines)
    )  # fmt: skip
    assert [heard_by] * 3 == [each.heard_by for each in job.source.requests]
    assert ["success", "success", "failed"] == [each.status for each in job.source.requests]
    assert any(REASON in message for message in rejected.messages)
    with Application.open(result.home) as application:
        assert application.audit.check().sound


def test_its_answer_is_one_document(tmp_path: Path) -> None:
    """With `--json`, what the source holds too, on an ERP whose warnings somebody acknowledges; amounts are text."""
    command = [sys.executable, "-m", "erp_bridge_core", "demo", "--home", str(tmp_path / "home"), "--json"]
    ran = subprocess.run(
        [*command, "--source", SOURCE, "--erp", "spectrum"], capture_output=True, text=True, check=True
    )
    (job,) = json.loads(ran.stdout)["jobs"]
    assert job["in_erp"] == job["source"]["synced"]
    assert Decimal(job["source"]["synced"]) > 0
    assert ["procore", 0, 3] == [job["source"]["name"], job["source"]["told_falsely"], len(job["source"]["requests"])]


def test_a_source_that_is_not_installed_is_named(tmp_path: Path) -> None:
    """As an ERP that is not."""
    with pytest.raises(PluginError, match="elsewhere"):
        run_demo(DemoOptions(home=tmp_path / "home", source="elsewhere"), say=silent)
