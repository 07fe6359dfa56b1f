"""`/projects/{number}/changes`: budget changes: drafted, submitted, approved, voided, reversed (B2)."""

from datetime import date
from http import HTTPStatus
from typing import Annotated, Final, Literal

import msgspec
from attrs import frozen
from litestar import Response
from litestar.params import FromPath, JSONBody

from erp_bridge_core.app import Application
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.web.actors import WebRequest
from erp_bridge_core.web.api.budgets import NewLine
from erp_bridge_core.web.api.etags import tagged, unchanged
from erp_bridge_core.web.api.models import Body, Name, Text, made, made_all
from erp_bridge_core.web.api.operations import Operations
from erp_bridge_core.web.given import GivenActor, GivenApplication

_on = Operations("budget changes")

#: A field that is called `date` hides the type of that name behind it.
_Day = date
_Lines = Annotated[list[NewLine], msgspec.Meta(min_length=1, max_length=50_000)]


@frozen(kw_only=True)
class ChangeLine:
    """A line of a budget change."""

    sub_job: str
    cost_code: str
    category: str
    description: str
    quantity: str | None
    unit: str
    unit_cost: str | None
    amount: str | None


@frozen(kw_only=True)
class Change:
    """A budget change. `progress` is not_sent, staged or exported; an exported one is immutable."""

    number: str
    date: date
    description: str
    status: str
    progress: str
    amount: str
    transfer: bool
    lines: list[ChangeLine]
    reverses: str | None
    reversed_by: str | None


class NewChange(Body):
    """A budget change to draft; its date is today's in the company's time zone unless given."""

    number: Name
    lines: _Lines
    date: _Day | None = None
    description: Text = ""


class ChangeEdit(Body):
    """What to change of a draft; lines, if any are given, take the place of all its lines."""

    date: _Day | None = None
    description: Text | None = None
    lines: _Lines | None = None


class NewStatus(Body):
    """Where to move a budget change."""

    status: Literal["draft", "under_review", "approved", "void"]


class Reversal(Body):
    """The change that undoes an exported one."""

    new_number: Name
    date: _Day | None = None
    description: Text = ""


@_on.read("/projects/{number:str}/changes", "A project's budget changes")
def list_changes(application: GivenApplication, actor: GivenActor, number: FromPath[str]) -> list[Change]:
    """List the budget changes of a project, by date and number."""
    return made_all(Change, application.changes.list(actor, number))


@_on.act("/projects/{number:str}/changes", "Draft a budget change", status_code=HTTPStatus.CREATED)
def add_change(
    request: WebRequest,
    application: GivenApplication,
    actor: GivenActor,
    number: FromPath[str],
    data: JSONBody[NewChange],
) -> Response[Change]:
    """Draft a budget change; a transfer nets to zero."""
    added = application.changes.add(
        actor,
        number,
        number=data.number,
        day=data.date or _today(application, actor),
        lines=[line.entry() for line in data.lines],
        description=data.description,
    )
    return tagged(request, made(Change, added), status=HTTPStatus.CREATED)


@_on.read("/projects/{number:str}/changes/{change:str}", "One budget change")
def show_change(
    request: WebRequest,
    application: GivenApplication,
    actor: GivenActor,
    number: FromPath[str],
    change: FromPath[str],
) -> Response[Change]:
    """Show one budget change."""
    return tagged(request, _change(application, actor, number, change))


@_on.change("/projects/{number:str}/changes/{change:str}", "Edit a budget change")
def edit_change(
    *,
    request: WebRequest,
    application: GivenApplication,
    actor: GivenActor,
    number: FromPath[str],
    change: FromPath[str],
    data: JSONBody[ChangeEdit],
) -> Response[Change]:
    """Edit a budget change that is a draft or under review."""
    with unchanged(request, lambda: _change(application, actor, number, change)):
        edited = application.changes.edit(
            actor,
            number,
            number=change,
            day=data.date,
            description=data.description,
            lines=None if data.lines is None else [line.entry() for line in data.lines],
        )
    return tagged(request, made(Change, edited))


@_on.act("/projects/{number:str}/changes/{change:str}/status", "Move a budget change", versioned=True)
def set_change_status(
    *,
    request: WebRequest,
    application: GivenApplication,
    actor: GivenActor,
    number: FromPath[str],
    change: FromPath[str],
    data: JSONBody[NewStatus],
) -> Response[Change]:
    """Submit, approve or void a budget change, or make it a draft again; a void one stays void."""
    with unchanged(request, lambda: _change(application, actor, number, change)):
        moved = application.changes.set_status(actor, number, change, status=data.status)
    return tagged(request, made(Change, moved))


@_on.act("/projects/{number:str}/changes/{change:str}/reverse", "Reverse a budget change", status_code=201)
def reverse_change(
    *,
    request: WebRequest,
    application: GivenApplication,
    actor: GivenActor,
    number: FromPath[str],
    change: FromPath[str],
    data: JSONBody[Reversal],
) -> Response[Change]:
    """Draft the change that undoes an exported one: the same lines, the other way round."""
    made_change = application.changes.reverse(
        actor,
        number,
        change,
        new_number=data.new_number,
        day=data.date or _today(application, actor),
        description=data.description,
    )
    return tagged(request, made(Change, made_change), status=HTTPStatus.CREATED)


def _change(application: Application, actor: Actor, project: str, number: str) -> Change:
    return made(Change, application.changes.show(actor, project, number))


def _today(application: Application, actor: Actor) -> date:
    return application.companies.clock_of(actor.company_id).today()


HANDLERS: Final = (list_changes, add_change, show_change, edit_change, set_change_status, reverse_change)
