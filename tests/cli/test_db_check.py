"""`db check` tells each thing that is wrong with a database, and changes nothing."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from command_runs import Run
from full_disk import no_file_longer_than

from erp_bridge_core.audit.mark import HighWaterMark, Mark
from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.installation import Paths, open_home
from erp_bridge_core.upkeep.record import record_for_all

pytestmark = pytest.mark.sqlite


def write(home: Path, *statements: str) -> None:
    """Write to the database as nobody should."""
    with closing(sqlite3.connect(Paths(home=home).database)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def standing(run: Run) -> dict[str, str]:
    """How each thing stands that is not as it should be."""
    looked = run("db", "check", "--json").document["looked"]
    assert all(each["remedy"] for each in looked if each["standing"] != "ok")
    return {each["name"]: each["standing"] for each in looked if each["standing"] != "ok"}


def test_a_sound_database_is_told_as_such(exported: int, run: Run, home: Path) -> None:
    """After a whole export everything is as it should be; people see each thing that was looked at."""
    told = run("db", "check", "--json")
    looked = [each["name"] for each in told.document["looked"]]

    assert (0, True) == (told.status, told.document["sound"])
    assert [
        "home", "space", "disk", "version", "integrity", "references", "durability", "clock", "leases", "figures",
        "writing", "mark", "trail",
    ] == looked  # fmt: skip
    assert "WAL" in run("db", "check").out.upper()


@pytest.mark.rule("L14")
def test_a_disk_that_takes_nothing_is_told(exported: int, run: Run) -> None:
    """A disk that failed may be mounted for writing, and show room: only who tries to write sees it."""
    with no_file_longer_than(100):
        told = standing(run)

    assert "failed" == told.get("disk")


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("UPDATE items SET line_count = line_count + 1", "figures"),
        ("UPDATE items SET original = original + 1", "figures"),
        ("UPDATE projects SET sends = sends + 1", "figures"),
        ("DELETE FROM effect_lines WHERE line = 1", "figures"),
        ("UPDATE attempts SET number = number + 1", "figures"),
        ("UPDATE items SET connection_id = 99", "references"),
        ("UPDATE audit_entries SET person = 'eve' WHERE sequence = 2", "trail"),
        ("DELETE FROM audit_entries WHERE sequence = (SELECT max(sequence) FROM audit_entries)", "trail"),
    ],
)
def test_what_somebody_wrote_beside_us_is_found(exported: int, run: Run, home: Path, statement: str, name: str) -> None:
    """Each is told as wrong, by its name, with 4."""
    write(home, statement)

    assert {name: "failed"} == standing(run)
    assert 4 == run("db", "check").status


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE exports SET lease_until = strftime('%s', 'now') + 90000",
        (
            "INSERT INTO workers (name, host, pid, kind, version, started_at, seen_at) "
            "VALUES ('w', 'h', 1, 'worker', '1', '2026-01-01 00:00:00.000000', strftime('%s', 'now') + 90000)"
        ),
    ],
)
@pytest.mark.rule("L13")
def test_what_a_clock_that_went_back_left_behind_is_told(exported: int, run: Run, home: Path, statement: str) -> None:
    """A lease or a sign of life from the days to come is worth a look, and no failure."""
    write(home, statement)

    assert {"leases": "warning"} == standing(run)
    assert 0 == run("db", "check").status


def test_an_act_of_the_days_to_come_is_told(run: Run, home: Path) -> None:
    """The host's clock went back since."""
    opened = open_home(home)
    later = AuditTrail(opened.store, opened.audit_key, opened.mark, now=lambda: datetime.now(UTC) + timedelta(days=3))
    with opened.store.begin() as connection:
        record_for_all(connection, later, "act")
    opened.close()

    assert {"clock": "warning"} == standing(run)


@pytest.mark.rule("L16")
def test_a_mark_that_is_ahead_or_lost_is_told(run: Run, home: Path) -> None:
    """The database is an older copy; looking does not freeze it."""
    mark = HighWaterMark(Paths(home=home).mark)
    mark.raise_to(attempts=7)
    assert {"mark": "failed"} == standing(run)
    mark.path.unlink()
    assert {"mark": "failed", "trail": "failed"} == standing(run)


def test_a_damaged_page_is_found(exported: int, run: Run, home: Path) -> None:
    """An index that does not agree with its table is seen by no ordinary act."""
    with closing(sqlite3.connect(Paths(home=home).database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        page = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'ix_items_state'").fetchone()[0]
        size = connection.execute("PRAGMA page_size").fetchone()[0]
    with Paths(home=home).database.open("r+b") as file:
        file.seek(page * size - 40)
        file.write(b"\xff" * 40)

    assert "failed" == standing(run)["integrity"]


@pytest.mark.rule("L16")
def test_an_attempt_made_while_the_mark_is_read_is_no_older_copy(
    exported: int, run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another process sends meanwhile is in the database that the mark is compared with."""
    read = HighWaterMark.read
    last = "SELECT max(id) + 1, company_id, effect_id, number + 1, epoch, started_at, deadline, outcome, evidence"

    def just_raised(mark: HighWaterMark) -> Mark:
        columns = "id, company_id, effect_id, number, epoch, started_at, deadline, outcome, evidence"
        write(home, f"INSERT INTO attempts ({columns}) {last} FROM attempts")
        mark.raise_to(attempts=read(mark).attempts + 1)
        return read(mark)

    monkeypatch.setattr(HighWaterMark, "read", just_raised)

    assert "mark" not in standing(run)


@pytest.mark.parametrize(
    ("harm", "name"),
    [
        (lambda home: Paths(home=home).database.write_bytes(b"no database" * 999), "database"),
        (lambda home: write(home, "UPDATE alembic_version SET version_num = '9999'"), "database"),
        (lambda home: Paths(home=home).audit_key.unlink(), "home"),
    ],
)
def test_what_can_not_be_looked_into_is_told(run: Run, home: Path, harm: Callable[[Path], object], name: str) -> None:
    """The check itself never fails."""
    harm(home)

    assert {name: "failed"} == standing(run)
