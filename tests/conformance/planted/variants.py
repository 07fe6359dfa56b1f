"""The five correct adapters, one per safety class, and the doors to them: `variant`, `subject`, and one name each."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Final

from erp_bridge_core.contract import Effects, ExportBatch, Part, PlannedEffect, SafetyClass
from erp_bridge_core.registry import Adapter
from planted.adapter import TinAdapter
from planted.operations import Writing, digest
from planted.operations_absolute import SetFigures
from planted.operations_append import AddNotes
from planted.operations_contained import (
    FillContainer,
    OpenContainer,
    SealContainer,
    newest_of_ours,
    plan_seal,
)
from planted.operations_human import OfferFile
from planted.operations_keyed import EnterRows
from planted.registering import register

#: So many lines go in one request.
CHUNK: Final = 4


class _InChunks(TinAdapter):
    """A variant that sends several lines in one request, all in the same way."""

    chunk: ClassVar[int] = CHUNK

    def bring(self, batch: ExportBatch, effects: Effects, operations: Mapping[str, Any]) -> None:
        """One group of chunks."""
        ((name, operation),) = operations.items()
        effects.plan("rows", lambda _: self.chunks(name, operation, list(effects.lines_to_send())))
        effects.run(operations)

    def chunks(
        self, name: str, operation: Writing, numbers: list[int], request: Mapping[str, Any] | None = None
    ) -> Iterator[PlannedEffect]:
        """The lines in chunks, one effect each."""
        for start in range(0, len(numbers), self.chunk):
            some = numbers[start : start + self.chunk]
            yield PlannedEffect(
                operation=name, lines=some, payload_hash=operation.payload_hash(some), request=request or {}
            )


class KeyedAdapter(_InChunks):
    """Rows under references of ours; a pending change is kept apart until it is approved."""

    safety = SafetyClass.KEYED
    operation_classes: ClassVar = {"enter_rows": EnterRows}
    pending = True


class AbsoluteAdapter(TinAdapter):
    """The figures of each key, set whole."""

    safety = SafetyClass.ABSOLUTE
    operation_classes: ClassVar = {"set_figures": SetFigures}

    def bring(self, batch: ExportBatch, effects: Effects, operations: Mapping[str, Any]) -> None:
        """One effect per key."""
        effects.plan("figures", lambda _: self.keys(operations["set_figures"], list(effects.lines_to_send())))
        effects.run(operations)

    def keys(self, operation: SetFigures, numbers: list[int]) -> Iterator[PlannedEffect]:
        """A key with all its lines."""
        for lines, request in operation.requests(numbers):
            yield PlannedEffect(operation="set_figures", lines=lines, payload_hash=digest(request), request=request)


class ContainedAdapter(_InChunks):
    """Rows in a container of ours, which is sealed when it is whole."""

    safety = SafetyClass.CONTAINED
    operation_classes: ClassVar = {
        "open_container": OpenContainer, "fill_container": FillContainer, "seal_container": SealContainer,
    }  # fmt: skip

    def bring(self, batch: ExportBatch, effects: Effects, operations: Mapping[str, Any]) -> None:
        """A container with its rows, then the seal of the one that all rows are in."""
        opening, filling = operations["open_container"], operations["fill_container"]
        filling.building = opening.building
        effects.plan("rows", lambda generation: self.container(filling, effects, generation))
        effects.run(operations)
        newest = newest_of_ours(filling.client, batch.job, self.mark(filling))
        if newest is not None:
            effects.plan(f"seal {newest['number']}", lambda _: self.seal(filling, newest))
            effects.run(operations)

    def mark(self, operation: Writing) -> str:
        """Whose containers these are: of one installation, company, job and item."""
        return operation.client.reference(operation.batch.job, operation.batch.item)

    def container(self, filling: FillContainer, effects: Effects, generation: int) -> Iterator[PlannedEffect]:
        """A container under the next number, and the rows that go into it."""
        numbers = list(effects.lines_to_send())
        if not numbers:
            return
        number = self.number(filling, effects, generation)
        request = {"number": number, "mark": f"{self.mark(filling)} {generation}"}
        yield PlannedEffect(operation="open_container", lines=(), payload_hash=digest(request), request=request)
        yield from self.chunks("fill_container", filling, numbers, request)

    def number(self, filling: FillContainer, effects: Effects, generation: int) -> str:
        """The next number that is free in the books and above those of earlier generations, which may not show yet."""
        former = int(self.number(filling, effects, generation - 1)) if generation > 1 else 0

        def following() -> str:
            return str(max(former + 1, int(filling.client.header(filling.batch.job)["next_container"])))

        return effects.reserve(f"container {generation}", following)

    def seal(self, filling: FillContainer, container: Mapping[str, Any]) -> Iterator[PlannedEffect]:
        """The seal, unless it holds nothing."""
        planned = plan_seal(filling, container)
        if planned is not None:
            yield planned


class HumanAdapter(TinAdapter):
    """A file per side of the budget, which a person loads."""

    safety = SafetyClass.HUMAN
    operation_classes: ClassVar = {"offer_file": OfferFile}

    def bring(self, batch: ExportBatch, effects: Effects, operations: Mapping[str, Any]) -> None:
        """Originals first, then changes; one file has one tick."""
        operation: OfferFile = operations["offer_file"]
        operation.prepare()
        for part in Part:
            if any(line.part is part for line in batch.lines):
                effects.plan(part.value, lambda _, part=part: self.file(operation, effects, part))  # type: ignore[misc]
        effects.run(operations)

    def file(self, operation: OfferFile, effects: Effects, part: Part) -> Iterator[PlannedEffect]:
        """The file with what is left of one side."""
        free = operation.lines(list(effects.lines_to_send()))
        numbers = [line.number for line in free if line.part is part]
        if numbers:
            yield PlannedEffect(
                operation="offer_file",
                lines=numbers,
                payload_hash=operation.payload_hash(numbers),
                request={"part": part.value},
            )


class AppendAdapter(_InChunks):
    """Rows without a reference: every one stays unknown until a person has looked."""

    safety = SafetyClass.APPEND
    operation_classes: ClassVar = {"add_notes": AddNotes}


VARIANTS: Final[Mapping[str, type[TinAdapter]]] = {
    kind.safety.value: kind for kind in (KeyedAdapter, AbsoluteAdapter, ContainedAdapter, HumanAdapter, AppendAdapter)
}


def variant(name: str) -> TinAdapter:
    """The correct plugin of a safety class (`keyed`), registered as `tin_keyed`."""
    return VARIANTS[name](f"tin_{name}")


def subject(spec: str | TinAdapter) -> Adapter:
    """The registry's adapter for a variant by its safety class, or for any plugin of these."""
    plugin = variant(spec) if isinstance(spec, str) else spec
    return register(plugin, name=plugin.name)


def __getattr__(name: str) -> TinAdapter:
    """The correct plugin of a safety class as an attribute: the suite asks for `planted.variants:keyed`."""
    if name in VARIANTS:
        return variant(name)
    raise AttributeError(name)


#: The plugins themselves, for whoever names one by its place: `planted.variants:keyed`.
keyed, absolute, contained = variant("keyed"), variant("absolute"), variant("contained")
human, append = variant("human"), variant("append")
