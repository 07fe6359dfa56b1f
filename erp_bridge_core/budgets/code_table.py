"""What is known of a job's codes, asked by code: in memory while they are few, else in a temporary table.

A job of a million lines has hundreds of thousands of cost codes, which would take more memory than everything else.
"""

import json
import sqlite3
from collections.abc import Iterable
from typing import Any, Final, Self

from attrs import define, field

#: Codes that are kept in memory at most: some 15 MiB of them.
MOST: Final = 40_000
_CACHE_KIBIBYTES: Final = 8 * 1024
#: Stands between the parts of a code in the table; no code holds it.
_BETWEEN: Final = "\x1f"

#: A code with what it belongs to, and what is known of it: plain values.
Place = tuple[str, ...]
Facts = tuple[Any, ...]


@define
class CodeTable:
    """Facts by places; the last ones told of a place count. The temporary table is gone when nobody holds it."""

    most: int = MOST
    _few: dict[Place, Facts] = field(factory=dict, init=False)
    _many: sqlite3.Connection | None = field(default=None, init=False)
    _last: tuple[Place, Facts | None] = field(default=((), None), init=False)

    @classmethod
    def of(cls, rows: Iterable[tuple[Place, Facts]], *, most: int = MOST) -> Self:
        """A table of these rows."""
        table = cls(most)
        for place, facts in rows:
            table._few[place] = facts
            if len(table._few) > most:
                table._move()
        if table._many is not None:
            table._move()
        return table

    def get(self, place: Place) -> Facts | None:
        """What is known of a place, or None. Lines come by their codes, so most ask for the last one again."""
        if self._many is None:
            return self._few.get(place)
        asked, facts = self._last
        if asked != place:
            facts = self._find(self._many, place)
            self._last = place, facts
        return facts

    def _find(self, table: sqlite3.Connection, place: Place) -> Facts | None:
        row = table.execute("SELECT facts FROM code WHERE place = ?", (_BETWEEN.join(place),)).fetchone()
        return None if row is None else tuple(json.loads(row[0]))

    def _move(self) -> None:
        """Move what is in memory into the table."""
        if self._many is None:
            self._many = _connect()
        rows = ((_BETWEEN.join(place), json.dumps(facts)) for place, facts in self._few.items())
        self._many.executemany("INSERT OR REPLACE INTO code VALUES (?, ?)", rows)
        self._few.clear()


def _connect() -> sqlite3.Connection:
    """A database without a name: of this connection alone, on the disk only as far as its cache does not hold it."""
    connection = sqlite3.connect("", isolation_level=None, check_same_thread=False)
    for pragma in ("journal_mode = OFF", "synchronous = OFF", f"cache_size = -{_CACHE_KIBIBYTES}"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("CREATE TABLE code (place TEXT PRIMARY KEY, facts TEXT NOT NULL) WITHOUT ROWID")
    return connection
