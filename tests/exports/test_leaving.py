"""A worker that is to end leaves whatever it waits in: nothing more is begun, and what went out is heard to its end."""

from collections.abc import Callable
from typing import Any

import pytest
from ledger_books import LINES, nothing
from ledger_erp import LedgerAdapter, PatientClock, Scene
from sqlalchemy import select

from erp_bridge_core.contract import Erp, SafetyClass
from erp_bridge_core.contract.errors import LeaseLost
from erp_bridge_core.exports.attempt import RunningAttempt
from erp_bridge_core.exports.lease import Ending, Lease
from erp_bridge_core.store.tables import attempts

NOBODY: Any = None
OpenScene = Callable[..., Scene]


def lease(ending: Ending) -> Lease:
    """The lease of a worker that is to end once that says so."""
    return Lease(export_id=1, epoch=1, store=NOBODY, seconds=NOBODY, ending=ending)


def test_a_wait_for_a_horizon_ends_with_the_worker() -> None:
    """Within a second, not after the minutes that an ERP may still take."""
    clock = PatientClock()
    began = clock.monotonic()
    with pytest.raises(LeaseLost, match="ends"):
        lease(lambda: clock.monotonic() - began >= 2).pause(clock, 600)

    assert 2 <= clock.monotonic() - began < 3


def test_an_adapter_that_waits_before_it_plans_wakes_when_its_worker_is_to_end(
    open_scene: OpenScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the clock that it was given: nothing is sent, and the next worker begins where this one did."""
    scene = open_scene(SafetyClass.KEYED)

    def wait(_adapter: LedgerAdapter, _batch: object, _values: object, erp: Erp[Any], _effects: object) -> None:
        erp.clock.sleep(600)

    with monkeypatch.context() as patch:
        patch.setattr(LedgerAdapter, "export", wait)
        with pytest.raises(LeaseLost, match="ends"):
            scene.worker.advance(scene.export_id, lambda: sum(scene.clock.waited) >= 2)

    assert 2 <= sum(scene.clock.waited) < 3
    assert {} == scene.books.held()
    assert scene.worker.advance(scene.export_id) is None


@pytest.mark.rule("L4", "L12")
def test_a_lease_lost_after_the_first_byte_is_a_doubt(open_scene: OpenScene) -> None:
    """The ERP may have done it: nothing more is sent, and whoever comes next looks before it sends."""
    scene = open_scene(SafetyClass.KEYED)

    def leaves(stage: str) -> None:
        if stage == "reply_held":
            scene.adapter.hook = nothing
            raise LeaseLost("The worker ends.")

    scene.adapter.hook = leaves
    with pytest.raises(LeaseLost):
        scene.worker.advance(scene.export_id)
    with scene.store.read() as connection:
        outcomes = connection.execute(select(attempts.c.outcome)).scalars().all()
    assert ["doubtful"] == outcomes

    assert scene.worker.advance(scene.export_id) is None
    assert dict.fromkeys(range(1, LINES + 1), 1) == scene.books.held()


def test_a_wait_that_nobody_ends_lasts() -> None:
    """As long as it is to."""
    clock = PatientClock()
    began = clock.monotonic()
    lease(lambda: False).pause(clock, 600)

    assert pytest.approx(600) == clock.monotonic() - began


@pytest.mark.rule("L12")
def test_an_attempt_of_a_worker_that_is_to_end_has_no_time_left_until_it_went_out() -> None:
    """Waiting for its turn it is not sent at all; once it was, its answer is waited for."""
    clock = PatientClock()
    attempt = RunningAttempt(number=1, lease=lease(lambda: True), clock=clock, ends=clock.monotonic() + 60)
    assert 0.0 == attempt.seconds_left
    attempt.went_out = True

    assert pytest.approx(60) == attempt.seconds_left
