"""Switches: their defaults, and what they refuse."""

import sqlite3
from collections.abc import Iterator

import pytest

from erp_bridge_core.simulation import SWITCH_SCHEMA, Switch, Switches

SWITCHES = Switches(
    [
        Switch(name="stale", default="no", choices=("yes", "no"), help="."),
        Switch(name="lag", default="5", choices=("manual",), pattern="[0-9]+", help="."),
        Switch(name="text", default="", help="."),
    ]
)


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    """Books in memory."""
    made = sqlite3.connect(":memory:")
    made.executescript(SWITCH_SCHEMA)
    yield made
    made.close()


def test_stands_at_its_default(connection: sqlite3.Connection) -> None:
    """A switch that nobody set has its default."""
    assert (False, 5, "") == (
        SWITCHES.on(connection, "stale"),
        SWITCHES.number(connection, "lag"),
        SWITCHES.get(connection, "text"),
    )


@pytest.mark.parametrize(("name", "value"), [("stale", "yes"), ("lag", "manual"), ("lag", "60"), ("text", "any")])
def test_takes_what_it_may_have(connection: sqlite3.Connection, name: str, value: str) -> None:
    """A choice, text of the pattern, or any text where neither is declared."""
    SWITCHES.set(connection, name, value)
    assert value == SWITCHES.get(connection, name)


@pytest.mark.parametrize(("name", "value"), [("stale", "maybe"), ("lag", "-1"), ("lag", "٣"), ("lag", "")])
def test_refuses_what_it_may_not_have(connection: sqlite3.Connection, name: str, value: str) -> None:
    """Any other value is refused by name and changes nothing."""
    with pytest.raises(ValueError, match=f"Switch {name} is one of"):
        SWITCHES.set(connection, name, value)
    assert SWITCHES.get(connection, name) in {"no", "5"}


def test_knows_no_undeclared_switch(connection: sqlite3.Connection) -> None:
    """A misspelt switch is an error, not a switch that stands at nothing."""
    with pytest.raises(KeyError):
        SWITCHES.get(connection, "stail")


def test_strikes_once_when_it_is_taken(connection: sqlite3.Connection) -> None:
    """Taken, a switch stands at its default again; others stay."""
    SWITCHES.set(connection, "lag", "60")
    SWITCHES.set(connection, "text", "any")
    assert ("60", "5", "any") == (
        SWITCHES.take(connection, "lag"),
        SWITCHES.take(connection, "lag"),
        SWITCHES.get(connection, "text"),
    )


def test_are_all_reset_together(connection: sqlite3.Connection) -> None:
    """Every switch stands at its default again."""
    SWITCHES.set(connection, "lag", "60")
    SWITCHES.set(connection, "stale", "yes")
    SWITCHES.reset(connection)
    assert (5, False) == (SWITCHES.number(connection, "lag"), SWITCHES.on(connection, "stale"))
