"""All faults can be written to a file that is safe to open."""

import csv

import pytest

from erp_bridge_core.contract.errors import BadInput
from erp_bridge_core.sources import Limits, read_budget


@pytest.fixture
def path(tmp_path):
    """Where the file of these tests stands."""
    return tmp_path / "b.csv"


def written(tmp_path):
    """The rows of the file of faults."""
    with (tmp_path / "faults.csv").open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream))


@pytest.mark.rule("B8")
def test_every_fault_is_written_with_its_row(path, tmp_path):
    """Faults beyond those in memory, and each row of a repeated key, stand in the file with the row's own cells."""
    path.write_text("Cost Code,Amount\n1,x\n2,5\n3,y\n2,6\n4,z\n")
    with read_budget(path, limits=Limits(faults=1)) as budget:
        assert 5 == budget.write_faults(tmp_path / "faults.csv")

    header, *rows = written(tmp_path)
    assert ["Cost Code", "Amount"] == header[-2:]
    assert [("2", "1", "x"), ("3", "2", "5"), ("4", "3", "y"), ("5", "2", "6"), ("6", "4", "z")] == [
        (row[0], *row[-2:]) for row in rows
    ]


@pytest.mark.rule("X3")
def test_the_file_of_faults_runs_nothing(path, tmp_path):
    """Cells that would be formulas or steer a terminal are neither in the file."""
    path.write_text('Cost Code,Description,Amount\n1,"=cmd|x\x1b[0m",=1+1\n')
    with read_budget(path) as budget:
        budget.write_faults(tmp_path / "faults.csv")

    cells = [cell for row in written(tmp_path) for cell in row]
    assert "'=cmd|x\\x1b[0m" in cells
    assert not [cell for cell in cells if cell.startswith("=") or "\x1b" in cell]


def test_a_file_that_changed_is_told(path, tmp_path):
    """The file of faults is not written from another file than the one that was judged."""
    path.write_text("Cost Code,Amount\n1,x\n")
    with read_budget(path) as budget:
        path.write_text("Cost Code,Amount\n9,x\n")

        with pytest.raises(BadInput, match="has changed"):
            budget.write_faults(tmp_path / "faults.csv")

    assert ["b.csv"] == [found.name for found in tmp_path.iterdir()]


def test_a_file_that_got_shorter_is_told(path, tmp_path):
    """A file that lost its bad rows since is another file."""
    path.write_text("Cost Code,Amount\n1,1\n2,x\n")
    with read_budget(path) as budget:
        path.write_text("Cost Code,Amount\n1,1\n")

        with pytest.raises(BadInput, match="has changed"):
            budget.write_faults(tmp_path / "faults.csv")


def test_faults_of_a_file_that_breaks_off_are_written(path, tmp_path):
    """A file that can't be read to its end still gives its faults."""
    path.write_text('Cost Code,Amount\n1,x\n"2,5\n')
    with read_budget(path) as budget:
        assert 2 == budget.write_faults(tmp_path / "faults.csv")

    assert [("", ""), ("2", "1")] == [(row[0], row[7] if len(row) > 7 else "") for row in written(tmp_path)[1:]]


def test_a_wrong_byte_deep_in_the_file_is_told_with_its_place(path):
    """A byte that is not of the encoding is a fault like others, found while reading on."""
    path.write_bytes(b"Cost Code,Amount\n" + b"".join(b"%d,1\n" % row for row in range(200_000)) + b"\xff,1\n")
    with read_budget(path) as budget:
        assert [f"b.csv byte {path.stat().st_size - 4:,}"] == [fault.where for fault in budget.faults]
        assert "" == budget.facts.sha256
