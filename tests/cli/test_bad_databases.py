"""A database that is not ours to use: every door says so, with what to do, and leaves it as it is."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from command_runs import Run
from newer_program import install_newer

from erp_bridge_core.installation import Paths

DOORS = (
    ("--as", "ada", "project", "list"),
    ("worker", "--once"),
    ("worker",),
    ("serve", "--port", "0"),
    ("audit", "check"),
    ("db", "backup", "never.zip"),
    ("db", "upgrade"),
)


def refusals(run: Run) -> dict[str, str]:
    """What each door says; every one has to refuse as storage, with a remedy."""
    told = {}
    for door in DOORS:
        ran = run(*door, "--json")
        assert (4, "storage") == (ran.status, ran.document["error"]), f"{door}: {ran.out}"
        assert ran.document["remedy"], door
        told[" ".join(door)] = ran.document["message"]
    checked = run("db", "check", "--json")
    assert 4 == checked.status
    told["db check"] = " ".join(each["message"] for each in checked.document["looked"] if each["standing"] == "failed")
    return told


def write(home: Path, statement: str) -> None:
    """Write to the database as nobody should."""
    with closing(sqlite3.connect(Paths(home=home).database)) as connection:
        connection.execute(statement)
        connection.commit()


def content(home: Path) -> object:
    """What the database holds: its statements, or its bytes where it is none."""
    database = Paths(home=home).database
    if not database.exists():
        return None
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        try:
            return tuple(connection.iterdump())
        except sqlite3.DatabaseError:
            return database.read_bytes()


def is_newer(home: Path) -> None:
    """A newer program wrote it."""
    write(home, "UPDATE alembic_version SET version_num = '9999'")


def is_anothers(home: Path) -> None:
    """It is a database of something else."""
    Paths(home=home).database.unlink()
    write(home, "CREATE TABLE songs (id INTEGER PRIMARY KEY)")


def is_empty(home: Path) -> None:
    """Nothing is in it."""
    Paths(home=home).database.write_bytes(b"")


def is_rubbish(home: Path) -> None:
    """It is no database."""
    Paths(home=home).database.write_bytes(b"No database, but long enough to be one. " * 500)


def is_gone(home: Path) -> None:
    """It is not there."""
    Paths(home=home).database.unlink()


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (is_newer, "a newer one wrote it"),
        (is_anothers, "holds no tables of ERP Bridge"),
        (is_empty, "holds no tables of ERP Bridge"),
        (is_rubbish, "not a database"),
        (is_gone, "erp-bridge.db missing"),
    ],
)
def test_every_door_says_what_the_database_is(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch, *, harm: Callable[[Path], None], words: str
) -> None:
    """Its content is as it was, and no file of a backup appears."""
    monkeypatch.chdir(home.parent)
    harm(home)
    before = content(home)
    told = refusals(run)

    assert {} == {door: message for door, message in told.items() if words not in message}
    assert before == content(home)
    assert not (home.parent / "never.zip").exists()


def test_every_door_but_the_upgrade_waits_for_it(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An older database names the command, and works again after it."""
    monkeypatch.chdir(tmp_path)
    install_newer(tmp_path, monkeypatch)
    for door in DOORS[:-1]:
        ran = run(*door, "--json")
        assert (4, "storage") == (ran.status, ran.document["error"])
        assert "`erp-bridge db upgrade`" in ran.document["remedy"]

    assert 0 == run("db", "upgrade").status
    assert 0 == run(*DOORS[0]).status


@contextmanager
def write_protected(path: Path) -> Iterator[None]:
    """Nobody may write a file or a folder: by its mode, and for root, whom no mode stops, by an attribute."""
    if os.geteuid() != 0:
        mode = path.stat().st_mode
        path.chmod(mode & ~0o222)
        try:
            yield
        finally:
            path.chmod(mode)
        return
    chattr = shutil.which("chattr")
    if chattr is None or subprocess.run([chattr, "+i", path], capture_output=True, check=False).returncode:
        pytest.skip("root can't be kept from writing here")
    try:
        yield
    finally:
        subprocess.run([chattr, "-i", path], check=True)


@pytest.mark.parametrize("name", ["erp-bridge.db", "."])
def test_a_read_only_file_or_folder_is_told(
    run: Run, home: Path, tmp_path: Path, *, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """On opening, by every door, and not at the first act; afterwards the home works."""
    monkeypatch.chdir(tmp_path)
    with write_protected(home / name):
        told = refusals(run)

    assert {} == {door: message for door, message in told.items() if "can't be written" not in message}
    assert 0 == run(*DOORS[0]).status


@pytest.mark.rule("L14")
def test_a_network_share_is_told_by_every_door(
    run: Run, bare: Run, home: Path, tmp_path: Path, *, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The home's own doors, and those that would make a home there."""
    backup = tmp_path / "backup.zip"
    assert 0 == run("db", "backup", backup, "--with-key").status
    monkeypatch.chdir(tmp_path)
    mounts = tmp_path / "mounts"
    mounts.write_text(f"1 0 0:1 / {tmp_path} rw - nfs4 server:/export rw\n")
    monkeypatch.setattr("erp_bridge_core.store.location.MOUNTS", mounts)
    told = refusals(run)
    for door in (("db", "restore", backup), ("init", "--company", "x", "--login", "a", "--name", "A", "--demo")):
        ran = bare("--home", tmp_path / "new", *door, "--json")
        assert 4 == ran.status
        told[" ".join(map(str, door))] = ran.document["message"]

    assert {} == {door: message for door, message in told.items() if "network share (nfs4)" not in message}
    assert not (tmp_path / "new").exists()
