"""One export without faults, watched all the way: what each step did to the ERP's books, the share and the wire."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from attrs import define, field, frozen

from erp_bridge_core.approvals.items import ItemView
from erp_bridge_core.conformance.wire import Exchange, FaultyFiles, FileAct
from erp_bridge_core.conformance.world.bench import Bench, Snapshot
from erp_bridge_core.conformance.world.site import Site
from erp_bridge_core.conformance.world.watching import Sent
from erp_bridge_core.conformance.world.workload import OTHER_JOB, erp_side
from erp_bridge_core.contract.budget import LineKey
from erp_bridge_core.contract.effects import Effect
from erp_bridge_core.contract.masters import JobReading
from erp_bridge_core.contract.postings import Outcome
from erp_bridge_core.contract.simulator import BookEntry
from erp_bridge_core.demo.books import bare
from erp_bridge_core.demo.erp_side import Codes
from erp_bridge_core.exports.status import ExportState

Entry = tuple[LineKey, Any, Any, int, int]
#: Stages of the ledger after which an effect's write is over.
_OVER: Final = frozenset({"answered", "failed"})


@frozen(kw_only=True)
class Walk:
    """What was seen. `before_posting` and `after` are verifications; `early` are posted figures before anybody posted.

    `exchanges` are all requests, each tagged with what it was for; `meddling` tells changes outside of any effect.
    """

    exchanges: tuple[Exchange, ...]
    meddling: tuple[str, ...]
    entries: tuple[Entry, ...]
    early: tuple[Entry, ...]
    before_posting: Outcome
    after: Outcome
    difference: str
    state: ExportState
    neighbour_before: Any
    neighbour_after: Any

    @property
    def writes(self) -> list[Exchange]:
        """The requests that were made within an attempt at an effect."""
        return [each for each in self.exchanges if isinstance(each.tag, Sent) and each.tag.effect is not None]


def plain_entries(entries: Iterator[BookEntry] | list[BookEntry]) -> tuple[Entry, ...]:
    """Entries in an order of their own, to be compared."""
    return tuple(
        sorted(
            (bare(each.key), each.original, each.changes, each.original_entries, each.change_entries)
            for each in entries
        )
    )


def promised(bench: Bench, site: Site) -> tuple[Entry, ...]:
    """What the books would show if people posted now all that lies in the ERP; looked up in a copy of it."""
    copy = bench.folder / "promised"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(site.erp_home, copy, ignore=shutil.ignore_patterns("*.lock"))
    for _ in site.simulator.post(copy, site.job):
        pass
    return plain_entries(site.simulator.ledger(copy, site.job))


@define
class Trail:
    """Listens to one site: which requests are for what, and whether anything changes while no effect is under way."""

    bench: Bench
    site: Site
    meddling: list[str] = field(factory=list)
    shares: list[FaultyFiles] = field(factory=list)
    _known: tuple[Entry, ...] = field(init=False)
    _left: int = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._known = promised(self.bench, self.site)
        self._left = self.bench.effort.positions

    def stage(self, stage: str, effect: Effect) -> None:
        """Before an effect the books must be as the one before it left them; looked at a few times."""
        if stage == "intent" and self._left > 0:
            self.check(f"before {effect.operation} {effect.ordinal} was sent")
        if stage in _OVER:
            self._left -= 1
            if self._left > 0:
                self._known = promised(self.bench, self.site)

    def settled(self) -> None:
        """Everything that is there now came by effects."""
        self._known = promised(self.bench, self.site)

    def check(self, when: str) -> None:
        """Note what changed since the last effect."""
        now = promised(self.bench, self.site)
        if now != self._known:
            changed = sorted({*now} ^ {*self._known})
            self.meddling.append(f"{when}, the books changed outside of an effect: {_told(changed)}")
            self._known = now

    def wrap(self, files: Any) -> FaultyFiles:
        """The share, with a record of what is done to it."""
        self.shares.append(FaultyFiles(files))
        return self.shares[-1]

    def check_share(self) -> None:
        """Note files with a cost code of the budget in them that were written outside of an effect."""
        codes = [code.encode() for code in self.site.codes.maps["cost_code"].values()]
        for share in self.shares:
            for call in [trace.call for trace in share.trace if trace.call.attempt is None and not trace.error]:
                if call.act not in {FileAct.WRITE_NEW, FileAct.MOVE} or not share.real.exists(call.target or call.path):
                    continue
                with share.real.open(call.target or call.path) as file:
                    content = file.read()
                if any(code in content for code in codes):
                    self.meddling.append(f"{call.act.value} of {call.path}, outside of any effect")


def _told(changed: list[Entry]) -> str:
    return "; ".join(f"{key} original {original} changes {changes}" for key, original, changes, *_ in changed[:3])


@contextmanager
def watched(bench: Bench, site: Site) -> Iterator[Trail]:
    """Watch a site's export from here on."""
    trail = Trail(bench, site)
    worker = site.application.exports.worker
    former = worker.observer
    worker.observer = trail.stage
    site.watch.announce = bench.proxy.announce
    site.watch.wrap_files = trail.wrap
    try:
        yield trail
    finally:
        worker.observer = former
        site.watch.announce = None
        site.watch.wrap_files = None


def walk(bench: Bench) -> Walk:
    """The standard budget all the way, made once."""
    made: Walk = bench.once("walk", lambda: _walk(bench))
    return made


def _walk(bench: Bench) -> Walk:
    snapshot = bench.started()
    item = item_of(snapshot)
    with bench.site(snapshot) as site:
        neighbour = neighbour_seen(bench, site)
        with watched(bench, site) as trail:
            state = site.run(item).state
            trail.settled()
            site.clock.advance(1.0)
            site.run(item)
            trail.check("while a finished export was run again")
            trail.check_share()
            early = plain_entries(site.entries())
            before = site.verify(item).outcome
            site.post(site.take(item))
            entries = plain_entries(site.entries())
            after = site.verify(item).outcome
        return Walk(
            exchanges=tuple(bench.proxy.exchanges),
            meddling=tuple(trail.meddling),
            entries=entries,
            early=early,
            before_posting=before,
            after=after,
            difference=site.difference(),
            state=state,
            neighbour_before=neighbour,
            neighbour_after=neighbour_seen(bench, site),
        )


def item_of(snapshot: Snapshot) -> ItemView:
    """The item that a snapshot is about."""
    assert snapshot.item is not None
    return snapshot.item


def neighbour_seen(bench: Bench, site: Site) -> Any:
    """The other job's books and masters, as its books and the adapter itself show them."""
    other = neighbour_codes(bench).job
    books = plain_entries(site.simulator.ledger(site.erp_home, other))
    return {"books": books, **masters_of(site, other)}


def neighbour_codes(bench: Bench) -> Codes:
    """The codes of the other job that the ERP's administrator set up."""
    snapshot = bench.linked()
    return erp_side(snapshot.workload, bench.profile, job=OTHER_JOB, taken={snapshot.codes.job})[0]


def read_job(site: Site, job: str) -> JobReading:
    """What the adapter itself reads of a job of the connection."""
    manager = site.person("manager")
    project = site.application.projects.show(manager, site.project)
    adapter, erp = site.application.connections.erp(manager.company_id, project.connection_id or 0, job)
    reading: JobReading = adapter.read_job(job, erp)
    return reading


def masters_of(site: Site, job: str) -> dict[str, Any]:
    """A job's masters and figures as values that can be compared."""
    reading = read_job(site, job)
    return {
        "status": reading.header.status,
        "sub jobs": sorted(map(repr, reading.sub_jobs)),
        "cost codes": sorted(map(repr, reading.cost_codes)),
        "categories": sorted(map(repr, reading.categories)),
        "figures": sorted(map(repr, reading.figures)),
    }
