"""`/items`: what was sent and is on its way (A1), and one item in full (A2)."""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Final

from attrs import frozen
from litestar import Response, get
from litestar.params import FromPath, QueryParameter

from erp_bridge_core.approvals.details import Details, ReviewRow
from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.contract.money import plain
from erp_bridge_core.web.actors import WebRequest
from erp_bridge_core.web.api.etags import tagged
from erp_bridge_core.web.api.problems import problems
from erp_bridge_core.web.given import GivenActor, GivenApplication
from erp_bridge_core.web.paging import MOST_ROWS, PAGE_ROWS, Slice

_Filter = Annotated[ItemState | None, QueryParameter(description="Items of this state alone.")]
_Project = Annotated[str | None, QueryParameter(description="Items of this project alone, by its number.")]
_Offset = Annotated[int, QueryParameter(ge=0, description="How many items to skip.")]
_Limit = Annotated[int, QueryParameter(ge=1, le=MOST_ROWS, description="How many items to answer at most.")]


@frozen(kw_only=True)
class ItemSummary:
    """One item of the list. `amount` is exact decimal text; `waits_seconds` counts from the send."""

    id: int
    project: str
    project_name: str
    job: str
    version: int
    state: ItemState
    amount: str
    currency: str
    lines: int
    sent_by: str
    sent_at: datetime
    waits_seconds: int


@frozen(kw_only=True)
class ItemPage:
    """Some items of all, the longest waiting first; `next_offset` is null on the last page. `counts` is by state."""

    items: list[ItemSummary]
    counts: Mapping[str, int]
    total: int
    next_offset: int | None


@frozen(kw_only=True)
class Item:
    """One item with its totals; amounts are exact decimal text. `revision` counts its changes of state (A6)."""

    id: int
    revision: int
    project: str
    project_name: str
    connection: str
    erp: str
    job: str
    version: int
    state: ItemState
    currency: str
    lines: int
    sent_by: str
    sent_at: datetime
    accepted_by: str | None
    accepted_at: datetime | None
    original_budget: str
    budget_changes: str
    revised_estimate: str
    sent_original: str
    sent_changes: str
    first_export: bool


@get(
    "/items",
    sync_to_thread=True,
    responses=problems(HTTPStatus.NOT_FOUND),
    operation_id="list_items",
    summary="Items on their way",
    tags=["items"],
)
def list_items(
    *,
    application: GivenApplication,
    actor: GivenActor,
    filter: _Filter = None,  # noqa: A002 -- the field's word
    project: _Project = None,
    offset: _Offset = 0,
    limit: _Limit = PAGE_ROWS,
) -> ItemPage:
    """List what is on its way; rejected and retrieved items are history."""
    found = application.reviews.list(actor, filter=filter, project=project)
    shown = Slice.of(found.rows, offset=offset, limit=limit)
    return ItemPage(
        items=[_summary(row) for row in shown.rows],
        counts=found.counts,
        total=shown.total,
        next_offset=shown.next_offset,
    )


@get(
    "/items/{item_id:int}",
    sync_to_thread=True,
    responses=problems(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT),
    operation_id="show_item",
    summary="One item",
    tags=["items"],
)
def show_item(
    request: WebRequest, application: GivenApplication, actor: GivenActor, item_id: FromPath[int]
) -> Response[Item]:
    """Show one item with its totals; its ETag is its revision."""
    details = application.reviews.show(actor, item_id)
    return tagged(request, _item(details), details.item.revision)


def _summary(row: ReviewRow) -> ItemSummary:
    return ItemSummary(
        id=row.item,
        project=row.project,
        project_name=row.project_name,
        job=row.job,
        version=row.version,
        state=row.state,
        amount=plain(row.amount),
        currency=row.currency,
        lines=row.lines,
        sent_by=row.sent_by,
        sent_at=row.sent_at,
        waits_seconds=int(row.waits.total_seconds()),
    )


def _item(details: Details) -> Item:
    item, totals = details.item, details.totals
    return Item(
        id=item.id,
        revision=item.revision,
        project=item.project,
        project_name=item.project_name,
        connection=item.connection,
        erp=item.erp,
        job=item.job,
        version=item.version,
        state=item.state,
        currency=item.currency,
        lines=item.line_count,
        sent_by=item.sent_by,
        sent_at=item.sent_at,
        accepted_by=item.accepted_by,
        accepted_at=item.accepted_at,
        original_budget=plain(totals.original_budget),
        budget_changes=plain(totals.budget_changes),
        revised_estimate=plain(totals.revised_estimate),
        sent_original=plain(totals.sent_original),
        sent_changes=plain(totals.sent_changes),
        first_export=item.first_export,
    )


HANDLERS: Final = (list_items, show_item)
