"""The suite's workers and cases: struck for real where they should be, and a fault that never struck is told."""

import signal
from collections.abc import Iterator

import pytest

from erp_bridge_core.conformance.effort import Effort
from erp_bridge_core.conformance.subject import find_subject
from erp_bridge_core.conformance.wire import FileFault, WireFault
from erp_bridge_core.conformance.world.arming import Strike
from erp_bridge_core.conformance.world.bench import Bench
from erp_bridge_core.conformance.world.outcomes import End
from erp_bridge_core.conformance.world.positions import Write, reference
from erp_bridge_core.conformance.world.sweep import Sweep, to_the_end
from erp_bridge_core.conformance.world.workers import started, wait_for_stop
from erp_bridge_core.contract.errors import NotPossibleNow


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """A bench of the planted ERP's keyed adapter."""
    subject = find_subject("planted.variants:keyed")
    with Bench(subject=subject, effort=Effort(), folder=tmp_path_factory.mktemp("bench")) as opened:
        yield opened


def first(bench: Bench) -> Write:
    """The first write of an export without faults."""
    return reference(bench).writes[0]


@pytest.mark.parametrize("stage", ["intent", "body_sent", "reply_held", "answered", "seen"])
def test_a_worker_is_killed_at_the_stage_that_was_asked_for(bench: Bench, stage: str) -> None:
    """By a signal, and told as struck; another one brings the export to its end."""
    write = first(bench)
    with bench.site(write.before) as site:
        assert write.before.item is not None
        with started(bench, site, write.before.item, at=stage, by=signal.SIGKILL) as worker:
            assert -signal.SIGKILL == worker.wait()
            assert worker.struck.is_set()
        assert (End.DONE, "each line once") == to_the_end(bench, site, write.before.item)


def test_a_worker_that_nothing_strikes_ends_by_itself(bench: Bench) -> None:
    """A stage that never comes leaves it alone."""
    write = first(bench)
    with bench.site(write.before) as site:
        assert write.before.item is not None
        with started(bench, site, write.before.item, at="failed", by=signal.SIGKILL) as worker:
            assert 0 == worker.wait()
            assert not worker.struck.is_set()


def test_a_stopped_worker_holds_its_job_until_it_is_woken(bench: Bench) -> None:
    """It stands still, another worker of this host is told so, and woken it comes to its end."""
    write = first(bench)
    with bench.site(write.before) as site:
        assert write.before.item is not None
        with started(bench, site, write.before.item, at="intent", by=signal.SIGSTOP) as worker:
            assert wait_for_stop(worker)
            with pytest.raises(NotPossibleNow):
                site.run(write.before.item)
            worker.wake()
            assert 0 == worker.wait()


def test_a_sweep_tells_that_its_fault_never_struck(bench: Bench) -> None:
    """A rule that proved nothing fails."""
    sweep = Sweep(bench, "T-01")
    sweep.strike(first(bench), Strike(fault=FileFault.DISK_FULL, ordinal=1))
    with pytest.raises(AssertionError, match="the fault never struck"):
        sweep.finish()


def test_a_sweep_tells_every_case_that_went_wrong(bench: Bench) -> None:
    """Also what a rule adds to a case that ended as it may."""
    sweep = Sweep(bench, "T-02")
    for fault in (WireFault.REPLY_LOST, WireFault.REFUSED):
        ended = sweep.strike(first(bench), Strike(fault=fault, ordinal=1))
        assert ended is not None
        sweep.add(ended, "it is not liked")
    with pytest.raises(AssertionError) as raised:
        sweep.finish()
    assert ["T-02:reply_lost@1: it is not liked", "T-02:refused@1: it is not liked"] == str(raised.value).splitlines()


def test_the_second_fault_of_a_pair_strikes_the_second_try(bench: Bench) -> None:
    """A pair of which only the first one strikes would prove no more than a single fault."""
    sweep = Sweep(bench, "T-03")
    redirected = Strike(fault=WireFault.REDIRECT, ordinal=1)
    ended = sweep.strike(first(bench), redirected, Strike(fault=WireFault.THROTTLED, ordinal=1, request=2))
    assert ended is not None
    assert 2 == ended.struck
