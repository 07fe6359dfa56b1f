"""`/items`: what was sent and is on its way (A1), one item in full (A2), and what accepting it asks for (A3)."""

from collections.abc import Mapping
from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated, Final

import attrs
from attrs import frozen
from litestar import Response
from litestar.params import PathParameter, QueryParameter

from erp_bridge_core.approvals.details import Details, ReviewRow
from erp_bridge_core.approvals.listing import SORTS
from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.web.actors import WebRequest
from erp_bridge_core.web.api.etags import tagged
from erp_bridge_core.web.api.models import Key, Limit, Offset, listed, made, made_all
from erp_bridge_core.web.api.operations import ERP, Operations
from erp_bridge_core.web.given import GivenActor, GivenApplication
from erp_bridge_core.web.paging import PAGE_ROWS, Slice

#: An item's number; the database's numbers go no further.
ItemId = Annotated[int, PathParameter(ge=1, le=2**63 - 1, description="The item's number.")]

_on = Operations("items")

_Filter = Annotated[ItemState | None, QueryParameter(description="Items of this state alone.")]
_Search = Annotated[str, QueryParameter(max_length=200, description="Items with every word of this in their row.")]
_Sort = Annotated[
    str, QueryParameter(pattern=rf"^-?({'|'.join(SORTS)})$", description="The order; with - the other way round.")
]
_Project = Annotated[str | None, QueryParameter(description="Items of this project alone, by its number.")]


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
class SentItem:
    """One send and what became of it. `revision` counts its changes of state (A6)."""

    id: int
    revision: int
    project: str
    project_name: str
    job: str
    version: int
    state: ItemState
    currency: str
    line_count: int
    original: str
    changes: str
    amount: str
    sent_by: str
    sent_at: datetime
    accepted_by: str | None
    accepted_at: datetime | None
    answered_by: str | None
    answered_at: datetime | None
    reason: str | None


@frozen(kw_only=True)
class ItemTotals:
    """The sums over all keys; `sent_original` and `sent_changes` are what differs from what was last exported."""

    keys: int
    original_budget: str
    budget_changes: str
    revised_estimate: str
    sent_original: str
    sent_changes: str


@frozen(kw_only=True)
class ItemChange:
    """A budget change in an item."""

    number: str
    date: date
    description: str
    lines: int
    amount: str
    transfer: bool
    reverses: str | None


@frozen(kw_only=True)
class ItemFinding:
    """What was found when it was sent, and acknowledged."""

    severity: str
    rule: str
    message: str
    remedy: str
    line: int | None
    field: str
    value: str


@frozen(kw_only=True)
class Item(SentItem):
    """One item in full but for its lines; amounts are exact decimal text. `remarks` are by the line's number."""

    connection: str
    erp: str
    first_export: bool
    import_closes: bool
    totals: ItemTotals
    budget_changes: list[ItemChange]
    remarks: Mapping[str, str]
    findings: list[ItemFinding]
    difference_of_original: str
    things_to_know: list[str]


@frozen(kw_only=True)
class ItemLine:
    """One key as a reviewer reads it, in our codes and the ERP's; `before_total` is the ERP's figure at accept."""

    ours: Key
    erp: Key
    description: str
    unit: str
    quantity: str | None
    original_budget: str
    budget_changes: str
    revised_estimate: str
    exported_original: str
    exported_changes: str
    sent_original: str
    sent_changes: str
    before_total: str | None


@frozen(kw_only=True)
class ItemLinePage:
    """Some keys of all."""

    items: list[ItemLine]
    total: int
    next_offset: int | None


@frozen(kw_only=True)
class FieldChoice:
    """One choice of a field: what is sent, and what a person reads."""

    value: str
    label: str


@frozen(kw_only=True)
class RevisionFieldModel:
    """One revision field; `change` null: of the item as a whole, else of that budget change."""

    name: str
    label: str
    kind: str
    change: str | None
    default: str
    required: bool
    always: bool
    choices: list[FieldChoice]
    recorded: list[str]
    max_length: int | None
    after: str
    help: str


@_on.read("/items", "Items on their way", HTTPStatus.NOT_FOUND)
def list_items(
    *,
    request: WebRequest,
    application: GivenApplication,
    actor: GivenActor,
    filter: _Filter = None,  # noqa: A002 -- the field's word
    project: _Project = None,
    search: _Search = "",
    sort: _Sort = "waits",
    offset: Offset = 0,
    limit: Limit = PAGE_ROWS,
) -> Response[ItemPage]:
    """List what is on its way, by default the longest waiting first; rejected and retrieved items are history."""
    found = application.reviews.list(
        actor, filter=filter, project=project, text=search, sort=sort, offset=offset, limit=limit
    )
    shown = Slice(rows=found.rows, offset=offset, limit=limit, total=found.total)
    return listed(request, ItemPage, summary, shown, counts=found.counts)


@_on.read("/items/{item_id:int}", "One item", HTTPStatus.CONFLICT, *ERP)
def show_item(request: WebRequest, application: GivenApplication, actor: GivenActor, item_id: ItemId) -> Response[Item]:
    """Show one item with its totals; its ETag is its revision."""
    details = application.reviews.show(actor, item_id)
    return tagged(request, _item(details), details.item.revision)


@_on.read("/items/{item_id:int}/lines", "An item's lines", HTTPStatus.CONFLICT, *ERP)
def list_item_lines(
    *,
    request: WebRequest,
    application: GivenApplication,
    actor: GivenActor,
    item_id: ItemId,
    offset: Offset = 0,
    limit: Limit = PAGE_ROWS,
) -> Response[ItemLinePage]:
    """List an item's keys as a reviewer reads them, and what differs from what was last exported."""
    rows = application.reviews.keys(actor, item_id, offset=offset, limit=limit)
    total = application.reviews.count_keys(actor, item_id)
    found = Slice(rows=rows, offset=offset, limit=limit, total=total)
    return listed(request, ItemLinePage, ItemLine, found)


@_on.read("/items/{item_id:int}/fields", "What accepting asks for", HTTPStatus.CONFLICT, *ERP)
def list_item_fields(application: GivenApplication, actor: GivenActor, item_id: ItemId) -> list[RevisionFieldModel]:
    """List the ERP's revision fields for an item, with choices and defaults; the ERP is asked."""
    return made_all(RevisionFieldModel, application.reviews.fields(actor, item_id))


def summary(row: ReviewRow) -> ItemSummary:
    """One row of the list."""
    return made(ItemSummary, row, id=row.item, waits_seconds=int(row.waits.total_seconds()))


def _item(details: Details) -> Item:
    item = details.item
    sent = made(SentItem, item)
    return Item(
        **attrs.asdict(sent, recurse=False),
        connection=item.connection,
        erp=item.erp,
        first_export=item.first_export,
        import_closes=details.import_closes,
        totals=made(ItemTotals, details.totals),
        budget_changes=made_all(ItemChange, details.changes),
        remarks={str(number): text for number, text in details.remarks.items()},
        findings=made_all(ItemFinding, details.findings),
        difference_of_original=details.difference_of_original,
        things_to_know=[thing.text for thing in details.things_to_know],
    )


HANDLERS: Final = (list_items, show_item, list_item_lines, list_item_fields)
