"""Processes: a worker is killed, stopped and woken for real, and another one, perhaps of another version, goes on.

Every rule restores an export right before one of its writes and lets a process of its own bring it on until a signal
strikes it. A case is named `RULE:STAGE@N`, N being the n-th write of an export without faults.
"""

import hashlib
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Final

from sqlalchemy import select

from erp_bridge_core.approvals.items import ItemView
from erp_bridge_core.conformance.cases.versions import another_version
from erp_bridge_core.conformance.rulebook import rule
from erp_bridge_core.conformance.rules.test_faults import by_file
from erp_bridge_core.conformance.wire import WireFault
from erp_bridge_core.conformance.world.bench import Bench
from erp_bridge_core.conformance.world.outcomes import End, allowed
from erp_bridge_core.conformance.world.positions import STAGES, Write, reference
from erp_bridge_core.conformance.world.site import LONG, Site
from erp_bridge_core.conformance.world.sweep import Ended, Sweep, to_the_end
from erp_bridge_core.conformance.world.workers import started, wait_for_stop
from erp_bridge_core.contract.errors import ErpBridgeError, NotPossibleNow
from erp_bridge_core.contract.profile import SafetyClass
from erp_bridge_core.store.tables import effects

#: What happens in the restored site before it is brought to its end: what was wrong with it, blank for nothing.
Story = Callable[[Bench, Site, ItemView, str], tuple[bool, str]]
#: Stages of a write over the wire, and of one that is a file.
_OVER_THE_WIRE: Final = ("intent", "connected", "body_sent", "reply_held", "answered", "failed", "recorded", "seen")
_BY_FILE: Final = STAGES


def _sweep(bench: Bench, rule_id: str, story: Story, *, wire: tuple[str, ...], files: tuple[str, ...]) -> None:
    sweep = Sweep(bench, rule_id)
    cases = [*sweep.spread(sweep.writes(), wire), *sweep.spread(sweep.writes(by_file=True), files)]
    for write, stage in cases:
        case = f"{rule_id}:{stage}@{write.ordinal}"
        if bench.effort.wants(case):
            sweep.ran.append(_case(bench, case, write, stage, story))
    sweep.finish()


def _case(bench: Bench, case: str, write: Write, stage: str, story: Story) -> Ended:
    ends = _ends(write.safety)
    with bench.site(write.before) as site:
        assert write.before.item is not None
        struck, end = False, None
        try:
            struck, why = story(bench, site, write.before.item, stage)
            if not why:
                end, why = to_the_end(bench, site, write.before.item)
        except Exception as error:  # noqa: BLE001 - whatever an adapter raises is evidence
            why = f"{type(error).__name__}: {error}"
    return Ended(case=case, end=end, allowed=ends, why=why, struck=int(struck))


def _ends(safety: SafetyClass) -> frozenset[End]:
    """A worker that is gone leaves what a lost reply leaves; it may also have come to its end before."""
    return allowed(safety, WireFault.REPLY_LOST) | ({End.DONE} if safety is SafetyClass.HUMAN else frozenset())


# -- killed ------------------------------------------------------------------------------------------------------------


def _killed(bench: Bench, site: Site, item: ItemView, stage: str) -> tuple[bool, str]:
    if stage == "failed":
        bench.proxy.arm(WireFault.STATUS_500, lambda incoming: incoming.tag == "write")
    with started(bench, site, item, at=stage, by=signal.SIGKILL) as worker:
        status = worker.wait()
        bench.proxy.disarm()
        return worker.struck.is_set(), "" if status is not None else "the worker did not come to an end"


@rule("PRC-01", "A worker that is killed at any moment leaves each line to be brought once")
def test_killed(bench: Bench) -> None:
    """`kill -9` when the try is written down, on the wire, when it is answered, failed, recorded, and read back.

    Likely causes: something that only the killed process knew decides what is sent: a number or date that is not in the
    effect's `request` nor reserved, a reference made of the process, a memory in the adapter's module.
    """
    _sweep(bench, "PRC-01", _killed, wire=_OVER_THE_WIRE, files=_BY_FILE)


# -- stopped and woken -------------------------------------------------------------------------------------------------


def _held_here(bench: Bench, site: Site, item: ItemView, stage: str) -> tuple[bool, str]:
    """While it stands still on this host, the job stays held, and another worker is told so."""
    with started(bench, site, item, at=stage, by=signal.SIGSTOP) as worker:
        if not wait_for_stop(worker):
            return False, ""
        try:
            state = site.run(item).state
        except NotPossibleNow:
            why = ""
        else:
            why = f"a second worker brought the export to {state.value} while the first one stood still in it"
        worker.wake()
        worker.wait()
        return True, why


def _taken_over(bench: Bench, site: Site, item: ItemView, stage: str) -> tuple[bool, str]:
    """As if on another host: its lease passes, another worker takes over and finishes; then it wakes."""
    with started(bench, site, item, at=stage, by=signal.SIGSTOP, elsewhere=True) as worker:
        if not wait_for_stop(worker):
            return False, ""
        site.clock.advance(LONG)
        site.run(item)
        worker.wake()
        return True, "" if worker.wait() is not None else "the worker that was woken did not come to an end"


@rule("PRC-02", "A worker that is stopped and woken writes nothing over what went on meanwhile")
def test_stopped_and_woken(bench: Bench) -> None:
    """It stands still before its request went out and after. Here the job stays held; elsewhere it is taken over.

    Likely causes: a request that is sent without `erp.http` or a file that is moved without `attempt.check()`, so that
    nobody looks at the lease before it goes out.
    """
    _sweep(bench, "PRC-02", _held_here, wire=("body_sent",), files=("intent",))
    _sweep(bench, "PRC-02", _taken_over, wire=("intent", "body_sent"), files=("intent", "answered"))


# -- another version ---------------------------------------------------------------------------------------------------


def _plan(site: Site) -> dict[str, str]:
    """What the ledger has planned so far: each effect's key and the hash of what it sends."""
    with site.application.store.read() as connection:
        rows = connection.execute(select(effects.c.key, effects.c.payload_hash)).all()
    return {row.key: row.payload_hash for row in rows}


def _upgraded(bench: Bench, site: Site, item: ItemView, stage: str) -> tuple[bool, str]:
    struck, why = _killed(bench, site, item, stage)
    before = _plan(site)
    with another_version(site.watch):
        site.resume(item)
        after = _plan(site)
    changed = [key for key, content in before.items() if after.get(key) != content]
    return struck, why or (f"{len(changed)} planned writes were changed" if changed else "")


@rule("PRC-03", "An export that another version of the adapter takes up goes on by its stored plan")
def test_another_version(bench: Bench) -> None:
    """The worker is killed, the adapter upgraded, the export resumed: what was planned is sent, not planned anew.

    Likely causes: the adapter's version in a group's name, in a reference or in a payload; a payload that is built from
    anything but the batch, the values and the effect's stored `request`.
    """
    _sweep(bench, "PRC-03", _upgraded, wire=("intent", "recorded"), files=("intent", "recorded"))


# -- taking over -------------------------------------------------------------------------------------------------------


@rule("PRC-04", "A hand-over that is killed midway leaves each file in one place", applies=by_file)
def test_killed_take(bench: Bench) -> None:
    """`kill -9` while a person takes over what lies ready: taking again gives the same files, each there once.

    Likely causes: a file that is copied and then deleted, instead of moved; a `take` that does not look whether it was
    taken before.
    """
    made = reference(bench)
    wrong: list[str] = []
    count = 0
    for stage in ("intent", "answered", "recorded"):
        case = f"PRC-04:{stage}"
        if bench.effort.wants(case):
            count += 1
            wrong += [f"{case}: {why}" for why in (_take_killed(bench, made.writes[0], stage),) if why]
    bench.count("PRC-04", count)
    if wrong:
        raise AssertionError("\n".join(wrong))


def _take_killed(bench: Bench, write: Write, stage: str) -> str:
    with bench.site(write.before) as site:
        item = write.before.item
        assert item is not None
        site.run(item)
        with started(bench, site, item, at=stage, by=signal.SIGKILL, takes=True) as worker:
            worker.wait()
            if not worker.struck.is_set():
                return f"the take never came so far: {'; '.join(worker.said)}"
        try:
            handed = site.take(item)
            again = site.application.exports.take(site.person("approver"), item.id)
        except ErpBridgeError as error:
            return f"it can't be taken any more: {error.message}"
        if [(each.location, each.sha256) for each in again] != [(each.location, each.sha256) for each in handed]:
            return "taking again gives other files"
        for each in handed:
            copies = [path for path in site.erp_home.rglob("*") if _is(path, each.sha256)]
            if len(copies) != 1:
                return f"{Path(each.location).name} lies in {len(copies)} places: {', '.join(map(str, copies))}"
        site.post(handed)
        site.verify(item)
        return "" if site.is_done(item) and not site.difference() else f"the item is not done: {site.difference()}"


def _is(path: Path, sha256: str) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256
