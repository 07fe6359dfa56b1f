"""Two jobs' exports at the same time: the second one whole, right before any write of the first one."""

from collections.abc import Callable
from threading import Thread
from typing import Any, Final

from attrs import define, evolve, field, frozen

from erp_bridge_core.approvals.items import ItemView
from erp_bridge_core.conformance.cases.elsewhere import SECOND, second_project
from erp_bridge_core.conformance.wire import FaultyFiles, FileAct, FileCall, FileFault
from erp_bridge_core.conformance.world.bench import Bench, Snapshot
from erp_bridge_core.conformance.world.site import COMPANY, TESTER, Site
from erp_bridge_core.conformance.world.walk import neighbour_codes
from erp_bridge_core.conformance.world.watching import Sent
from erp_bridge_core.conformance.world.workload import Expected
from erp_bridge_core.demo.erp_side import Codes
from erp_bridge_core.exports.status import ExportState

#: Before so many writes of the first export the other one is brought, at most.
_MOST: Final = 16


@frozen(kw_only=True)
class _Both:
    """Two accepted items on two jobs, the first ones of their installation: neither was exported."""

    snapshot: Snapshot
    first: ItemView
    second: ItemView
    codes: Codes
    expected: Expected


@define
class _Stops:
    """Lets something happen right before one write of an export, and notes all of them."""

    at: int
    act: Callable[[], object]
    seen: list[str] = field(factory=list)

    def before_request(self, sent: Sent) -> None:
        """A request goes out."""
        if sent.effect is not None:
            self._came(f"request {sent.number}")

    def wrap(self, files: Any) -> FaultyFiles:
        """The share, of which each file that is written or moved is noted; nothing strikes it."""
        share = FaultyFiles(files)
        share.arm(FileFault.SHARE_LOST, self._before_call)
        return share

    def _before_call(self, call: FileCall) -> bool:
        if call.act in {FileAct.WRITE_NEW, FileAct.MOVE}:
            self._came(f"{call.act.value} {call.path}")
        return False

    def _came(self, what: str) -> None:
        self.seen.append(what)
        if len(self.seen) == self.at + 1:
            # As another process would: nothing of what this thread is at is known there.
            thread = Thread(target=self.act)
            thread.start()
            thread.join()


def meanwhile(bench: Bench) -> list[str]:
    """What is wrong, in words, after one job's export was brought whole in the middle of another's."""
    both = _accepted(bench)
    wrong, count = _brought(bench, both, 0)
    others = list(range(1, count))
    for at in bench.effort.chosen(others, "EXP-05") if bench.effort.is_small else others[: _MOST - 1]:
        wrong += _brought(bench, both, at)[0]
    return wrong


def _accepted(bench: Bench) -> _Both:
    linked = bench.linked()
    lines = [line for line in linked.workload.lines if not line.sub_job]
    with bench.site(linked) as site:
        first = site.accepted(lines)
        other = second_project(site, neighbour_codes(bench))
        second = other.accepted(lines)
        kept = bench.keep(site, linked, first)
    return _Both(snapshot=kept, first=first, second=second, codes=other.codes, expected=other.expected)


def _brought(bench: Bench, both: _Both, at: int) -> tuple[list[str], int]:
    """The other export right before one write of the first; what is wrong then, and how many writes there were."""
    with bench.site(both.snapshot) as site:
        other = evolve(site, project=SECOND, codes=both.codes, expected=both.expected)
        site.start(both.first)
        other.start(both.second)
        stops = _Stops(at, lambda: _bring(bench, other, both.second))
        site.watch.announce, site.watch.wrap_files = stops.before_request, stops.wrap
        try:
            site.run(both.first)
        finally:
            site.watch.announce, site.watch.wrap_files = None, None
        where = stops.seen[at] if at < len(stops.seen) else "its end"
        wrong = [
            f"with another job's export brought right before {where} of the first one, the {title} job: {found}"
            for title, each, item in (("first", site, both.first), ("second", other, both.second))
            if (found := _found(each, item))
        ]
    return wrong, len(stops.seen)


def _bring(bench: Bench, other: Site, item: ItemView) -> None:
    with bench.beside(other) as application:
        application.exports.run(application.people.actor_as("approver", COMPANY, TESTER), item.id)


def _found(site: Site, item: ItemView) -> str:
    """What is not as it should be of a job's export, taken over, posted and read back; blank when all is."""
    status = site.status(item)
    if status.state in {ExportState.FAILED, ExportState.CONFLICT}:
        return f"its export is {status.state.value}: {(status.failure or {}).get('message', 'nothing says why')}"
    site.finish(item)
    return site.difference()
