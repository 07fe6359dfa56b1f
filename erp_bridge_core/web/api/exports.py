"""`/items/{item_id}/export`: started here, run in the background, looked at, retried, handed over, settled (E1-E6)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any, Final, Literal

import msgspec
from attrs import frozen
from litestar import Response
from litestar.params import FromPath, JSONBody

from erp_bridge_core.contract.errors import ErpBridgeError, NotAllowed, NotFound, NotPossibleNow
from erp_bridge_core.engine import bringing
from erp_bridge_core.exports.settling import Settlement
from erp_bridge_core.exports.status import ExportStatus
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.web.actors import WebRequest, application_of
from erp_bridge_core.web.api.items import ItemId
from erp_bridge_core.web.api.models import Body, Numbered, Reason, made, made_all
from erp_bridge_core.web.api.operations import ERP, Operations
from erp_bridge_core.web.background import background_of
from erp_bridge_core.web.downloads import BYTES, attached
from erp_bridge_core.web.given import GivenActor, GivenApplication

_on = Operations("exports")


@frozen(kw_only=True)
class LineCountsModel:
    """How many of the item's lines stand where."""

    total: int
    arrived: int
    refused: int
    unknown: int
    under_way: int
    withdrawn: int
    released: int
    recorded: int


@frozen(kw_only=True)
class EffectModel:
    """One write as the ledger has it: how it stands, what was tried and seen."""

    reference: str
    operation: str
    group: str
    generation: int
    lines: int
    state: str
    erp_reference: str
    attempts: int
    last_outcome: str | None
    evidence: Mapping[str, Any]
    settled_as: str | None
    settled_reason: str | None


@frozen(kw_only=True)
class FailedLineModel:
    """A line that the ERP refused: its own words, what they mean, what to do."""

    line: int
    sub_job: str
    cost_code: str
    category: str
    words: str
    meaning: str
    remedy: str


@frozen(kw_only=True)
class ExportModel:
    """An export. `state` is running, offered, failed, unknown, conflict or complete; `stage` how far one can see it.

    `held` is paused or cancelled. Effects and failed lines are shown to 200 each, what needs a person first.
    `stopped_by` is the error that ended the last run of this server, where the export itself does not tell of it.
    """

    item_id: int
    item_state: str
    state: str
    stage: str | None
    lines: LineCountsModel
    started_by: str
    started_at: datetime
    finished_at: datetime | None
    failure: Mapping[str, Any] | None
    held: str | None
    held_reason: str | None
    effects: list[EffectModel]
    failed_lines: list[FailedLineModel]
    stopped_by: Mapping[str, Any] | None


@frozen(kw_only=True)
class HandOverModel:
    """What a person is given to carry into the ERP."""

    title: str
    location: str
    sha256: str
    lines: int
    total: str
    instructions: list[str]
    taken: bool
    facts: Mapping[str, str]


@frozen(kw_only=True)
class RetriedModel:
    """One item of several: its export as it stands a moment later, or the error that kept it from being retried."""

    item: int
    export: ExportModel | None
    error: Mapping[str, Any] | None


class BulkRetry(Body):
    """Items whose exports failed."""

    items: Annotated[list[Numbered], msgspec.Meta(min_length=1, max_length=500)]


class HoldOrder(Body):
    """Why an export is to begin no further write."""

    reason: Reason


class SettlementOrder(Body):
    """What became of an effect, and what was seen in the ERP."""

    how: Literal["arrived", "not_arrived", "withdrawn", "difference_accepted"]
    reason: Reason


@_on.act("/items/{item_id:int}/export", "Start an export", *ERP, status_code=HTTPStatus.ACCEPTED)
def start_export(
    request: WebRequest, application: GivenApplication, actor: GivenActor, item_id: ItemId
) -> Response[ExportModel]:
    """Start the export of an accepted item; it runs on when this has answered. `GET` the same path for its progress."""
    application.reviews.item(actor, item_id)  # whoever may not look would be refused after it was done
    application.exports.start(actor, item_id)
    leave = background_of(request).ending.is_set
    return _run(request, actor, item_id, lambda: bringing.bring(application, actor, item_id, leave=leave))


@_on.read("/items/{item_id:int}/export", "An export's progress")
def show_export(request: WebRequest, application: GivenApplication, actor: GivenActor, item_id: ItemId) -> ExportModel:
    """Show how an export stands: lines of lines, its stage, what was refused or is unknown."""
    stopped = background_of(request).stopped_by(item_id)
    return _shown(application.exports.status(actor, item_id), stopped)


@_on.act("/items/{item_id:int}/export/run", "Run an export on", *ERP, status_code=HTTPStatus.ACCEPTED)
def run_export(
    request: WebRequest, application: GivenApplication, actor: GivenActor, item_id: ItemId
) -> Response[ExportModel]:
    """Take up one export that was started, as after a crash: it looks in the ERP before it sends anything again."""
    application.exports.status(actor, item_id)
    return _run(request, actor, item_id, lambda: application.exports.run(actor, item_id))


@_on.act("/items/{item_id:int}/export/retry", "Retry a failed export", *ERP, status_code=HTTPStatus.ACCEPTED)
def retry_export(
    request: WebRequest, application: GivenApplication, actor: GivenActor, item_id: ItemId
) -> Response[ExportModel]:
    """Send again what has not arrived, and only that; it runs on when this has answered."""
    application.reviews.item(actor, item_id)  # whoever may not look would be refused after it was done
    leave = background_of(request).ending.is_set
    return _run(request, actor, item_id, lambda: bringing.retry(application, actor, item_id, leave=leave))


@_on.act("/items/retry", "Retry several failed exports", *ERP)
def retry_items(
    request: WebRequest, application: GivenApplication, actor: GivenActor, data: JSONBody[BulkRetry]
) -> list[RetriedModel]:
    """Send again what has not arrived of several items; one that can't be retried does not stop the others."""
    leave = background_of(request).ending.is_set
    answers = []
    for item_id in dict.fromkeys(data.items):
        try:
            application.reviews.item(actor, item_id)  # whoever may not look would be refused after it was done
            shown = _run(request, actor, item_id, partial(bringing.retry, application, actor, item_id, leave=leave))
            answers.append(RetriedModel(item=item_id, export=shown.content, error=None))
        except ErpBridgeError as error:
            answers.append(RetriedModel(item=item_id, export=None, error=error.to_json()))
    return answers


@_on.act("/items/{item_id:int}/export/pause", "Pause an export")
def pause_export(
    application: GivenApplication, actor: GivenActor, item_id: ItemId, data: JSONBody[HoldOrder]
) -> ExportModel:
    """Let it begin no further write until it is continued; what is under way is finished."""
    return _shown(application.holding.pause(actor, item_id, reason=data.reason))


@_on.act("/items/{item_id:int}/export/continue", "Continue a paused export")
def continue_export(application: GivenApplication, actor: GivenActor, item_id: ItemId) -> ExportModel:
    """Let a paused export go on; a worker takes it up."""
    return _shown(application.holding.go_on(actor, item_id))


@_on.act("/items/{item_id:int}/export/cancel", "Cancel an export", *ERP)
def cancel_export(
    application: GivenApplication, actor: GivenActor, item_id: ItemId, data: JSONBody[HoldOrder]
) -> ExportModel:
    """End it where it is, which it tells once its worker has met that: then retry it, or reject the item."""
    return _shown(application.holding.cancel(actor, item_id, reason=data.reason))


@_on.act("/exports/resume", "Resume exports", *ERP)
def resume_exports(application: GivenApplication, actor: GivenActor) -> list[ExportModel]:
    """Take up every export of the company that is not at rest; what a schedule calls, by a token with `resume`."""
    return [_shown(each) for each in application.exports.resume(actor)]


@_on.read("/items/{item_id:int}/export/hand-overs", "What lies ready", HTTPStatus.CONFLICT, *ERP)
def list_hand_overs(application: GivenApplication, actor: GivenActor, item_id: ItemId) -> list[HandOverModel]:
    """List what lies ready for a person, or was taken; nothing is moved."""
    return made_all(HandOverModel, application.exports.hand_overs(actor, item_id))


@_on.read(
    "/items/{item_id:int}/export/hand-overs/{sha256:str}/file",
    "A file that was taken",
    HTTPStatus.CONFLICT,
    *ERP,
    media_type=BYTES,
)
def download_taken_file(
    application: GivenApplication, actor: GivenActor, item_id: ItemId, sha256: FromPath[str]
) -> Response[bytes]:
    """Copy a file that was taken, for evidence; it is told by its hash, which is compared."""
    found = application.exports.taken_file(actor, item_id, sha256)
    return attached(found.content, f"copy-of-{found.name}", BYTES)


@_on.act("/items/{item_id:int}/export/take", "Take what lies ready", *ERP)
def take_hand_overs(application: GivenApplication, actor: GivenActor, item_id: ItemId) -> list[HandOverModel]:
    """Take over what lies ready, once; taking again answers the same and moves nothing."""
    return made_all(HandOverModel, application.exports.take(actor, item_id))


@_on.act("/items/{item_id:int}/export/effects/{reference:str}/settle", "Settle a doubt", *ERP)
def settle_effect(
    *,
    request: WebRequest,
    application: GivenApplication,
    actor: GivenActor,
    item_id: ItemId,
    reference: FromPath[str],
    data: JSONBody[SettlementOrder],
) -> ExportModel:
    """Settle what nobody can know: an audited act with a reason, by somebody other than who exported."""
    background = background_of(request)
    status = bringing.settle(
        application, actor, item_id, reference, how=Settlement(data.how), reason=data.reason, run=background.run,
        leave=background.ending.is_set,
    )  # fmt: skip
    return _shown(status)


def _run(request: WebRequest, actor: Actor, item_id: int, act: Callable[[], object]) -> Response[ExportModel]:
    """Run it in a thread of the server; the answer is how the export stands a moment later."""
    stopped: ErpBridgeError | None = None
    try:
        background_of(request).run(item_id, act)
    except (NotAllowed, NotPossibleNow, NotFound):
        raise  # nothing was done
    except ErpBridgeError as error:
        stopped = error
    status = application_of(request).exports.status(actor, item_id)
    headers = {"Location": f"/api/v1/items/{item_id}/export"}
    return Response(_shown(status, stopped), status_code=HTTPStatus.ACCEPTED, headers=headers)


def _shown(status: ExportStatus, stopped: ErpBridgeError | None = None) -> ExportModel:
    return made(ExportModel, status, stopped_by=None if stopped is None else stopped.to_json())


HANDLERS: Final = (
    start_export, show_export, run_export, retry_export, pause_export, continue_export, cancel_export,
    retry_items, resume_exports, list_hand_overs, download_taken_file, take_hand_overs, settle_effect,
)  # fmt: skip
