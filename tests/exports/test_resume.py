"""Resuming after a crash: every export that can go on does, whatever keeps one of them."""

from typing import Any

import pytest
from ledger_erp import add_export
from sqlalchemy import select

from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.contract.errors import NotPossibleNow
from erp_bridge_core.exports.service import Exports
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import exports, projects


class BusyWorker:
    """A worker that another process keeps from some exports."""

    def __init__(self, busy: set[int]) -> None:
        self.busy = busy
        self.advanced: list[int] = []

    def advance(self, export_id: int) -> None:
        if export_id in self.busy:
            raise NotPossibleNow(f"Another worker is at export {export_id}.")
        self.advanced.append(export_id)


def anybody(*_: Any) -> None:
    """Everything is allowed."""


def service(store: Store, audit: AuditTrail, clock: Any, worker: BusyWorker) -> Exports:
    """The export service over that worker."""
    return Exports(
        store=store, audit=audit, worker=worker, may_export=anybody, may_resume=anybody, may_settle=anybody,
        still_valid=anybody, now=clock.now,
    )  # fmt: skip


@pytest.fixture
def two_exports(store: Store, project: int) -> list[int]:
    """Two exports that a crash left running."""
    for version in (1, 2):
        add_export(store, 1, project, version=version)
    with store.read() as connection:
        assert 1 == len(connection.execute(select(projects.c.id)).all())
        return list(connection.execute(select(exports.c.id).order_by(exports.c.id)).scalars())


@pytest.mark.rule("E1")
def test_one_export_that_is_busy_does_not_keep_the_others(
    store: Store, audit: AuditTrail, clock: Any, approver: Actor, two_exports: list[int]
) -> None:
    """The first is another worker's; the second goes on, and both are told as they stand."""
    first, second = two_exports
    worker = BusyWorker({first})
    told = service(store, audit, clock, worker).resume(approver)
    assert ([second], two_exports) == (worker.advanced, [each.export_id for each in told])


@pytest.mark.rule("E1")
def test_where_none_can_go_on_the_reason_is_told(
    store: Store, audit: AuditTrail, clock: Any, approver: Actor, two_exports: list[int]
) -> None:
    """Nothing was resumed: that is no success."""
    with pytest.raises(NotPossibleNow, match="Another worker"):
        service(store, audit, clock, BusyWorker(set(two_exports))).resume(approver)
