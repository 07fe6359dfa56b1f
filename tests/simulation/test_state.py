"""The state file: durable, one transaction at a time, and never made by accident."""

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from erp_bridge_core.simulation import StateFile

SCHEMA = "CREATE TABLE IF NOT EXISTS note (text TEXT);"
KILLED = """
import sys
from pathlib import Path
from erp_bridge_core.simulation import StateFile
state = StateFile(Path(sys.argv[1]), "")
with state.writing() as connection:
    connection.execute("INSERT INTO note VALUES ('kept')")
with state.writing() as connection:
    connection.execute("INSERT INTO note VALUES ('lost')")
    print("inside", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def state(tmp_path: Path) -> StateFile:
    """Books with one table."""
    made = StateFile(tmp_path / "a" / "books.sqlite3", SCHEMA)
    made.create()
    return made


def notes(state: StateFile) -> list[str]:
    """What the books hold."""
    with state.reading() as connection:
        return [row["text"] for row in connection.execute("SELECT text FROM note")]


def test_keeps_what_a_transaction_wrote(state: StateFile) -> None:
    """A block that ends well is kept, and creating the file again changes nothing."""
    with state.writing() as connection:
        connection.execute("INSERT INTO note VALUES ('a')")
    state.create()
    assert ["a"] == notes(state)


def test_takes_back_what_raised(state: StateFile) -> None:
    """A block that raises leaves nothing behind."""

    def fail() -> None:
        with state.writing() as connection:
            connection.execute("INSERT INTO note VALUES ('a')")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert [] == notes(state)


def test_reading_can_not_write(state: StateFile) -> None:
    """Whoever reads can't change the books by mistake."""
    with state.reading() as connection, pytest.raises(sqlite3.OperationalError):
        connection.execute("INSERT INTO note VALUES ('a')")


def test_reading_sees_one_state(state: StateFile) -> None:
    """A reader's view stays the same while another commits."""
    with state.reading() as connection:
        assert 0 == connection.execute("SELECT count(*) FROM note").fetchone()[0]
        with state.writing() as other:
            other.execute("INSERT INTO note VALUES ('a')")
        assert 0 == connection.execute("SELECT count(*) FROM note").fetchone()[0]


def test_is_never_made_by_reading(tmp_path: Path) -> None:
    """Books that were never set up are an error, not empty books."""
    state = StateFile(tmp_path / "none.sqlite3", SCHEMA)
    with pytest.raises(FileNotFoundError), state.reading():
        pass
    assert [] == list(tmp_path.iterdir())


def test_survives_a_kill(state: StateFile) -> None:
    """After SIGKILL the committed note is there and the open transaction is not."""
    command = [sys.executable, "-c", KILLED, str(state.path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert b"inside\n" == process.stdout.readline()
        os.kill(process.pid, signal.SIGKILL)
    assert ["kept"] == notes(state)
