"""`/projects/{number}/…`: what may be done with a budget now, sending it, taking it back, unlocking it (B3-B6, V1)."""

from datetime import datetime
from http import HTTPStatus
from typing import Final, Literal

import msgspec
from attrs import frozen
from litestar.params import FromPath, JSONBody

from erp_bridge_core.contract.errors import Fault, NotPossibleNow
from erp_bridge_core.web.api.items import SentItem
from erp_bridge_core.web.api.models import Body, Done, Key, Name, made, made_all
from erp_bridge_core.web.api.operations import ERP, Operations
from erp_bridge_core.web.api.problems import ProblemFault
from erp_bridge_core.web.given import GivenActor, GivenApplication

_on = Operations("sending")


@frozen(kw_only=True)
class ConditionModel:
    """One condition between an export and the next send, and how to fulfil it."""

    kind: str
    how: str
    met: bool
    since: datetime | None


@frozen(kw_only=True)
class ReadinessModel:
    """What may be done now. `action` is send or resend, null while neither is possible; each list holds every reason
    why not: `not_supported` by this ERP at all, `not_allowed` for this person, the others in this state.
    """

    project: str
    action: str | None
    would_be: str
    item_id: int | None
    item_state: str | None
    locked: bool
    masters_at: datetime | None
    originals: int
    changes: int
    warnings: int
    reasons: list[ProblemFault]
    not_supported: list[ProblemFault]
    not_allowed: list[ProblemFault]
    retrieve_reasons: list[ProblemFault]
    unlock_reasons: list[ProblemFault]
    edit_reasons: list[ProblemFault]
    change_reasons: list[ProblemFault]
    import_reasons: list[ProblemFault]
    conditions: list[ConditionModel]


@frozen(kw_only=True)
class FindingModel:
    """One thing wrong with a batch (`error`), to be acknowledged (`warning`), or worth knowing (`note`)."""

    severity: str
    rule: str
    message: str
    remedy: str
    line: int | None
    key: Key | None
    field: str
    value: str


class SendOrder(Body):
    """What is meant: `send` for the first time, `resend` ever after; and which warnings are acknowledged.

    A warning is named by its `rule`, or `rule:line`; `*` acknowledges all, which is audited.
    """

    action: Literal["send", "resend"]
    acknowledge: list[Name] = msgspec.field(default_factory=list)


@_on.read("/projects/{number:str}/readiness", "What may be done with a budget")
def show_readiness(application: GivenApplication, actor: GivenActor, number: FromPath[str]) -> ReadinessModel:
    """Show what may be done with a budget now, and every reason why not."""
    return made(ReadinessModel, application.sending.readiness(actor, number))


@_on.read("/projects/{number:str}/findings", "What a send would find", HTTPStatus.CONFLICT)
def preview_send(application: GivenApplication, actor: GivenActor, number: FromPath[str]) -> list[FindingModel]:
    """List every finding that a send would have now; nothing is changed. It asks for the project's link and sync."""
    return made_all(FindingModel, application.sending.preview(actor, number))


@_on.act("/projects/{number:str}/send", "Send a budget", *ERP, status_code=201)
def send_budget(
    application: GivenApplication, actor: GivenActor, number: FromPath[str], data: JSONBody[SendOrder]
) -> SentItem:
    """Stage a budget for the approver and lock it; all problems are found at once, then nothing is changed."""
    possible = application.sending.readiness(actor, number, thorough=False).would_be
    if possible != data.action:
        first = "was never sent" if possible == "send" else "was sent before"
        raise NotPossibleNow(
            f"Project {number} {first}.",
            remedy=f"Say what is meant: `{possible}`.",
            faults=[Fault("action", first, value=data.action, expected=possible, rule="B4")],
        )
    return made(SentItem, application.sending.send(actor, number, acknowledge=data.acknowledge))


@_on.act("/projects/{number:str}/retrieve", "Take a sent budget back")
def retrieve_budget(application: GivenApplication, actor: GivenActor, number: FromPath[str]) -> SentItem:
    """Take back what waits for its answer; the budget is as it was before that send."""
    return made(SentItem, application.sending.retrieve(actor, number))


@_on.act("/projects/{number:str}/unlock", "Unlock a budget")
def unlock_budget(application: GivenApplication, actor: GivenActor, number: FromPath[str]) -> Done:
    """Unlock a budget after an export, once all of the ERP's conditions hold."""
    application.sending.unlock(actor, number)
    return Done(done=f"The budget of {number} can be edited.")


@_on.read("/projects/{number:str}/history", "What became of every send")
def list_history(application: GivenApplication, actor: GivenActor, number: FromPath[str]) -> list[SentItem]:
    """List every send of a project, the latest first; here rejected is told from retrieved."""
    return made_all(SentItem, application.reviews.history(actor, number))


HANDLERS: Final = (show_readiness, preview_send, send_budget, retrieve_budget, unlock_budget, list_history)
