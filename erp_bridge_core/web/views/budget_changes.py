"""The form of a budget change: its head, and a table of lines that grows where more room is asked for (B2)."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from attrs import evolve, frozen

from erp_bridge_core.budgets.change_views import ChangeStatus, ChangeView
from erp_bridge_core.budgets.entries import LineEntry
from erp_bridge_core.budgets.rules import (
    reasons_not_to_alter_change,
    reasons_not_to_move_change,
    reasons_not_to_reverse_change,
)
from erp_bridge_core.contract.errors import ErpBridgeError, Fault
from erp_bridge_core.web.forms import Field, Filled, Form
from erp_bridge_core.web.views.budget import Ways, renamed
from erp_bridge_core.web.views.budget_lines import FIELDS, typed_line
from erp_bridge_core.web.views.numbers import Numbers

#: Lines of a new form, by how many it grows, and how many a page can hold.
ROWS: Final = 5
MOST_ROWS: Final = 400

STATUSES: Final = {
    ChangeStatus.DRAFT: "Back to draft",
    ChangeStatus.UNDER_REVIEW: "Submit for review",
    ChangeStatus.APPROVED: "Approve",
    ChangeStatus.VOID: "Void",
}


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError("is no date, such as 2026-03-31") from error


_HEAD: Final = (
    Field(name="number", label="Number", longest=32),
    Field(name="date", label="Date", kind="date", read=_day),
    Field(name="description", label="Description", required=False, longest=500),
)


@frozen(kw_only=True)
class ChangeWays:
    """What may become of a change: for each act every reason why it may not."""

    edit: Sequence[Fault]
    reverse: Sequence[Fault]
    moves: Sequence[tuple[str, str, Sequence[Fault]]]


def ways_of(change: ChangeView, ways: Ways) -> ChangeWays:
    """What may become of a change; each move is its status, what its button says, and why it can't be."""
    number, status, progress = change.number, change.status, change.progress
    moves = [
        (
            each.value,
            label,
            (*ways.may_edit, *reasons_not_to_move_change(number, status=status, progress=progress, wanted=each)),
        )
        for each, label in STATUSES.items()
    ]
    undone = reasons_not_to_reverse_change(number, progress=progress, reversed_by=change.reversed_by)
    return ChangeWays(
        edit=(*ways.change, *reasons_not_to_alter_change(number, status=status, progress=progress)),
        reverse=(*ways.change, *undone),
        moves=moves,
    )


@frozen(kw_only=True)
class ChangeForm:
    """The head and the table of lines; `head` is blank of the number where that is fixed."""

    head: Form
    line: Form

    @classmethod
    def of(cls, line: Form, *, with_number: bool) -> "ChangeForm":
        """The form over the fields of one line."""
        free = tuple(evolve(each, required=False, hint="") for each in line.fields)
        return cls(head=Form(_HEAD if with_number else _HEAD[1:]), line=Form(free))

    def empty(self, today: date, *, kept: Mapping[str, Any]) -> "FilledChange":
        """A new change of today, with room for what was kept of one."""
        head = self.head.empty(date=today.isoformat())
        return FilledChange(head=head, rows=tuple(self._row(place) for place in range(max(ROWS, _room(kept)))))

    def of_change(self, change: ChangeView, numbers: Numbers, *, kept: Mapping[str, Any]) -> "FilledChange":
        """A change that is there, with room for what was kept of it."""
        head = self.head.empty(date=change.date.isoformat(), description=change.description)
        typed = [typed_line(line, numbers) for line in change.lines]
        typed += [{}] * max(1, _room(kept) - len(typed))
        rows = [self._row(place, known) for place, known in enumerate(typed)]
        return FilledChange(head=head, rows=tuple(rows))

    def read(self, posted: Mapping[str, Any]) -> "FilledChange":
        """What was typed; rows without anything in them are left out of its lines."""
        room = _room(posted)
        rows = [self._fields(place).read(posted) for place in range(room)]
        if posted.get("then") == "more":
            rows += [self._row(place) for place in range(room, min(room + ROWS, MOST_ROWS))]
        return FilledChange(head=self.head.read(posted), rows=tuple(rows))

    def _row(self, place: int, known: Mapping[str, str] | None = None) -> Filled:
        typed = {_name(name, place): text for name, text in (known or {}).items()}
        return self._fields(place).empty(**typed)

    def _fields(self, place: int) -> Form:
        return Form(tuple(evolve(each, name=_name(each.name, place)) for each in self.line.fields))


@frozen(kw_only=True)
class FilledChange:
    """A change's form as it was filled in."""

    head: Filled
    rows: tuple[Filled, ...]

    @property
    def is_good(self) -> bool:
        """Whether nothing is wrong with what can be told before a service is asked."""
        return self.head.is_good and all(row.is_good for row in self.rows)

    @property
    def lines(self) -> list[LineEntry]:
        """The lines of the rows that hold something."""
        return [LineEntry(**_values(self.rows[place], place)) for place in self._used]

    def refused(self, error: ErpBridgeError) -> "FilledChange":
        """The form with what a service said, each fault beside the cell that it names."""
        names = {f"change {name}": name for name in ("number", "description")}
        for number, place in enumerate(self._used, 1):
            names[f"line {number}"] = _name("cost_code", place)
            names |= {f"line {number}, {field}": _name(field, place) for field in FIELDS}
        renamed(error, names)
        cells = {each.name for row in self.rows for each in row.fields}
        rows = tuple(self._beside(row, error) for row in self.rows)
        head = self.head.refused(error)
        return FilledChange(head=evolve(head, above=tuple(f for f in head.above if f.where not in cells)), rows=rows)

    @staticmethod
    def _beside(row: Filled, error: ErpBridgeError) -> Filled:
        names = {each.name for each in row.fields}
        found = {name: tuple(fault for fault in error.faults if fault.where == name) for name in names}
        return evolve(row, faults={name: faults for name, faults in found.items() if faults})

    @property
    def _used(self) -> Sequence[int]:
        return [place for place, row in enumerate(self.rows) if any(text.strip() for text in row.typed.values())]


def _name(field: str, place: int) -> str:
    return f"{field}_{place}"


def _values(row: Filled, place: int) -> dict[str, Any]:
    return {name: row.values[_name(name, place)] for name in FIELDS}


def _room(posted: Mapping[str, Any]) -> int:
    """How many rows were sent, as many as a page can hold: places count without a gap."""
    count = 0
    while _name("cost_code", count) in posted:
        count += 1
    return min(count, MOST_ROWS)
