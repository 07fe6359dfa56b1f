"""`/requests`: what the users of a source ask to be exported, whether each is an item, and what became of it."""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Final, Literal

import msgspec
from attrs import frozen
from litestar import Response
from litestar.params import FromPath, JSONBody, PathParameter, QueryParameter

from erp_bridge_core.connector.values import Polled, RequestState
from erp_bridge_core.exports.settling import Settlement
from erp_bridge_core.web.actors import WebRequest
from erp_bridge_core.web.api.doubts import DoubtModel
from erp_bridge_core.web.api.models import Body, Key, Limit, Offset, Reason, listed, made, made_all
from erp_bridge_core.web.api.operations import ERP, Operations
from erp_bridge_core.web.api.problems import ProblemFault
from erp_bridge_core.web.given import GivenActor, GivenApplication
from erp_bridge_core.web.paging import PAGE_ROWS, Slice

_on = Operations("requests")
_Number = Annotated[int, PathParameter(ge=1, le=2**63 - 1, description="The request's number here.")]
_State = Annotated[RequestState | None, QueryParameter(name="state", description="Requests in this state alone.")]


@frozen(kw_only=True)
class RequestModel:
    """A request. `request` is the source's own id; `reasons` say why it is no item yet, or waits for a person."""

    number: int
    connection: str
    request: str
    kind: str
    state: RequestState
    open: bool
    source_project: str
    project: str | None
    job: str
    asked_by: str
    asked_at: datetime | None
    found_by: str
    first_seen_at: datetime
    closed_at: datetime | None
    custom_fields: Mapping[str, str]
    item: int | None
    item_state: str | None
    transactions: int
    waits_for_person: bool
    reasons: list[ProblemFault]


@frozen(kw_only=True)
class SourcePollModel:
    """How one source was last looked at; `problem` is what kept it from being read."""

    connection: str
    begun_at: datetime | None
    ended_at: datetime | None
    due_at: datetime | None
    problem: Mapping[str, Any] | None


@frozen(kw_only=True)
class RequestPage:
    """Some requests of all, the newest first; `counts` is by state."""

    items: list[RequestModel]
    counts: Mapping[str, int]
    sources: list[SourcePollModel]
    total: int
    next_offset: int | None


@frozen(kw_only=True)
class AskedModel:
    """One thing that a request asks for. `arrived` is null while it is on its way, or nobody can tell."""

    id: str
    key: Key
    part: str
    amount: str
    change: str
    change_number: str
    item: int
    arrived: bool | None


@frozen(kw_only=True)
class PolledModel:
    """What one look at a source did; with `error` it could not be read, and nothing was concluded."""

    connection: str
    seen: int
    new: int
    closed: int
    items: list[int]
    error: Mapping[str, Any] | None


@frozen(kw_only=True)
class OutcomeModel:
    """What the source was told of a request, or is to be; `problem` is what keeps it from being told."""

    number: int
    stage: str
    state: str
    messages: list[str]
    made_at: datetime
    told_at: datetime | None
    problem: Mapping[str, Any] | None


class TakeOrder(Body):
    """The warnings that are acknowledged: by `rule`, by `rule:line`, or all by `*`."""

    acknowledge: Annotated[tuple[Annotated[str, msgspec.Meta(max_length=100)], ...], msgspec.Meta(max_length=1000)] = ()


class TellingSettlementOrder(Body):
    """What became of a write to a source, and what was seen there."""

    how: Literal["arrived", "not_arrived"]
    reason: Reason


@_on.read("/requests", "Requests of sources")
def list_requests(
    *,
    request: WebRequest,
    application: GivenApplication,
    actor: GivenActor,
    wanted: _State = None,
    offset: Offset = 0,
    limit: Limit = PAGE_ROWS,
) -> Response[RequestPage]:
    """List the company's requests, the newest first, and how each source was last looked at."""
    found = application.requests.list(actor, states=[wanted] if wanted else (), offset=offset, limit=limit)
    shown = Slice(rows=found.rows, offset=offset, limit=limit, total=found.total)
    sources = made_all(SourcePollModel, found.polls)
    return listed(request, RequestPage, RequestModel, shown, counts=dict(found.counts), sources=sources)


@_on.read("/requests/{number:int}", "One request")
def show_request(application: GivenApplication, actor: GivenActor, number: _Number) -> RequestModel:
    """Show one request: where it comes from, its item, and what is in its way."""
    return made(RequestModel, application.requests.show(actor, number))


@_on.read("/requests/{number:int}/transactions", "What a request asks for")
def list_request_transactions(
    application: GivenApplication, actor: GivenActor, number: _Number, offset: Offset = 0, limit: Limit = PAGE_ROWS
) -> list[AskedModel]:
    """List what a request asks for and what became of each; nothing while it is no item yet."""
    return made_all(AskedModel, application.requests.transactions(actor, number, offset=offset, limit=limit))


@_on.read("/requests/{number:int}/outcomes", "What the source was told")
def list_request_outcomes(application: GivenApplication, actor: GivenActor, number: _Number) -> list[OutcomeModel]:
    """List what the source was told of a request, or is to be, the newest first."""
    return made_all(OutcomeModel, application.requests.told(actor, number))


@_on.act("/requests/{number:int}/tell", "Tell the source now", *ERP)
def tell_request(application: GivenApplication, actor: GivenActor, number: _Number) -> list[OutcomeModel]:
    """Tell the source now what it was not told yet; answers what it was told."""
    return made_all(OutcomeModel, application.requests.tell(actor, number))


@_on.read("/requests/{number:int}/doubts", "What is in doubt of what the source was told", HTTPStatus.CONFLICT)
def list_request_doubts(application: GivenApplication, actor: GivenActor, number: _Number) -> list[DoubtModel]:
    """List the writes to the source of which nobody can know, to 50 at once, with the evidence."""
    return made_all(DoubtModel, application.requests.doubts(actor, number))


@_on.act("/requests/{number:int}/effects/{reference:str}/settle", "Settle a doubt of what the source was told", *ERP)
def settle_request_effect(
    *,
    application: GivenApplication,
    actor: GivenActor,
    number: _Number,
    reference: FromPath[str],
    data: JSONBody[TellingSettlementOrder],
) -> list[OutcomeModel]:
    """Say whether a write arrived at the source: an audited act with a reason. The telling then goes on."""
    told = application.requests.settle(actor, number, reference, how=Settlement(data.how), reason=data.reason)
    return made_all(OutcomeModel, told)


@_on.act("/requests/poll", "Look for requests", *ERP)
def poll_requests(application: GivenApplication, actor: GivenActor) -> list[PolledModel]:
    """Look for requests at every source now; what a schedule calls. One that can't be read stops no other."""
    return [_polled(each) for each in application.requests.poll(actor)]


@_on.act("/requests/{number:int}/take", "Make the item of a request", *ERP)
def take_request(
    application: GivenApplication, actor: GivenActor, number: _Number, data: JSONBody[TakeOrder]
) -> RequestModel:
    """Make the item of a request in one's own name, as where somebody has to acknowledge warnings first."""
    return made(RequestModel, application.requests.take(actor, number, acknowledge=data.acknowledge))


def _polled(done: Polled) -> PolledModel:
    return made(PolledModel, done, error=None if done.error is None else done.error.to_json(), items=list(done.items))


HANDLERS: Final = (
    list_requests, show_request, list_request_transactions, list_request_outcomes, tell_request, list_request_doubts,
    settle_request_effect, poll_requests, take_request,
)  # fmt: skip
