"""The suite is asked for a source as anybody asks pytest for it: one rule, a failure that says what to do, one kind."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from matrix import Defect, caught
from source_matrix import verdicts

from erp_bridge_core.certificates import Kind, Result, read_certificate
from erp_bridge_core.conformance.effort import Depth, Effort
from erp_bridge_core.conformance.manifest import SOURCE_IDS, manifest
from erp_bridge_core.conformance.rulebook import FOR_SOURCES
from erp_bridge_core.conformance.run import Run, Told
from erp_bridge_core.conformance.source_world.subject import find_source
from erp_bridge_core.scaffold import plan_plugin

_HERE = Path(__file__).parent


def _run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    command = [sys.executable, "-m", "pytest", "-c", os.devnull, "--rootdir", ".", "-q", "-p", "no:cacheprovider"]
    return subprocess.run(
        [*command, "--pyargs", "erp_bridge_core.conformance", *options],
        cwd=folder, env={**kept, "PYTHONPATH": str(_HERE)}, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def test_one_rule_of_a_correct_source_passes(tmp_path: Path) -> None:
    """No rule of adapters is collected beside it."""
    ran = _run(tmp_path, "--source", "planted_source.plugin:correct", "--case", "RDG-12")
    assert (0, True) == (ran.returncode, "1 passed" in ran.stdout), ran.stdout


def test_a_failure_names_rule_evidence_and_page(tmp_path: Path) -> None:
    """What a person can act on, and where to read on."""
    ran = _run(tmp_path, "--source", "planted_source.defects_reading:finds_any_project", "--case", "RDG-12")
    told = ran.stdout.partition("conformance of")[2]
    assert 1 == ran.returncode
    assert "RDG-12 A project that is not there is not found" in told
    assert "docs/vendors/source-rules/reading.md#rdg-12" in told


def test_a_source_that_can_not_be_loaded_is_told_and_nothing_else_is_run(tmp_path: Path) -> None:
    """The preflight names it; every other rule is not run, and the certificate is not written."""
    defect = "planted_source.defects_reading:lacks_a_hook"
    ran = _run(tmp_path, "--source", defect, "--certificate", "made.json")
    assert 1 == ran.returncode
    assert f"1 failed, {len(SOURCE_IDS) - 1} not run" in ran.stdout
    assert "lock_budget" in ran.stdout
    assert not (tmp_path / "made.json").exists()


def test_a_certificate_says_that_it_is_of_a_source() -> None:
    """With what it claims, and every rule of sources; it is read again as it was written."""
    adapter = find_source("planted_source.plugin:correct").adapter
    run = Run(rules=manifest(FOR_SOURCES), effort=Effort(depth=Depth.SAMPLE))
    for rule in SOURCE_IDS:
        run.tell(Told(rule=rule, result=Result.PASSED))
    made = run.certificate(adapter)
    assert made == read_certificate(made.to_json().encode())
    assert (Kind.SOURCE, "slate", False) == (made.kind, made.plugin, made.thorough)
    assert sorted(SOURCE_IDS) == [each.id for each in made.rules]
    assert sorted(adapter.profile.capabilities) == list(made.claims.capabilities)


def test_files_keep_every_rule_that_concerns_them(tmp_path: Path) -> None:
    """They are told nothing and ask nobody: what is left is that budgets are read whole, exactly, and the same."""
    found = verdicts(Defect(spec="files", what="nothing", caught_by=()), tmp_path, depth=Depth.GLANCE)
    ours = {id_ for id_, verdict in found.items() if verdict.result is Result.PASSED}
    others = {verdict.result for id_, verdict in found.items() if id_ not in ours}
    assert {
        "SRC-01", "SRC-02", "SRC-03", "SRC-04", "RDG-01", "RDG-02", "RDG-03", "RDG-04", "RDG-05", "RDG-06", "RDG-10",
        "RDG-12", "RDG-13", "BHV-03",
    } == ours, found  # fmt: skip
    assert {Result.NOT_APPLICABLE} == others, found


def test_a_source_that_was_just_made_keeps_every_rule_that_concerns_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `plugin new --source` makes it: what it claims is proved over its own simulator, through the product too."""
    plan = plan_plugin("sample9", directory=tmp_path, source=True)
    plan.write()
    monkeypatch.syspath_prepend(plan.folder)
    made = Defect(spec="erp_bridge_sample9.plugin", what="nothing", caught_by=())
    found = verdicts(made, tmp_path / "bench", depth=Depth.GLANCE)
    passed = {id_ for id_, verdict in found.items() if verdict.result is Result.PASSED}
    assert () == caught(found), {id_: found[id_].why for id_ in caught(found)}
    assert {f"RDG-{number:02}" for number in range(1, 14)} | {"SGN-02", "SGN-03", "PRD-01", "BHV-02"} <= passed


def test_an_adapter_and_a_source_are_two_runs(tmp_path: Path) -> None:
    """Both at once is a mistake of whoever typed it."""
    ran = _run(tmp_path, "--source", "one", "--erp", "other")
    assert 4 == ran.returncode
    assert "name one of them" in ran.stderr
