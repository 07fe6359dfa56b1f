"""`/items/{item_id}/…`: accept, take back, reject; and several accepted at once (A3-A6)."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

import msgspec
from attrs import frozen
from litestar import Response
from litestar.params import JSONBody

from erp_bridge_core.contract.fields import FieldValues
from erp_bridge_core.web.actors import WebRequest
from erp_bridge_core.web.api.etags import of_revision, tagged
from erp_bridge_core.web.api.items import ItemId, SentItem
from erp_bridge_core.web.api.models import Body, Numbered, Reason, Text, made
from erp_bridge_core.web.api.operations import ERP, Operations
from erp_bridge_core.web.given import GivenActor, GivenApplication

_on = Operations("answers")

_LineNumber = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,9}$")]


class Acceptance(Body):
    """The revision fields of the item, and of single budget changes by their numbers; and what is confirmed.

    `import_closes`: import from the ERP closes for good. `baseline`: export on top of the job's own estimates.
    """

    fields: dict[str, Text] = msgspec.field(default_factory=dict)
    change_fields: dict[str, dict[str, Text]] = msgspec.field(default_factory=dict)
    description: Text = ""
    confirm_import_closes: bool = False
    confirm_baseline: bool = False


class BulkAcceptance(Body):
    """Items to accept with their fields' defaults."""

    items: Annotated[list[Numbered], msgspec.Meta(min_length=1, max_length=500)]
    confirm_import_closes: bool = False


class Rejection(Body):
    """Why, and remarks on lines by their numbers; it is mailed to whom the ERP's policy names."""

    reason: Reason
    remarks: dict[_LineNumber, Text] = msgspec.field(default_factory=dict)


@frozen(kw_only=True)
class AnsweredModel:
    """One item of several: as it was accepted, or the error that kept it from it."""

    item: int
    accepted: SentItem | None
    error: Mapping[str, Any] | None


@_on.act("/items/{item_id:int}/accept", "Accept an item", *ERP, versioned=True)
def accept_item(
    request: WebRequest, application: GivenApplication, actor: GivenActor, item_id: ItemId, data: JSONBody[Acceptance]
) -> Response[SentItem]:
    """Accept an item for export, bound to just what was reviewed; the job is read anew and all of it checked again."""
    values = FieldValues(item=data.fields, changes=data.change_fields, description=data.description)
    with of_revision(request) as revision:
        item = application.reviews.accept(
            actor,
            item_id,
            values=values,
            confirm_import_closes=data.confirm_import_closes,
            confirm_baseline=data.confirm_baseline,
            revision=revision,
        )
    return tagged(request, made(SentItem, item), item.revision)


@_on.act("/items/accept", "Accept several items", *ERP)
def accept_items(
    application: GivenApplication, actor: GivenActor, data: JSONBody[BulkAcceptance]
) -> list[AnsweredModel]:
    """Accept several items with the fields' defaults; one that can't be does not stop the others."""
    answers = application.reviews.bulk_accept(actor, data.items, confirm_import_closes=data.confirm_import_closes)
    return [made(AnsweredModel, each, error=None if each.error is None else each.error.to_json()) for each in answers]


@_on.act("/items/{item_id:int}/take-back", "Take an acceptance back", versioned=True)
def take_back_item(
    request: WebRequest, application: GivenApplication, actor: GivenActor, item_id: ItemId
) -> Response[SentItem]:
    """Take an acceptance back, until the export starts."""
    with of_revision(request) as revision:
        item = application.reviews.take_back(actor, item_id, revision=revision)
    return tagged(request, made(SentItem, item), item.revision)


@_on.act("/items/{item_id:int}/reject", "Reject an item", *ERP, versioned=True)
def reject_item(
    request: WebRequest, application: GivenApplication, actor: GivenActor, item_id: ItemId, data: JSONBody[Rejection]
) -> Response[SentItem]:
    """Give an item back with a reason; what arrived of a failed export stays exported."""
    remarks = {int(line): text for line, text in data.remarks.items()}
    with of_revision(request) as revision:
        item = application.reviews.reject(actor, item_id, reason=data.reason, remarks=remarks, revision=revision)
    return tagged(request, made(SentItem, item), item.revision)


HANDLERS: Final = (accept_item, accept_items, take_back_item, reject_item)
