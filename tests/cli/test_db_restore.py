"""A backup comes back: checked before anything is replaced, what was there kept, writing frozen until it is thawed."""

import hashlib
import json
import shutil
import signal
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from command_runs import Ran, Run
from full_disk import no_file_longer_than
from newer_program import install_newer

from erp_bridge_core.app import Application
from erp_bridge_core.installation import Paths
from erp_bridge_core.store.database import Store
from erp_bridge_core.upkeep.archive import MANIFEST, reading
from erp_bridge_core.upkeep.loading import digest_of

pytestmark = pytest.mark.rule("L16")

KILLED = Path(__file__).parent / "killed_restore.py"
#: What freezing, ending sign-ins and the trail of it change.
CHANGED = {"installation", "sessions", "audit_entries", "items", "exports", "effects", "webhook_deliveries"}


def back_up(run: Run, tmp_path: Path, *options: str) -> Path:
    """A backup of the home as it is now."""
    file = tmp_path / f"backup-{len(list(tmp_path.iterdir()))}.zip"
    made = run("db", "backup", file, *options)
    assert 0 == made.status, made.err
    return file


def ask(path: Path, question: str) -> list[Any]:
    """The first column of what a database file answers."""
    with closing(sqlite3.connect(path)) as connection:
        return [row[0] for row in connection.execute(question)]


def different(database: Path, backup: Path) -> list[str]:
    """The tables that are not as they are in the backup."""
    store = Store.at(database)
    try:
        with store.read() as connection, reading(backup) as archive:
            tables = archive.manifest.tables
            return [table.name for table in tables if digest_of(connection, table) != table.sha256]
    finally:
        store.close()


def as_it_was(home: Path) -> dict[str, bytes]:
    """Every file of a home; what a lock or a database's own log leaves behind is not counted."""
    return {
        str(path.relative_to(home)): path.read_bytes()
        for path in home.rglob("*")
        if path.is_file() and not path.name.endswith((".lock", "-wal", "-shm"))
    }


def refused(ran: Ran, home: Path, before: dict[str, bytes]) -> str:
    """The code of the refusal, which left the home as it was."""
    assert 0 != ran.status
    assert before == as_it_was(home)
    return str(ran.document["error"])


@pytest.mark.sqlite
def test_a_new_home_is_made_from_a_backup_with_its_key(
    exported: int, run: Run, bare: Run, tmp_path: Path, *, home: Path
) -> None:
    """Every row comes back, frozen; the configuration too; the mark is as far as the database."""
    backup = back_up(run, tmp_path, "--with-key")
    new = tmp_path / "new"
    restored = bare("--home", new, "db", "restore", backup, "--json")

    assert 0 == restored.status, restored.out
    assert {"installation", "audit_entries"} <= set(different(Paths(home=new).database, backup)) <= CHANGED
    assert Paths(home=home).audit_key.read_bytes() == Paths(home=new).audit_key.read_bytes()
    assert Paths(home=home).configuration.read_bytes() == Paths(home=new).configuration.read_bytes()
    looked = bare("--home", new, "db", "check", "--json").document
    assert ["writing"] == [each["name"] for each in looked["looked"] if each["standing"] != "ok"]
    assert "backup of" in restored.document["restored"]["frozen_because"]


@pytest.mark.sqlite
def test_accepted_items_are_unknown_and_go_on_after_thawing(
    sent: int, run: Run, abe: Run, tmp_path: Path, *, as_ada: Callable[..., Any]
) -> None:
    """The lost time may have exported them: nothing goes out before somebody looked, then they are accepted anew."""
    assert 0 == abe("review", "accept", sent, "--confirm-import-closes").status
    backup = back_up(run, tmp_path)
    assert 0 == run("db", "restore", backup).status

    assert "unknown" == abe("review", "show", sent).document["review"]["item"]["state"]
    assert 0 != abe("export", "start", sent).status
    assert [sent] == as_ada("thaw", "--reason", "Looked at the books")["thawed"]["items_to_accept_anew"]
    assert 0 == abe("review", "accept", sent, "--confirm-import-closes").status
    assert 0 == abe("export", "start", sent).status
    assert as_ada("audit", "check")["check"]["sound"]


@pytest.mark.sqlite
def test_what_was_there_is_kept_and_told(run: Run, home: Path, tmp_path: Path, as_ada: Callable[..., Any]) -> None:
    """The database of before lies whole beside the restored one, and the restore is in the trail."""
    backup = back_up(run, tmp_path)
    as_ada("person", "add", "late", "--name", "Late")
    done = run("db", "restore", backup, "--json").document["restored"]

    (kept,) = done["kept"]
    assert ["ada", "late"] == ask(Path(kept), "SELECT login FROM people ORDER BY login")
    assert ["ada"] == ask(Paths(home=home).database, "SELECT login FROM people")
    (entry,) = as_ada("audit", "show", "--verb", "restore installation")["entries"]
    assert done["made_at"] == entry["facts"]["made_at"]
    assert not (home / ".restoring").exists()


@pytest.mark.sqlite
def test_a_restore_freezes_even_where_nothing_was_done_since(run: Run, home: Path, tmp_path: Path) -> None:
    """The home can't know what another host did with the database; and a lost mark changes nothing about it."""
    backup = back_up(run, tmp_path)
    Paths(home=home).mark.unlink()

    assert 0 == run("db", "restore", backup).status
    with Application.open(home) as application:
        ada = application.people.actor_as("ada", "hoosier", "tester")
        assert application.freezing.why(ada) is not None
        application.freezing.thaw(ada, "Looked")
        assert application.freezing.why(ada) is None


@pytest.mark.sqlite
def test_sign_ins_of_then_are_over(real_home: Path, bare: Run, tmp_path: Path) -> None:
    """Who has signed out since is not signed in again by a restore."""
    words = "seven canaries sing in the mine"
    at = ("--home", real_home, "--session", tmp_path / "session")
    with Application.open(real_home) as application:
        application.people.set_password(application.companies.system("hoosier"), "ada", words)
    signed_in = bare(*at, "sign-in", "ada", "--password-stdin", stdin=f"{words}\n")
    assert 0 == signed_in.status, signed_in.err
    assert 0 == bare(*at, "db", "backup", tmp_path / "b.zip").status
    assert 0 == bare(*at, "db", "restore", tmp_path / "b.zip").status

    assert "not_allowed" == bare(*at, "project", "list", "--json").document["error"]


@pytest.mark.sqlite
def test_nobody_else_may_have_the_database_open(run: Run, home: Path, tmp_path: Path) -> None:
    """A server without a worker has it open as well; nothing is done until it is gone."""
    backup = back_up(run, tmp_path)
    with Application.open(home):
        told = run("db", "restore", backup, "--json")
        assert (1, "not_possible_now") == (told.status, told.document["error"])
        assert "simulator" in told.document["remedy"]
    assert 0 == run("db", "restore", backup).status


@pytest.mark.parametrize("damage", ["a byte", "the end", "no zip", "another table"])
def test_a_damaged_backup_is_refused(run: Run, home: Path, tmp_path: Path, damage: str) -> None:
    """Whatever happened to the file on its way, it is told, and the home is as it was."""
    backup = back_up(run, tmp_path)
    content = bytearray(backup.read_bytes())
    if damage == "another table":
        other = tmp_path / "other.zip"
        with zipfile.ZipFile(backup) as source, zipfile.ZipFile(other, "w") as target:
            for name in source.namelist():
                made = source.read(name)
                target.writestr(name, made.replace(b"Ada", b"Eve") if name == "tables/people.jsonl" else made)
        content = bytearray(other.read_bytes())
    if damage == "a byte":
        with zipfile.ZipFile(backup) as archive:
            member = archive.getinfo("tables/people.jsonl")
        content[member.header_offset + 80] ^= 0xFF
    if damage == "the end":
        del content[-40:]
    if damage == "no zip":
        content = bytearray(b"a text")
    backup.write_bytes(content)

    assert "bad_input" == refused(run("db", "restore", backup, "--json"), home, as_it_was(home))


def test_another_installations_backup_is_refused(run: Run, home: Path, real_home: Path, tmp_path: Path) -> None:
    """Its trail, its references and its mark are others."""
    backup = back_up(lambda *words: run("--home", real_home, *words), tmp_path)

    told = run("db", "restore", backup, "--json")
    assert "bad_input" == refused(told, home, as_it_was(home))


def test_a_new_home_needs_the_right_key(run: Run, bare: Run, home: Path, tmp_path: Path) -> None:
    """Without the key, with a damaged or with another one nothing is made; with its own file it is."""
    backup, new = back_up(run, tmp_path), tmp_path / "new"
    (tmp_path / "short.key").write_bytes(b"short")
    (tmp_path / "other.key").write_bytes(bytes(32))
    own = Paths(home=home).audit_key
    for options in ([], ["--key", tmp_path / "short.key"], ["--key", tmp_path / "other.key"]):
        told = bare("--home", new, "db", "restore", backup, *options, "--json")
        assert (1, "bad_input") == (told.status, told.document["error"])
        assert not new.exists()

    assert 0 == bare("--home", new, "db", "restore", backup, "--key", own).status


@pytest.mark.sqlite
@pytest.mark.parametrize("damage", ["rubbish", "cut", "gone"])
def test_a_damaged_database_gives_way(run: Run, home: Path, tmp_path: Path, damage: str) -> None:
    """What was no database any more is set aside as it is; one that is gone is no hindrance."""
    backup = back_up(run, tmp_path)
    database = Paths(home=home).database
    content = {"rubbish": b"rubbish" * 1000, "cut": database.read_bytes()[:5000]}.get(damage)
    database.unlink()
    if content is not None:
        database.write_bytes(content)
    done = run("db", "restore", backup, "--json")

    assert 0 == done.status, done.out
    assert ([] if content is None else [content]) == [
        Path(kept).read_bytes() for kept in done.document["restored"]["kept"]
    ]
    assert 0 == run("db", "check").status


def test_a_folder_with_something_else_in_it_is_left_alone(bare: Run, run: Run, tmp_path: Path) -> None:
    """A home is made in a missing or empty folder."""
    backup = back_up(run, tmp_path, "--with-key")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").write_text("mine")
    told = bare("--home", tmp_path / "full", "db", "restore", backup, "--json")

    assert (4, "storage") == (told.status, told.document["error"])
    assert ["notes.txt"] == [path.name for path in (tmp_path / "full").iterdir()]


@pytest.mark.sqlite
def test_a_disk_that_is_full_changes_nothing(run: Run, home: Path, tmp_path: Path) -> None:
    """The database is as it was, and the way is free for the next try."""
    backup = back_up(run, tmp_path)
    shutil.rmtree(home / "backups", ignore_errors=True)
    before = as_it_was(home)
    with no_file_longer_than(100_000):
        told = run("db", "restore", backup, "--json")

    assert 4 == told.status
    assert "storage" == refused(told, home, before)
    assert 0 == run("db", "restore", backup).status


@pytest.mark.sqlite
def test_an_older_versions_backup_is_brought_to_this_one(
    run: Run, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A newer program restores it; the older one refuses what the newer one made, and says who can."""
    older = back_up(run, tmp_path)
    with monkeypatch.context() as newer:
        install_newer(tmp_path, newer)
        assert 0 == run("db", "restore", older).status
        assert [] == ask(Paths(home=home).database, "SELECT id FROM later")
        latest = back_up(run, tmp_path)
    told = run("db", "restore", latest, "--json")

    assert "bad_input" == refused(told, home, as_it_was(home))
    assert "0002" in told.document["message"]


@pytest.mark.sqlite
@pytest.mark.parametrize("stage", ["kept", "replaced"])
def test_killed_in_the_middle_either_database_is_whole(run: Run, home: Path, tmp_path: Path, stage: str) -> None:
    """Killed before the database is replaced it is the old one, after it the restored one; again, it is done."""
    backup = back_up(run, tmp_path)
    run("--as", "ada", "person", "add", "late", "--name", "Late")
    killed = subprocess.run([sys.executable, KILLED, home, backup, stage], check=False)
    people = ask(Paths(home=home).database, "SELECT login FROM people ORDER BY login")

    assert -signal.SIGKILL == killed.returncode
    assert (["ada", "late"] if stage == "kept" else ["ada"]) == people
    assert 0 == run("db", "check").status
    assert 0 == run("db", "restore", backup).status
    assert ["ada"] == ask(Paths(home=home).database, "SELECT login FROM people")
    assert not (home / ".restoring").exists()


def forge(backup: Path, change: Callable[[dict[str, Any], dict[str, bytes]], None]) -> None:
    """Write a backup anew with other lines, its manifest telling of just those."""
    with zipfile.ZipFile(backup) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(members[MANIFEST])
    change(manifest, members)
    for table in manifest["tables"]:
        lines = members.get(f"tables/{table['name']}.jsonl", b"")
        table["sha256"], table["rows"] = hashlib.sha256(lines).hexdigest(), lines.count(b"\n")
    members[MANIFEST] = json.dumps(manifest).encode()
    with zipfile.ZipFile(backup, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def people_are(lines: bytes) -> Callable[[dict[str, Any], dict[str, bytes]], None]:
    """Other people."""
    return lambda _, members: members.update({"tables/people.jsonl": lines})


def key_of_people(manifest: dict[str, Any], _: dict[str, bytes]) -> None:
    """A key that would be a statement."""
    next(table for table in manifest["tables"] if table["name"] == "people")["key"] = ['id"; DROP TABLE people; --']


def without_people(manifest: dict[str, Any], _: dict[str, bytes]) -> None:
    """A table less."""
    manifest["tables"] = [table for table in manifest["tables"] if table["name"] != "people"]


def no_trail(manifest: dict[str, Any], members: dict[str, bytes]) -> None:
    """Entries that are none."""
    members["tables/audit_entries.jsonl"] = b"[1]\n"


def another_format(manifest: dict[str, Any], _: dict[str, bytes]) -> None:
    """Made by a program of the days to come."""
    manifest["format"] = 2


@pytest.mark.parametrize(
    "change",
    [
        people_are(b"no json\n"),
        people_are(b'{"id": 1}\n'),
        people_are(b"[1, 2]\n"),
        people_are(b"[" * 5000 + b"\n"),
        key_of_people,
        without_people,
        no_trail,
        another_format,
    ],
)
def test_a_forged_backup_is_refused(
    run: Run, home: Path, tmp_path: Path, change: Callable[[dict[str, Any], dict[str, bytes]], None]
) -> None:
    """Digests that agree make no rows of what is none; it is told as bad input or storage, and nothing is changed."""
    backup = back_up(run, tmp_path)
    forge(backup, change)

    assert refused(run("db", "restore", backup, "--json"), home, as_it_was(home)) in {"bad_input", "storage"}


@pytest.mark.sqlite
def test_a_trail_that_somebody_edited_is_told_with_each_copy(run: Run, home: Path, tmp_path: Path) -> None:
    """The copy is made, as evidence too, and comes back; backup and restore say what is wrong with it."""
    with closing(sqlite3.connect(Paths(home=home).database)) as connection:
        run("--as", "ada", "person", "add", "late", "--name", "Late")
        connection.execute("UPDATE audit_entries SET person = 'eve' WHERE sequence = 2")
        connection.commit()
    made = run("db", "backup", tmp_path / "edited.zip", "--json").document["backup"]
    done = run("db", "restore", tmp_path / "edited.zip", "--json").document["restored"]

    assert ["entry 2"] == [fault["where"] for fault in made["audit_faults"]]
    assert made["audit_faults"] == done["audit_faults"]


@pytest.mark.sqlite
def test_rows_that_come_back_tell_nobody(
    sent: int, run: Run, home: Path, tmp_path: Path, as_ada: Callable[..., Any]
) -> None:
    """A webhook that is told of each item's state hears nothing of items that are put in again."""
    as_ada("webhooks", "add", "https://example.com/told")
    backup = back_up(run, tmp_path)
    assert 0 == run("db", "restore", backup).status

    assert {"installation", "audit_entries"} == set(different(Paths(home=home).database, backup))
    assert ["item_moved", "item_sent"] == ask(
        Paths(home=home).database, "SELECT name FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
    )
