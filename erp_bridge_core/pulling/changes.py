"""A source's approved budget changes beside ours: those never taken, and those that were altered or voided since."""

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Any, Final

from attrs import define, field, frozen
from sqlalchemy import Connection, select

from erp_bridge_core.budgets.change_views import ChangeProgress, ChangeStatus, ChangeView, load_changes
from erp_bridge_core.budgets.records import ProjectView
from erp_bridge_core.contract.money import from_units, to_units
from erp_bridge_core.pulling.rules import (
    ChangeOfOurs,
    Choice,
    Verdict,
    judge_gone_change,
    judge_known_change,
    judge_new_change,
)
from erp_bridge_core.pulling.spool import SpooledBudget, TakenChange
from erp_bridge_core.pulling.views import ChangeDifference, Choices
from erp_bridge_core.store.paging import batched
from erp_bridge_core.store.tables import budget_changes, source_changes

_PAGE: Final = 500

_Amounts = dict[tuple[str, str, str], int]


@frozen(kw_only=True)
class ChangeMet:
    """One change: as the source has it, the row of what was last taken of it, and ours, with the id of its row."""

    name: str
    theirs: TakenChange | None
    known: Any
    ours: ChangeView | None
    ours_id: int | None
    verdict: Verdict

    @property
    def may_alter(self) -> bool:
        """Whether ours may be altered: it is there, not void, and neither staged nor exported."""
        ours = self.ours
        return ours is not None and ours.status is not ChangeStatus.VOID and ours.progress is ChangeProgress.NOT_SENT


@define(kw_only=True)
class ChangeTally:
    """What was seen of the changes: counted and hashed, all that differ kept."""

    digits: int
    choices: Choices = field(factory=Choices)
    counts: dict[Verdict, int] = field(factory=dict)
    shown: list[ChangeDifference] = field(factory=list)
    undecided: list[ChangeDifference] = field(factory=list)
    total: int = 0
    hash: Any = field(factory=sha256)
    used: set[str] = field(factory=set)
    decided: int = 0

    def see(self, met: ChangeMet) -> Choice | None:
        """Count one, and tell what was chosen for it."""
        verdict, theirs, ours = met.verdict, met.theirs, met.ours
        sides = (
            theirs and (theirs.id, theirs.content),
            met.known and met.known.content,
            ours and (ours.number, ours.status.value, ours.progress.value, str(ours.amount)),
        )
        self.hash.update(repr((met.name, verdict.value, sides)).encode())
        self.counts[verdict] = self.counts.get(verdict, 0) + 1
        self.total += theirs.amount if theirs else 0
        if verdict.is_quiet:
            return None
        shown = _difference(met, self.digits)
        self.shown.append(shown)
        choice = self.choices.of(met.name, verdict)
        if choice is not None:
            self.used |= {met.name, verdict.value}
            self.decided += verdict.asks
        elif verdict.asks:
            self.undecided.append(shown)
        return choice


def changes_met(connection: Connection, project: ProjectView, spooled: SpooledBudget) -> Iterator[ChangeMet]:
    """Every change that the source has or had, in the source's order; those that are gone there last."""
    known = {row.source_id: row for row in _known(connection, project)}
    gone = dict(known)
    names: set[str] = set()
    free = _unlinked(connection, project, known.values())
    for page in batched(spooled.changes(), _PAGE):
        ours_of = {}
        for change in page:
            row = gone.pop(change.id, None)
            ours_of[change.id] = free.pop(change.number, None) if row is None else row.change_id
        views = _views(connection, project, [each for each in ours_of.values() if each is not None])
        for change in page:
            ours_id = ours_of[change.id]
            name = _name(change.number, change.id, names)
            ours = None if ours_id is None else views[ours_id]
            yield _met((name, change, known.get(change.id)), ours, ours_id, project.digits)
    for rows in batched(gone.values(), _PAGE):
        views = _views(connection, project, [row.change_id for row in rows])
        for row in rows:
            name = _name(row.number, row.source_id, names)
            yield _met((name, None, row), views[row.change_id], row.change_id, project.digits)


def _met(
    there: tuple[str, TakenChange | None, Any], ours: ChangeView | None, ours_id: int | None, digits: int
) -> ChangeMet:
    name, theirs, known = there
    verdict = _verdict(theirs, known, ours, digits)
    return ChangeMet(name=name, theirs=theirs, known=known, ours=ours, ours_id=ours_id, verdict=verdict)


def _verdict(theirs: TakenChange | None, known: Any, ours: ChangeView | None, digits: int) -> Verdict:
    stands = None
    if ours is not None:
        stands = ChangeOfOurs(
            agrees=theirs is not None
            and ours.status is ChangeStatus.APPROVED
            and _ours(ours, digits) == _theirs(theirs),
            void=ours.status is ChangeStatus.VOID,
            on_its_way=ours.progress is not ChangeProgress.NOT_SENT,
        )
    if known is None:
        return judge_new_change(stands)
    assert stands is not None  # what was taken has a change of ours, by a foreign key
    if theirs is None:
        return judge_gone_change(known.content, stands)
    return judge_known_change(known.content, theirs.content, stands)


def _ours(ours: ChangeView, digits: int) -> _Amounts:
    return {
        (line.sub_job, line.cost_code, line.category): to_units(line.amount, digits)
        for line in ours.lines
        if line.amount is not None
    }


def _theirs(change: TakenChange) -> _Amounts:
    return {(row["sub_job"], row["cost_code"], row["category"]): row["amount"] for row in change.rows}


def _difference(met: ChangeMet, digits: int) -> ChangeDifference:
    theirs, ours, known = met.theirs, met.ours, met.known
    return ChangeDifference(
        name=met.name,
        number=theirs.number if theirs else known.number,
        date=theirs.day if theirs else known.date,
        description=theirs.description if theirs else "",
        verdict=met.verdict,
        base=None if known is None else from_units(known.amount, digits),
        theirs=from_units(theirs.amount, digits) if theirs else None,
        ours=ours.amount if ours else None,
        our_number=ours.number if ours else None,
        progress=ours.progress if ours else None,
    )


def _name(number: str, source_id: str, names: set[str]) -> str:
    """How a choice names it: by its number, and the source's own id where two have the same."""
    name = f"change {number}"
    if name in names:
        name = f"{name} ({source_id})"
    names.add(name)
    return name


def _known(connection: Connection, project: ProjectView) -> Sequence[Any]:
    query = select(source_changes).where(source_changes.c.project_id == project.id)
    return connection.execute(query.order_by(source_changes.c.source_id)).all()


def _unlinked(connection: Connection, project: ProjectView, known: Iterable[Any]) -> dict[str, int]:
    """Our changes that never came from the source, by number."""
    linked = {row.change_id for row in known}
    query = select(budget_changes.c.id, budget_changes.c.number).where(budget_changes.c.project_id == project.id)
    return {row.number: row.id for row in connection.execute(query) if row.id not in linked}


def _views(connection: Connection, project: ProjectView, ids: Sequence[int]) -> dict[int, ChangeView]:
    if not ids:
        return {}
    rows = connection.execute(select(budget_changes).where(budget_changes.c.id.in_(ids))).all()
    return dict(zip((row.id for row in rows), load_changes(connection, project, rows), strict=True))
