"""What a pull shows: the source project, what comes, what is edited in both places, what was taken in."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from attrs import Factory, frozen

from erp_bridge_core.budgets.change_views import ChangeProgress
from erp_bridge_core.contract.budget import LineKey
from erp_bridge_core.contract.errors import Fault
from erp_bridge_core.contract.findings import Finding
from erp_bridge_core.pulling.rules import ASKS, COMES, Choice, Verdict

#: How many lines of each verdict a look names; the others are counted.
MOST_LINES: Final = 1_000


@frozen(kw_only=True)
class SourceLink:
    """Which source project a project's budget comes from, and when it was last taken."""

    project_id: int
    connection_id: int
    connection: str
    source_project: str
    source_number: str
    source_name: str
    linked_at: datetime
    taken_at: datetime | None = None


@frozen(kw_only=True)
class FoundSourceProject:
    """A project of a source: `project` is the number of ours that is linked with it, None while there is none."""

    id: str
    number: str
    name: str
    currency: str
    job: str
    active: bool
    project: str | None = None


@frozen(kw_only=True)
class LineFigures:
    """What a line says beside its key."""

    description: str
    quantity: Decimal | None
    unit: str
    unit_cost: Decimal | None
    amount: Decimal


@frozen(kw_only=True)
class LineDifference:
    """A line that is not the same in both places: as it was last taken, as the source has it, as it stands here.

    `place` is where it is found at the source; `name` is how a choice names it.
    """

    name: str
    key: LineKey
    verdict: Verdict
    base: LineFigures | None
    theirs: LineFigures | None
    ours: LineFigures | None
    place: str = ""


@frozen(kw_only=True)
class ChangeDifference:
    """A budget change that is not the same in both places.

    `number` and `date` are the source's own, `our_number` is ours of it, None of one that is new. `base` (as it was
    last taken), `theirs` and `ours` are the amounts, None where it is not there.
    """

    name: str
    number: str
    date: date | None
    description: str
    verdict: Verdict
    base: Decimal | None
    theirs: Decimal | None
    ours: Decimal | None
    our_number: str | None = None
    progress: ChangeProgress | None = None


@frozen(kw_only=True)
class Look:
    """What taking a project's budget from its source would bring now. Nothing was changed by looking.

    `hash` is over all of it, on both sides: taking it in is refused when any of it changed. `counts` and
    `change_counts` count every line and change by verdict; `lines` and `changes` show those that differ, the first
    thousand lines of each verdict. `original` and `change_total` are what the source holds. `line_reasons` and
    `change_reasons` say why lines, or changes, can't come now. `locked` None: the source knows no lock.
    """

    project: str
    connection: str
    source_project: str
    source_number: str
    source_name: str
    currency: str
    hash: str
    taken_at: datetime | None
    locked: bool | None
    original: Decimal
    change_total: Decimal
    counts: Mapping[Verdict, int]
    change_counts: Mapping[Verdict, int]
    lines: tuple[LineDifference, ...]
    changes: tuple[ChangeDifference, ...]
    sub_jobs: tuple[str, ...] = ()
    warnings: tuple[Finding, ...] = ()
    line_reasons: tuple[Fault, ...] = ()
    change_reasons: tuple[Fault, ...] = ()

    @property
    def comes(self) -> int:
        """How many lines and changes come without a question, now."""
        return self._count(COMES)

    @property
    def asks(self) -> int:
        """How many lines and changes a person has to decide, now."""
        return self._count(ASKS)

    @property
    def held(self) -> int:
        """How many lines and changes would come, or be asked for, if they could now."""
        wanted = COMES | ASKS
        lines = _sum(self.counts, wanted) if self.line_reasons else 0
        return lines + (_sum(self.change_counts, wanted) if self.change_reasons else 0)

    def _count(self, verdicts: Iterable[Verdict]) -> int:
        lines = 0 if self.line_reasons else _sum(self.counts, verdicts)
        return lines + (0 if self.change_reasons else _sum(self.change_counts, verdicts))


@frozen(kw_only=True)
class Choices:
    """Whose is kept of what was edited in both places: names of lines and changes, or a verdict for all of it."""

    theirs: frozenset[str] = frozenset()
    ours: frozenset[str] = frozenset()

    def names(self, name: str) -> bool:
        """Whether one is chosen by its own name."""
        return name in self.theirs or name in self.ours

    def of(self, name: str, verdict: Verdict) -> Choice | None:
        """What was chosen for one; what names it counts before what names its kind."""
        for wanted in (name, verdict.value):
            if wanted in self.theirs:
                return Choice.THEIRS
            if wanted in self.ours:
                return Choice.OURS
        return None


@frozen(kw_only=True)
class Taken:
    """What was taken in: lines written and removed, changes, sub jobs; what could not come now, and why.

    `original` and `changes_total` are what the budget moved by.
    """

    project: str
    lines: int = 0
    removed: int = 0
    changes: tuple[str, ...] = ()
    sub_jobs: tuple[str, ...] = ()
    original: Decimal = Decimal(0)
    change_total: Decimal = Decimal(0)
    held: int = 0
    reasons: tuple[Fault, ...] = Factory(tuple)

    @property
    def moved(self) -> bool:
        """Whether anything of the budget moved."""
        return bool(self.lines or self.removed or self.changes or self.sub_jobs)


def _sum(counts: Mapping[Verdict, int], verdicts: Iterable[Verdict]) -> int:
    return sum(counts.get(each, 0) for each in verdicts)
