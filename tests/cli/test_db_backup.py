"""A backup: all of the database at one moment, in one file that is right, without a secret, and never half of it."""

import json
import os
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from command_runs import Run
from full_disk import no_file_longer_than

from erp_bridge_core.app import Application
from erp_bridge_core.installation import Paths
from erp_bridge_core.upkeep.archive import Archive, reading


def rows(archive: Archive, table: str) -> list[dict[str, Any]]:
    """A table's rows in a backup."""
    entry = archive.tables()[table]
    return [dict(zip(entry.shape.names, json.loads(line), strict=True)) for line in archive.lines(entry)]


def test_a_backup_is_one_private_file_that_is_told(run: Run, home: Path, tmp_path: Path) -> None:
    """It says what it holds, only its owner reads it, and nothing else lies beside it."""
    folder = tmp_path / "backups"
    folder.mkdir()
    made = run("db", "backup", folder / "monday.zip", "--json")

    assert 0 == made.status
    told = made.document["backup"]
    with reading(folder / "monday.zip") as archive:
        assert (archive.manifest.rows, len(archive.manifest.tables)) == (told["rows"], told["tables"])
        assert ["ada"] == [row["login"] for row in rows(archive, "people")]
    assert (0o600, False, []) == (
        stat.S_IMODE((folder / "monday.zip").stat().st_mode), told["with_key"], told["audit_faults"]
    )  # fmt: skip
    assert ["monday.zip"] == [path.name for path in folder.iterdir()]


def test_nothing_is_overwritten(run: Run, tmp_path: Path) -> None:
    """A file of that name stays as it is, and so does what a link leads to."""
    taken, link = tmp_path / "taken.zip", tmp_path / "link.zip"
    taken.write_text("mine")
    link.symlink_to(tmp_path / "nowhere.zip")

    for path in (taken, link):
        refused = run("db", "backup", path, "--json")
        assert (4, "storage") == (refused.status, refused.document["error"])
    assert "mine" == taken.read_text()
    assert not (tmp_path / "nowhere.zip").exists()


def test_a_disk_that_is_full_leaves_nothing(run: Run, tmp_path: Path) -> None:
    """Half a backup is none: it has no name, and the next one is made where there is room."""
    folder = tmp_path / "backups"
    folder.mkdir()
    with no_file_longer_than(4096):
        refused = run("db", "backup", folder / "monday.zip", "--json")

    assert (4, "storage") == (refused.status, refused.document["error"])
    assert [] == list(folder.iterdir())
    assert 0 == run("db", "backup", folder / "monday.zip").status


def test_what_the_disk_kept_wrongly_has_no_name(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A backup is read again before anybody takes it for one."""
    folder = tmp_path / "backups"
    folder.mkdir()
    sync = os.fsync

    def keep_wrongly(handle: int) -> None:
        if os.fstat(handle).st_size > 1000 and os.pread(handle, 2, 0) == b"PK":
            os.pwrite(handle, b"\xff\xff\xff\xff", 80)
        sync(handle)

    monkeypatch.setattr("erp_bridge_core.upkeep.archive.os.fsync", keep_wrongly)
    refused = run("db", "backup", folder / "monday.zip", "--json")

    assert (4, "storage") == (refused.status, refused.document["error"])
    assert [] == list(folder.iterdir())


@pytest.mark.rule("X4")
def test_no_secret_and_no_key_is_in_a_backup(
    run: Run, home: Path, tmp_path: Path, *, as_ada: Callable[..., Any]
) -> None:
    """Neither a password, a token nor the audit key is in any byte of it, unless the key is asked for."""
    words = "seven canaries sing in the mine"
    run("person", "password", "ada", "--password-stdin", stdin=f"{words}\n")
    (home / "secrets" / "canary").write_text(words)
    token = as_ada("person", "token", "schedule", "--verb", "read", "--days", "7")["token"]
    key = Paths(home=home).audit_key.read_bytes()
    secrets = [words.encode(), str(token).encode(), key, key.hex().encode()]

    for name, options in (("plain.zip", []), ("with-key.zip", ["--with-key"])):
        assert 0 == run("db", "backup", tmp_path / name, *options).status
    found = {}
    for name in ("plain.zip", "with-key.zip"):
        with zipfile.ZipFile(tmp_path / name) as archive:
            content = b"".join(archive.read(member) for member in archive.namelist())
        found[name] = [secret for secret in secrets if secret in content]

    assert {"plain.zip": [], "with-key.zip": [key]} == found


@pytest.mark.rule("X1")
def test_a_backup_is_in_the_audit_trail(run: Run, tmp_path: Path, as_ada: Callable[..., Any]) -> None:
    """Somebody who carries all of it away is seen."""
    run("db", "backup", tmp_path / "monday.zip")

    (entry,) = as_ada("audit", "show", "--verb", "back up installation")["entries"]
    assert str(tmp_path / "monday.zip") == entry["facts"]["file"]


def test_a_backup_is_of_one_moment_while_others_write(run: Run, home: Path, tmp_path: Path) -> None:
    """People are added all the while: each is in it with his audit entry or not at all, and the trail is whole."""
    ending, begun = Event(), Event()

    def hire() -> None:
        with Application.open(home) as application:
            ada = application.people.actor_as("ada", "hoosier", "tester")
            number = 0
            while not ending.is_set():
                number += 1
                application.people.add(ada, f"person{number}", name="Person")
                begun.set()

    hiring = Thread(target=hire)
    hiring.start()
    assert begun.wait(20)
    made = [run("db", "backup", tmp_path / f"{number}.zip", "--json") for number in range(5)]
    ending.set()
    hiring.join()

    assert [(0, [])] * 5 == [(each.status, each.document["backup"]["audit_faults"]) for each in made]
    sizes = []
    for number in range(5):
        with reading(tmp_path / f"{number}.zip") as archive:
            added = [row for row in rows(archive, "audit_entries") if row["verb"] == "add person"]
            assert len(added) == len(rows(archive, "people")) - 1
            sizes.append(len(added))
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[-1]
