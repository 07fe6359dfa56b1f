"""A budget's lines, as last taken, at the source and here, side by side by key; a page of each in memory."""

from collections.abc import Iterator
from hashlib import sha256
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from attrs import define, field, frozen
from sqlalchemy import Connection, Table, select, tuple_

from erp_bridge_core.contract.budget import LineKey
from erp_bridge_core.contract.money import QUANTITY_DIGITS, from_units
from erp_bridge_core.pulling.rules import Choice, LineValue, Verdict, judge_line, line_after
from erp_bridge_core.pulling.spool import Key, SpooledBudget
from erp_bridge_core.pulling.views import MOST_LINES, Choices, LineDifference, LineFigures
from erp_bridge_core.store.tables import budget_lines, source_lines

PAGE: Final = 5_000
_KEY: Final = ("sub_job", "cost_code", "category")
_BASE, _THEIRS, _OURS = 0, 1, 2

#: A key, which of the three it is told of, what it says, and where it is found at the source.
_Told = tuple[Key, int, LineValue, str]


@frozen
class Met:
    """One key of the three."""

    key: Key
    base: LineValue | None
    theirs: LineValue | None
    ours: LineValue | None
    place: str
    verdict: Verdict

    @property
    def name(self) -> str:
        """How a choice names it."""
        return str(LineKey(*self.key))


def three_sides(connection: Connection, project_id: int, spooled: SpooledBudget) -> Iterator[Met]:
    """Every key that one of the three has, in order."""
    theirs = ((line.key, _THEIRS, line.value, line.place) for line in spooled.lines())
    # No two of one stream have the same key, so that values are never compared.
    told = merge(_kept(connection, source_lines, project_id, _BASE), theirs, _ours(connection, project_id))
    for key, group in groupby(told, key=itemgetter(0)):
        sides: list[LineValue | None] = [None, None, None]
        place = ""
        for _, side, value, found in group:
            sides[side] = value
            place = place or found
        base, their, our = sides
        yield Met(key, base, their, our, place, judge_line(base, their, our))


@define(kw_only=True)
class LineTally:
    """What was seen of a budget's lines on the way through them: counted, hashed, the first of each verdict kept."""

    digits: int
    choices: Choices = field(factory=Choices)
    counts: dict[Verdict, int] = field(factory=dict)
    shown: list[LineDifference] = field(factory=list)
    undecided: list[LineDifference] = field(factory=list)
    original: int = 0
    moved: int = 0
    hash: Any = field(factory=sha256)
    used: set[str] = field(factory=set)
    named: set[str] = field(factory=set)
    ambiguous: set[str] = field(factory=set)
    base_moved: bool = False
    decided: int = 0
    empty: int = 0

    def see(self, met: Met) -> Choice | None:
        """Count one, and tell what was chosen for it."""
        verdict = met.verdict
        # Plain tuples of texts and numbers: each has one way to be written.
        self.hash.update(repr((met.key, met.base, met.theirs, met.ours)).encode())
        count = self.counts[verdict] = self.counts.get(verdict, 0) + 1
        if met.theirs is not None:
            self.original += met.theirs.amount
            self.empty += verdict is Verdict.NEW and not met.theirs.amount
        if met.theirs != met.base:
            self.base_moved = True
        if verdict.is_quiet:
            return None
        if count <= MOST_LINES:
            self.shown.append(difference(met, self.digits))
        choice = self.choices.of(met.name, verdict)
        if choice is not None:
            self._note_use(met.name, verdict)
            self.decided += verdict.asks
        elif verdict.asks and len(self.undecided) < MOST_LINES:
            self.undecided.append(difference(met, self.digits))
        return choice

    @property
    def moving(self) -> int:
        """How many lines would come or be asked for, but for new ones of nothing, which a budget may do without.

        A source shows such a line where a change moved a key that had none.
        """
        wanted = sum(count for verdict, count in self.counts.items() if verdict.comes or verdict.asks)
        return wanted - self.empty

    def _note_use(self, name: str, verdict: Verdict) -> None:
        """What named something is no mistake; a name that two keys share, such as `A / L`, chooses neither."""
        self.used |= {name, verdict.value}
        if name in self.named:
            self.ambiguous.add(name)
        if self.choices.names(name):
            self.named.add(name)

    def after(self, met: Met, choice: Choice | None) -> LineValue | None:
        """What stands here once it is taken; what the budget moves by is summed."""
        wanted = line_after(met.verdict, met.theirs, met.ours, choice)
        self.moved += (wanted.amount if wanted else 0) - (met.ours.amount if met.ours else 0)
        return wanted


def difference(met: Met, digits: int) -> LineDifference:
    """One of the three as people see it."""
    return LineDifference(
        name=met.name,
        key=LineKey(*met.key),
        verdict=met.verdict,
        base=_figures(met.base, digits),
        theirs=_figures(met.theirs, digits),
        ours=_figures(met.ours, digits),
        place=met.place,
    )


def _figures(value: LineValue | None, digits: int) -> LineFigures | None:
    if value is None:
        return None
    quantity, unit_cost = (
        None if units is None else from_units(units, QUANTITY_DIGITS) for units in (value.quantity, value.unit_cost)
    )
    return LineFigures(
        description=value.description,
        quantity=quantity,
        unit=value.unit,
        unit_cost=unit_cost,
        amount=from_units(value.amount, digits),
    )


def _ours(connection: Connection, project_id: int) -> Iterator[_Told]:
    """Our lines; one that was removed, and stays at zero since it was exported, is not there."""
    return _kept(connection, budget_lines, project_id, _OURS, budget_lines.c.removed.is_(False))


def _kept(connection: Connection, table: Table, project_id: int, side: int, *where: Any) -> Iterator[_Told]:
    key = [table.c[name] for name in _KEY]
    columns = [*key, *(table.c[name] for name in LineValue._fields)]
    query = select(*columns).where(table.c.project_id == project_id, *where).order_by(*key).limit(PAGE)
    page = connection.execute(query).all()
    while page:
        for row in page:
            yield (row[0], row[1], row[2]), side, LineValue._make(row[3:]), ""
        if len(page) < PAGE:
            return
        page = connection.execute(query.where(tuple_(*key) > tuple_(*page[-1][:3]))).all()
