"""Answering an item: accept with the ERP's fields, take back, reject with remarks on lines (A3-A6)."""

from collections.abc import Mapping
from typing import Any, Final

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.params import FromPath
from litestar.response import Redirect

from erp_bridge_core.app import Application
from erp_bridge_core.approvals.answers import LONGEST_REASON
from erp_bridge_core.approvals.batches import load_batch
from erp_bridge_core.approvals.details import Details
from erp_bridge_core.approvals.rules import Answer
from erp_bridge_core.contract.budget import ExportLine
from erp_bridge_core.contract.errors import ErpBridgeError
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.web.actors import WebRequest
from erp_bridge_core.web.errors import status_of
from erp_bridge_core.web.flash import Flash
from erp_bridge_core.web.forms import Field, Filled, Form
from erp_bridge_core.web.given import GivenActor, GivenApplication, GivenForm
from erp_bridge_core.web.pages.items_exports import start_export
from erp_bridge_core.web.pages.items_refused import act_on
from erp_bridge_core.web.rendering import redirect, render
from erp_bridge_core.web.signing_again import asks_for_password, sign_in_again, with_cookies
from erp_bridge_core.web.views.items import item_path, load_head, told
from erp_bridge_core.web.views.items_fields import AcceptForm, Entered
from erp_bridge_core.web.views.items_list import chosen_items

_REVISION: Final = Field(name="revision", label="What you reviewed", kind="hidden", read=int)
_REASON: Final = Field(
    name="reason", label="Reason", kind="textarea", longest=LONGEST_REASON,
    hint="A few words; it is mailed to whom the ERP's policy names, with your name and your address for replies.",
)  # fmt: skip
_REMARK: Final = "remark-"
#: Lines that get remarks in one reject.
_MOST: Final = 100


@get("/items/{item_id:int}/accept", sync_to_thread=True)
def show_accept(
    request: WebRequest, application: GivenApplication, actor: GivenActor, item_id: FromPath[int]
) -> Response[str]:
    """The fields that the ERP asks for, with its defaults, and what accepting means."""
    details = application.reviews.show(actor, item_id)
    form = AcceptForm.of(details)
    return _accept_page(request, application, actor, details=details, form=form, filled=form.empty())


@post("/items/{item_id:int}/accept", sync_to_thread=True)
def accept(
    *, request: WebRequest, application: GivenApplication, actor: GivenActor, item_id: FromPath[int], posted: GivenForm
) -> Response[Any]:
    """Accept what was reviewed; whatever keeps it from that is told on the form, with all that was typed."""
    details = application.reviews.show(actor, item_id)
    form = AcceptForm.of(details)
    filled, error, cookies = form.read(posted), None, list[Cookie]()
    if filled.is_good:
        try:
            actor, cookies = sign_in_again(request, application, actor, posted)
            _accept(application, actor, item_id, form.entered(filled))
        except ErpBridgeError as raised:
            filled, error = form.refused(filled, raised), raised
    if not filled.is_good:
        page = _accept_page(request, application, actor, details=details, form=form, filled=filled, error=error)
        return with_cookies(page, cookies)
    if posted.get("then") == "export":
        return with_cookies(start_export(request, application, actor, item_id), cookies)
    done = redirect(request, item_path(item_id), flash=Flash(f"Item {item_id} was accepted. Next: export it."))
    return with_cookies(done, cookies)


@post("/items/{item_id:int}/take-back", sync_to_thread=True)
def take_back(
    *, request: WebRequest, application: GivenApplication, actor: GivenActor, item_id: FromPath[int], posted: GivenForm
) -> Response[str] | Redirect:
    """Take an acceptance back, as it was seen."""
    revision = Form((_REVISION,)).read(posted).values.get("revision")
    return act_on(
        request, application, actor, item_id,
        act=lambda: application.reviews.take_back(actor, item_id, revision=revision),
        done=f"Item {item_id} waits for an answer again.",
    )  # fmt: skip


@get("/items/{item_id:int}/reject", sync_to_thread=True)
def show_reject(
    request: WebRequest, application: GivenApplication, actor: GivenActor, item_id: FromPath[int]
) -> Response[str]:
    """The reason, and a remark for each of the lines that were chosen on the page of lines (`line`)."""
    item = application.reviews.item(actor, item_id)
    lines = _lines(application, item_id, request.query_params.getall("line", []))
    form = _reject_form(lines).empty(revision=str(item.revision))
    return _reject_page(request, application, actor, item_id, lines=lines, form=form)


@post("/items/{item_id:int}/reject", sync_to_thread=True)
def reject(
    *, request: WebRequest, application: GivenApplication, actor: GivenActor, item_id: FromPath[int], posted: GivenForm
) -> Response[str] | Redirect:
    """Give it back with the reason; whatever keeps it from that is told on the form, with all that was typed."""
    application.reviews.item(actor, item_id)
    lines = _lines(application, item_id, [name.removeprefix(_REMARK) for name in posted if name.startswith(_REMARK)])
    filled, status = _reject_form(lines).read(posted), 422
    if filled.is_good:
        remarks = {line.number: text for line in lines if (text := filled.values[f"{_REMARK}{line.number}"])}
        values = filled.values
        try:
            item = application.reviews.reject(
                actor, item_id, reason=values["reason"], remarks=remarks, revision=values["revision"]
            )
        except ErpBridgeError as error:
            filled, status = filled.refused(error), status_of(error)
        else:
            sentence = f"Item {item_id} is {item.state.value}; its budget is editable again."
            return redirect(request, item_path(item_id, "history"), flash=Flash(sentence))
    return _reject_page(request, application, actor, item_id, lines=lines, form=filled, status=status)


def _accept(application: Application, actor: Actor, item_id: int, entered: Entered) -> None:
    application.reviews.accept(
        actor,
        item_id,
        values=entered.values,
        confirm_import_closes=entered.confirm_import_closes,
        confirm_baseline=entered.confirm_baseline,
        revision=entered.revision,
    )


def _accept_page(
    request: WebRequest,
    application: Application,
    actor: Actor,
    *,
    details: Details,
    form: AcceptForm,
    filled: Filled,
    error: ErpBridgeError | None = None,
) -> Response[str]:
    wrong = status_of(error) if error else 422
    return render(
        request,
        "items/accept.html",
        status=200 if filled.is_good else wrong,
        password=error is not None and asks_for_password(error),
        head=load_head(application, actor, details.item.id),
        told=told,
        details=details,
        accept=form,
        form=filled,
        faults=application.reviews.why_not(actor, details.item.id, Answer.ACCEPT),
    )


def _reject_page(
    request: WebRequest,
    application: Application,
    actor: Actor,
    item_id: int,
    *,
    lines: tuple[ExportLine, ...],
    form: Filled,
    status: int = 200,
) -> Response[str]:
    return render(
        request,
        "items/reject.html",
        status=status,
        head=load_head(application, actor, item_id),
        told=told,
        lines=lines,
        form=form,
        faults=application.reviews.why_not(actor, item_id, Answer.REJECT),
    )


def _reject_form(lines: tuple[ExportLine, ...]) -> Form:
    remarks = (
        Field(
            name=f"{_REMARK}{line.number}", label=f"Remark on line {line.number}, {line.ours}", kind="textarea",
            required=False, longest=LONGEST_REASON,
        )
        for line in lines
    )  # fmt: skip
    return Form((_REASON, *remarks, _REVISION))


def _lines(application: Application, item_id: int, chosen: list[Any]) -> tuple[ExportLine, ...]:
    """The chosen lines that the item has."""
    wanted: Mapping[int, None] = dict.fromkeys(chosen_items(chosen)[:_MOST])
    if not wanted:
        return ()
    return tuple(line for line in load_batch(application.store.read, item_id).lines if line.number in wanted)


HANDLERS: Final = (show_accept, accept, take_back, show_reject, reject)
