"""Bulk inserts of plain rows."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from databases import new_store
from sqlalchemy import JSON, BigInteger, Boolean, Column, MetaData, String, Table, select

from erp_bridge_core.store.bulk import PAGE, insert_rows
from erp_bridge_core.store.database import Store

TABLE = Table(
    "things", MetaData(), Column("name", String(20)), Column("amount", BigInteger), Column("kind", String(5)),
    Column("source", JSON), Column("removed", Boolean),
)  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A database with one empty table."""
    store = new_store(tmp_path)
    with store.begin() as connection:
        TABLE.create(connection)
    yield store
    store.close()


def test_every_row_of_several_pages_is_stored(store: Store) -> None:
    """More rows than a page holds all arrive, the last ones too."""
    with store.begin() as connection:
        insert_rows(connection, TABLE, ("amount", "name"), ((number, str(number)) for number in range(PAGE + 1)))
    with store.read() as connection:
        stored = connection.execute(select(TABLE.c.name, TABLE.c.amount).order_by(TABLE.c.amount)).all()

    assert [(str(number), number) for number in range(PAGE + 1)] == [tuple(row) for row in stored]


def test_values_go_to_the_columns_that_are_named(store: Store) -> None:
    """The order of the names counts, not the table's; what is not named stays NULL."""
    with store.begin() as connection:
        insert_rows(connection, TABLE, ("kind", "name"), [("a", "one")])
    with store.read() as connection:
        stored = connection.execute(select(TABLE)).one()

    assert ("one", None, "a", None, None) == tuple(stored)


def test_a_value_of_json_is_given_as_its_text(store: Store) -> None:
    """It is read back as the value; none is NULL, in a row of a page with others."""
    with store.begin() as connection:
        insert_rows(connection, TABLE, ("name", "source", "removed"), [("a", '{"rows": [2]}', True), ("b", None, None)])
    with store.read() as connection:
        stored = connection.execute(select(TABLE.c.source, TABLE.c.removed).order_by(TABLE.c.name)).all()

    assert [({"rows": [2]}, True), (None, None)] == [tuple(row) for row in stored]
