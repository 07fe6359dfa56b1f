"""Locks that end with their process: one holder among all sessions, lost with the session, shared where asked for."""

from collections.abc import Iterator
from contextlib import closing
from threading import Event
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from erp_bridge_core.contract.errors import StorageError
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.session_locks import lock_key

if TYPE_CHECKING:
    from postgresql import PostgreSQL

ONE, OTHER = lock_key("job", "erp", "company", "24-001"), lock_key("job", "erp", "company", "24-002")


@pytest.fixture
def url(postgresql: "PostgreSQL") -> Iterator[str]:
    """An empty database."""
    made = postgresql.new_database()
    yield made
    postgresql.drop_database(made)


def taken_soon(store: Store, keys: list[int]) -> set[int]:
    """What it gets of locks whose holder has just ended: the server finds that out a moment later."""
    taken, pause = set[int](), Event()
    for _ in range(500):
        taken |= set(store.locks.take(keys, most=len(keys)))
        if len(taken) == len(keys):
            break
        pause.wait(0.02)
    return taken


@pytest.mark.rule("L12")
def test_a_lock_is_one_holders_among_processes_and_among_threads(url: str) -> None:
    """Until it is given back, or its holder's session ends."""
    with closing(Store.open(url)) as here, closing(Store.open(url)) as there:
        assert [ONE] == here.locks.take([ONE])
        assert [] == here.locks.take([ONE]), "nor has it a second thread of the same process"
        assert [OTHER] == there.locks.take([ONE, OTHER], most=2)
        here.locks.give_back([ONE])
        assert [ONE] == there.locks.take([ONE])
        there.close()
        assert {ONE, OTHER} == taken_soon(here, [ONE, OTHER])


def test_what_a_session_lost_is_anothers(url: str, postgresql: "PostgreSQL") -> None:
    """The loss is told once; from then on there is a new session, which has nothing."""
    with closing(Store.open(url)) as here, closing(Store.open(url)) as there:
        here.locks.take([ONE])
        number = here.locks.number
        postgresql.end_connections(url)
        assert {ONE} == taken_soon(there, [ONE])
        with pytest.raises(StorageError, match="can't be used"):
            here.locks.take([OTHER])

        assert ([], [OTHER]) == (here.locks.take([ONE]), here.locks.take([OTHER]))
        assert number + 1 == here.locks.number


def test_giving_back_raises_nothing(url: str, postgresql: "PostgreSQL") -> None:
    """Not even where the session is gone: whatever was done under the lock is done."""
    with closing(Store.open(url)) as here:
        here.locks.take([ONE])
        postgresql.end_connections(url)
        here.locks.give_back([ONE])

        assert {ONE} == taken_soon(here, [ONE])


def test_a_lock_may_be_held_together(url: str) -> None:
    """Whoever wants it alone waits until all have let go."""
    with closing(Store.open(url)) as here, closing(Store.open(url)) as there:
        here.locks.share(ONE, on=True)
        there.locks.share(ONE, on=True)
        with closing(Store.open(url)) as third:
            assert [] == third.locks.take([ONE])
            here.locks.share(ONE, on=False)
            there.locks.share(ONE, on=False)
            assert [ONE] == third.locks.take([ONE])


def test_each_statement_commits_by_itself(url: str) -> None:
    """Nothing of the session is ever an open transaction, which would hold back what others clean up."""
    with closing(Store.open(url)) as here, closing(Store.open(url)) as there:
        with here.locks.session() as session:
            session.execute(text("CREATE TABLE seen (id int)"))
        with there.read() as connection:
            assert [] == connection.execute(text("SELECT id FROM seen")).all()
