"""A connection to the database that breaks while a budget is sent: told, nothing half done, the next act works."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from budget_services import NUMBER, Services, entry
from databases import ON_POSTGRESQL, server
from psycopg import sql
from sqlalchemy import Connection, event, func, select

from erp_bridge_core.contract.errors import StorageError
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.store.database import CommitUnknown, Store
from erp_bridge_core.store.tables import metadata

pytestmark = [
    pytest.mark.skipif(not ON_POSTGRESQL, reason="an SQLite file has no connection that breaks"),
    pytest.mark.rule("L14"),
]
#: More statements than sending one line takes.
MANY = 200


def counts(store: Store) -> dict[str, int]:
    """How many rows each table has."""
    with store.read() as connection:
        tables = metadata.sorted_tables
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables
        }


def end(connection: Connection) -> None:
    """End the server's side of a connection, as a restart or an operator does."""
    driver: Any = connection.connection.driver_connection
    server().administer(sql.SQL("SELECT pg_terminate_backend({}, 5000)").format(driver.info.backend_pid))


@contextmanager
def broken_before(store: Store, number: int) -> Iterator[list[str]]:
    """In the block the connection breaks before the statement of that number; what was asked until then."""
    asked: list[str] = []

    def count(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)
        if len(asked) == number:
            end(connection)

    event.listen(store.engine, "before_cursor_execute", count)
    try:
        yield asked
    finally:
        event.remove(store.engine, "before_cursor_execute", count)


@pytest.mark.filterwarnings("ignore:<psycopg.ServerCursor:ResourceWarning")
def test_a_connection_lost_before_any_statement_leaves_nothing_half_done(linked: Services, manager: Actor) -> None:
    """Whichever it is: an error of the database's with what to do, no row more or less; then sending works."""
    linked.budgets.add_line(manager, NUMBER, entry(amount="100.00"))
    before = counts(linked.store)
    told: list[tuple[type[StorageError], str, str]] = []
    for number in range(1, MANY):
        with broken_before(linked.store, number) as asked:
            try:
                linked.sending.send(manager, NUMBER)
            except StorageError as error:
                told.append((type(error), error.message, error.remedy))
            else:
                break
        assert before == counts(linked.store), asked[-1]
    gc.collect()  # cursors over the lines that broke

    assert len(asked) == len(told) > 10
    assert {StorageError} == {kind for kind, _, _ in told}
    assert all("Nothing of it was kept" in message and "server runs" in remedy for _, message, remedy in told)
    assert linked.projects.show(manager, NUMBER).locked


def test_a_connection_lost_at_the_commit_is_told_as_unknown(linked: Services, manager: Actor) -> None:
    """Here nothing was kept; nobody says so who can't know it. The next act works."""
    linked.budgets.add_line(manager, NUMBER, entry(amount="100.00"))
    before = counts(linked.store)

    def end_a_write(connection: Connection) -> None:
        if not connection.get_execution_options()["postgresql_readonly"]:
            end(connection)

    event.listen(linked.store.engine, "commit", end_a_write)
    with pytest.raises(CommitUnknown, match="while it was told to keep") as lost:
        linked.sending.send(manager, NUMBER)
    event.remove(linked.store.engine, "commit", end_a_write)

    assert "look which" in lost.value.remedy
    assert before == counts(linked.store)
    linked.sending.send(manager, NUMBER)


def test_a_commit_whose_answer_was_lost_is_told_as_unknown(
    linked: Services, manager: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything was kept: whoever looks, as the remedy says, finds the item."""
    linked.budgets.add_line(manager, NUMBER, entry(amount="100.00"))
    with monkeypatch.context() as patch:

        def commit(driver: Any) -> None:
            driver.commit()
            if driver.dbapi_connection.read_only:
                return
            driver.dbapi_connection.close()
            raise psycopg.OperationalError("server closed the connection unexpectedly")

        patch.setattr(linked.store.engine.dialect, "do_commit", commit)
        with pytest.raises(CommitUnknown):
            linked.sending.send(manager, NUMBER)

    assert linked.projects.show(manager, NUMBER).locked
    assert 1 == counts(linked.store)["items"]


def test_a_server_that_crashed_is_used_again_once_it_is_back(linked: Services, manager: Actor) -> None:
    """What was kept before the crash is there; while the server is away, its absence is told."""
    linked.budgets.add_line(manager, NUMBER, entry(amount="100.00"))
    before = counts(linked.store)
    server().crash()
    try:
        with pytest.raises(StorageError) as away:
            linked.sending.send(manager, NUMBER)
    finally:
        server().start()

    assert "server runs" in away.value.remedy
    assert before == counts(linked.store)
    linked.sending.send(manager, NUMBER)
