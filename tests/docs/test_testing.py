"""The page on testing an adapter: its options are the suite's, and what it shows is carried out."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from acme_site import EXAMPLE, make_findable
from documents import ROOT, blocks
from tutorial import not_printed, steps

from erp_bridge_core.certificates import Evidence
from erp_bridge_core.conformance.sandbox import read_sandbox

PAGE = ROOT / "docs" / "vendors" / "testing.md"
Type = Callable[[str], subprocess.CompletedProcess[str]]


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Type:
    """Type a command of the page where Acme, a copy of it, is installed; its folder is `acme`."""
    shutil.copytree(EXAMPLE, tmp_path / "acme", ignore=shutil.ignore_patterns(".*", "__pycache__"))
    make_findable(tmp_path / "acme", tmp_path / "found", monkeypatch)
    path = os.pathsep.join([str(tmp_path / "acme"), str(tmp_path / "found")])
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    environment = {**kept, "PYTHONPATH": path, "COLUMNS": "200", "PYTHONDONTWRITEBYTECODE": "1"}
    (tmp_path / "work").mkdir()

    def run(command: str) -> subprocess.CompletedProcess[str]:
        arguments = [sys.executable, "-m", *shlex.split(command), "-p", "no:cacheprovider"]
        return subprocess.run(
            arguments, cwd=tmp_path / "work", env=environment, capture_output=True, text=True, check=False, timeout=300
        )

    return run


def test_the_table_has_the_suites_options() -> None:
    """Each option is there, in the order of `pytest --help`, and no other is."""
    command = [sys.executable, "-m", "pytest", "--help"]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
    section = told.partition("ERP Bridge's conformance suite:\n")[2].partition("\n\n")[0]
    offered = re.findall(r"^  (--[\w-]+)", section, re.MULTILINE)
    shown = re.findall(r"^\| `(--[\w-]+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)

    assert offered
    assert sorted(offered) == sorted(shown)


def test_the_failure_and_the_gap_are_real(typed: Type, tmp_path: Path) -> None:
    """The defect that the page shows fails as it shows; the gap that it declares lets the run pass."""
    (defect,) = (block.body.strip() for block in blocks(PAGE) if block.body.startswith("return "))
    file = tmp_path / "acme" / "erp_bridge_acme" / "entries.py"
    right = "return reference_prefix(self.client.erp, self.job) + effect.reference"
    text = file.read_text(encoding="utf-8")
    assert right in text
    file.write_text(text.replace(right, defect), encoding="utf-8")
    printed = ""
    for step in steps(PAGE):
        if step.act == "file":
            step.write(tmp_path / "work")
        elif step.act in {"run", "fails"}:
            (command,) = step.commands
            ran = typed(command)
            printed = ran.stdout
            assert (step.act == "run") is (ran.returncode == 0), printed + ran.stderr
        elif step.act == "prints":
            assert [] == not_printed(step.body, printed), printed


def test_the_fixtures_do_what_the_example_shows(typed: Type, tmp_path: Path) -> None:
    """The tests of the page pass as they stand, without `--erp`."""
    for step in steps(PAGE):
        if step.path == "test_site.py":
            step.write(tmp_path / "work")
    ran = typed("pytest -q test_site.py")

    assert 0 == ran.returncode, ran.stdout + ran.stderr
    assert "2 passed" in ran.stdout


def test_the_sandbox_can_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it stands, once the variable that it names is set."""
    monkeypatch.setenv("ACME_TOKEN", "s3cret")
    (step,) = (each for each in steps(PAGE) if each.path == "sandbox.toml")
    step.write(tmp_path)
    sandbox = read_sandbox(tmp_path / "sandbox.toml")

    assert (Evidence.LIVE, "24-001", {"Labor": "L"}) == (sandbox.evidence, sandbox.job, sandbox.maps["category"])
