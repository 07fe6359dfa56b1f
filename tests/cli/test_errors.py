"""How commands end badly."""

import errno
import json
from pathlib import Path

import click
import pytest
from sqlalchemy.exc import DatabaseError, IntegrityError

from erp_bridge_core.cli.errors import explain, report, wants_json
from erp_bridge_core.contract import errors as tree
from erp_bridge_core.contract.errors import BadInput, ErpBridgeError, ErpRefused, Fault

STATUSES = {
    tree.BadInput: 1,
    tree.NotAllowed: 1,
    tree.NotPossibleNow: 1,
    tree.UsageError: 2,
    tree.BadSettings: 2,
    tree.PluginError: 2,
    tree.ErpError: 3,
    tree.NotSent: 3,
    tree.Doubtful: 3,
    tree.StorageError: 4,
    tree.Frozen: 4,
    tree.OutcomeUnknown: 5,
    tree.Mismatch: 5,
}


@pytest.mark.parametrize(("kind", "status"), STATUSES.items())
def test_each_error_has_its_status(kind: type[ErpBridgeError], status: int, capsys: pytest.CaptureFixture[str]) -> None:
    """The exit status follows the table."""
    assert status == report(kind("It happened."), as_json=False)
    assert "Error: It happened.\n" == capsys.readouterr().err


def test_an_error_is_one_json_document(capsys: pytest.CaptureFixture[str]) -> None:
    """With `--json` an error has the documented shape, on standard output."""
    fault = Fault("row 3, amount", "not a number", value="12,0O", expected="digits", rule="B1", remedy="Correct it.")
    report(BadInput("Bad file.", remedy="Correct it.", faults=[fault], details={"rows": 3}), as_json=True)
    shown = json.loads(capsys.readouterr().out)
    assert {"error", "message", "remedy", "whose", "faults", "details"} == set(shown)
    assert "12,0O" == shown["faults"][0]["value"]


def test_people_read_every_fault_and_the_remedy(capsys: pytest.CaptureFixture[str]) -> None:
    """Message, faults with value, expectation and rule, and what to do stand on standard error."""
    fault = Fault("row 3", "not a number", value="12,0O", expected="digits", rule="B1")
    report(BadInput("Bad file.", remedy="Correct it.", faults=[fault]), as_json=False)
    assert (
        "Error: Bad file.\n  - row 3: not a number: '12,0O' (expected digits) [B1]\nWhat to do: Correct it.\n"
        == capsys.readouterr().err
    )


@pytest.mark.rule("X3")
def test_an_erps_words_are_data(capsys: pytest.CaptureFixture[str]) -> None:
    """Terminal codes in an ERP's answer are shown, not obeyed; what they mean stands beside."""
    report(ErpRefused("no\x1b[2J", meaning="The job is closed."), as_json=False)
    shown = capsys.readouterr().err
    assert "\x1b" not in shown
    assert "The job is closed." in shown


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        PermissionError(errno.EACCES, "Permission denied"),
        DatabaseError("SELECT", {}, Exception("disk image is malformed")),
    ],
)
def test_the_hosts_troubles_are_storage(error: Exception, tmp_path: Path) -> None:
    """A full disk, a forbidden folder and a damaged database are told as the host's, with status 4."""
    assert ("storage", 4) == (explain(error, home=tmp_path).code, explain(error, home=tmp_path).exit_status)


def test_a_broken_constraint_is_a_defect(tmp_path: Path) -> None:
    """What the database refuses because we asked wrongly is not told as the host's."""
    assert "defect" == explain(IntegrityError("INSERT", {}, Exception("UNIQUE")), home=tmp_path).code


def test_a_defect_is_ours_and_logged(tmp_path: Path) -> None:
    """What nobody foresaw is told as our defect; the details are in a log in the home."""
    told = explain(ZeroDivisionError("oops"), home=tmp_path)
    log = tmp_path / "logs" / "errors.log"
    assert ("defect", 1, "ours") == (told.code, told.exit_status, told.whose)
    assert str(log) in told.remedy
    assert "ZeroDivisionError: oops" in log.read_text()


def test_a_defect_without_a_home_is_still_told(tmp_path: Path) -> None:
    """Where there is no home, no folder is made for a log."""
    explain(ZeroDivisionError(), home=tmp_path / "none")
    assert [] == list(tmp_path.iterdir())


def test_bad_usage_names_the_help(tmp_path: Path) -> None:
    """What click refuses is bad usage, with the help to read."""
    context = click.Context(click.Command("show"), info_name="show")
    told = explain(click.UsageError("No such option.", ctx=context), home=tmp_path)
    assert (2, "See `show --help`.") == (told.exit_status, told.remedy)


def test_stopping_is_told(tmp_path: Path) -> None:
    """A person who stops a command learns how exports go on."""
    assert "export resume" in explain(KeyboardInterrupt(), home=tmp_path).remedy


def test_json_is_seen_in_arguments_that_cannot_be_read() -> None:
    """`--json` counts wherever it stands."""
    assert wants_json(["nonsense", "--json"])
    assert not wants_json(["nonsense"])
