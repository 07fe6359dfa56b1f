"""Upgrading a home's database after a newer program was installed."""

import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from command_runs import Run
from databases import backup, write_beside
from newer_program import install_newer
from sqlalchemy import inspect, text

from erp_bridge_core.installation import open_store


def ask(home: Path, question: str) -> list[object]:
    """The first column of what the home's database answers."""
    store = open_store(home)
    try:
        with store.read() as connection:
            return list(connection.execute(text(question)).scalars())
    finally:
        store.close()


@pytest.fixture
def newer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A newer program is installed."""
    install_newer(tmp_path, monkeypatch)


def test_an_older_home_is_upgraded_as_the_message_says(run: Run, home: Path, newer: None) -> None:
    """Every command names `db upgrade`; it tells from and to without a sign-in, and then the home works again."""
    refused = run("--as", "ada", "project", "list", "--json")
    done = run("db", "upgrade", "--json")

    assert (4, "storage") == (refused.status, refused.document["error"])
    assert "`erp-bridge db upgrade`" in refused.document["remedy"]
    assert (0, "0001", "0002") == (done.status, done.document["upgraded"]["was"], done.document["upgraded"]["now"])
    assert 0 == run("--as", "ada", "project", "list").status
    assert [] == ask(home, "SELECT id FROM later")


@pytest.mark.rule("X1")
def test_an_upgrade_is_in_the_audit_trail(run: Run, as_ada: Callable[..., Any], newer: None) -> None:
    """The trail says from which version to which, and is whole."""
    run("db", "upgrade")
    (entry,) = as_ada("audit", "show", "--verb", "upgrade installation")["entries"]

    assert ("0001", "0002") == (entry["from_state"], entry["to_state"])
    assert 0 == run("--as", "ada", "audit", "check").status


def test_a_home_of_this_version_is_left_alone(run: Run, as_ada: Callable[..., Any]) -> None:
    """Nothing is done and nothing is recorded."""
    done = run("db", "upgrade")

    assert (0, True) == (done.status, "already" in done.out)
    assert [] == as_ada("audit", "show", "--verb", "upgrade installation")["entries"]


def test_people_are_told_from_and_to(run: Run, newer: None) -> None:
    """The sentence names both versions."""
    assert "from version 0001 to 0002" in run("db", "upgrade").out


def test_a_newer_home_is_refused(run: Run, home: Path) -> None:
    """What a newer program wrote is left as it is, with 4."""
    write_beside(home, "UPDATE alembic_version SET version_num = '9999'")
    ran = run("db", "upgrade", "--json")

    assert (4, "storage") == (ran.status, ran.document["error"])
    assert "newer" in ran.document["message"]
    assert ["9999"] == ask(home, "SELECT version_num FROM alembic_version")


def test_an_upgrade_that_fails_changes_nothing(
    run: Run, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is one transaction: version and tables are as before, and the error is storage."""
    install_newer(tmp_path, monkeypatch, more='op.execute("CREATE TABLE items (id INTEGER)")')
    ran = run("db", "upgrade", "--json")

    assert (4, "storage") == (ran.status, ran.document["error"])
    assert ["0001"] == ask(home, "SELECT version_num FROM alembic_version")
    with closing(open_store(home)) as store, store.read() as connection:
        assert not inspect(connection).has_table("later")


def test_there_must_be_a_home(bare: Run, tmp_path: Path) -> None:
    """A folder without a home is storage, too."""
    ran = bare("--home", tmp_path / "nowhere", "db", "upgrade", "--json")
    assert (4, "storage") == (ran.status, ran.document["error"])


@pytest.mark.rule("L16")
def test_an_older_copy_is_frozen_by_its_upgrade(
    run: Run, home: Path, tmp_path: Path, *, as_ada: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A restored backup that is upgraded at once is still told from the current database."""
    with closing(open_store(home)) as store:
        put_back = backup(store)
        as_ada("person", "add", "mia", "--name", "Mia")
        put_back()
    install_newer(tmp_path, monkeypatch)

    assert 0 == run("db", "upgrade").status
    assert ["the audit trail ends"] == [str(why)[:20] for why in ask(home, "SELECT frozen_because FROM installation")]


def test_an_upgrade_waits_until_nobody_has_the_database_open(run: Run, home: Path, newer: None) -> None:
    """A server of the older program, with a worker or without, is told of, and nothing is done."""
    store = open_store(home)
    with store.read() as connection:
        connection.execute(text("SELECT 1"))
    refused = run("db", "upgrade", "--json")
    store.close()

    assert (1, "not_possible_now") == (refused.status, refused.document["error"])
    assert ["0001"] == ask(home, "SELECT version_num FROM alembic_version")
    assert 0 == run("db", "upgrade").status


@pytest.mark.sqlite
@pytest.mark.skipif(not Path("/proc/locks").exists(), reason="only Linux tells who holds a lock")
def test_who_has_the_database_open_is_named(run: Run, home: Path, newer: None) -> None:
    """By the number of its process, as whoever is to end it needs it."""
    reading = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT * FROM tasks'); print(); input()"
    )
    command = [sys.executable, "-c", reading, home / "erp-bridge.db"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        refused = run("db", "upgrade", "--json")
        other.kill()

    assert f"open: process {other.pid}." in refused.document["message"]


@pytest.mark.sqlite
def test_the_database_as_it_was_is_kept(run: Run, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The backup made before is told, and the older program restores it: that is the way back."""
    with monkeypatch.context() as patch:
        install_newer(tmp_path, patch)
        upgraded = run("db", "upgrade", "--json").document["upgraded"]
    restored = run("db", "restore", upgraded["backup"])

    assert 0 == restored.status, restored.err
    assert ["0001"] == ask(home, "SELECT version_num FROM alembic_version")
    assert 0 == run("--as", "ada", "project", "list").status


def test_without_a_backup_there_is_no_upgrade(run: Run, home: Path, newer: None) -> None:
    """Where it can't be written, the database stays as it is."""
    (home / "backups").write_text("a file in the way")
    refused = run("db", "upgrade", "--json")

    assert (4, "storage") == (refused.status, refused.document["error"])
    assert ["0001"] == ask(home, "SELECT version_num FROM alembic_version")
