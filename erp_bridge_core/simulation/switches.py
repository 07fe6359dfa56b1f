"""Switches: what is not known of an ERP, and what may go wrong with its meaning, settable while it runs."""

import re
import sqlite3
from collections.abc import Iterable, Iterator

from attrs import frozen

SWITCH_SCHEMA = "CREATE TABLE IF NOT EXISTS switch (name TEXT PRIMARY KEY, value TEXT NOT NULL);"


@frozen(kw_only=True)
class Switch:
    """One switch. It takes the `choices`, or text that the `pattern` matches; any text where it has neither."""

    name: str
    default: str
    help: str
    choices: tuple[str, ...] = ()
    pattern: str = ""

    def check(self, value: str) -> str:
        """The value, when the switch may have it; raises ValueError saying which ones it may."""
        free = not self.choices and not self.pattern
        if free or value in self.choices or (self.pattern and re.fullmatch(self.pattern, value, re.ASCII)):
            return value
        wanted = [*self.choices, *([f"text like {self.pattern}"] if self.pattern else [])]
        raise ValueError(f"Switch {self.name} is one of {', '.join(wanted)}, not {value!r}.")


class Switches:
    """A simulator's declared switches and their values in its books. Raises KeyError for one nobody declared."""

    def __init__(self, declared: Iterable[Switch]) -> None:
        """Take the declarations; values are looked up each time, since another process may set them."""
        self._declared = {switch.name: switch for switch in declared}

    def __iter__(self) -> Iterator[Switch]:
        return iter(self._declared.values())

    def get(self, connection: sqlite3.Connection, name: str) -> str:
        """The value of one switch, its default where nobody set it."""
        switch = self._declared[name]
        row = connection.execute("SELECT value FROM switch WHERE name = ?", (name,)).fetchone()
        return switch.default if row is None else str(row[0])

    def number(self, connection: sqlite3.Connection, name: str) -> int:
        """The value of a switch that is a whole number."""
        return int(self.get(connection, name))

    def on(self, connection: sqlite3.Connection, name: str) -> bool:
        """Whether a yes-or-no switch stands at yes."""
        return self.get(connection, name) == "yes"

    def take(self, connection: sqlite3.Connection, name: str) -> str:
        """The value of a switch that strikes once: taken, it stands at its default again."""
        value = self.get(connection, name)
        connection.execute("DELETE FROM switch WHERE name = ?", (name,))
        return value

    def reset(self, connection: sqlite3.Connection) -> None:
        """Put every switch at its default."""
        connection.execute("DELETE FROM switch")

    def set(self, connection: sqlite3.Connection, name: str, value: str) -> None:
        """Set one switch; raises ValueError for a value that it can't have."""
        checked = self._declared[name].check(value)
        connection.execute("INSERT OR REPLACE INTO switch (name, value) VALUES (?, ?)", (name, checked))
