"""Content that was never sent, looked for under the keys of content that was."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, suppress
from decimal import Decimal
from typing import Any, Final

from attrs import define, evolve, field, frozen

from erp_bridge_core.approvals.items import ItemView
from erp_bridge_core.conformance.world.bench import Bench
from erp_bridge_core.conformance.world.site import Site
from erp_bridge_core.conformance.world.walk import item_of
from erp_bridge_core.contract.budget import ExportBatch, Part, Stream
from erp_bridge_core.contract.effects import Effect, Found, Operation, PlannedEffect, Sighting, Waiting
from erp_bridge_core.contract.errors import ErpBridgeError
from erp_bridge_core.exports import ledger
from erp_bridge_core.exports.decisions import EffectState
from erp_bridge_core.exports.worker import Work

_MORE: Final = Decimal("0.01")


@frozen(kw_only=True)
class Looked:
    """One effect with other content under its key: what looking for it answered, and whether its hash told it apart."""

    effect: Effect
    sighting: Sighting | None
    same_hash: bool

    @property
    def is_wrong(self) -> bool:
        """Whether other content was taken for what was sent."""
        return self.same_hash or isinstance(self.sighting, Found | Waiting)

    def __str__(self) -> str:
        place = f"{self.effect.operation} {self.effect.ordinal} with amounts a cent off"
        if self.same_hash:
            return f"{place} has the payload hash of what was sent"
        return f"{place} was answered {type(self.sighting).__name__}"


@define(kw_only=True)
class _Planning:
    """An `Effects` that keeps what an adapter plans and how it looks, and sends nothing."""

    numbers: Stream[int]
    building: bool
    planned: dict[tuple[str, str, int], PlannedEffect] = field(factory=dict)
    operations: dict[str, Operation] = field(factory=dict)
    _reserved: dict[str, str] = field(factory=dict)

    def plan(self, group: str, build: Callable[[int], Iterable[PlannedEffect]]) -> None:
        for ordinal, each in enumerate(build(1) if self.building else (), start=1):
            self.planned[group, each.operation, ordinal] = evolve(each, lines=sorted(each.lines))

    def lines_to_send(self) -> Stream[int]:
        return self.numbers

    def reserve(self, name: str, build: Callable[[], str]) -> str:
        if name not in self._reserved:
            self._reserved[name] = build()
        return self._reserved[name]

    def run(self, operations: Mapping[str, Operation]) -> None:
        self.operations.update(operations)


def look_for_other_content(bench: Bench) -> list[Looked]:
    """Plan a budget whose amounts are a cent off; export the right one elsewhere; look for the other under its keys."""
    snapshot = bench.started()
    item = item_of(snapshot)
    with bench.site(snapshot) as site, _opened(site, item) as work:
        planned = _learn(work, building=True).planned
    with bench.site(snapshot) as site:
        site.run(item)
        with _opened(site, item) as work:
            operations = _learn(work, building=False).operations
            entries = ledger.entries(site.application.store, work.row.id, states=tuple(EffectState))
            return list(_look([each.effect for each in entries], planned, operations))


def _opened(site: Site, item: ItemView) -> AbstractContextManager[Work]:
    """The item's export, opened for work."""
    return site.application.exports.worker.opened(site.status(item).export_id)


def _learn(work: Work, *, building: bool) -> _Planning:
    """Let the adapter plan the other budget; where it sees at once that this can't be, it has said so."""
    batch = _doctored(work.batch)
    planning = _Planning(numbers=Stream(lambda: [line.number for line in batch.lines]), building=building)
    with suppress(ErpBridgeError):
        work.adapter.export(batch, work.values, work.erp, planning)
    return planning


def _look(
    stored: Iterable[Effect],
    planned: Mapping[tuple[str, str, int], PlannedEffect],
    operations: Mapping[str, Operation],
) -> Iterator[Looked]:
    for effect in stored:
        other = planned.get((effect.group, effect.operation, effect.ordinal))
        if other is None or not other.lines or effect.operation not in operations:
            continue
        same = other.payload_hash == effect.payload_hash
        changed = evolve(effect, payload_hash=other.payload_hash, request=other.request, lines=_stream(other.lines))
        seen = None if same else next(iter(operations[effect.operation].find([changed])), None)
        yield Looked(effect=effect, sighting=seen, same_hash=same)


def _stream(numbers: Iterable[int]) -> Stream[int]:
    kept = list(numbers)
    return Stream(lambda: kept)


def _doctored(batch: ExportBatch) -> ExportBatch:
    """The same batch with a cent more on every line, and in its totals."""

    def lines() -> Iterator[Any]:
        return (evolve(line, amount=line.amount + _MORE) for line in batch.lines)

    def totals() -> Iterator[Any]:
        for total in batch.totals:
            here = [line for line in batch.lines if line.key == total.key]
            originals = sum(line.part is Part.ORIGINAL for line in here)
            yield evolve(
                total,
                sent_original=total.sent_original + _MORE * originals,
                sent_changes=total.sent_changes + _MORE * (len(here) - originals),
            )

    return evolve(batch, lines=Stream(lines), totals=Stream(totals))
