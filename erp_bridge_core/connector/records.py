"""Requests' rows: how one stands follows from its item and from the source, and is never kept beside them."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, func, literal, select

from erp_bridge_core.approvals.states import OPEN, ItemState
from erp_bridge_core.connector.reasons import faults_of
from erp_bridge_core.connector.values import FoundBy, RequestState, RequestView, SourcePoll
from erp_bridge_core.contract.errors import NotFound
from erp_bridge_core.store.numbers import row_number
from erp_bridge_core.store.tables import connections, items, projects, source_polls, source_requests

_ask = source_requests.c
#: Its item arrived or was given back, so that whoever wants more asks anew.
_AT_END: Final = (ItemState.SYNCED, ItemState.REJECTED, ItemState.RETRIEVED)


def state_of() -> ColumnElement[str]:
    """The state of a request, of a query that has joined its item."""
    states = (
        (and_(_ask.item_id.is_(None), _ask.done_at.is_not(None)), RequestState.ANSWERED),
        (and_(_ask.item_id.is_(None), _ask.open), RequestState.RECEIVED),
        (_ask.item_id.is_(None), RequestState.CLOSED),
        (items.c.state.in_([each.value for each in _AT_END]), RequestState.ANSWERED),
        (and_(~_ask.open, items.c.state.in_(sorted(OPEN))), RequestState.CLOSED),
    )
    return case(*((when, literal(state.value)) for when, state in states), else_=literal(RequestState.ITEM.value))


def select_requests(company_id: int) -> Select[Any]:
    """The query that `request_from_row` reads, of one company."""
    return (
        select(
            source_requests,
            state_of().label("state"),
            connections.c.name.label("connection"),
            projects.c.number.label("project"),
            items.c.state.label("item_state"),
        )
        .join(connections, connections.c.id == _ask.connection_id)
        .outerjoin(projects, projects.c.id == _ask.project_id)
        .outerjoin(items, items.c.id == _ask.item_id)
        .where(_ask.company_id == company_id)
    )


def request_from_row(row: Row[Any]) -> RequestView:
    """The value of one row of `select_requests`."""
    values = dict(row._mapping)  # noqa: SLF001 - public in SQLAlchemy, in spite of its name
    for name in ("cause", "content_hash"):
        del values[name]
    values["number"] = values.pop("id")
    values["item"] = values.pop("item_id")
    values["item_state"] = ItemState(values["item_state"]) if values["item_state"] else None
    values["state"] = RequestState(values["state"])
    values["found_by"] = FoundBy(values["found_by"])
    values["reasons"] = faults_of(values["reasons"])
    return RequestView(**values)


def find_requests(
    connection: Connection,
    company_id: int,
    *,
    states: Collection[RequestState] = (),
    numbers: Collection[int] | None = None,
    offset: int = 0,
    limit: int | None = None,
) -> tuple[RequestView, ...]:
    """Requests of a company, the newest first; of some states, or of some numbers, alone."""
    query = select_requests(company_id).order_by(_ask.id.desc()).offset(offset)
    if states:
        query = query.where(state_of().in_([each.value for each in states]))
    if numbers is not None:
        query = query.where(_ask.id.in_(numbers))
    if limit is not None:
        query = query.limit(limit)
    return tuple(request_from_row(row) for row in connection.execute(query))


def count_requests(connection: Connection, company_id: int) -> Mapping[str, int]:
    """How many requests of a company there are of each state."""
    own = select_requests(company_id).subquery()
    found = connection.execute(select(own.c.state, func.count()).group_by(own.c.state))
    return {each.value: 0 for each in RequestState} | {state: int(count) for state, count in found}


def load_request(connection: Connection, company_id: int, number: int) -> RequestView:
    """The request of that number; raises NotFound when the company has none."""
    row = connection.execute(select_requests(company_id).where(_ask.id == row_number(number))).one_or_none()
    if row is None:
        raise NotFound(f"No request {number}.", remedy="List them: `erp-bridge request list`.")
    return request_from_row(row)


def request_of_item(connection: Connection, company_id: int, item_id: int) -> RequestView | None:
    """The request that an item was made of; None for one that a person sent."""
    query = select_requests(company_id).where(_ask.item_id == item_id).order_by(_ask.id).limit(1)
    row = connection.execute(query).one_or_none()
    return None if row is None else request_from_row(row)


def requests_of(connection: Connection, company_id: int, connection_id: int) -> dict[str, RequestView]:
    """All requests of one source that are known, by the source's ids."""
    query = select_requests(company_id).where(_ask.connection_id == connection_id)
    found = (request_from_row(row) for row in connection.execute(query))
    return {each.request: each for each in found}


def load_polls(connection: Connection, company_id: int) -> dict[int, Row[Any]]:
    """How each source of a company was last read, by its connection's id."""
    query = select(source_polls).where(source_polls.c.company_id == company_id)
    return {row.connection_id: row for row in connection.execute(query)}


def poll_view(name: str, row: Row[Any] | None) -> SourcePoll:
    """The last look at the source of that name; one that was never read has none."""
    if row is None:
        return SourcePoll(connection=name)
    return SourcePoll(
        connection=name, begun_at=row.begun_at, ended_at=row.ended_at, due_at=row.due_at, problem=row.problem
    )
