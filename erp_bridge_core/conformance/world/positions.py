"""Where in an export a fault can strike: every write of a run without faults, with the state of the world before it."""

from collections import Counter
from typing import Final

from attrs import define, field, frozen

from erp_bridge_core.approvals.items import ItemView
from erp_bridge_core.conformance.world.bench import Bench, Snapshot
from erp_bridge_core.conformance.world.site import Site
from erp_bridge_core.conformance.world.watching import Sent
from erp_bridge_core.conformance.world.workload import Workload
from erp_bridge_core.contract.budget import LineKey
from erp_bridge_core.contract.effects import Effect
from erp_bridge_core.contract.profile import SafetyClass
from erp_bridge_core.exports.attempt import nobody_watches
from erp_bridge_core.exports.status import ExportState

#: The stages of the ledger at which a worker may die, in order.
STAGES: Final = ("intent", "answered", "recorded", "seen")


@frozen(kw_only=True)
class Write:
    """The n-th effect that an export without faults sends: what it is, and the site as it was just before it.

    `requests` is how many requests its one attempt makes, `lines` how many of the batch's lines it carries; `by_file`
    says that it goes through the shared folder.
    """

    ordinal: int
    operation: str
    group: str
    safety: SafetyClass
    requests: int
    lines: int
    before: Snapshot

    @property
    def by_file(self) -> bool:
        """Whether no request carries it."""
        return self.requests == 0


@frozen(kw_only=True)
class Reference:
    """An export without faults: its writes, and what the ERP's books hold after it was posted."""

    writes: tuple[Write, ...]
    counts: Counter[tuple[LineKey, str]]
    item: ItemView
    state: ExportState


@define
class _Recorder:
    bench: Bench
    site: Site
    snapshot: Snapshot
    item: ItemView
    seen: list[tuple[Effect, Snapshot]] = field(factory=list)
    requests: Counter[int] = field(factory=Counter)
    before: Snapshot = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.before = self.snapshot

    def watch(self, stage: str, effect: Effect) -> None:
        """Keep the site right after each effect is written down, which is right before the next one."""
        if stage == "intent":
            self.seen.append((effect, self.before))
        elif stage == "recorded":
            self.before = self.bench.keep(self.site, self.snapshot, self.item)

    def announce(self, sent: Sent) -> None:
        """Count the requests of each effect's attempt."""
        if sent.effect is not None:
            self.requests[len(self.seen)] += 1


def reference(bench: Bench, workload: Workload | None = None) -> Reference:
    """Run an export without faults, all the way, and keep the site before each of its writes. Made once a workload."""
    made: Reference = bench.once(("reference", workload), lambda: _make(bench, workload))
    return made


def _make(bench: Bench, workload: Workload | None) -> Reference:
    snapshot = bench.started(workload)
    assert snapshot.item is not None
    item = snapshot.item
    with bench.site(snapshot) as site:
        recorder = _Recorder(bench, site, snapshot, item)
        site.application.exports.worker.observer = recorder.watch
        site.watch.announce = recorder.announce
        state = site.run(item).state
        site.watch.announce = None
        site.application.exports.worker.observer = nobody_watches
        site.finish(item)
        operations = {each.name: each.safety for each in bench.profile.operations}
        writes = tuple(
            Write(
                ordinal=ordinal,
                operation=effect.operation,
                group=effect.group,
                safety=operations[effect.operation],
                requests=recorder.requests[ordinal],
                lines=sum(1 for _ in effect.lines),
                before=before,
            )
            for ordinal, (effect, before) in enumerate(recorder.seen, start=1)
        )
        return Reference(writes=writes, counts=site.counts(), item=item, state=state)
