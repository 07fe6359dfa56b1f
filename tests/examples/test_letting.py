"""The comparison at the end of the letting's walk: it finds what it is there to find."""

import importlib.util
import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[2] / "examples" / "letting" / "letting.py"
JOB = "B-1"
HEADER = "ProjectID,Pay Item,Description,Unit,Extension,Job Desc"


def load() -> Any:
    """The script as a module."""
    spec = importlib.util.spec_from_file_location("letting", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


letting = load()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A letting of one line, and what report and books say of it: the same."""
    (tmp_path / "letting.csv").write_text(f"{HEADER}\n{JOB},01-100,Clearing,$,100.00,BRIDGE\n", encoding="utf-8")
    key = {"sub_job": "", "cost_code": "01-100", "category": "S"}
    costs = [{"key": key, "erp_original": "100.00", "erp_changes": "8.00"}]
    entry = {"key": key, "original": "100.00", "changes": "8.00", "original_entries": 1, "change_entries": 1}
    write(tmp_path / "report.json", {"report": {"jobs": [{"job": JOB, "costs": costs}]}})
    write(tmp_path / "ledger-1.json", {"job": JOB, "entries": [entry]})
    return tmp_path


def write(path: Path, value: Any) -> None:
    """Write a JSON document."""
    path.write_text(json.dumps(value), encoding="utf-8")


def compare(folder: Path, **entry: str | int) -> "subprocess.CompletedProcess[str]":
    """Compare, with the books' entry altered."""
    ledger = json.loads((folder / "ledger-1.json").read_text(encoding="utf-8"))
    ledger["entries"][0].update(entry)
    write(folder / "ledger-1.json", ledger)
    command = [sys.executable, str(SCRIPT), "compare", str(folder / "letting.csv"), str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_equal_books_are_told(folder: Path) -> None:
    """Equal figures leave with 0 and a sentence with the total."""
    ran = compare(folder)

    assert (0, "") == (ran.returncode, ran.stderr)
    assert "1 contracts, 1 lines, 108.00" in ran.stdout


@pytest.mark.parametrize("entry", [{"changes": "8.01"}, {"original": "200.00"}, {"original_entries": 2}])
def test_every_difference_is_found(folder: Path, entry: dict[str, str | int]) -> None:
    """A cent, a doubled amount, and an entry that was booked twice leave with 1, naming the job."""
    ran = compare(folder, **entry)

    assert 1 == ran.returncode
    assert JOB in ran.stderr


def test_no_books_are_no_proof(folder: Path) -> None:
    """Nothing to compare is not equality."""
    (folder / "ledger-1.json").unlink()
    command = [sys.executable, str(SCRIPT), "compare", str(folder / "letting.csv"), str(folder)]

    assert 1 == subprocess.run(command, capture_output=True, check=False).returncode


def test_a_key_that_is_missing_from_the_report_is_found(folder: Path) -> None:
    """A key of the books that the report lacks is a difference."""
    write(folder / "report.json", {"report": {"jobs": [{"job": JOB, "costs": []}]}})

    assert 1 == compare(folder).returncode


def test_changes_come_from_the_largest_lines() -> None:
    """Added scope on the largest line, and a transfer that nets to zero between the next two."""
    lines = [
        {"key": {"cost_code": code, "category": "S"}, "original": amount}
        for code, amount in (("1", "10.00"), ("2", "300.00"), ("3", "200.00"), ("4", "1000.00"))
    ]
    scope, transfer = letting.changes({"budget": {"lines": lines}})

    assert ("BC-001", "Added scope", "4", "S", "80.00") == scope
    assert ("2", "3") == (transfer[2], transfer[5])
    assert Decimal(0) == Decimal(transfer[4]) + Decimal(transfer[7])
