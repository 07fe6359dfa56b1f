"""Faults of the wire: whatever happens to one request, the export ends as the outcome table says, each line once.

Every rule here restores an export right before one of its writes, lets a fault strike that write, and then lets
workers, people and the ERP go on until everything is at rest. A case is named `RULE:FAULT@N`, N being the n-th write of
an export without faults; `--case` reruns one.
"""

from typing import Final

from erp_bridge_core.conformance.rulebook import rule
from erp_bridge_core.conformance.wire import FileFault, WireFault
from erp_bridge_core.conformance.world.bench import Bench
from erp_bridge_core.conformance.world.outcomes import End, Fault
from erp_bridge_core.conformance.world.sweep import EVENTS, Strike, Sweep
from erp_bridge_core.contract.profile import ErpProfile, SafetyClass
from erp_bridge_core.exports.status import ExportState


def by_wire(profile: ErpProfile) -> str:
    """Blank when some operation goes over the wire."""
    human = all(operation.safety is SafetyClass.HUMAN for operation in profile.operations)
    return "every write is a file that a person takes over" if human else ""


def by_file(profile: ErpProfile) -> str:
    """Blank when some operation is handed over as a file."""
    human = any(operation.safety is SafetyClass.HUMAN for operation in profile.operations)
    return "" if human else "nothing is handed over as a file"


def _sweep(bench: Bench, rule_id: str, *faults: Fault) -> None:
    sweep = Sweep(bench, rule_id)
    for write in sweep.writes():
        for fault in faults:
            sweep.strike(write, Strike(fault=fault, ordinal=write.ordinal))
    sweep.finish()


@rule("FLT-01", "A connection that is refused, reset or dead by now sends nothing and loses nothing", applies=by_wire)
def test_refused_connection(bench: Bench) -> None:
    """A write that provably did not go out is sent later, once.

    Likely causes: the adapter takes `NotSent` for a success, or catches transport errors at all. Let every error of
    `erp.http` through; the core knows what each means.
    """
    _sweep(bench, "FLT-01", WireFault.REFUSED, WireFault.RESET_BEFORE_READ, WireFault.DEAD_KEEP_ALIVE)


@rule("FLT-02", "A reply that is lost or cut after the commit doubles nothing", applies=by_wire)
def test_lost_reply(bench: Bench) -> None:
    """The ERP did it; we were not told. The export must find it, and must not send it a second time by itself.

    Likely causes: `send` tries again after a `Doubtful`; a reference that is another one at each try (made of the time,
    a random number, or a count), so that the ERP's own refusal of doubles can't help; a `find` that reads something
    else than what was written.
    """
    _sweep(bench, "FLT-02", WireFault.REPLY_LOST, WireFault.REPLY_CUT, WireFault.REPLY_CUT_IN_HEAD)


@rule("FLT-03", "A time-out is a doubt, before the commit and after it", applies=by_wire)
def test_timed_out(bench: Bench) -> None:
    """Nobody answered in time: either the ERP did it or it did not, and both end with each line once.

    Likely causes: a time-out of the adapter's own that is taken for *not sent*, or for done; waiting past the attempt's
    `seconds_left`.
    """
    _sweep(bench, "FLT-03", WireFault.TIMED_OUT, WireFault.TIMED_OUT_AFTER_COMMIT)


@rule("FLT-04", "A commit that comes late, whenever it comes, is never a second one", applies=by_wire)
def test_late_commit(bench: Bench) -> None:
    """The request lay on the way and reaches the ERP after we gave up, looked, sent again, posted, verified, went on.

    Likely causes: the operation's safety class claims more than the ERP does: `keyed` where the ERP does not refuse the
    second one, `absolute` where the write adds instead of setting, `contained` where the container can still be posted.
    """
    sweep = Sweep(bench, "FLT-04")
    writes = sweep.writes()
    for event in EVENTS:
        for write in writes if event == "after_resend" else writes[:1] + writes[-1:]:
            sweep.strike(write, Strike(fault=WireFault.LATE_COMMIT, ordinal=write.ordinal, event=event))
    sweep.finish()


@rule("FLT-05", "A throttled write is sent again after the pause, once", applies=by_wire)
def test_throttled(bench: Bench) -> None:
    """429 with and without `Retry-After`: nothing was done; later it is.

    Likely causes: the adapter handles 429 itself (the session has done so already), or takes `Throttled` for a refusal.
    """
    _sweep(bench, "FLT-05", WireFault.THROTTLED, WireFault.THROTTLED_WITH_RETRY_AFTER)


@rule("FLT-06", "A server error is a doubt, whether or not the ERP did it", applies=by_wire)
def test_server_error(bench: Bench) -> None:
    """500, 502, 503 and 504, from the ERP or from something before it, and an error after the commit.

    Likely causes: a 5xx that is swallowed or taken for a refusal. Only an answer in the ERP's own error shape is one;
    raise `ErpRefused` for nothing else.
    """
    faults = (WireFault.STATUS_500, WireFault.STATUS_502, WireFault.STATUS_503, WireFault.STATUS_504)
    _sweep(bench, "FLT-06", *faults, WireFault.ERROR_AFTER_COMMIT)


@rule("FLT-07", "No write follows a redirect", applies=by_wire)
def test_redirect(bench: Bench) -> None:
    """A write that is answered by a redirect is in doubt; it goes nowhere else.

    Likely causes: the adapter reads the `Location` header and sends there.
    """
    _sweep(bench, "FLT-07", WireFault.REDIRECT)


@rule("FLT-08", "A request that the wire delivers twice counts once", applies=by_wire)
def test_duplicate_delivery(bench: Bench) -> None:
    """Proxies and gateways repeat requests; the ERP must make the second one harmless, as the safety class claims.

    Likely causes: the claim is not true of this ERP: lines without a reference are `append` or `contained`, never
    `keyed`; an amount that is added is never `absolute`.
    """
    _sweep(bench, "FLT-08", WireFault.DUPLICATE_DELIVERY)


@rule("FLT-09", "A write that the ERP acknowledged and lost is never called done", applies=by_wire)
def test_acknowledged_only(bench: Bench) -> None:
    """The ERP said yes and has nothing: reading back must notice, and nothing is sent again by itself.

    Likely causes: `find` answers Found from what the write returned, or from a memory of its own.
    """
    sweep = Sweep(bench, "FLT-09")
    for write in sweep.writes():
        ended = sweep.strike(write, Strike(fault=WireFault.ACKNOWLEDGED_ONLY, ordinal=write.ordinal))
        if ended is not None and ended.end is End.SEEN and ended.rest and ended.rest.state is ExportState.COMPLETE:
            sweep.add(ended, f"the export was called complete though the ERP had nothing: {ended.why}")
    sweep.finish()


@rule("FLT-10", "A share that fails loses no file and offers none twice", applies=by_file)
def test_share(bench: Bench) -> None:
    """The share is lost before or after the file is in place, somebody holds it, the disk is full.

    Likely causes: a file that is written under its own name at once instead of by `erp.files.write_new`; an error of
    the share that is swallowed; a file written again where the first one may have been taken.
    """
    sweep = Sweep(bench, "FLT-10")
    for write in sweep.writes(by_file=True):
        for fault in FileFault:
            for request in (1, 2, 3):
                sweep.strike(write, Strike(fault=fault, ordinal=write.ordinal, request=request))
    sweep.finish()


_PAIRED: Final = tuple(fault for fault in WireFault if fault.is_write_fault and fault is not WireFault.LATE_COMMIT)


@rule("FLT-11", "Two faults in one export end as either of them may")
def test_random_pairs(bench: Bench) -> None:
    """Random pairs of faults, drawn by the seed, the second one striking a later try or a later write.

    Likely causes: what the single faults show; begin with those. A pair alone fails where a recovery is itself not
    safe: a `find` that changes something, a second try that is built differently from the first.
    """
    sweep = Sweep(bench, "FLT-11")
    draw = bench.effort.random("pairs")
    by_files = not sweep.writes()
    faults: tuple[Fault, ...] = tuple(FileFault) if by_files else _PAIRED
    writes = sweep.writes(by_file=by_files)
    for _ in range(bench.effort.fault_pairs):
        write = draw.choice(writes)
        first, second = draw.choice(faults), draw.choice(faults)
        sweep.strike(
            write,
            Strike(fault=first, ordinal=write.ordinal),
            Strike(fault=second, ordinal=write.ordinal, request=2),
        )
    sweep.finish()
