"""What is known of many things by their codes, in bounded memory: for adapters and the core alike.

A job of a million lines has more keys than fit into memory beside everything else.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any, Final, Self

from attrs import define, field

#: How many are kept in memory at most: some 15 MiB of them.
MOST: Final = 40_000
_CACHE_KIBIBYTES: Final = 8 * 1024
#: Stands between the parts of a code in the table; no code holds it.
_BETWEEN: Final = "\x1f"

#: A code, or several that belong together; and what is known of it: text, whole numbers, truths, None.
Place = tuple[str, ...]
Facts = tuple[Any, ...]


@define
class Lookup:
    """Facts by places, the last ones told of a place: in memory while they are few, else in a temporary table.

    The table is a file without a name that is gone when nobody holds it any more. All places have as many parts.
    """

    most: int = MOST
    _few: dict[Place, Facts] = field(factory=dict, init=False)
    _many: sqlite3.Connection | None = field(default=None, init=False)
    _last: tuple[Place, Facts | None] = field(default=((), None), init=False)

    @classmethod
    def of(cls, rows: Iterable[tuple[Place, Facts]], *, most: int = MOST) -> Self:
        """What is told by these rows."""
        made = cls(most)
        for place, facts in rows:
            made.put(place, facts)
        return made

    def put(self, place: Place, facts: Facts = ()) -> None:
        """Tell what is known of a place from now on."""
        self._few[place] = facts
        if len(self._few) > self.most:
            self._move()

    def get(self, place: Place) -> Facts | None:
        """What is known of a place, or None where nothing was told of it."""
        found = self._few.get(place)
        if found is not None or self._many is None:
            return found
        asked, facts = self._last
        if asked != place:
            # Lines come by their codes, so many ask for the last one again.
            facts = self._find(self._many, place)
            self._last = place, facts
        return facts

    def __contains__(self, place: Place) -> bool:
        return self.get(place) is not None

    def __len__(self) -> int:
        self._settle()
        return len(self._few) if self._many is None else int(self._many.execute(_COUNT).fetchone()[0])

    def __iter__(self) -> Iterator[tuple[Place, Facts]]:
        """Every place with its facts, in no promised order; nothing may be told meanwhile."""
        self._settle()
        yield from self._few.items()
        if self._many is not None:
            for place, facts in self._many.execute("SELECT place, facts FROM known"):
                yield tuple(place.split(_BETWEEN)), tuple(json.loads(facts))

    def _find(self, table: sqlite3.Connection, place: Place) -> Facts | None:
        row = table.execute("SELECT facts FROM known WHERE place = ?", (_BETWEEN.join(place),)).fetchone()
        return None if row is None else tuple(json.loads(row[0]))

    def _settle(self) -> None:
        """Let each place be in memory or in the table, not in both."""
        if self._many is not None:
            self._move()

    def _move(self) -> None:
        if self._many is None:
            self._many = _connect()
        rows = ((_BETWEEN.join(place), json.dumps(facts)) for place, facts in self._few.items())
        self._many.execute("BEGIN")
        self._many.executemany("INSERT OR REPLACE INTO known VALUES (?, ?)", rows)
        self._many.execute("COMMIT")
        self._few.clear()
        self._last = (), None


_COUNT: Final = "SELECT count(*) FROM known"


def _connect() -> sqlite3.Connection:
    """A database without a name: of this connection alone, on the disk only as far as its cache does not hold it."""
    connection = sqlite3.connect("", isolation_level=None, check_same_thread=False)
    for pragma in ("journal_mode = OFF", "synchronous = OFF", f"cache_size = -{_CACHE_KIBIBYTES}"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("CREATE TABLE known (place TEXT PRIMARY KEY, facts TEXT NOT NULL) WITHOUT ROWID")
    return connection
