"""Hearing of commits of other processes, in either database."""

from threading import Event, Thread
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from erp_bridge_core.contract.errors import StorageError
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.waking import heed

if TYPE_CHECKING:
    from postgresql import PostgreSQL

PATIENCE = 20.0


def test_a_commit_of_somebody_else_is_heard(store: Store) -> None:
    """Whoever listens is told of what another connection commits, and ends when he is to."""
    heard, ended = Event(), Event()
    listener = Thread(target=heed, args=(store.engine, heard.set, ended))
    listener.start()
    try:
        told_at_the_beginning = heard.wait(PATIENCE)
        heard.clear()
        with store.begin() as connection:
            connection.execute(text("UPDATE installation SET frozen_because = 'A restore'"))
        told_of_a_commit = heard.wait(PATIENCE)
    finally:
        ended.set()
        listener.join(PATIENCE)

    assert (True, True) == (told_at_the_beginning, told_of_a_commit)
    assert not listener.is_alive()


def test_a_server_that_went_away_is_told_once(postgresql: "PostgreSQL", caplog: pytest.LogCaptureFixture) -> None:
    """By our own error, which says what it is: nobody looks into a log for what was thrown away."""
    store, ended = Store.open(postgresql.new_database()), Event()

    with pytest.raises(StorageError, match="can't be used"):
        heed(store.engine, lambda: postgresql.end_connections(store.engine.url.render_as_string()), ended)
    store.close()

    assert [] == [record.getMessage() for record in caplog.records if record.name.startswith("sqlalchemy")]
