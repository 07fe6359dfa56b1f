"""Hearing of commits of other processes, in either database."""

from threading import Event, Thread

from sqlalchemy import text

from erp_bridge_core.store.database import Store
from erp_bridge_core.store.waking import heed

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
