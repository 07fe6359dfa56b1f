"""Bulk inserts of plain rows."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from databases import ON_POSTGRESQL, new_store
from sqlalchemy import JSON, BigInteger, Boolean, Column, MetaData, String, Table, insert, select, text

from erp_bridge_core.store.bulk import MANY, PAGE, insert_rows, insert_selected
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


@pytest.mark.skipif(not ON_POSTGRESQL, reason="SQLite's planner asks no figures of a table")
@pytest.mark.parametrize("selected", [False, True])
def test_the_planner_knows_of_many_rows_within_their_transaction(store: Store, *, selected: bool) -> None:
    """Else whatever is asked of a large item right after it was written is planned as for next to none."""
    with store.begin() as connection:
        rows = [(str(number),) for number in range(MANY)]
        insert_rows(connection, TABLE, ("name",), rows)
        if selected:
            insert_selected(connection, insert(TABLE).from_select(["name"], select(TABLE.c.name)))
        known = connection.execute(text("SELECT reltuples FROM pg_class WHERE relname = 'things'")).scalar_one()

    assert (2 * MANY if selected else MANY) == known
