"""One case: a fault at one write of an export, then all that people and workers do until it is at rest, judged."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from itertools import cycle, islice, product
from typing import Final, TypeVar

from attrs import define, field, frozen
from sqlalchemy import select

from erp_bridge_core.approvals.items import ItemView
from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.conformance.cases.operations import writes_of_variants
from erp_bridge_core.conformance.world.arming import Arming, Strike, arm
from erp_bridge_core.conformance.world.bench import Bench
from erp_bridge_core.conformance.world.outcomes import End, Fault, allowed
from erp_bridge_core.conformance.world.positions import Reference, Write, reference
from erp_bridge_core.conformance.world.site import Site
from erp_bridge_core.conformance.world.workload import Workload, difference, later_change, later_line
from erp_bridge_core.contract.profile import Capability
from erp_bridge_core.exports.status import ExportState, ExportStatus, LineCounts
from erp_bridge_core.store.tables import sightings

Thing = TypeVar("Thing")

#: Once faults have stopped, a worker that comes by so many times has brought everything to rest.
ROUNDS: Final = 4
#: When a late commit is let go.
EVENTS: Final = ("after_giving_up", "after_find", "after_resend", "after_post", "after_verify", "after_next_export")
_AT_REST: Final = frozenset({ExportState.COMPLETE, ExportState.OFFERED, ExportState.FAILED})


@frozen(kw_only=True)
class AtRest:
    """Where workers alone brought an export, before anything was calmed and before any person did anything about it.

    `sightings` are the kinds of what looking has shown since the write, in order. `told` is what is said of it.
    """

    state: ExportState
    lines: LineCounts
    sightings: tuple[str, ...]
    told: str

    @classmethod
    def of(cls, site: Site, status: ExportStatus) -> "AtRest":
        """Where it stands now."""
        with site.application.store.read() as connection:
            kinds = connection.execute(select(sightings.c.kind).order_by(sightings.c.id)).scalars().all()
        words = [line.words for line in status.failed_lines]
        failure = str((status.failure or {}).get("message", ""))
        return cls(state=status.state, lines=status.lines, sightings=tuple(kinds), told="; ".join([*words, failure]))


@frozen(kw_only=True)
class Ended:
    """How a case ended, and everything that was seen of it."""

    case: str
    end: End | None
    allowed: frozenset[End]
    why: str
    struck: int
    rest: AtRest | None = None

    @property
    def wrong(self) -> str:
        """What is wrong with it, in a sentence; blank when nothing is."""
        if self.end is not None and self.end in self.allowed:
            return ""
        wanted = " or ".join(sorted(self.allowed))
        came = self.end.value if self.end is not None else "wrong"
        return f"{self.case}: must end {wanted}, ended {came}: {self.why}"


@define
class Sweep:
    """The cases of one rule: run one after another, and told together when any of them is wrong."""

    bench: Bench
    rule: str
    workload: Workload | None = None
    ran: list[Ended] = field(factory=list)
    found: list[str] = field(factory=list)

    @property
    def reference(self) -> Reference:
        """The export without faults."""
        return reference(self.bench, self.workload)

    def writes(self, *, by_file: bool = False, where: Callable[[Write], bool] = lambda _: True) -> list[Write]:
        """The writes at which this rule's faults are tried."""
        found = {write.ordinal: write for write in self.reference.writes if write.by_file is by_file and where(write)}
        usual = [found[ordinal] for ordinal in self.bench.effort.chosen(sorted(found), self.rule)]
        if self.workload is not None or self.bench.effort.is_small:
            return usual
        others = writes_of_variants(self.bench)
        return [*usual, *(write for write in others if write.by_file is by_file and where(write))]

    def spread(self, writes: Sequence[Write], faults: Sequence[Thing]) -> list[tuple[Write, Thing]]:
        """Each fault at each write; by the sample's depth each fault once and each write once, in turn."""
        if not writes or not self.bench.effort.is_small:
            return list(product(writes, faults))
        count = max(len(writes), len(faults))
        return list(zip(islice(cycle(writes), count), islice(cycle(faults), count), strict=True))

    def strike(self, write: Write, *strikes: Strike) -> Ended | None:
        """Run one case, unless another one alone was asked for."""
        case = f"{self.rule}:{'+'.join(map(str, strikes))}"
        if not self.bench.effort.wants(case):
            return None
        ended = run_case(self.bench, case, write, strikes)
        self.ran.append(ended)
        return ended

    def add(self, ended: Ended, why: str) -> None:
        """What is wrong with a case besides how it ended; blank when nothing is."""
        if why:
            self.found.append(f"{ended.case}: {why}")

    def finish(self) -> None:
        """Raise AssertionError with every case that went wrong; a fault that never struck proves nothing."""
        wrong = [*(ended.wrong for ended in self.ran if ended.wrong), *self.found]
        idle = [ended.case for ended in self.ran if not ended.struck]
        self.bench.count(self.rule, len(self.ran))
        if idle and len(idle) == len(self.ran):
            wrong.append(f"{idle[0]}: the fault never struck; nothing was proved")
        if wrong:
            raise AssertionError("\n".join(wrong))


def run_case(bench: Bench, case: str, write: Write, strikes: Iterable[Strike]) -> Ended:
    """Restore the site before the write, let the faults strike, bring everything to rest, and judge it."""
    given = tuple(strikes)
    ends = frozenset[End]().union(*(allowed(write.safety, each.fault, event=each.event) for each in given))
    with bench.site(write.before) as site, ExitStack() as stack:
        assert write.before.item is not None
        armed = [stack.enter_context(arm(bench, site, each)) for each in given]
        rests: list[AtRest] = []
        try:
            end, why = to_the_end(bench, site, write.before.item, armed, rests)
        except Exception as error:  # noqa: BLE001 - whatever an adapter raises is evidence
            end, why = None, f"{type(error).__name__}: {error}"
        struck = sum(each.struck for each in armed)
        return Ended(case=case, end=end, allowed=ends, why=why, struck=struck, rest=rests[0] if rests else None)


def to_the_end(
    bench: Bench, site: Site, item: ItemView, armed: Sequence[Arming] = (), rests: list[AtRest] | None = None
) -> tuple[End | None, str]:
    """First worker, later workers, hand-over, posting, verification, the next export, and what came late.

    Where workers alone brought it is appended to `rests`.
    """
    status = site.run(item)
    _each(armed, "after_giving_up")
    lasting = any(each.strike.lasts for each in armed)
    status = to_rest(site, item, status, rounds=ROUNDS // 2 if lasting else ROUNDS)
    if rests is not None:
        rests.append(AtRest.of(site, status))
    for each in armed:
        each.calm()
    for _ in range(2 if lasting else 1):
        if lasting:
            status = to_rest(site, item, status)
        if status.state is ExportState.FAILED:
            site.clock.advance(10.0)
            status = site.retry(item)
    if status.state not in {ExportState.COMPLETE, ExportState.OFFERED}:
        return _not_done(bench, site, item, status.state)
    site.post(site.take(item))
    _each(armed, "after_post")
    site.verify(item)
    _each(armed, "after_verify")
    if any(each.strike.event == "after_next_export" for each in armed):
        _next_export(bench, site, item)
    _each(armed, "after_next_export")
    bench.proxy.release()
    return judge(bench, site, item)


def to_rest(site: Site, item: ItemView, status: ExportStatus, *, rounds: int = ROUNDS) -> ExportStatus:
    """Let workers come by until nothing is under way any more, or until that no longer helps."""
    for _ in range(rounds):
        if status.state in _AT_REST:
            break
        status = site.resume(item)
    return status


def _each(armed: Iterable[Arming], event: str) -> None:
    for each in armed:
        each.release(event)


def _next_export(bench: Bench, site: Site, item: ItemView) -> None:
    if not site.is_done(item):
        return
    changes = later_change(bench.profile)
    site.add((), changes) if bench.claims(Capability.CHANGES) else site.add([later_line()])
    later = site.accept(site.send(), confirm_baseline=True)
    site.deliver(later)


def _not_done(bench: Bench, site: Site, item: ItemView, state: ExportState) -> tuple[End | None, str]:
    """The product does not say that it is done: then nothing may stand twice in the books, whatever is posted."""
    bench.proxy.release()
    site.post()
    if twice := doubled(bench, site):
        return End.SEEN, f"the export is {state.value}, and the ERP holds {twice}"
    if state in {ExportState.UNKNOWN, ExportState.CONFLICT}:
        return End.UNKNOWN, f"the export stays {state.value}: {_words(site, item)}"
    return End.REFUSED, f"the export stays {state.value}: {_words(site, item)}"


def judge(bench: Bench, site: Site, item: ItemView) -> tuple[End | None, str]:
    """An export that is complete, posted and verified: the books, and what the product says of them, must agree."""
    # What came late changes figures after the last look: whoever looks next must see it.
    site.post()
    site.verify(_latest(site, item))
    latest = site.item(_latest(site, item))
    wrong = site.difference() or doubled(bench, site)
    if latest.state is ItemState.SYNCED:
        if wrong:
            return None, f"the product says {latest.state.value}; {wrong}"
        return End.DONE, "each line once"
    if wrong:
        return (End.SEEN if latest.state is ItemState.MISMATCH else None), f"the item is {latest.state.value}; {wrong}"
    why = f"the ERP's books are right, yet the item is {latest.state.value}"
    return (End.WAITING if latest.state is ItemState.WAITING else None), why


def _latest(site: Site, item: ItemView) -> ItemView:
    history = site.application.reviews.history(site.person("approver"), site.project)
    return max(history, key=lambda each: each.id, default=item)


def doubled(bench: Bench, site: Site) -> str:
    """Entries of which the books hold more than an export without faults leaves there; blank when there are none."""
    meant = reference(bench, site.workload if site.workload.variant else None).counts
    if site.expected.amounts.keys() - {key for key, _ in meant}:
        return ""  # more was exported since than the reference run did: the amounts alone count
    more = {place: count for place, count in site.counts().items() if count > meant[place] > 0}
    more = {} if _later_exports(site) else more
    told = [f"{key} ({side}): {count} entries instead of {meant[key, side]}" for (key, side), count in more.items()]
    return "; ".join(told[:5])


def _later_exports(site: Site) -> bool:
    return len(site.application.reviews.history(site.person("approver"), site.project)) > 1


def _words(site: Site, item: ItemView) -> str:
    failure = site.status(item).failure
    return str(failure.get("message", "")) if failure else "no reason is told"


def strikes(faults: Iterable[Fault], write: Write) -> Iterator[Strike]:
    """One strike of each fault at a write's first request."""
    for fault in faults:
        yield Strike(fault=fault, ordinal=write.ordinal)


__all__ = ["Ended", "Strike", "Sweep", "difference", "judge", "run_case", "strikes"]
