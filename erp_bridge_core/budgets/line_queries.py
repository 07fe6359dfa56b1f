"""A budget's keys and sums, asked of the database so that a page costs no more than its rows and one pass for the sums.

A key stands in the budget by its line, by an approved change, or since something of it arrived in the ERP. Nearly all
have a line, which an index gives in order; the others are looked for apart (`_lineless`).
"""

from collections.abc import Iterable, Sequence
from functools import reduce
from heapq import merge
from itertools import islice
from typing import Any, Final

from attrs import define, frozen
from sqlalchemy import Connection, Row, Select, and_, case, exists, func, literal, or_, select, tuple_, union

from erp_bridge_core.budgets.exported import OUR_KEY, items_of, line
from erp_bridge_core.contract.budget import LineKey, Part
from erp_bridge_core.store.tables import budget_changes, budget_lines, change_lines, item_lines
from erp_bridge_core.store.text_search import contains

KEY: Final = ("sub_job", "cost_code", "category")
_own = budget_lines.c
_OWN_KEY: Final = tuple(_own[name] for name in KEY)
_CHANGE_KEY: Final = tuple(change_lines.c[name] for name in KEY)

Key = tuple[str, str, str]
#: Stands in no code and no description, and nobody can type it.
_BETWEEN: Final = "\x1f"


@frozen(kw_only=True)
class LineSearch:
    """Which lines are wanted: those of a sub job (blank: the job itself; None: of any), with a text in a code or in
    the description, or of one key; `limit` of them from `offset` on, by key.
    """

    sub_job: str | None = None
    text: str = ""
    key: LineKey | None = None
    offset: int = 0
    limit: int = 100


@define
class LineQueries:
    """The queries over one project's budget, in a transaction of the caller's."""

    connection: Connection
    project_id: int

    def lineless(self, search: LineSearch) -> list[Key]:
        """The keys that match and have no line, in order: of approved changes, and of changes that arrived.

        Whatever of an original arrived keeps its line for good (B10).
        """
        arrived_change = (line.part == Part.CHANGE.value, line.change_number.is_not(None))
        parts = []
        for key, of, more in ((_CHANGE_KEY, self._approved, ()), (OUR_KEY, self._arrived, arrived_change)):
            named = select(*(column.label(name) for name, column in zip(KEY, key, strict=True)))
            text = [_has_text(search, key)] if search.text else []
            parts.append(of(named).where(*_of_parts(search, key), *text, *more, ~self._has_line(key)))
        return sorted(map(_key, self.connection.execute(union(*parts))))

    def keys(self, search: LineSearch, lineless: Sequence[Key], after: Key | None = None) -> list[Key]:
        """A page of the keys that match, in order; `after` is the key that a former page ended with.

        No more of those with a line are read than may stand on the page, whatever of the others stands before it.
        """
        first = max(0, search.offset - len(lineless))
        query = select(*_OWN_KEY).where(_own.project_id == self.project_id, *self._of_line(search)).order_by(*_OWN_KEY)
        others: Iterable[Key] = lineless
        if after is not None:
            query = query.where(tuple_(*_OWN_KEY) > tuple_(*after))
            others = (key for key in lineless if key > after)
        found = self.connection.execute(query.limit(search.offset + search.limit - first).offset(first))
        page = islice(merge(map(_key, found), others), search.offset - first, search.offset - first + search.limit)
        return list(page)

    def sums(self, search: LineSearch) -> dict[str, int]:
        """The sums of all that match, and how many of them have a line."""
        own = select(func.count().label("lines"), _sum(_own.amount).label("original"))
        own = own.where(_own.project_id == self.project_id, *self._of_line(search))
        changed = select(_sum(change_lines.c.amount).label("changes")).where(*self._of_key(search, _CHANGE_KEY))
        arrived = select(*_arrived_sums()).where(*self._of_key(search, OUR_KEY))
        lines = self.connection.execute(own).one()
        exported = self.connection.execute(self._arrived(arrived)).one()
        return {
            "lines": int(lines.lines),
            "original": int(lines.original),
            "changes": int(self.connection.execute(self._approved(changed)).scalar_one()),
            "exported_original": int(exported.exported_original),
            "exported_changes": int(exported.exported_changes),
        }

    def lines(self, keys: Sequence[Key]) -> dict[Key, Row[Any]]:
        """The lines of these keys."""
        query = select(budget_lines).where(_own.project_id == self.project_id, *_among(_OWN_KEY, keys))
        return {(row.sub_job, row.cost_code, row.category): row for row in self.connection.execute(query)}

    def changes(self, keys: Sequence[Key]) -> dict[Key, int]:
        """The approved changes of these keys."""
        query = self._approved(select(*_CHANGE_KEY, func.sum(change_lines.c.amount)))
        query = query.where(*_among(_CHANGE_KEY, keys)).group_by(*_CHANGE_KEY)
        return {(row[0], row[1], row[2]): int(row[3]) for row in self.connection.execute(query)}

    def arrived(self, keys: Sequence[Key]) -> dict[Key, Row[Any]]:
        """What arrived in the ERP of these keys: originals and changes."""
        query = self._arrived(select(*OUR_KEY, *_arrived_sums())).where(*_among(OUR_KEY, keys)).group_by(*OUR_KEY)
        return {(row[0], row[1], row[2]): row for row in self.connection.execute(query)}

    def _of_line(self, search: LineSearch) -> list[Any]:
        """Which lines match, by their keys and descriptions."""
        text = [_has_text(search, (*_OWN_KEY, _own.description))] if search.text else []
        return [*_of_parts(search, _OWN_KEY), *text]

    def _of_key(self, search: LineSearch, key: Sequence[Any]) -> list[Any]:
        """Which keys match, by themselves or by their line."""
        if not search.text:
            return _of_parts(search, key)
        matching = select(*_OWN_KEY).where(_own.project_id == self.project_id, *self._of_line(search))
        return [*_of_parts(search, key), or_(_has_text(search, key), tuple_(*key).in_(matching))]

    def _has_line(self, key: Sequence[Any]) -> Any:
        same = (own == column for own, column in zip(_OWN_KEY, key, strict=True))
        return exists().where(_own.project_id == self.project_id, *same)

    def _approved(self, query: Select[Any]) -> Select[Any]:
        of_project = and_(budget_changes.c.project_id == self.project_id, budget_changes.c.status == "approved")
        joined = change_lines.join(budget_changes, budget_changes.c.id == change_lines.c.change_id)
        return query.select_from(joined).where(of_project)

    def _arrived(self, query: Select[Any]) -> Select[Any]:
        return query.select_from(item_lines).where(line.item_id.in_(items_of(self.project_id)), line.state == "arrived")


def _of_parts(search: LineSearch, key: Sequence[Any]) -> list[Any]:
    conditions = [] if search.sub_job is None else [key[0] == search.sub_job]
    if search.key is not None:
        wanted = (search.key.sub_job, search.key.cost_code, search.key.category)
        conditions += [column == value for column, value in zip(key, wanted, strict=True)]
    return conditions


def _has_text(search: LineSearch, columns: Sequence[Any]) -> Any:
    """Whether one of the columns has the text: it is looked for once, in all of them with `_BETWEEN` between."""
    return contains(reduce(lambda one, other: one + literal(_BETWEEN) + other, columns), search.text)


def _among(key: Sequence[Any], keys: Sequence[Key]) -> list[Any]:
    """Rows of these keys, and of some beside: every part is one of theirs, which an index finds; callers pick."""
    return [column.in_(sorted(set(values))) for column, values in zip(key, zip(*keys, strict=True), strict=False)]


def _key(row: Any) -> Key:
    return row[0], row[1], row[2]


def _sum(column: Any) -> Any:
    return func.coalesce(func.sum(column), 0)


def _arrived_sums() -> tuple[Any, Any]:
    return (
        _sum(case((line.part == Part.ORIGINAL.value, line.amount), else_=0)).label("exported_original"),
        _sum(case((line.part == Part.CHANGE.value, line.amount), else_=0)).label("exported_changes"),
    )
