"""Post Entries: unposted entries become transactions, and only now do the masters' figures move.

A figure rolls up from the category to its cost code and from there to the job, or to the extra and the job's totals
of extras, which Sage keeps apart from the job's own.
"""

import sqlite3
from collections.abc import Sequence
from typing import Final

from attrs import frozen

from erp_bridge_core.contract.errors import NotFound
from erp_bridge_sage300.simulator.company import changed
from erp_bridge_sage300.simulator.switches import SWITCHES

_ENTRY: Final = (
    "batch, job, extra, code, category, kind, transaction_date, accounting_date, description, units, unit, amount"
)
_MOVE: Final = ("original", "approved", "pending")
_ROLL_UPS: Final = (
    ("category", "job, extra, code, category", "", ""),
    ("cost_code", "job, extra, code", "", ""),
    ("extra", "job, extra", "AND extra <> ''", ""),
    ("job", "job", "AND extra = ''", ""),
    ("job", "job", "AND extra <> ''", "extras_"),
)


@frozen(kw_only=True)
class PostingRun:
    """What a posting run did: its number, how many entries it posted, how many wait, and how many it refused."""

    run: int
    posted: int
    waiting: int
    closed_period: int

    def __str__(self) -> str:
        refused = f" {self.closed_period} were refused: their period is closed." if self.closed_period else ""
        if not self.posted:
            return f"Nothing was posted; {self.waiting} entries wait.{refused}"
        return f"Run {self.run} posted {self.posted} entries; {self.waiting} wait unposted.{refused}"


def post_entries(
    connection: sqlite3.Connection,
    batches: Sequence[str] = (),
    *,
    first: int | None = None,
    operator: str = "DESK",
) -> PostingRun:
    """Post whole batches (all of them when none is named), or only their first entries.

    Raises NotFound for a batch that is not unposted. Entries of a closed period stay where they are.
    """
    _check(connection, batches)
    _choose(connection, batches)
    refused = _refuse_closed(connection)
    if first is not None:
        connection.execute(
            "DELETE FROM chosen WHERE number NOT IN (SELECT number FROM chosen ORDER BY number LIMIT ?)", (first,)
        )
    run = connection.execute("SELECT coalesce(max(run), 0) + 1 FROM posted").fetchone()[0]
    posted = _move(connection, run, operator)
    connection.execute("DROP TABLE temp.chosen")
    waiting = connection.execute("SELECT count(*) FROM unposted").fetchone()[0]
    return PostingRun(run=run, posted=posted, waiting=waiting, closed_period=refused)


def _check(connection: sqlite3.Connection, batches: Sequence[str]) -> None:
    for batch in batches:
        if connection.execute("SELECT 1 FROM unposted WHERE batch = ? LIMIT 1", (batch,)).fetchone() is None:
            raise NotFound(f"There is no unposted batch {batch}.", remedy="List the unposted batches and name one.")


def _choose(connection: sqlite3.Connection, batches: Sequence[str]) -> None:
    connection.execute("CREATE TEMP TABLE chosen (number INTEGER PRIMARY KEY)")
    if not batches:
        connection.execute("INSERT INTO chosen SELECT number FROM unposted")
    for batch in batches:
        connection.execute("INSERT OR IGNORE INTO chosen SELECT number FROM unposted WHERE batch = ?", (batch,))


def _refuse_closed(connection: sqlite3.Connection) -> int:
    through = SWITCHES.get(connection, "closed_through")
    if not through or SWITCHES.get(connection, "closed_period") == "post":
        return 0
    return connection.execute(
        "DELETE FROM chosen WHERE number IN (SELECT number FROM unposted WHERE accounting_date <= ?)", (through,)
    ).rowcount


def _move(connection: sqlite3.Connection, run: int, operator: str) -> int:
    posted = connection.execute(
        f"""INSERT INTO posted (run, sequence, operator, {_ENTRY})
            SELECT ?, row_number() OVER (ORDER BY number), ?, {_ENTRY} FROM unposted JOIN chosen USING (number)""",  # noqa: S608
        (run, operator),
    ).rowcount
    if posted:
        _roll_up(connection, run)
        connection.execute("DELETE FROM unposted WHERE number IN (SELECT number FROM chosen)")
        changed(connection)
    return posted


def _roll_up(connection: sqlite3.Connection, run: int) -> None:
    for roll_up in _ROLL_UPS:
        connection.execute(_statement(*roll_up), (run,))
    connection.execute(
        """UPDATE category SET original_units = original_units + moved.original,
               approved_units = approved_units + moved.approved, unit = coalesce(nullif(moved.unit, ''), category.unit)
           FROM (SELECT job, extra, code, category, max(unit) AS unit,
                     coalesce(sum(units) FILTER (WHERE kind = 'original'), 0) AS original,
                     coalesce(sum(units) FILTER (WHERE kind = 'approved'), 0) AS approved
                 FROM posted WHERE run = ? GROUP BY job, extra, code, category) AS moved
           WHERE category.job = moved.job AND category.extra = moved.extra AND category.code = moved.code
               AND category.category = moved.category""",
        (run,),
    )


def _statement(table: str, key: str, where: str, prefix: str) -> str:
    moved = ", ".join(f"{prefix}{kind} = {table}.{prefix}{kind} + moved.{kind}" for kind in _MOVE)
    sums = ", ".join(f"coalesce(sum(amount) FILTER (WHERE kind = '{kind}'), 0) AS {kind}" for kind in _MOVE)
    same = " AND ".join(f"{table}.{column} = moved.{column}" for column in key.split(", "))
    entries = f"SELECT {key}, {sums} FROM posted WHERE run = ? {where} GROUP BY {key}"  # noqa: S608 - no input in it
    return f"UPDATE {table} SET {moved} FROM ({entries}) AS moved WHERE {same}"  # noqa: S608
