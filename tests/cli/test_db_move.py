"""An SQLite installation moves to PostgreSQL: whole, compared, in one step; and backups go between the two."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, LiteralString

import pytest
from command_runs import Run
from memory_erp import MemoryAdapter
from newer_program import install_newer
from sqlalchemy import insert, make_url, select, text, update

from erp_bridge_core.app import Application
from erp_bridge_core.configuration.configuration import Configuration
from erp_bridge_core.installation import Paths
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import idempotency_keys, installation, outbox, people, workers
from erp_bridge_core.upkeep.archive import reading

psycopg = pytest.importorskip("psycopg", reason="the extra `postgres`")

if TYPE_CHECKING:
    from postgresql import PostgreSQL

KILLED = Path(__file__).parent / "killed_move.py"

pytestmark = pytest.mark.sqlite


PASSWORD = "env:TEST_DATABASE_PASSWORD"


@pytest.fixture
def empty(postgresql: "PostgreSQL") -> Callable[[], str]:
    """Make an empty database; its address as an operator writes it, its password where `PASSWORD` leads."""

    def make() -> str:
        place = make_url(postgresql.new_database())
        return f"postgresql://{place.username}@{place.host}:{place.port}/{place.database}"

    return make


@pytest.fixture
def move(run: Run) -> Callable[[str], Any]:
    """Move the home."""
    return lambda url: run("db", "move", "--to", url, "--password", PASSWORD, "--json")


def digests(run: Run, file: Path) -> dict[str, str]:
    """The digest of each table, as a backup tells it."""
    assert 0 == run("db", "backup", file).status
    with reading(file) as archive:
        return {table.name: table.sha256 for table in archive.manifest.tables}


def uses(home: Path) -> str:
    """The address of the home's database; blank for its file."""
    return Configuration.read(home).database.url


def address(url: str) -> str:
    """The address with its password, as the store takes it."""
    return url.replace("@", f":{os.environ['TEST_DATABASE_PASSWORD']}@")


def is_frozen(place: str | Path) -> bool:
    """Whether writing is frozen in a server's database, or in a home's file."""
    store = Store.open(place) if isinstance(place, str) else Store.at(Paths(home=place).database)
    try:
        with store.read() as connection:
            return connection.execute(select(installation.c.frozen_because)).scalar_one() is not None
    finally:
        store.close()


def odd_rows(home: Path) -> None:
    """Rows whose values a database could take for something else."""
    store = Store.at(Paths(home=home).database)
    now = datetime(2026, 3, 1, 2, 3, 4, 5, tzinfo=UTC)
    odd = "\\N \t tab, \r\n lines, \x7f, 'quotes', \"both\", \u20ac \U0001f4b6, \ufffd"
    with store.begin() as connection:
        connection.execute(update(people).values(name=odd, failed_sign_ins=[now.isoformat()]))
        connection.execute(
            insert(outbox).values(
                company_id=1, kind=odd[:9], recipients=[], payload={odd: [None, 1.5, "\x00", 2**70, {}]}, created_at=now
            )
        )
        key = {"company_id": 1, "person_id": 1, "by_token": True, "key": odd, "fingerprint": "", "taken_at": now}
        every_byte = bytes(range(256))
        connection.execute(insert(idempotency_keys).values(**key, taken_by="", headers=None, body=every_byte))
        connection.execute(insert(idempotency_keys).values(**{**key, "key": ""}, taken_by="", headers=[[odd, ""]]))
        for number, name in enumerate(("b", "B", "a", "\u00e4", "Z", "_", "-", "1", "")):
            seen = {"host": "", "pid": number, "kind": "worker", "version": "", "started_at": now}
            connection.execute(insert(workers).values(name=name, seen_at=0.1 + number / 3, **seen))
    store.close()


def test_odd_values_arrive_as_they_are(
    run: Run, home: Path, tmp_path: Path, *, postgresql: "PostgreSQL", empty: Callable[[], str],
    move: Callable[[str], Any],
) -> None:  # fmt: skip
    """Escapes, every byte, JSON null beside NULL, fractions, and keys in an order that only bytes have."""
    odd_rows(home)
    before = digests(run, tmp_path / "before.zip")
    url = empty()

    assert 0 == move(url).status
    database = url.rpartition("/")[2]
    known = psycopg.sql.SQL("SELECT collname FROM pg_collation WHERE collname IN ('unicode', 'en-x-icu')")
    for (collation,) in postgresql.administer(known, database=database)[:1]:
        ordered = psycopg.sql.SQL("ALTER TABLE workers ALTER COLUMN name TYPE varchar(120) COLLATE {}")
        with suppress(psycopg.errors.FeatureNotSupported):  # a server that was built without ICU
            postgresql.administer(ordered.format(psycopg.sql.Identifier(collation)), database=database)
    after = digests(run, tmp_path / "after.zip")
    assert {"audit_entries"} == {name for name in before if before[name] != after[name]}


def test_what_postgresql_can_not_keep_is_told(
    run: Run, home: Path, empty: Callable[[], str], move: Callable[[str], Any]
) -> None:
    """A text with a NUL in it names its table; the home goes on with its file."""
    with closing(sqlite3.connect(Paths(home=home).database)) as connection:
        connection.execute("UPDATE people SET name = 'a' || char(0) || 'b'")
        connection.commit()
    told = move(empty())

    assert (4, "storage") == (told.status, told.document["error"])
    assert "people" in told.document["message"]
    assert "" == uses(home)
    assert 0 == run("--as", "ada", "project", "list").status


def test_an_installation_moves_and_works_on(
    sent: int, run: Run, abe: Run, home: Path, *, tmp_path: Path, empty: Callable[[], str], move: Callable[[str], Any]
) -> None:
    """Every row is there, nothing is frozen, and the item that waited is accepted and exported from there."""
    before = digests(run, tmp_path / "before.zip")
    url = empty()
    moved = move(url)

    assert 0 == moved.status, moved.out
    assert url == uses(home)
    after = digests(run, tmp_path / "after.zip")
    assert {"audit_entries"} == {name for name in before if before[name] != after[name]}
    assert 0 == abe("review", "accept", sent, "--confirm-import-closes").status
    assert 0 == abe("export", "start", sent).status
    looked = run("db", "check", "--json").document["looked"]
    assert {"durability"} == {each["name"] for each in looked if each["standing"] == "failed"}, "a server of tests"
    assert [] == [each["name"] for each in looked if each["standing"] == "warning"]


def test_the_file_is_kept_and_takes_nothing_any_more(
    run: Run, home: Path, empty: Callable[[], str], move: Callable[[str], Any]
) -> None:
    """It can't be used by accident: it has another name, no version of ours, and refuses every write."""
    (kept,) = move(empty()).document["moved"]["kept"]

    assert not Paths(home=home).database.exists()
    with closing(sqlite3.connect(kept)) as file:
        assert [("ada",)] == file.execute("SELECT login FROM people").fetchall()
        for act in ("UPDATE people SET name = 'x'", "DELETE FROM audit_entries", "INSERT INTO workers VALUES (1)"):
            with pytest.raises(sqlite3.DatabaseError, match=r"moved|values"):
                file.execute(act)
    assert 0 == run("--as", "ada", "audit", "check").status


@pytest.mark.parametrize("stage", ["loading", "filled", "switched", "sealed"])
def test_killed_at_any_moment_one_of_them_is_whole_and_used(
    linked: MemoryAdapter, run: Run, home: Path, *, empty: Callable[[], str], move: Callable[[str], Any], stage: str
) -> None:
    """The home works before and after the command is run again, which ends the move."""
    url = empty()
    killed = subprocess.run([sys.executable, KILLED, home, url, stage], check=False)
    assert -signal.SIGKILL == killed.returncode
    assert (url if stage in {"switched", "sealed"} else "") == uses(home)
    assert ["24-001"] == [each["number"] for each in _projects(run)]

    done = move(url)

    assert 0 == done.status, done.out
    assert url == uses(home)
    assert 1 == len(done.document["moved"]["kept"])
    assert not Paths(home=home).database.exists()
    assert ["24-001"] == [each["number"] for each in _projects(run)]
    assert run("--as", "ada", "audit", "check", "--json").document["check"]["sound"]


def _projects(run: Run) -> list[dict[str, Any]]:
    return list(run("--as", "ada", "project", "list", "--json").document["projects"])


def test_what_would_lose_something_is_refused(
    run: Run, home: Path, empty: Callable[[], str], move: Callable[[str], Any]
) -> None:
    """A home that somebody has open, a database that holds something else, an address or password that is wrong."""
    url = empty()
    with Application.open(home):
        assert "not_possible_now" == move(url).document["error"]
    assert "bad_input" == move(url.replace("@", ":word@")).document["error"]
    assert "bad_input" == move("sqlite:///other.db").document["error"]
    assert "storage" == move(url.replace("erp_bridge@", "nobody@")).document["error"]
    assert "bad_settings" == run("db", "move", "--to", url, "--password", "file:nowhere", "--json").document["error"]
    assert 0 == move(url).status
    other = empty()
    assert "not_possible_now" == move(other).document["error"]
    assert url == uses(home)


def test_a_database_with_something_else_in_it_is_left_as_it_is(
    run: Run, home: Path, *, empty: Callable[[], str], move: Callable[[str], Any]
) -> None:
    """After work was done on the file, what an interrupted move left is not taken for it, nor thrown away."""
    url = empty()
    subprocess.run([sys.executable, KILLED, home, url, "filled"], check=False)
    run("--as", "ada", "person", "add", "late", "--name", "Late")
    told = move(url)

    assert (4, "storage") == (told.status, told.document["error"])
    assert "empty" in told.document["message"]
    assert "" == uses(home)
    assert 0 == move(empty()).status


@pytest.mark.rule("L16")
def test_backups_go_between_the_two(
    exported: int, run: Run, bare: Run, home: Path, *, tmp_path: Path, empty: Callable[[], str],
    move: Callable[[str], Any],
) -> None:  # fmt: skip
    """From a server into a new home, and into another database of a server; each is frozen, the former one too."""
    first, second = empty(), empty()
    assert 0 == move(first).status
    before = digests(run, tmp_path / "server.zip")
    over = run("db", "restore", tmp_path / "server.zip", "--json")
    assert ("not_possible_now", True) == (over.document["error"], "--to URL" in over.document["remedy"])
    new = tmp_path / "new"
    key = Paths(home=home).audit_key
    assert 0 == bare("--home", new, "db", "restore", tmp_path / "server.zip", "--key", key).status
    in_file = digests(lambda *words: bare("--home", new, *words), tmp_path / "file.zip")
    done = run("db", "restore", tmp_path / "server.zip", "--to", second, "--password", PASSWORD, "--json")
    in_server = digests(run, tmp_path / "second.zip")

    assert 0 == done.status, done.out
    assert ("", second) == (uses(new), uses(home))
    changed = {"installation", "audit_entries", "items", "exports", "effects", "webhook_deliveries", "sessions"}
    for found in (in_file, in_server):
        assert {"installation", "audit_entries"} <= {name for name in before if before[name] != found[name]} <= changed
    assert [True, True, True] == [is_frozen(place) for place in (address(first), address(second), new)]


def test_a_servers_database_is_upgraded_while_nobody_is_connected(
    run: Run, tmp_path: Path, *, empty: Callable[[], str], move: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is connected is named; after a backup it is done, and the older program refuses the newer database."""
    url = empty()
    assert 0 == move(url).status
    other = Store.open(address(url))
    with monkeypatch.context() as newer:
        install_newer(tmp_path, newer)
        with other.read() as connection:
            connection.execute(text("SELECT 1"))
        refused = run("db", "upgrade", "--json")
        other.close()
        assert (1, "not_possible_now") == (refused.status, refused.document["error"])
        assert f"erp-bridge, process {os.getpid()} on" in refused.document["message"]

        done = run("db", "upgrade", "--json").document["upgraded"]
        assert ("0001", "0002", True) == (done["was"], done["now"], Path(done["backup"]).exists())
        assert 0 == run("--as", "ada", "project", "list").status
    assert "newer" in run("--as", "ada", "project", "list", "--json").document["message"]


def test_what_is_wrong_with_a_servers_database_is_told(
    run: Run, home: Path, postgresql: "PostgreSQL", *, empty: Callable[[], str], move: Callable[[str], Any]
) -> None:
    """A role or table that keeps nothing apart, a loose constraint, indexes once amcheck is there, a file left over."""
    url = empty()
    assert 0 == move(url).status
    name = url.rpartition("/")[2]

    def looked() -> dict[str, tuple[str, str]]:
        found = run("db", "check", "--json").document["looked"]
        return {each["name"]: (each["standing"], each["message"]) for each in found}

    def administer(statement: LiteralString) -> None:
        postgresql.administer(psycopg.sql.SQL(statement), database=name)

    assert "not compared" in looked()["integrity"][1]
    with suppress(psycopg.errors.FeatureNotSupported, psycopg.errors.UndefinedFile):
        administer("CREATE EXTENSION amcheck")
        assert "may not use amcheck" in looked()["integrity"][1]
        administer("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO erp_bridge")
        assert "agree with their tables" in looked()["integrity"][1]
    administer("ALTER ROLE erp_bridge BYPASSRLS")
    administer("ALTER TABLE people ADD CONSTRAINT loose CHECK (name <> '') NOT VALID")
    assert "ok" == looked()["companies"][0]
    administer("ALTER TABLE items NO FORCE ROW LEVEL SECURITY")
    Paths(home=home).database.write_bytes(b"")
    try:
        found = looked()
    finally:
        administer("ALTER ROLE erp_bridge NOBYPASSRLS")

    assert {
        "role": "warning", "companies": "failed", "references": "failed", "leftover": "warning", "durability": "failed",
    } == {name: standing for name, (standing, _) in found.items() if standing != "ok"}  # fmt: skip
    assert "in items:" in found["companies"][1]
    assert "loose" in found["references"][1]
