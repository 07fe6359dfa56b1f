"""What an export means to write: which lines go as rows and which into which PCI, with type, date and status."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any, Final

from attrs import define, field, frozen

from erp_bridge_cmic.jobs import Family
from erp_bridge_cmic.settings import CmicSettings
from erp_bridge_core.contract import ChangeHeader, Effects, ExportBatch, ExportLine, FieldValues, Part
from erp_bridge_core.contract.errors import BadInput, Fault

TYPE: Final = "budget_revision_type"
DATE: Final = "revision_date"
NUMBER: Final = "budget_revision_number"
STATUS: Final = "budget_revision_status"
APPROVER: Final = "approved_by"
APPROVED: Final = "approved"
TRANSFER: Final = "budget_transfer"
SCOPE: Final = "scope_change"
CONTINGENCY: Final = "contingency"
BY_ROWS: Final = "rows"
BY_PCI: Final = "pci"


@frozen(kw_only=True)
class Revision:
    """One PCI that is meant: of a budget change, or of originals on started jobs (`change` None)."""

    change: str | None
    letter: str
    type: str
    date: str
    description: str
    status: str
    is_approved: bool
    wanted_number: str = ""
    approver: str = ""

    @property
    def title(self) -> str:
        """How its groups of effects are called."""
        return f"change {self.change}" if self.change is not None else "original budget"


@define
class Meant:
    """The batch sorted out. Which route a job's originals take is settled once per export."""

    batch: ExportBatch
    values: FieldValues
    settings: CmicSettings
    family: Family
    effects: Effects
    today: str
    _changes: dict[str, list[ExportLine]] | None = field(default=None, init=False)
    _routes: dict[str, str] = field(factory=dict, init=False)

    def route(self, job: str) -> str:
        """How a job's originals go; the same over every retry, since a started job stays started."""
        if job not in self._routes:
            self._routes[job] = self.effects.reserve(f"route of job {job}", lambda: self._route(job))
        return self._routes[job]

    def _route(self, job: str) -> str:
        if self.settings.original_route != "by_status":
            return self.settings.original_route
        found = self.family.jobs.get(job)
        return BY_ROWS if found is None or found.is_pending else BY_PCI

    def original_lines(self, route: str) -> Iterator[ExportLine]:
        """The original lines of the jobs that take this route."""
        for line in self.batch.lines:
            if line.part is Part.ORIGINAL and self.route(self.job_of(line)) == route:
                yield line

    def job_of(self, line: ExportLine) -> str:
        """The job whose budget a line moves."""
        return self.family.code_of(line.key.sub_job)

    def lines(self, revision: Revision) -> Iterable[ExportLine]:
        """The lines of one PCI, whether they have arrived or not."""
        if revision.change is None:
            return self.original_lines(BY_PCI)
        if self._changes is None:
            self._changes = {}
            for line in self.batch.lines:
                if line.part is Part.CHANGE and line.change is not None:
                    self._changes.setdefault(line.change, []).append(line)
        return self._changes.get(revision.change, ())

    def digest(self, revision: Revision) -> str:
        """A hash over what the PCI's lines are meant to be, whatever their order."""
        contents = (
            (self.job_of(line), line.key.cost_code, line.key.category, line.amount) for line in self.lines(revision)
        )
        return digest_of(contents)

    def revisions(self) -> tuple[Revision, ...]:
        """The PCIs in their order: the original budget's, then one per budget change."""
        originals = [self._original()] if next(self.original_lines(BY_PCI), None) is not None else []
        return (*originals, *(self._revision(header) for header in self.batch.change_headers))

    def _original(self) -> Revision:
        return Revision(
            change=None,
            letter="O",
            type=self.settings.type_original,
            date=self.values.value(DATE) or self.today,
            description=self.values.description or f"Original budget {self.batch.project}",
            status=status_code(self.settings, APPROVED),
            is_approved=True,
            approver=self.values.value(APPROVER),
        )

    def _revision(self, header: ChangeHeader) -> Revision:
        def value(name: str) -> str:
            return self.values.value(name, change=header.number)

        status = value(STATUS) or self.settings.default_status
        letter = class_of(self.settings, value(TYPE) or default_type(header), header.amount)
        return Revision(
            change=header.number,
            letter=letter,
            type=self.settings.types[letter],
            date=value(DATE) or self.today,
            description=f"{header.number} {header.description}",
            status=status_code(self.settings, status),
            is_approved=self.settings.status_codes[status].approved,
            wanted_number=value(NUMBER),
            approver=value(APPROVER),
        )


def default_type(header: ChangeHeader) -> str:
    """The revision type of a change that nobody gave one."""
    return TRANSFER if header.transfer else SCOPE


def class_of(settings: CmicSettings, kind: str, amount: Decimal) -> str:
    """The letter of the PCI class for a revision type; a contingency that moves money in or out is no transfer."""
    if kind == SCOPE:
        return "E" if settings.scope_change_class == "external" else "I"
    if kind == CONTINGENCY:
        return "T" if amount == 0 else "I"
    return "T"


def status_code(settings: CmicSettings, status: str) -> str:
    """The site's code of a revision status; raises `BadInput` for one that can't be booked."""
    found = settings.status_codes.get(status)
    if found is None:
        offered = ", ".join(settings.status_codes)
        fault = Fault(STATUS, "has no code in CMiC", value=status, expected=f"one of {offered}", rule="A3")
        raise BadInput("A revision status can't be booked.", faults=[fault])
    return found.code


def check_revision(revision: Revision, settings: CmicSettings, *, total: Decimal) -> None:
    """Refuse what can't be booked, before anything is written; raises `BadInput` with every fault."""
    where = f"{revision.title}: "
    faults = list(_date_faults(where + DATE, revision.date, settings.closed_through))
    if revision.letter == "T" and settings.transfers_balance and total != 0:
        faults.append(
            Fault(
                where + TYPE,
                "a transfer must net to zero",
                value=f"{total:f}",
                rule="A3",
                remedy="Choose scope change or contingency for it.",
            )
        )
    if faults:
        raise BadInput("A revision can't be booked in CMiC. Nothing was written for it.", faults=faults)


def _date_faults(where: str, text: str, closed: date | None) -> Iterator[Fault]:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        yield Fault(where, "not a date", value=text, expected="a date such as 2026-04-08", rule="A3")
        return
    if closed is not None and day <= closed:
        yield Fault(
            where,
            f"lies in a period that is closed (up to {closed.isoformat()})",
            value=text,
            rule="A3",
            remedy="Take a revision date in an open period.",
        )


def digest_of(contents: Iterable[tuple[Any, ...]]) -> str:
    """A hash over lines, whatever their order."""
    shown = sorted(
        "\t".join((job, phase, category, f"{amount.normalize():f}")) for job, phase, category, amount in contents
    )
    return hashlib.sha256("\n".join(shown).encode()).hexdigest()
