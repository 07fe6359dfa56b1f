"""PCIs as they are planned: the rows they need, the header under a reserved number, lines, seal and posting."""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any, Final

from attrs import define, field, frozen

from erp_bridge_cmic.changes import LINES, PciType, read_headers, read_types, usable_type
from erp_bridge_cmic.client import Cmic
from erp_bridge_cmic.marks import Mark, pci_name
from erp_bridge_cmic.meant import Meant, Revision, check_revision
from erp_bridge_cmic.numbers import fits, next_number
from erp_bridge_cmic.operations_changes import Building
from erp_bridge_cmic.planning import (
    ADD_LINE,
    CREATE_PCI,
    POST_PCI,
    SEAL_PCI,
    Missing,
    chunks,
    planned,
)
from erp_bridge_core.contract import ExportLine, PlannedEffect
from erp_bridge_core.contract.errors import LedgerConflict, OutcomeUnknown

#: CMiC's bound on a request and our deadline for it, in seconds: past both, nothing late arrives any more.
HORIZON: Final = 120.0


@frozen(kw_only=True)
class Container:
    """The PCI that a generation goes into: its number, and the generation that created it."""

    number: str
    created: int

    @property
    def text(self) -> str:
        """As it is reserved."""
        return f"{self.created} {self.number}"

    @classmethod
    def of(cls, text: str) -> "Container":
        """As it was reserved."""
        created, _, number = text.partition(" ")
        return cls(number=number, created=int(created))


class _NotReserved(Exception):
    """Nothing was kept under a name, and nothing shall be."""


def _none_reserved() -> str:
    raise _NotReserved


@define
class ChangePlan:
    """Plans the groups of PCIs. `is_running` tells a container that had to be abandoned from refused lines."""

    client: Cmic
    meant: Meant
    missing: Missing
    building: Building = field(factory=Building)
    is_running: bool = False
    _types: dict[str, PciType] = field(factory=dict, init=False)
    _taken: set[str] | None = field(default=None, init=False)

    # -- the container ------------------------------------------------------------------------------------------------

    def lines_of(self, revision: Revision) -> Callable[[int], Iterator[PlannedEffect]]:
        """What builds the group of a PCI's rows, header and lines."""
        return lambda generation: self._build(revision, generation)

    def _build(self, revision: Revision, generation: int) -> Iterator[PlannedEffect]:
        free = set(self.meant.effects.lines_to_send())
        every = list(self.meant.lines(revision))
        lines = [line for line in every if line.number in free]
        if not lines:
            return
        check_revision(revision, self.client.erp.settings, total=sum((line.amount for line in every), Decimal(0)))
        if self.is_running:
            self.missing.forget()
        container = self._container(revision, generation, is_rest=len(lines) < len(every))
        for line in lines:
            yield from self.missing.row((self.meant.job_of(line), line.key.cost_code, line.key.category))
        if container.created == generation:
            yield planned(CREATE_PCI, self._header(revision, container))
        yield from self._lines(revision, container, lines)

    def _container(self, revision: Revision, generation: int, *, is_rest: bool) -> Container:
        """A new PCI, or, for lines that were refused while the others arrived, the one that holds those."""
        if is_rest and self.is_running:
            raise OutcomeUnknown(
                f"The PCI of {revision.title} holds lines that arrived and one of which nobody knows.",
                remedy="Compare the PCI with `erp-bridge export status`, reject it in CMiC, then settle its lines.",
            )

        def reserved() -> str:
            if is_rest and generation > 1:
                return self._reserved(revision, generation - 1).text
            return Container(number=self._number(revision), created=generation).text

        return Container.of(self.meant.effects.reserve(_name(revision, generation), reserved))

    def _number(self, revision: Revision) -> str:
        if not self._types:
            self._types = read_types(self.client)
        mask = usable_type(self._types, revision.type, letter=revision.letter).mask
        taken = self._taken_numbers()
        wanted = revision.wanted_number
        number = wanted if wanted not in taken and fits(mask, wanted) else next_number(mask, taken)
        taken.add(number)
        return number

    def _taken_numbers(self) -> set[str]:
        """The numbers in CMiC and those reserved here; raises `LedgerConflict` for another installation's PCI (L17)."""
        if self._taken is None or self.is_running:
            self._taken = set(self._numbers_reserved())
            ours = self.client.erp.installation
            for header in read_headers(self.client, [self.meant.family.control.code]):
                mark = header.mark
                if mark is not None and mark.installation != ours:
                    raise LedgerConflict(
                        f"PCI {header.number} of job {header.job} is of another installation ({mark.installation}).",
                        remedy="Let only one installation export to a job; ask who runs the other one.",
                    )
                self._taken.add(header.number)
        return self._taken

    def _numbers_reserved(self) -> Iterator[str]:
        for revision in self.meant.revisions():
            for container in self._containers(revision):
                yield container.number

    def _containers(self, revision: Revision) -> Iterator[Container]:
        generation = 1
        while True:
            try:
                yield self._reserved(revision, generation)
            except _NotReserved:
                return
            generation += 1

    def _reserved(self, revision: Revision, generation: int) -> Container:
        return Container.of(self.meant.effects.reserve(_name(revision, generation), _none_reserved))

    # -- requests -----------------------------------------------------------------------------------------------------

    def _header(self, revision: Revision, container: Container) -> dict[str, Any]:
        batch, settings = self.meant.batch, self.client.erp.settings
        mark = Mark(
            installation=self.client.erp.installation,
            item=batch.item,
            version=batch.version,
            change=revision.change,
            generation=container.created,
        )
        return {
            "job": self.meant.family.control.code,
            "number": container.number,
            "type": revision.type,
            "name": pci_name(revision.description, mark, approver=revision.approver),
            "scope": revision.description,
            "date": revision.date,
            "status": settings.building_status if settings.approve_afterwards else revision.status,
        }

    def _lines(self, revision: Revision, container: Container, lines: Iterable[ExportLine]) -> Iterator[PlannedEffect]:
        settings = self.client.erp.settings
        size = settings.batch_size if LINES in settings.use_batch else 1
        for some in chunks(lines, size):
            request = {
                "job": self.meant.family.control.code,
                "number": container.number,
                "status": revision.status if settings.line_status == "final" else "",
                "lines": [self._line(line) for line in some],
            }
            numbers = [line.number for line in some]
            yield planned(ADD_LINE, request, lines=numbers, lane=f"line {numbers[0]}")

    def _line(self, line: ExportLine) -> dict[str, Any]:
        settings = self.client.erp.settings
        request: dict[str, Any] = {
            "line": line.number,
            "job": self.meant.job_of(line),
            "phase": line.key.cost_code,
            "category": line.key.category,
            "amount": f"{line.amount:f}",
        }
        unit = line.unit or settings.no_unit
        if unit and settings.names.line_unit:
            request["unit"] = unit
        if line.quantity is not None and settings.send_quantities and settings.names.line_quantity:
            request["quantity"] = f"{line.quantity:f}"
        return request

    # -- sealing and posting ------------------------------------------------------------------------------------------

    def seal_of(self, revision: Revision) -> Callable[[int], Iterator[PlannedEffect]]:
        """What builds the group that gives a whole PCI its status."""
        return lambda _generation: self._closing(SEAL_PCI, revision)

    def posting_of(self, revision: Revision) -> Callable[[int], Iterator[PlannedEffect]]:
        """What builds the group that posts an approved PCI."""
        return lambda _generation: self._closing(POST_PCI, revision)

    def _closing(self, operation: str, revision: Revision) -> Iterator[PlannedEffect]:
        *_, container = self._containers(revision)
        request = {
            "job": self.meant.family.control.code,
            "number": container.number,
            "before": self.client.erp.settings.building_status,
            "status": revision.status,
            "date": revision.date,
            "digest": self.meant.digest(revision),
        }
        if container.number in self.building.doubted:
            # What was doubted was found past its horizon; the seal reads once more, a horizon after that.
            self.client.erp.clock.sleep(HORIZON)
        yield planned(operation, request)


def _name(revision: Revision, generation: int) -> str:
    return f"PCI of {revision.title}, generation {generation}"
