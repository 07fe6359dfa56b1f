"""Statements that go to the driver as they are: the same answers, the same failures, in the caller's transaction."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from databases import new_store
from sqlalchemy import JSON, Column, Integer, MetaData, String, Table, bindparam, insert, select, update

from erp_bridge_core.contract.errors import StorageError
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.prepared import Prepared

if TYPE_CHECKING:
    from postgresql import PostgreSQL

_METADATA = MetaData()
THINGS = Table("things", _METADATA, Column("id", Integer, primary_key=True), Column("facts", JSON, nullable=False))
NAMES = Table("names", _METADATA, Column("id", Integer, primary_key=True), Column("name", String(20), nullable=False))
ADD = Prepared(
    insert(THINGS).values(id=bindparam("thing"), facts=bindparam("known")).returning(THINGS.c.id),
    before=(update(NAMES).where(NAMES.c.id == bindparam("thing")).values(name=bindparam("name")),),
)
LOOK = Prepared(select(NAMES.c.name, THINGS.c.id).join(THINGS, THINGS.c.id == NAMES.c.id).order_by(NAMES.c.id))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A database with two named things to be, and none yet."""
    store = new_store(tmp_path)
    with store.begin() as connection:
        _METADATA.create_all(connection)
        connection.execute(insert(NAMES), [{"id": 1, "name": ""}, {"id": 2, "name": ""}])
    yield store
    store.close()


def named(store: Store) -> list[tuple[object, ...]]:
    """The things that there are."""
    with store.look(LOOK, {}) as (_, found):
        return list(found)


def test_statements_run_in_their_order_and_answer_their_rows(store: Store) -> None:
    """Also what goes with one is done, on its own table; JSON is given as its text."""
    with store.begin(export=1) as connection:
        answers = [
            ADD.rows(connection, {"thing": 2, "known": '{"a": 20}', "name": "two"}),
            LOOK.rows(connection, {}),
            ADD.rows(connection, {"thing": 1, "known": '{"a": 10}', "name": "one"}),
        ]

    assert [[(2,)], [("two", 2)], [(1,)]] == [list(rows) for rows in answers]
    assert [("one", 1), ("two", 2)] == named(store)
    with store.read() as connection:
        assert [{"a": 10}, {"a": 20}] == list(
            connection.execute(select(THINGS.c.facts).order_by(THINGS.c.id)).scalars()
        )


def test_a_failure_is_told_as_any_other_and_nothing_is_kept(store: Store) -> None:
    """Whichever of several fails, what went before it is undone with the transaction; then all works again."""

    def add_twice() -> None:
        with store.begin(export=1) as connection:
            ADD.rows(connection, {"thing": 1, "known": "{}", "name": "one"})
            ADD.rows(connection, {"thing": 1, "known": "{}", "name": "one"})

    with pytest.raises(StorageError, match=r"(?i)unique"):
        add_twice()

    assert [] == named(store)


def test_a_look_is_of_a_moment_of_its_own(store: Store) -> None:
    """It does not see what is not committed, and sees it as soon as it is."""
    with store.begin(export=1) as connection:
        ADD.rows(connection, {"thing": 1, "known": '{"a": 10}', "name": "one"})
        before = named(store)

    assert ([], [("one", 1)]) == (before, named(store))


def test_a_look_tells_the_databases_seconds(store: Store) -> None:
    """Those of the moment of the look, as a transaction of its own tells them, within a minute."""
    with store.begin(export=1) as connection:
        ADD.rows(connection, {"thing": 1, "known": '{"a": 10}', "name": "one"})
    with store.look(LOOK, {}) as (connection, _):
        looked = store.seconds(connection)
    with store.read() as connection:
        assert 0.0 <= store.seconds(connection) - looked < 60.0


@pytest.fixture
def url(postgresql: "PostgreSQL") -> Iterator[str]:
    """A server's database with the tables."""
    made = postgresql.new_database()
    with closing(Store.open(made)) as store, store.begin() as connection:
        _METADATA.create_all(connection)
    yield made
    postgresql.drop_database(made)


def test_a_connection_that_the_server_ended_is_not_used(url: str, postgresql: "PostgreSQL") -> None:
    """Also right after it was used: its socket tells, and another one takes its place without an error."""
    with closing(Store.open(url)) as store:
        before = named(store)
        postgresql.end_connections(url)

        assert before == named(store) == []


@pytest.mark.rule("L14")
def test_a_connection_lost_in_a_transaction_is_told(url: str, postgresql: "PostgreSQL") -> None:
    """Nothing of it was kept, as is said; the next one is made anew."""

    def add(store: Store, *, break_it: bool) -> None:
        with store.begin(export=1) as connection:
            ADD.rows(connection, {"thing": 1, "known": "{}", "name": "one"})
            if break_it:
                postgresql.end_connections(url)
            LOOK.rows(connection, {})

    with closing(Store.open(url)) as store:
        with pytest.raises(StorageError, match="Nothing of it was kept"):
            add(store, break_it=True)
        add(store, break_it=False)
