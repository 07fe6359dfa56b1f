"""The review list (A1): found by filter and text, in an order, a page of it at a time, by the database."""

from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from typing import Any, Final

from attrs import frozen
from sqlalchemy import ColumnElement, Connection, String, asc, case, cast, desc, func, literal, select

from erp_bridge_core.approvals.items import ItemView, item_from_row, of_actor, select_items
from erp_bridge_core.approvals.rules import FILTERS
from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.store.tables import items, people, projects
from erp_bridge_core.store.text_search import contains

_label = case({state.value: label for state, label in FILTERS.items()}, value=items.c.state, else_="")
#: The orders of the list by their names; a minus before a name turns it round.
SORTS: Final[dict[str, tuple[ColumnElement[Any], ...]]] = {
    "waits": (items.c.sent_at,),
    "item": (items.c.id,),
    "project": (projects.c.number,),
    "job": (items.c.job,),
    "state": (_label, items.c.sent_at),
    "amount": (items.c.currency, items.c.original + items.c.changes),
    "lines": (items.c.line_count,),
    "sender": (func.lower(people.c.name), items.c.sent_at),
}
_JOINED: Final = frozenset({"project", "sender"})
#: What a search looks in, as one text.
_SEARCHED: Final = (
    cast(items.c.id, String),
    projects.c.number,
    projects.c.name,
    items.c.job,
    people.c.name,
    _label,
)


@frozen(kw_only=True)
class ItemSearch:
    """Which items are wanted: of these states, of one project, with every word of a text somewhere in their row.

    `sort` is a name of `SORTS`. At most `limit` from `offset` on; without a limit all of them.
    """

    states: Sequence[ItemState] = tuple(FILTERS)
    project_id: int | None = None
    text: str = ""
    sort: str = "waits"
    offset: int = 0
    limit: int | None = None


def find_items(connection: Connection, actor: Actor, search: ItemSearch) -> tuple[ItemView, ...]:
    """The items that the actor may be told of and that are wanted, in order."""
    numbers = _matching(actor, search).with_only_columns(items.c.id)
    turn: Callable[[Any], Any] = desc if search.sort.startswith("-") else asc
    order = (*SORTS[search.sort.removeprefix("-")], items.c.id)
    wanted = numbers.order_by(*map(turn, order)).limit(search.limit).offset(search.offset)
    # The page's numbers first, so that no more than a page is joined and read.
    found = connection.execute(wanted).scalars().all()
    by_number = {item.id: item for page in _pages(found) for item in _loaded(connection, actor, page)}
    return tuple(by_number[number] for number in found)


def count_items(connection: Connection, actor: Actor, search: ItemSearch) -> int:
    """How many items match, on all pages."""
    query = _matching(actor, search).with_only_columns(func.count())
    return int(connection.execute(query).scalar_one())


def _matching(actor: Actor, search: ItemSearch) -> Any:
    states = [state.value for state in search.states]
    # Version 0 is no send, as in `select_items`.
    query = select(items.c.id).where(*of_actor(actor), items.c.state.in_(states), items.c.version > 0)
    if search.project_id is not None:
        query = query.where(items.c.project_id == search.project_id)
    if search.text or search.sort.removeprefix("-") in _JOINED:
        query = query.join(projects, projects.c.id == items.c.project_id).join(people, people.c.id == items.c.sent_by)
    text = reduce(lambda one, other: one + literal(" ") + other, _SEARCHED)
    return query.where(*(contains(text, word) for word in search.text.split()))


def _loaded(connection: Connection, actor: Actor, numbers: Sequence[int]) -> Iterator[ItemView]:
    query = select_items(actor.company_id).where(items.c.id.in_(numbers))
    return (item_from_row(row) for row in connection.execute(query))


def _pages(numbers: Sequence[int], size: int = 500) -> Iterator[Sequence[int]]:
    return (numbers[start : start + size] for start in range(0, len(numbers), size))
