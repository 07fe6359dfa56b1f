"""A worker that was stopped, not killed: nobody takes its place on its host; elsewhere it wakes to find it lost."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sage_site import SageSite, intended

from erp_bridge_core.approvals.items import ItemView
from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.contract.errors import NotPossibleNow
from erp_bridge_core.exports.status import ExportState

WORKER = Path(__file__).parent / "sage_worker.py"


@contextmanager
def stopped_worker(site: SageSite, item: ItemView, step: str) -> Iterator[subprocess.Popen[str]]:
    """Another process that runs the export and stops itself at a step; woken when the block ends, at the latest."""
    command = [sys.executable, str(WORKER), str(site.home), "run", str(item.id), "SIGSTOP", step, "1"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as worker:
        try:
            _, state = os.waitpid(worker.pid, os.WUNTRACED)
            assert os.WIFSTOPPED(state)
            yield worker
        finally:
            worker.send_signal(signal.SIGCONT)


def started(site: SageSite) -> ItemView:
    """An item whose export was started, and nothing written."""
    item = site.accepted()
    site.application.exports.start(site.person("approver"), item.id)
    return item


@pytest.mark.rule("L12", "E1")
@pytest.mark.parametrize("step", ["intent", "link:staging", "link:tombstones/EB", "answered"])
def test_nobody_takes_over_from_a_stopped_worker_of_this_host(site: SageSite, step: str) -> None:
    """Its file lock is kept while it sleeps, however long; awake again, it ends its work, each file once."""
    item = started(site)
    with stopped_worker(site, item, step) as worker:
        with pytest.raises(NotPossibleNow, match="Another worker"):
            site.resume_later(item)
        worker.send_signal(signal.SIGCONT)
        assert 0 == worker.wait(60)

    assert ExportState.OFFERED == site.status(item).state
    site.follow_sheets(site.take(item))
    site.verify(item)
    assert intended() == site.held()
    assert {1} == set(site.entry_counts().values())
    assert ItemState.SYNCED == site.item(item).state


@pytest.mark.rule("L12", "L13", "L9")
@pytest.mark.parametrize("step", ["intent", "link:staging", "link:tombstones/EB"])
def test_a_worker_that_lost_its_lease_offers_nothing_when_it_wakes(site: SageSite, step: str) -> None:
    """Taken over without its file lock, as from another host, once its horizon passed: the sleeper sends nothing."""
    item = started(site)
    with stopped_worker(site, item, step) as worker:
        site.application.exports.worker.locks = site.home / "locks-of-another-host"
        status = site.resume_later(item)
        offered = site.offered_files()
        worker.send_signal(signal.SIGCONT)
        _, words = worker.communicate(timeout=60)

    assert 0 != worker.returncode
    assert "LeaseLost" in words or "LedgerConflict" in words or "NotSent" in words, words
    assert offered == site.offered_files()
    assert ExportState.OFFERED == site.status(item).state, status
    assert_arrives_once(site, item)


def assert_arrives_once(site: SageSite, item: ItemView) -> None:
    """Each file once in the share, every line once in Sage."""
    site.follow_sheets(site.take(item))
    site.verify(item)
    assert 2 == len(site.offered_files())
    assert intended() == site.held()
    assert {1} == set(site.entry_counts().values())
