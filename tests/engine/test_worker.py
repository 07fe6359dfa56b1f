"""One worker in this process: it wakes at once, tells what keeps it, acts with the rights of whoever started."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from shared_books import CODES, SharedBooks, accept, open_site, start, until
from sqlalchemy import func, select, update

from erp_bridge_core.app import Application
from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.configuration.document import rewrite
from erp_bridge_core.contract.errors import AlreadyAnswered
from erp_bridge_core.engine import bringing
from erp_bridge_core.engine.exporting import ask_to_start
from erp_bridge_core.engine.living import any_at_work
from erp_bridge_core.engine.status import EngineStatus, TaskState, TaskView, load_engine_status
from erp_bridge_core.engine.tasks import NewTask, add
from erp_bridge_core.engine.worker import EngineWorker
from erp_bridge_core.mail.outbox import notify
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.store.tables import deliveries, exports, items, privileges, sessions, tasks, workers

SLOW = 3600


@pytest.fixture
def approver(application: Application) -> Actor:
    """Who accepts and exports."""
    return application.people.actor_as("approver", "hoosier", "tester")


@contextmanager
def at_work(application: Application, **schedule: object) -> Iterator[None]:
    """A worker in this process, once it has looked for the first time; settings may be changed."""
    with rewrite(application.home) as document:
        document["schedule"] = {"poll_seconds": 0.2, **schedule}
    with EngineWorker(application).at_work():
        until(lambda: task(application, "webhooks").ended_at)
        yield


def status(application: Application) -> EngineStatus:
    """What the status tells the approver."""
    return load_engine_status(application, application.people.actor_as("approver", "hoosier", "tester"))


def task(application: Application, job: str) -> TaskView:
    """The only task of a job."""
    until(lambda: any(each.job == job for each in status(application).tasks))
    return next(each for each in status(application).tasks if each.job == job)


def state_of(application: Application, item: int = 1) -> str:
    """The state of an item."""
    with application.store.read() as connection:
        return str(connection.execute(select(items.c.state).where(items.c.id == item)).scalar_one())


@pytest.mark.rule("E1", "P3")
def test_an_export_that_is_started_is_brought_on_at_once(
    application: Application, books: SharedBooks, approver: Actor
) -> None:
    """A commit of this process wakes the worker, however seldom it looks; whoever waits is told the end."""
    accept(application)
    with at_work(application, poll_seconds=60.0):
        done = bringing.export(application, approver, 1)

    assert ("complete", CODES) == (done.state, len(books.postings))
    assert not [each for each in status(application).tasks if each.job in {"export", "start"}]


def test_mail_goes_out_when_it_is_due(application: Application, approver: Actor) -> None:
    """Whatever is told is told at once, and not after the next five minutes."""
    with at_work(application, poll_seconds=60.0):
        with application.store.begin() as connection:
            people = [approver.person_id or 0]
            notify(connection, 1, kind="news", people=people, payload={}, at=application.clock.now())

        until(lambda: list((application.home / "mail").glob("*.eml")), seconds=10)


def test_without_a_worker_it_is_done_here(application: Application, books: SharedBooks, approver: Actor) -> None:
    """Nobody is waited for who is not there."""
    accept(application)
    assert not any_at_work(application.store)

    assert "complete" == bringing.export(application, approver, 1).state
    assert CODES == len(books.postings)


@pytest.mark.rule("E1", "E2")
def test_an_export_that_waits_for_its_worker_runs(application: Application, approver: Actor) -> None:
    """Reading back before its first write is planned makes no hand-over of it."""
    start(application)
    application.verification.verify(approver, 1)

    assert ("running", "exporting") == (application.exports.status(approver, 1).state, state_of(application))


@pytest.mark.rule("P3")
def test_who_lost_his_right_exports_nothing_more(application: Application, books: SharedBooks) -> None:
    """Started, and not begun: the right is checked once more, and nothing is written without it."""
    start(application)
    with application.store.begin() as connection:
        connection.execute(update(privileges).values(revoked_at=application.clock.now()))

    with at_work(application):
        until(lambda: task(application, "export").problem)
        told = task(application, "export")

    assert (TaskState.FAILING, "not_allowed") == (told.state, (told.problem or {})["error"])
    assert ([], "exporting") == (books.postings, state_of(application))


@pytest.mark.parametrize(("switch", "code"), [("down", "read_failed"), ("defect", "defect")])
def test_a_task_that_fails_ends_nothing_else(
    application: Application, books: SharedBooks, approver: Actor, *, switch: str, code: str
) -> None:
    """It is told with its reason and tried again later, while everything else goes on."""
    accept(application)
    bringing.export(application, approver, 1)
    books.switch(switch, on=True)
    with at_work(application):
        until(lambda: task(application, "verify").problem)
        failed = task(application, "verify")
        until(lambda: task(application, "mail").state is TaskState.WAITING)
    assert (code, 1) == ((failed.problem or {})["error"], failed.failures)
    assert 0 < failed.due_in <= 15
    books.switch(switch, on=False)
    _make_due(application, "verify")
    with at_work(application):
        until(lambda: task(application, "verify").problem is None)

    assert "1 of 1 items read back" == task(application, "verify").told


def test_a_defects_details_are_in_the_log(application: Application, books: SharedBooks, approver: Actor) -> None:
    """Its status tells that it is one; the log tells where."""
    accept(application)
    bringing.export(application, approver, 1)
    books.switch("defect", on=True)
    EngineWorker(application).run_once()

    assert "a defect of the adapter" in (application.home / "logs" / "errors.log").read_text()
    assert "a defect of the adapter" not in str(task(application, "verify").problem)


def test_one_that_never_looks_again_says_that_it_ended(application: Application) -> None:
    """A worker is seen while it lives, and its tasks stay for the next."""
    with at_work(application):
        assert [("worker", True)] == [(each.kind, each.seen < SLOW) for each in status(application).workers]
        assert any_at_work(application.store)

    assert () == status(application).workers
    assert {"verify", "mail", "audit"} <= {each.job for each in status(application).tasks}


@pytest.mark.rule("E1", "P3")
def test_a_start_whose_asker_died_is_made_good(application: Application, books: SharedBooks, approver: Actor) -> None:
    """Accepted and exported by one button, and the server died between the two: a worker starts it for him."""
    accept(application)
    ask_to_start(application, approver, 1)
    with at_work(application):
        assert "accepted" == state_of(application), "it is his for a minute"
        _make_due(application, "start")
        until(lambda: state_of(application) == ItemState.WAITING)

    with application.store.read() as connection:
        starter = connection.execute(select(exports.c.started_by)).scalar_one()
    assert (approver.person_id, CODES) == (starter, len(books.postings))


def test_a_start_that_is_refused_is_not_made_later(application: Application, approver: Actor) -> None:
    """Whoever asked was told why; nothing happens behind his back."""
    with pytest.raises(AlreadyAnswered):
        bringing.start(application, approver, 1)

    with application.store.read() as connection:
        assert 0 == connection.execute(select(func.count()).select_from(tasks)).scalar_one()


def test_what_a_newer_program_wants_done_is_left_to_its_workers(application: Application) -> None:
    """During an upgrade workers of both may run: a job that one does not know is neither done nor dropped by it."""
    with application.store.begin() as connection:
        add(connection, [NewTask(key="forecast:hoosier", job="forecast", company_id=1)], now=0.0)
    ended = EngineWorker(application).run_once()

    assert "forecast:hoosier" not in ended
    assert TaskState.WAITING is task(application, "forecast").state


def test_what_is_off_is_not_done(application: Application) -> None:
    """Neither of a schedule without nights, nor of one without mail."""
    with rewrite(application.home) as document:
        document["schedule"] = {"mail_minutes": 0, "nightly_at": ""}

    assert {"verify:hoosier"} == set(EngineWorker(application).run_once())


def test_doing_it_once_ends(application: Application, books: SharedBooks) -> None:
    """All that is due is done, exports first of all, and the command is over."""
    start(application)
    ended = EngineWorker(application).run_once()

    assert {"export:1", "verify:hoosier", "mail:hoosier", "summaries:hoosier", "webhooks:hoosier"} == set(ended)
    assert (CODES, "waiting") == (len(books.postings), state_of(application))
    assert () == status(application).workers


def test_old_mail_and_sign_ins_are_forgotten(application: Application) -> None:
    """What was sent long ago, and sessions and workers that ended; what waits stays."""
    now = application.clock.now()
    with application.store.begin() as connection:
        for days, told in ((200, "sent"), (200, "waiting"), (1, "sent")):
            notify(connection, 1, kind="news", people=[1], payload={"told": told}, at=now - timedelta(days=days))
            newest = select(func.max(deliveries.c.id)).scalar_subquery()
            connection.execute(update(deliveries).where(deliveries.c.id == newest).values(state=told))
    application.people.set_password(application.companies.system("hoosier"), "manager", "several quiet words")
    application.people.sign_in("manager", "several quiet words", "hoosier")
    with application.store.begin() as connection:
        connection.execute(update(sessions).values(expires_at=now - timedelta(days=3)))
    with rewrite(application.home) as document:
        document["schedule"] = {"mail_minutes": 0, "verify_minutes": 0}
    EngineWorker(application).run_once()
    _make_due(application, "prune")
    done = EngineWorker(application).run_once()

    assert "3 rows forgotten" == done["prune"].told
    with application.store.read() as connection:
        assert ["waiting", "sent"] == connection.execute(select(deliveries.c.state).order_by("id")).scalars().all()
        assert 2 == connection.execute(select(func.count()).select_from(workers)).scalar_one()


def test_another_companys_tasks_are_not_shown(application: Application, site: Path) -> None:
    """Each company sees its own, and those that are for all."""
    with open_site(site) as other:
        administrator = other.people.actor_as("administrator", "hoosier", "tester")
        other.companies.add(administrator, "second", name="Second Ltd", time_zone="Europe/Berlin", currency="EUR")
        EngineWorker(other).run_once()

    assert {"hoosier", ""} == {each.company for each in status(application).tasks}


def _make_due(application: Application, job: str) -> None:
    """As if the time had come."""
    with application.store.begin() as connection:
        connection.execute(update(tasks).where(tasks.c.job == job).values(due_at=0.0))
