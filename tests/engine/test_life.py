"""What shows that a worker is gone: a lock that ended with its process, beside a file as on a server."""

import os
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from erp_bridge_core.engine import living, tasks
from erp_bridge_core.engine.life import Life
from erp_bridge_core.engine.living import Sign, at_work
from erp_bridge_core.engine.tasks import NewTask
from erp_bridge_core.store import schema
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import workers

if TYPE_CHECKING:
    from postgresql import PostgreSQL

AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with our tables."""
    server: PostgreSQL | None = request.getfixturevalue("postgresql") if request.param == "postgresql" else None
    made = f"sqlite:///{tmp_path / 'lives.db'}" if server is None else server.new_database()
    with closing(Store.open(made)) as store:
        schema.create(store)
    yield made
    if server is not None:
        server.drop_database(made)


@pytest.mark.rule("L12")
def test_who_begins_beside_a_dead_worker_leaves_its_traces_to_be_found(url: str, tmp_path: Path) -> None:
    """It looks who lives, to tell of other versions; what the dead one held is free at the first look all the same."""
    with closing(Store.open(url)) as here, closing(Store.open(url)) as there:
        dead, next_one = (Sign(store, "worker", Life(store, tmp_path / "locks")) for store in (here, there))
        dead.begin(AT)
        _die(dead)
        next_one.begin(AT)
        with there.begin(work=True) as connection:
            silent = update(workers).where(workers.c.name == dead.name).values(seen_at=there.seconds(connection) - 6)
            connection.execute(silent)
        pause = Event()
        while there.on_postgresql and next_one.life and not next_one.life.is_gone(dead.name):
            pause.wait(0.02)
        next_one.free_what_the_dead_held(AT)

        with there.read() as connection:
            assert [next_one.name] == [each.name for each in at_work(connection, now=there.seconds(connection))]


@pytest.mark.rule("L12")
def test_what_a_dead_worker_was_at_is_free_at_once_and_of_a_living_one_nothing(url: str, tmp_path: Path) -> None:
    """Both have been silent; the one whose lock is held only is slow."""
    with closing(Store.open(url)) as here, closing(Store.open(url)) as there, closing(Store.open(url)) as third:
        slow, dead, last = (Sign(store, "worker", Life(store, tmp_path / "locks")) for store in (here, there, third))
        for each in (slow, dead, last):
            each.begin(AT)
        with here.begin(work=True) as connection:
            now = here.seconds(connection)
            tasks.add(connection, [NewTask(key=f"job:{n}", job="job") for n in (1, 2)], now=now)
            for task, sign in zip(tasks.ready(connection, now=now), (slow, dead), strict=True):
                assert tasks.claim(connection, task, sign.name, now=now, at=AT)
            connection.execute(update(workers).where(workers.c.name != last.name).values(seen_at=now - 6))
        _die(dead)
        pause = Event()
        while here.on_postgresql and last.life and not last.life.is_gone(dead.name):
            pause.wait(0.02)  # the server finds a moment later that a client is gone
        last.free_what_the_dead_held(AT)

        with here.read() as connection:
            now = here.seconds(connection)
            assert {slow.name, last.name} == {each.name for each in at_work(connection, now=now)}
            assert ["job:2"] == [task.key for task in tasks.ready(connection, now=now)]


@pytest.mark.rule("L12")
def test_one_that_was_taken_for_dead_lives_as_soon_as_it_says_so(url: str, tmp_path: Path) -> None:
    """Its sign of life came too late, as after the database was away: until its next one, and no longer."""
    with closing(Store.open(url)) as here, closing(Store.open(url)) as there:
        late, other = (Sign(store, "worker", Life(store, tmp_path / "locks")) for store in (here, there))
        for each in (late, other):
            each.begin(AT)
        with here.begin(work=True) as connection:
            connection.execute(update(workers).where(workers.c.name == late.name).values(ended_at=AT))
        late.beat()

        with here.read() as connection:
            living = at_work(connection, now=here.seconds(connection))
        assert {late.name, other.name} == {each.name for each in living}


def test_one_that_says_so_while_it_is_looked_at_is_not_taken_for_dead(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at its lock and what is made of it."""
    with closing(Store.open(url)) as here, closing(Store.open(url)) as there:
        late, other = (Sign(store, "worker", Life(store, tmp_path / "locks")) for store in (here, there))
        late.begin(AT)
        with here.begin(work=True) as connection:
            now = here.seconds(connection)
            tasks.add(connection, [NewTask(key="job:1", job="job")], now=now)
            (task,) = tasks.ready(connection, now=now)
            assert tasks.claim(connection, task, late.name, now=now, at=AT)
            connection.execute(update(workers).values(seen_at=now - 6))

        def seems_gone(_: Life, _name: str) -> bool:
            late.beat()
            return True

        monkeypatch.setattr(Life, "is_gone", seems_gone)
        other.free_what_the_dead_held(AT)

        with here.read() as connection:
            now = here.seconds(connection)
            assert [late.name] == [each.name for each in at_work(connection, now=now)]
            assert [] == tasks.ready(connection, now=now)


@pytest.mark.rule("L12")
def test_a_worker_whose_connections_were_ended_has_its_lock_again_with_its_next_sign_of_life(
    postgresql: "PostgreSQL", tmp_path: Path
) -> None:
    """A server that was started again holds nobody's locks; the worker lived all the time."""
    url = postgresql.new_database()
    with closing(Store.open(url)) as store:
        schema.create(store)
    with closing(Store.open(url)) as here, closing(Store.open(url)) as there:
        sign = Sign(here, "worker", Life(here, tmp_path))
        sign.begin(AT)
        postgresql.end_connections(url)
        assert Life(there, tmp_path).is_gone(sign.name)
        sign.beat()

        assert not Life(there, tmp_path).is_gone(sign.name)
    postgresql.drop_database(url)


def test_one_that_left_no_lock_is_not_taken_for_dead(tmp_path: Path) -> None:
    """It may be of a version that had none: its tasks lapse by themselves."""
    with closing(Store.at(tmp_path / "lives.db")) as store:
        assert not Life(store, tmp_path / "locks").is_gone("of another version")


def test_who_ended_well_leaves_no_file(url: str, tmp_path: Path) -> None:
    """Homes don't fill with the locks of workers that were."""
    with closing(Store.open(url)) as store:
        sign = Sign(store, "worker", Life(store, tmp_path / "locks"))
        sign.begin(AT)
        sign.end(AT)

        assert [] == list(tmp_path.glob("locks/*"))
        with store.read() as connection:
            assert AT == connection.execute(select(workers.c.ended_at)).scalar_one()


@pytest.mark.rule("E1")
def test_a_worker_says_which_others_are_of_another_version(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Once, as it begins, and not of one that was killed a moment ago, as while it is replaced."""
    with closing(Store.open(url)) as here, closing(Store.open(url)) as there:
        old, new, next_one = (Sign(store, "worker", Life(store, tmp_path / "locks")) for store in (there, here, here))
        with monkeypatch.context() as patch:
            patch.setattr(living, "this_version", lambda: "0.0.1")
            old.begin(AT)
        new.begin(AT)
        (told,) = caplog.messages
        assert f"of the workers 0.0.1 is process {os.getpid()} on" in told
        caplog.clear()
        _die(old)
        pause = Event()
        while here.on_postgresql and next_one.life and not next_one.life.is_gone(old.name):
            pause.wait(0.02)
        next_one.begin(AT)

        assert [] == caplog.messages


def _die(sign: Sign) -> None:
    """As its process would, all at once: its locks end, and nothing is said."""
    life = sign.life
    assert life is not None
    if life.store.on_postgresql:
        life.store.close()
        return
    held = life._held
    assert held is not None
    held.release()
