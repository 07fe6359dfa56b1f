"""A worker that is to end leaves whatever it waits in: nothing more is begun, and what went out is heard to its end."""

from typing import Any

import pytest
from ledger_erp import PatientClock

from erp_bridge_core.contract.errors import LeaseLost
from erp_bridge_core.exports.attempt import RunningAttempt
from erp_bridge_core.exports.lease import Ending, Lease

NOBODY: Any = None


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
