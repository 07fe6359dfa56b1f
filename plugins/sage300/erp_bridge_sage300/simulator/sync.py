"""The sync client: it carries the masters to hh2, which shows nothing but what it was last given."""

import sqlite3
from collections.abc import Iterator
from typing import Final

from erp_bridge_core.simulation import now
from erp_bridge_sage300.simulator.company import Company, fact, keep
from erp_bridge_sage300.simulator.hh2_rows import RESOURCES, Resource
from erp_bridge_sage300.simulator.switches import SWITCHES

#: The last row of the job that the switch `hidden_job` names.
_HIDDEN: Final = "SELECT id FROM category WHERE job = ? ORDER BY extra DESC, code DESC, category DESC LIMIT 1"


def carry(connection: sqlite3.Connection) -> int:
    """Carry all masters to hh2 now; how many rows were new or changed, each of which gets the new version.

    With the switch `stale_sync` it carries nothing.
    """
    if SWITCHES.on(connection, "stale_sync"):
        return 0
    version = int(fact(connection, "version") or 0) + 1
    before = connection.total_changes
    for resource in RESOURCES:
        connection.execute(
            f"""INSERT INTO carried (resource, version, id, of_extra, row)
                SELECT ?, ?, * FROM ({resource.select})
                WHERE true ON CONFLICT (resource, id) DO UPDATE SET row = excluded.row, version = excluded.version
                WHERE carried.row <> excluded.row""",  # noqa: S608 - the statements are the simulator's own
            (resource.name, version),
        )
    carried = connection.total_changes - before
    keep(connection, "version", str(version))
    keep(connection, "changed_at", "")
    return carried


def carry_if_due(company: Company) -> None:
    """Carry the masters when the lag has passed since they first changed; the lag `manual` leaves it to the desk."""
    with company.reading() as connection:
        due = _due(connection)
    if due:
        with company.writing() as connection:
            carry(connection)


def read_rows(connection: sqlite3.Connection, resource: Resource, *, page: int, version: int) -> Iterator[str]:
    """One page of JSON rows as hh2 has them, counted from page 0; only rows changed since a version."""
    size = SWITCHES.number(connection, "page_size")
    extras = SWITCHES.get(connection, "hh2_extras") == "listed"
    pages = SWITCHES.number(connection, "hh2_pages")
    if pages and page >= pages:
        return
    chosen = f"FROM carried WHERE resource = ? AND version > ? AND of_extra <= ? AND id NOT IN ({_HIDDEN})"
    values = (resource.name, version, int(extras), SWITCHES.get(connection, "hidden_job"))
    count = connection.execute(f"SELECT count(*) {chosen}", values).fetchone()[0]
    kept = max(0, count - SWITCHES.number(connection, "hh2_hidden"))
    read = f"SELECT version, row {chosen} ORDER BY position LIMIT ? OFFSET ?"
    rows = connection.execute(read, (*values, max(0, min(size, kept - page * size)), page * size))
    yield from _shown(rows, resource)
    if page == 0:
        doubled = min(kept, SWITCHES.number(connection, "hh2_doubled"))
        yield from _shown(connection.execute(read, (*values, doubled, 0)), resource)


def _due(connection: sqlite3.Connection) -> bool:
    changed_at = fact(connection, "changed_at")
    lag = SWITCHES.get(connection, "sync_lag")
    return bool(changed_at) and lag != "manual" and now(connection) - float(changed_at) >= float(lag)


def _shown(rows: sqlite3.Cursor, resource: Resource) -> Iterator[str]:
    for version, row in rows:
        yield f'{{"Version":{version},{row},{resource.constants}}}'
