"""A process that is killed on its way leaves all of a request's item or nothing; two that look make one item."""

import signal
import subprocess
import sys
from pathlib import Path
from threading import Barrier, Thread

import pytest
from databases import wait_for_the_dead
from desk import CODES, JOB, Desk, books, key, open_application, plugin_of

from erp_bridge_core.connector.values import RequestState

POLLING = Path(__file__).parent / "polling.py"


@pytest.mark.rule("L2")
@pytest.mark.parametrize("commit", [1, 2, 3])
def test_whoever_is_killed_leaves_all_or_nothing(desk: Desk, home: Path, commit: int) -> None:
    """Killed before each commit of a look: noting it, making its item, and after both; the next look makes it whole."""
    desk.ask(amount="100.00")

    ended = subprocess.run([sys.executable, str(POLLING), str(home), str(commit)], check=False, timeout=60)

    assert -signal.SIGKILL == ended.returncode
    wait_for_the_dead(desk.application.store)
    lines = list(desk.application.budgets.show(desk.person("manager"), JOB).lines)
    left = {1: ([], 0), 2: ([False], 0), 3: ([True], 1)}[commit]
    assert left == ([each.item is not None for each in desk.requests()], len(lines))
    desk.poll()
    desk.poll()
    (item,) = desk.application.reviews.history(desk.person("manager"), JOB)
    assert (RequestState.ITEM, item.id) == (desk.request().state, desk.request().item)
    (asked,) = desk.application.requests.transactions(desk.person("approver"), desk.request().number)
    assert key(CODES[0]) == asked.key


def test_two_that_look_at_once_make_one_item(desk: Desk, home: Path, tmp_path: Path) -> None:
    """Whoever comes second finds it there."""
    desk.ask()
    together, made = Barrier(2), []

    def look() -> None:
        with open_application(home, plugin_of(home), books()) as application:
            together.wait()
            for each in application.requests.poll(application.companies.system("hoosier")):
                made.extend(each.items)

    both = [Thread(target=look) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()

    assert [1] == made
    assert ([1], ()) == ([each.item for each in desk.requests()], desk.request().reasons)
