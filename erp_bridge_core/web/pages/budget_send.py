"""Sending: every finding at once, warnings acknowledged one by one, then the budget waits for the approver (B4, B5)."""

from collections.abc import Collection, Sequence
from typing import Final

from attrs import frozen
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from erp_bridge_core.app import Application
from erp_bridge_core.contract.errors import AlreadyAnswered, BadInput, ErpBridgeError
from erp_bridge_core.contract.findings import Finding, Severity
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.web.actors import WebRequest
from erp_bridge_core.web.flash import Flash
from erp_bridge_core.web.given import GivenActor, GivenApplication, GivenForm
from erp_bridge_core.web.rendering import redirect, render
from erp_bridge_core.web.views.budget import Desk, budget_path, desk

#: Warnings of one rule with a box each; more of them are acknowledged together, all of them in sight.
BOXES: Final = 200
#: Errors and notes that are shown.
_SHOWN: Final = 500


@frozen(kw_only=True)
class _Box:
    """A box to tick: what it acknowledges, and the warnings that this is about."""

    value: str
    warnings: Sequence[Finding]


@get("/projects/{number:str}/budget/send", sync_to_thread=True)
def show_send(
    request: WebRequest, application: GivenApplication, actor: GivenActor, number: FromPath[str]
) -> Response[str]:
    """What a send would hold, and all that is to be said about it; nothing is sent yet."""
    return _page(request, application, actor, number)


@post("/projects/{number:str}/budget/send", sync_to_thread=True)
def send(
    request: WebRequest, application: GivenApplication, actor: GivenActor, number: FromPath[str], posted: GivenForm
) -> Response[str] | Redirect:
    """Send the budget, as it was meant: for the first time, or again."""
    acknowledged = [text for text in posted.getall("acknowledge", []) if isinstance(text, str)]
    try:
        _require_meant(application, actor, number, str(posted.get("action") or ""))
        item = application.sending.send(actor, number, acknowledge=[text for text in acknowledged if text != "*"])
    except BadInput as error:
        return _page(request, application, actor, number, acknowledged=acknowledged, refused=error, status=422)
    told = f"Item {item.id} waits for an approver: {item.line_count:,} lines."
    return redirect(request, budget_path(number), flash=Flash(told))


def _require_meant(application: Application, actor: Actor, number: str, action: str) -> None:
    """Send is for the first time alone, and Re-send for all others: what was meant is what is done (B4)."""
    now = application.sending.readiness(actor, number, thorough=False).would_be
    if action != now:
        told = "was sent meanwhile" if now == "resend" else "was never sent"
        raise AlreadyAnswered(f"The budget of {number} {told}.", remedy="Look at its history, then decide anew.")


def _page(
    request: WebRequest,
    application: Application,
    actor: Actor,
    number: str,
    *,
    acknowledged: Collection[str] = (),
    refused: ErpBridgeError | None = None,
    status: int = 200,
) -> Response[str]:
    here = desk(application, actor, number, thorough=True)
    findings = _findings(application, actor, here)
    errors = [each for each in findings if each.severity is Severity.ERROR]
    notes = [each for each in findings if each.severity is Severity.NOTE]
    return render(
        request,
        "budget/send.html",
        status=status,
        here=here,
        errors=errors[:_SHOWN],
        error_count=len(errors),
        boxes=_boxes([each for each in findings if each.severity is Severity.WARNING]),
        notes=notes[:_SHOWN],
        note_count=len(notes),
        acknowledged=acknowledged,
        refused=refused,
    )


def _findings(application: Application, actor: Actor, here: Desk) -> Sequence[Finding]:
    """What a send would find; nothing can be told before the project is linked and synced."""
    if not here.project.is_linked or here.readiness.masters_at is None:
        return ()
    return application.sending.preview(actor, here.project.number)


def _boxes(warnings: Sequence[Finding]) -> list[_Box]:
    by_rule: dict[str, list[Finding]] = {}
    for warning in warnings:
        by_rule.setdefault(warning.rule, []).append(warning)
    boxes: list[_Box] = []
    for rule, found in by_rule.items():
        if len(found) > BOXES:
            boxes.append(_Box(value=rule, warnings=found))
        else:
            boxes += [_Box(value=f"{rule}:{each.line}", warnings=[each]) for each in found]
    return boxes


HANDLERS: Final = (show_send, send)
