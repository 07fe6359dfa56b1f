"""The settable clock."""

import sqlite3
from collections.abc import Iterator

import pytest

from erp_bridge_core.simulation import CLOCK_SCHEMA, advance, now, today


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    """Books in memory."""
    made = sqlite3.connect(":memory:")
    made.executescript(CLOCK_SCHEMA)
    yield made
    made.close()


def test_moves_forward_by_what_passed(connection: sqlite3.Connection) -> None:
    """Time that a person lets pass adds up, and the date follows."""
    before, day = now(connection), today(connection)
    advance(connection, 86_400)
    advance(connection, 86_400)
    assert now(connection) - before >= 172_800
    assert (today(connection) - day).days >= 2


@pytest.mark.parametrize("seconds", [-1, float("nan"), float("inf")])
def test_never_goes_back(connection: sqlite3.Connection, seconds: float) -> None:
    """A negative or endless time is refused."""
    with pytest.raises(ValueError, match="forward"):
        advance(connection, seconds)
