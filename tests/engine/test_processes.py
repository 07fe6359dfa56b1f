"""Workers as real processes: each thing once however many there are, and none is missed when one is killed."""

import signal
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from shared_books import CODES, SharedBooks, another_host, start, until
from sqlalchemy import func, select, text, update

from erp_bridge_core.app import Application
from erp_bridge_core.configuration.document import rewrite
from erp_bridge_core.engine.status import load_engine_status
from erp_bridge_core.store import schema
from erp_bridge_core.store.tables import attempts, deliveries, exports, items, outbox, verifications

if TYPE_CHECKING:
    from postgresql import PostgreSQL

Launch = Callable[..., subprocess.Popen[str]]


both_databases = pytest.mark.parametrize("site", ["sqlite", "postgresql"], indirect=True)
both_engines = pytest.mark.parametrize("kind", ["inline", "dbos"])


def choose(application: Application, kind: str) -> None:
    """Have exports brought on by that engine."""
    with rewrite(application.home) as document:
        document["engine"] = {"kind": kind}


def state_of(application: Application) -> str:
    """How the only export stands."""
    with application.store.read() as connection:
        return str(connection.execute(select(exports.c.state)).scalar_one())


def once(books: SharedBooks) -> bool:
    """Whether every line is in the books, and each once."""
    return len(books.postings) == CODES == len(set(books.postings))


@pytest.mark.rule("E1")
@both_databases
def test_what_another_process_commits_wakes_a_worker(
    application: Application, books: SharedBooks, launch: Launch
) -> None:
    """However seldom it looks by itself."""
    with rewrite(application.home) as document:
        document["schedule"] = {"poll_seconds": 60.0}
    launch()
    until(lambda: _ended(application, "webhooks"))
    start(application)

    until(lambda: state_of(application) == "complete", seconds=40)
    assert once(books)


@pytest.mark.rule("E1", "L12")
@pytest.mark.parametrize(
    ("site", "kind"), [("sqlite", "inline"), ("sqlite", "dbos"), ("postgresql", "dbos")], indirect=["site"]
)
def test_a_killed_worker_is_replaced_within_seconds(
    site: Path, tmp_path: Path, application: Application, books: SharedBooks, launch: Launch, *, kind: str
) -> None:
    """Killed in the middle of an export, after the ERP took a write: another takes over, and each line arrives once.

    On PostgreSQL the other is on another host.
    """
    choose(application, kind)
    elsewhere = another_host(site, tmp_path / "elsewhere") if application.store.on_postgresql else site
    books.switch("hold", on=True)
    first = launch()
    start(application)
    until(lambda: books.is_on("held"))
    second = launch(home=elsewhere)
    until(lambda: 2 == _living(application))
    first.send_signal(signal.SIGKILL)
    first.wait()
    books.switch("hold", on=False)

    until(lambda: state_of(application) == "complete", seconds=40)

    assert once(books)
    with application.store.read() as connection:
        tried = connection.execute(select(attempts.c.epoch).distinct().order_by(attempts.c.epoch)).scalars().all()
    assert 2 <= len(tried)
    assert second.poll() is None


@pytest.mark.rule("E1", "L5")
@pytest.mark.parametrize("site", ["postgresql"], indirect=True)
def test_a_database_that_crashes_under_a_worker_costs_nothing(
    site: Path, application: Application, books: SharedBooks, launch: Launch, postgresql: "PostgreSQL"
) -> None:
    """The ERP took a write whose answer could not be recorded: it is looked for, and the rest sent, by the same worker.

    That it waits, and that it goes on, is said once each.
    """
    choose(application, "dbos")
    books.switch("hold", on=True)
    worker = launch()
    start(application)
    until(lambda: books.is_on("held"))
    postgresql.crash()
    books.switch("hold", on=False)
    until(lambda: "The worker waits" in (site / "told").read_text())
    postgresql.start()

    until(lambda: state_of(application) == "complete")

    assert once(books)
    assert worker.poll() is None
    told = (site / "told").read_text()
    assert (1, 1) == (told.count("The worker waits"), told.count("The worker goes on")), told


def test_a_worker_of_an_older_program_says_that_the_database_was_upgraded(
    site: Path, application: Application, books: SharedBooks, launch: Launch
) -> None:
    """It begins nothing in a database that it does not know; one of the newer program does what is waiting."""
    launch()
    with application.store.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    start(application)
    until(lambda: "a newer one wrote it" in (site / "told").read_text())
    assert [] == books.postings
    with application.store.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :known"), {"known": schema.HEAD})

    until(lambda: state_of(application) == "complete")
    assert once(books)


@pytest.mark.rule("E1")
@both_engines
def test_a_worker_that_is_stopped_finishes_its_write_and_leaves_the_rest(
    application: Application, books: SharedBooks, launch: Launch, *, kind: str
) -> None:
    """The ERP is left without a doubt, and the next worker goes on where it was left."""
    choose(application, kind)
    books.switch("hold", on=True)
    worker = launch()
    start(application)
    until(lambda: books.is_on("held"))
    worker.send_signal(signal.SIGTERM)
    books.switch("hold", on=False)

    assert 0 == worker.wait(timeout=30)
    with application.store.read() as connection:
        outcomes = connection.execute(select(attempts.c.outcome)).scalars().all()
    assert ["accepted"] * len(books.postings) == outcomes
    assert len(books.postings) < CODES
    assert "running" == state_of(application)
    launch()
    until(lambda: state_of(application) == "complete")
    assert once(books)


@pytest.mark.rule("M1", "V5")
def test_two_servers_verify_and_summarise_once(application: Application, books: SharedBooks, launch: Launch) -> None:
    """One reads the ERP back while the other leaves it alone, and the approver gets one summary."""
    start(application)
    approver = application.people.actor_as("approver", "hoosier", "tester")
    application.exports.run(approver, 1)
    books.switch("slow", on=True)
    servers = [launch("serve"), launch("serve")]
    until(lambda: books.readings)
    until(lambda: 2 == len(load_engine_status(application, approver).workers))
    until(lambda: _ended(application, "webhooks"))
    books.switch("slow", on=False)
    until(lambda: _ended(application, "verify"))

    assert ["begin", "end"] == [line.split()[0] for line in books.readings]
    with application.store.read() as connection:
        assert 1 == connection.execute(select(func.count()).select_from(verifications)).scalar_one()
    for server in servers:
        server.send_signal(signal.SIGTERM)
        assert 0 == server.wait(timeout=40)


@pytest.mark.rule("M1", "M5")
def test_two_servers_send_one_summary(site: Path, application: Application, launch: Launch) -> None:
    """An item waits for the approver since yesterday: it is told once a day, whoever does it."""
    with application.store.begin() as connection:
        connection.execute(update(items).values(sent_at=application.clock.now() - timedelta(days=1)))
    for _ in range(2):
        launch("serve")
    until(lambda: _ended(application, "summaries"))
    until(lambda: list((site / "mail").glob("*.eml")))

    until(lambda: _ended(application, "mail"))

    with application.store.read() as connection:
        told = (
            connection.execute(select(deliveries.c.person_id).join(outbox).where(outbox.c.kind == "summary"))
            .scalars()
            .all()
        )
        tries = connection.execute(select(deliveries.c.tries)).scalars().all()
    assert 2 == len(told) == len(set(told)), "the approver and the controller"
    assert {1} == set(tries)


def _living(application: Application) -> int:
    approver = application.people.actor_as("approver", "hoosier", "tester")
    return len(load_engine_status(application, approver).workers)


def _ended(application: Application, job: str) -> bool:
    approver = application.people.actor_as("approver", "hoosier", "tester")
    return any(each.job == job and each.ended_at for each in load_engine_status(application, approver).tasks)
