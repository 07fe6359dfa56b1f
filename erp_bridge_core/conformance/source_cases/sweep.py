"""The fault schedule: each write of an act fails once in each way, or its process is killed; then it is gone on with.

However it went, the source's own books must end as they do without any fault. A case is named `RULE:FAULT@N`, N being
the n-th write; `--case` reruns one.
"""

import os
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from decimal import Decimal
from typing import Any, Final

from attrs import define, field, frozen

from erp_bridge_core.conformance.source_cases.finishing import finish, finish_lock
from erp_bridge_core.conformance.source_world.bench import Mark, Snapshot, SourceBench
from erp_bridge_core.conformance.source_world.site import Asked, SourceSite
from erp_bridge_core.conformance.wire import Incoming, WireFault
from erp_bridge_core.contract.effects import Effect
from erp_bridge_core.contract.errors import ErpBridgeError
from erp_bridge_core.contract.source import OutcomeStage
from erp_bridge_core.contract.source_simulator import SourceBooks

#: How long an answer that never comes is waited for, in real seconds.
_HURRY: Final = 0.2
_LATE: Final = frozenset({WireFault.TIMED_OUT, WireFault.TIMED_OUT_AFTER_COMMIT})
#: In so many ways each write fails in a sample.
_IN_A_SAMPLE: Final = 4
FAULTS: Final = tuple(fault for fault in WireFault if fault.is_write_fault and fault is not WireFault.ACKNOWLEDGED_ONLY)
#: Where a process is killed: before its request goes out, while the source has it, and after the answer came.
KILLS: Final = ("intent", "connected", "body_sent", "reply_held", "answered", "recorded")
_OF_LEDGER: Final = frozenset({"intent", "answered", "recorded"})


@frozen(kw_only=True)
class Course:
    """An act that writes: where it begins, `once` (which may raise), and `end`, which goes on until it is done."""

    snapshot: Snapshot
    once: Callable[[SourceSite], None]
    end: Callable[[SourceSite], str]


def of_lock(bench: SourceBench) -> Course:
    """A budget is locked."""
    return Course(
        snapshot=bench.budgeted(),
        once=lambda site: site.lock(True, name="sweep"),
        end=lambda site: finish_lock(site, locked=True, name="sweep"),
    )


def the_request(bench: SourceBench) -> Asked:
    """The request of the snapshot, as the source tells it."""

    def read() -> Asked:
        snapshot = bench.asked()
        with bench.site(snapshot) as site:
            return site.request(snapshot.request)

    request: Asked = bench.once("the request", read)
    return request


def of_outcome(bench: SourceBench) -> Course:
    """A request is told that all of it arrived."""
    request = the_request(bench)

    def outcome(site: SourceSite) -> Any:
        return site.outcome(request, OutcomeStage.VERIFIED, messages=("All of it is in the ERP.",))

    return Course(
        snapshot=bench.asked(),
        once=lambda site: site.report(outcome(site)),
        end=lambda site: finish(site, outcome(site)),
    )


@define
class Sweep:
    """The cases of one rule; what was wrong is kept in words."""

    bench: SourceBench
    rule: str
    of: Callable[[SourceBench], Course]
    wrong: list[str] = field(factory=list, init=False)

    def by_wire(self) -> None:
        """Each write fails in each way."""
        course, expected, writes = self._reference()
        for write in self.bench.effort.chosen(list(range(1, writes + 1)), self.rule):
            for fault in self._some(FAULTS, write):
                self._case(f"{fault.value}@{write}", course, expected, _struck(self.bench, fault, write))

    def by_kill(self) -> None:
        """The process is killed at each stage of each write."""
        if not hasattr(os, "fork"):
            return
        course, expected, writes = self._reference()
        for write in self.bench.effort.chosen(list(range(1, writes + 1)), self.rule):
            for stage in self._some(KILLS, write):
                self._case(f"{stage}@{write}", course, expected, _killed(self.bench, stage, write))

    def _some(self, ways: Sequence[Any], write: int) -> Sequence[Any]:
        """All ways, or of many those that fit into a sample, drawn by the seed."""
        effort = self.bench.effort
        if not effort.is_small or effort.case:
            return ways
        return effort.random(self.rule, write).sample(list(ways), min(len(ways), _IN_A_SAMPLE))

    def _reference(self) -> tuple[Course, Mapping[str, Any], int]:
        """The books as they end without any fault, and how many requests are writes."""
        course = self.of(self.bench)
        marks: list[Mark] = []
        with self.bench.site(course.snapshot) as site:
            self.bench.announce = lambda mark: marks.append(mark)  # noqa: PLW0108 - it answers None
            if stopped := course.end(site):
                self.wrong.append(f"without any fault {stopped}")
            return course, believed(site.books()), sum(mark.is_write for mark in marks)

    def _case(
        self, name: str, course: Course, expected: Mapping[str, Any], strike: Callable[[SourceSite, Course], bool]
    ) -> None:
        if not self.bench.effort.wants(f"{self.rule}:{name}"):
            return
        self.bench.count(self.rule)
        with self.bench.site(course.snapshot) as site:
            struck = strike(site, course)
            stopped = course.end(site)
            with suppress(Exception):
                self.bench.proxy.release()
            found = believed(site.books())
        if not struck:
            self.wrong.append(f"{self.rule}:{name} there was no such write, though there is one without any fault")
        elif stopped:
            self.wrong.append(f"{self.rule}:{name} {stopped}")
        elif found != expected:
            self.wrong.append(f"{self.rule}:{name} it is called done, and {_first_difference(expected, found)}")


def believed(books: SourceBooks) -> dict[str, Any]:
    """What a source's books must agree in, however it came about: not how often something was said."""
    return {
        "lock": books.locked,
        "budget": _plain(books.original),
        "changes": _plain(books.changes),
        "synced original": _plain(books.synced_original),
        "synced changes": _plain(books.synced_changes),
        "requests": [(each.id, each.status, each.open, each.messages) for each in books.requests],
        "marks": sorted(name for name, count in books.marks.items() if count),
    }


def _plain(amounts: Mapping[Any, Decimal]) -> list[tuple[Any, Decimal]]:
    return sorted((key, amount) for key, amount in amounts.items() if amount)


def _first_difference(expected: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    name = next(name for name in expected if expected[name] != found[name])
    return f"its {name} should be {expected[name]}, and is {found[name]}"


def _struck(bench: SourceBench, fault: WireFault, write: int) -> Callable[[SourceSite, Course], bool]:
    """The n-th write fails in that way; whether there was one."""

    def strike(site: SourceSite, course: Course) -> bool:
        writes: list[Mark] = []

        def announce(mark: Mark) -> float | None:
            writes.extend([mark] * mark.is_write)
            hit = mark.is_write and len(writes) == write
            bench.proxy.announce("struck" if hit else mark.number)
            return _HURRY if hit and fault in _LATE else None

        bench.announce = announce
        armed = bench.proxy.arm(fault, lambda incoming: incoming.tag == "struck")
        with suppress(ErpBridgeError):
            course.once(site)
        bench.announce = None
        bench.proxy.disarm()
        bench.proxy.accept()
        return armed.struck > 0

    return strike


def _killed(bench: SourceBench, stage: str, write: int) -> Callable[[SourceSite, Course], bool]:
    """The process that makes the n-th write is killed at that stage of it, for good and all; whether it was."""

    def strike(site: SourceSite, course: Course) -> bool:
        with _watched_from_here(bench, stage, write) as victim:
            victim.append(os.fork())
            if victim[0] == 0:
                _write_and_die(bench, site, course, stage, write)
            _, status = os.waitpid(victim[0], 0)
        return os.WIFSIGNALED(status)

    return strike


@contextmanager
def _watched_from_here(bench: SourceBench, stage: str, write: int) -> Iterator[list[int]]:
    """The process whose number is put into the list is killed when its n-th write comes to that stage of the wire."""
    victim: list[int] = []

    def on_stage(passed: str, incoming: Incoming) -> None:
        if passed == stage and incoming.headers.get(_HEADER) == str(write):
            os.kill(victim[0], signal.SIGKILL)

    bench.proxy.on_stage = on_stage
    try:
        yield victim
    finally:
        bench.proxy.wait_idle(5.0)
        bench.proxy.on_stage = None


#: A header by which the process that is killed tells the one that kills which write this is.
_HEADER: Final = "x-suite-write"


def _write_and_die(bench: SourceBench, site: SourceSite, course: Course, stage: str, write: int) -> None:
    """In the process that is killed: the act, and its end where the ledger, not the wire, says when."""
    writes: list[Mark] = []

    def announce(mark: Mark) -> None:
        writes.extend([mark] * mark.is_write)
        site.source.http.headers[_HEADER] = str(len(writes)) if mark.is_write else "0"

    def watch(passed: str, effect: Effect) -> None:
        del effect
        begun = len(writes) + (passed == "intent")
        if passed == stage and stage in _OF_LEDGER and begun == write:
            os.kill(os.getpid(), signal.SIGKILL)

    try:
        bench.announce = announce
        site.watch = watch
        course.once(site)
    finally:
        os._exit(0)
