"""Two servers, three workers and a person's command on one SQLite file: each thing once, whoever of them dies."""

import signal
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from shared_books import CODES, SharedBooks, start, until
from sqlalchemy import func, select

from erp_bridge_core.app import Application
from erp_bridge_core.contract.errors import NotPossibleNow
from erp_bridge_core.engine.living import at_work
from erp_bridge_core.store.tables import attempts, exports
from erp_bridge_core.upkeep.checking import check
from erp_bridge_core.upkeep.findings import Standing

Launch = Callable[..., subprocess.Popen[str]]


def living(application: Application) -> int:
    """How many workers live."""
    with application.store.read() as connection:
        return len(at_work(connection, now=application.store.seconds(connection)))


def state(application: Application) -> str:
    """How the only export stands."""
    with application.store.read() as connection:
        return str(connection.execute(select(exports.c.state)).scalar_one())


@pytest.mark.rule("E1", "L12", "L14")
def test_five_processes_on_one_file_export_once(application: Application, books: SharedBooks, launch: Launch) -> None:
    """One of them holds a write when two are killed; a person tries as well. Each line arrives once, all is whole."""
    with ThreadPoolExecutor() as starting:
        processes = list(starting.map(launch, ["serve", "serve", "worker", "worker", "worker"]))
    until(lambda: 5 == living(application))
    books.switch("hold", on=True)
    start(application)
    until(lambda: books.is_on("held"))
    at_it = int((books.folder / "held").read_text().split()[0])
    holder = next(process for process in processes if process.pid == at_it)
    other = next(process for process in processes if process.pid != at_it)
    with pytest.raises(NotPossibleNow):
        application.exports.run(application.people.actor_as("approver", "hoosier", "tester"), 1)
    for process in (holder, other):
        process.send_signal(signal.SIGKILL)
        process.wait()
    books.switch("hold", on=False)
    until(lambda: "complete" == state(application))

    assert len(books.postings) == CODES == len(set(books.postings))
    with application.store.read() as connection:
        epochs = connection.execute(select(func.count(attempts.c.epoch.distinct()))).scalar_one()
    assert 2 <= epochs
    wrong = [each for each in check(application.home).looked if each.standing is Standing.FAILED]
    assert [] == wrong
