"""The engine of DBOS: what it keeps, how it is kept from running twice, and that a worker behind it is as any other."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from shared_books import CODES, SharedBooks, accept, open_site, start, until
from sqlalchemy import update

from erp_bridge_core.app import Application
from erp_bridge_core.configuration.document import rewrite
from erp_bridge_core.contract.errors import BadSettings
from erp_bridge_core.engine import bringing
from erp_bridge_core.engine.durable import Durable
from erp_bridge_core.engine.living import any_at_work
from erp_bridge_core.engine.status import load_engine_status
from erp_bridge_core.engine.worker import EngineWorker
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.store.tables import privileges


@pytest.fixture(autouse=True)
def durable(site: Path) -> None:
    """Exports are brought on by it."""
    with rewrite(site) as document:
        document["engine"] = {"kind": "dbos"}


@pytest.fixture
def approver(application: Application) -> Actor:
    """Who accepts and exports."""
    return application.people.actor_as("approver", "hoosier", "tester")


@contextmanager
def kept(site: Path) -> Iterator[Callable[[str], list[Any]]]:
    """What the engine's database holds."""
    with closing(sqlite3.connect(site / "engine.db")) as connection:
        yield lambda query: connection.execute(query).fetchall()


@pytest.mark.rule("E1")
def test_an_export_is_brought_on_by_a_workflow(
    site: Path, application: Application, books: SharedBooks, approver: Actor
) -> None:
    """Whoever waits is told its end; the engine was given a number and nothing else, as JSON, of a pinned version."""
    accept(application)
    with EngineWorker(application).at_work():
        until(lambda: any_at_work(application.store))
        assert "complete" == bringing.export(application, approver, 1).state

    assert CODES == len(set(books.postings)) == len(books.postings)
    with kept(site) as query:
        assert [("wal",)] == query("PRAGMA journal_mode")
        assert [('{"args": [1], "kwargs": {}}',)] == query("SELECT inputs FROM workflow_input")
        assert [('{"state": "complete"}',)] == query("SELECT output FROM workflow_output")
        (row,) = query("SELECT status, application_version, executor_id FROM workflow_status")
    assert ("SUCCESS", "1") == row[:2]
    assert str(os.getpid()) in row[2], "a worker's own name, not the `local` that all processes would share"


def test_one_job_has_one_queue(site: Path, application: Application) -> None:
    """Exports of one ERP job go one after the other, on whatever host."""
    start(application)
    with EngineWorker(application).at_work():
        until(lambda: "waiting" == _state(application))

    with kept(site) as query:
        assert [("exports", 32)] == query("SELECT queue_name, length(queue_partition_key) FROM workflow_status")
        assert [(1,)] == query("SELECT partition_concurrency FROM queues WHERE name = 'exports'")


def test_a_second_worker_leaves_exports_to_the_first(
    site: Path, application: Application, books: SharedBooks, launch: Callable[..., Any]
) -> None:
    """Its file has one worker; the other does everything else, and exports once the first is gone."""
    first = launch()
    until((site / "engine.db").exists)
    with EngineWorker(application).at_work():
        books.switch("hold", on=True)
        start(application)
        until(lambda: books.is_on("held"))
        assert {str(first.pid)} == set((books.folder / "held").read_text().split())
        first.kill()
        books.switch("hold", on=False)
        until(lambda: "waiting" == _state(application))

    assert CODES == len(set(books.postings)) == len(books.postings)


@pytest.mark.rule("E6")
def test_a_retry_is_a_workflow_of_its_own(application: Application, books: SharedBooks, approver: Actor) -> None:
    """And no answer of an earlier one is taken for its end."""
    books.switch("hold", on=True)
    start(application)
    with EngineWorker(application).at_work():
        until(lambda: books.is_on("held"))
        application.holding.cancel(approver, 1, reason="The wrong project.")
        books.switch("hold", on=False)
        until(lambda: "failed" == application.exports.status(approver, 1).state)
        until(lambda: all("export" != task.job for task in load_engine_status(application, approver).tasks))
        assert "complete" == bringing.retry(application, approver, 1).state

    assert CODES == len(set(books.postings)) == len(books.postings)


@pytest.mark.rule("P3")
def test_what_stops_an_export_is_told_as_without_it(
    application: Application, books: SharedBooks, approver: Actor
) -> None:
    """The same error in the status, and nothing written."""
    start(application)
    with application.store.begin() as connection:
        connection.execute(update(privileges).values(revoked_at=application.clock.now()))
    with EngineWorker(application).at_work():
        until(lambda: any(task.problem for task in load_engine_status(application, approver).tasks))

    problems = [task.problem or {} for task in load_engine_status(application, approver).problems]
    assert ["not_allowed"] == [problem["error"] for problem in problems]
    assert [] == books.postings


def test_what_ended_long_ago_is_dropped(site: Path, application: Application) -> None:
    """The engine's database does not grow for ever; what ended today stays to be looked at."""
    start(application)
    with EngineWorker(application).at_work():
        until(lambda: "waiting" == _state(application))
    with closing(sqlite3.connect(site / "engine.db")) as connection, connection:
        connection.execute("UPDATE workflow_status SET completed_at = completed_at - 91 * 86400000")
    with kept(site) as query, EngineWorker(application).at_work():
        until(lambda: [(0,)] == query("SELECT count(*) FROM workflow_status"))


@pytest.mark.parametrize("known", [True, False])
def test_a_defect_is_told_in_the_log_and_in_the_status(
    site: Path, application: Application, approver: Actor, monkeypatch: pytest.MonkeyPatch, *, known: bool
) -> None:
    """Where the workflow ran; a workflow of an export that a restore took away is left alone."""
    start(application)

    def carry_on(*_: object) -> None:
        raise LookupError("a defect of the adapter")

    monkeypatch.setattr(type(application.exports), "carry_on", carry_on)
    if not known:
        monkeypatch.setattr(Durable, "_is_there", lambda *_: False)
    with EngineWorker(application).at_work():
        until(lambda: any(task.ended_at for task in load_engine_status(application, approver).tasks if task.item == 1))

    told = [task.problem["error"] for task in load_engine_status(application, approver).problems if task.problem]
    log = site / "logs" / "errors.log"
    assert (["defect"] if known else []) == told
    assert known == (log.exists() and "a defect of the adapter" in log.read_text())


def test_another_engine_is_none(site: Path) -> None:
    """A worker does not start on a guess."""
    with rewrite(site) as document:
        document["engine"] = {"kind": "cron"}
    with pytest.raises(BadSettings, match="not right"):
        open_site(site)


def _state(application: Application) -> str:
    approver = application.people.actor_as("approver", "hoosier", "tester")
    return application.reviews.item(approver, 1).state.value
