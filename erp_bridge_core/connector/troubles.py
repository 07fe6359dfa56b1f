"""Requests with which nothing happens until somebody does something, and those whose source could not be told."""

from datetime import datetime
from typing import Final

from attrs import frozen
from sqlalchemy import Connection, func, or_, select

from erp_bridge_core.connector.outcomes_told import REPORT, ToldState, ToldView, newest_told
from erp_bridge_core.connector.records import find_requests
from erp_bridge_core.connector.values import RequestState, RequestView
from erp_bridge_core.exports.status import ExportState
from erp_bridge_core.exports.telling import REPLACED
from erp_bridge_core.store.tables import exports, outcomes, source_requests

#: How what was said last stands where somebody should know of it; the gravest first.
_TROUBLED: Final = (ExportState.UNKNOWN, ExportState.CONFLICT, ExportState.FAILED)


@frozen(kw_only=True)
class RequestTrouble:
    """What is wrong with a request in a sentence, what to do about it, and since when.

    `outcome` is what could not be told to its source; None where the request itself waits for a person.
    """

    request: RequestView
    what: str
    way_out: str
    since: datetime
    outcome: ToldView | None = None


def find_troubles(connection: Connection, company_id: int) -> tuple[RequestTrouble, ...]:
    """Every one of a company: first what the sources could not be told, the gravest first, then what waits."""
    return (*_untold(connection, company_id), *_waiting(connection, company_id))


def _waiting(connection: Connection, company_id: int) -> list[RequestTrouble]:
    states = (RequestState.RECEIVED, RequestState.CLOSED)
    found = find_requests(connection, company_id, states=states)
    return [_of_request(each) for each in found if each.waits_for_person]


def _of_request(request: RequestView) -> RequestTrouble:
    if request.state is RequestState.CLOSED:
        return RequestTrouble(
            request=request,
            what="It was closed at the source; its item still waits.",
            way_out=f"Accept or reject item {request.item}: `erp-bridge review show {request.item}`.",
            since=request.closed_at or request.seen_at,
        )
    first = request.reasons[0] if request.reasons else None
    return RequestTrouble(
        request=request,
        what=first.message if first else "It waits for somebody.",
        way_out=(first.remedy if first else None) or f"Look at it: `erp-bridge request show {request.number}`.",
        since=request.first_seen_at,
    )


def _untold(connection: Connection, company_id: int) -> list[RequestTrouble]:
    """What was said last of each request, where it did not get there; a closed one is told nothing more in any case."""
    newest = (
        select(func.max(outcomes.c.id)).where(outcomes.c.company_id == company_id, outcomes.c.kind == REPORT)
    ).group_by(outcomes.c.request_id)
    query = (
        select(outcomes.c.request_id)
        .join(exports, exports.c.outcome_id == outcomes.c.id)
        .join(source_requests, source_requests.c.id == outcomes.c.request_id)
        .where(
            outcomes.c.id.in_(newest),
            exports.c.state.in_(_TROUBLED),
            exports.c.held_as.is_distinct_from(REPLACED),
            or_(source_requests.c.open, exports.c.state == ExportState.UNKNOWN),
        )
    )
    numbers = list(connection.execute(query.order_by(outcomes.c.request_id)).scalars())
    requests = {each.number: each for each in find_requests(connection, company_id, numbers=numbers)}
    told = newest_told(connection, numbers)
    found = [_of_outcome(requests[number], told[number]) for number in numbers]
    return sorted(found, key=lambda each: _GRAVEST.index(each.outcome.state) if each.outcome else 0)


_GRAVEST: Final = (ToldState.UNKNOWN, ToldState.CONFLICT, ToldState.FAILED)


def _of_outcome(request: RequestView, outcome: ToldView) -> RequestTrouble:
    problem = outcome.problem or {}
    if outcome.state is ToldState.UNKNOWN:
        what = f"Nobody can tell whether its source was told how it stands ({outcome.stage})."
        way = f"It is looked for; else look at the source and settle it: `erp-bridge request doubts {request.number}`."
    else:
        what = f"Its source was not told how it stands ({outcome.stage}): {problem.get('message', 'it was refused.')}"
        way = problem.get("remedy") or f"Look at it: `erp-bridge request show {request.number}`."
    return RequestTrouble(request=request, what=what, way_out=way, since=outcome.made_at, outcome=outcome)
