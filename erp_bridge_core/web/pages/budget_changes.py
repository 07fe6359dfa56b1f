"""Budget changes: drafted, edited, approved, voided, reversed; an exported one says why it can't be edited (B2)."""

from datetime import date
from typing import Final

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from erp_bridge_core.app import Application
from erp_bridge_core.budgets.change_views import ChangeView
from erp_bridge_core.contract.errors import BadInput, Changed
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.web.actors import WebRequest
from erp_bridge_core.web.flash import Flash
from erp_bridge_core.web.forms import Field, Filled, Form
from erp_bridge_core.web.given import GivenActor, GivenApplication, GivenForm
from erp_bridge_core.web.kept import kept_fields
from erp_bridge_core.web.moments import of_one_moment
from erp_bridge_core.web.paging import PAGE_ROWS, Slice, offset_of, page_number, slice_of_page
from erp_bridge_core.web.rendering import redirect, render
from erp_bridge_core.web.views.budget import budget_path, desk, renamed, words_of
from erp_bridge_core.web.views.budget_changes import MOST_ROWS, ChangeForm, FilledChange, ways_of
from erp_bridge_core.web.views.budget_lines import line_form, require_seen, seen
from erp_bridge_core.web.views.numbers import numbers_of

_REVERSE: Final = Form((Field(name="new_number", label="Number of the change that undoes it", longest=32),))
_OF_REVERSE: Final = {"change number": "new_number"}


@get("/projects/{number:str}/budget/changes", sync_to_thread=True)
@of_one_moment
def list_changes(
    *,
    request: WebRequest,
    application: GivenApplication,
    actor: GivenActor,
    number: FromPath[str],
    page: FromQuery[int] = 1,
) -> Response[str]:
    """The project's budget changes, by date."""
    offset = offset_of(page)
    found = application.changes.find(actor, number, offset=offset, limit=PAGE_ROWS)
    shown = Slice(rows=found.rows, offset=offset, limit=PAGE_ROWS, total=found.total)
    return render(
        request,
        "budget/changes.html",
        here=desk(application, actor, number),
        changes=shown,
        previous_page=page_number(shown, shown.previous_offset),
        next_page=page_number(shown, shown.next_offset),
    )


@get("/projects/{number:str}/budget/changes/new", sync_to_thread=True)
def show_new_change(
    request: WebRequest, application: GivenApplication, actor: GivenActor, number: FromPath[str]
) -> Response[str]:
    """The form of a new change."""
    form = _form(request, application, actor, number, with_number=True).empty(
        _today(application, actor), kept=kept_fields(request)
    )
    return _form_page(request, application, actor, number, form)


@post("/projects/{number:str}/budget/changes/new", sync_to_thread=True)
def add_change(
    request: WebRequest, application: GivenApplication, actor: GivenActor, number: FromPath[str], posted: GivenForm
) -> Response[str] | Redirect:
    """Draft a change; or give the form more room."""
    filled = _form(request, application, actor, number, with_number=True).read(posted)
    if posted.get("then") == "more":
        return _form_page(request, application, actor, number, filled)
    if not filled.is_good:
        return _form_page(request, application, actor, number, filled, status=422)
    head = filled.head.values
    try:
        made = application.changes.add(
            actor, number, number=head["number"], day=head["date"], description=head["description"], lines=filled.lines
        )
    except BadInput as error:
        return _form_page(request, application, actor, number, filled.refused(error), status=422)
    done = Flash(f"Budget change {made.number} was drafted. Approve it to have it sent.")
    return redirect(request, budget_path(number, "changes", "show", change=made.number), flash=done)


@get("/projects/{number:str}/budget/changes/show", sync_to_thread=True)
@of_one_moment
def show_change(
    *,
    request: WebRequest,
    application: GivenApplication,
    actor: GivenActor,
    number: FromPath[str],
    change: FromQuery[str],
    page: FromQuery[int] = 1,
) -> Response[str]:
    """One change: its lines, how far it has come, and what may become of it."""
    return _page(request, application, actor, number, _find(application, actor, number, change), page=page)


@get("/projects/{number:str}/budget/changes/edit", sync_to_thread=True)
def show_change_form(
    request: WebRequest,
    application: GivenApplication,
    actor: GivenActor,
    number: FromPath[str],
    change: FromQuery[str],
) -> Response[str]:
    """The form of a change that is there."""
    found = _find(application, actor, number, change)
    form = _form(request, application, actor, number, with_number=False)
    filled = form.of_change(found, numbers_of(request, application, actor), kept=kept_fields(request))
    return _form_page(request, application, actor, number, filled, change=found)


@post("/projects/{number:str}/budget/changes/edit", sync_to_thread=True)
def edit_change(
    *,
    request: WebRequest,
    application: GivenApplication,
    actor: GivenActor,
    number: FromPath[str],
    change: FromQuery[str],
    posted: GivenForm,
) -> Response[str] | Redirect:
    """Change a draft; who saw another one than there is now is told so first."""
    found = _find(application, actor, number, change)
    filled = _form(request, application, actor, number, with_number=False).read(posted)
    if posted.get("then") == "more":
        before = str(posted.get("seen") or "")
        return _form_page(request, application, actor, number, filled, change=found, before=before)
    remembered = posted.get("seen")
    if remembered != seen(found):
        return _form_page(request, application, actor, number, filled, change=found, changed=True, status=409)
    if not filled.is_good:
        return _form_page(request, application, actor, number, filled, change=found, status=422)
    head = filled.head.values
    try:
        with application.store.if_still(lambda: require_seen(remembered, _find(application, actor, number, change))):
            application.changes.edit(
                actor, number, change, day=head["date"], description=head["description"], lines=filled.lines
            )
    except Changed:
        now = _find(application, actor, number, change)
        return _form_page(request, application, actor, number, filled, change=now, changed=True, status=409)
    except BadInput as error:
        return _form_page(request, application, actor, number, filled.refused(error), change=found, status=422)
    where = budget_path(number, "changes", "show", change=change)
    return redirect(request, where, flash=Flash(f"Budget change {change} was changed."))


@post("/projects/{number:str}/budget/changes/status", sync_to_thread=True)
def set_status(
    *,
    request: WebRequest,
    application: GivenApplication,
    actor: GivenActor,
    number: FromPath[str],
    change: FromQuery[str],
    posted: GivenForm,
) -> Redirect:
    """Submit, approve or void a change as it was seen, or set it back to draft."""
    remembered = posted.get("seen")
    with application.store.if_still(lambda: require_seen(remembered, _find(application, actor, number, change))):
        shown = application.changes.set_status(actor, number, change, status=str(posted.get("status") or ""))
    done = Flash(f"Budget change {change} is {shown.status.value.replace('_', ' ')}.")
    return redirect(request, budget_path(number, "changes", "show", change=change), flash=done)


@post("/projects/{number:str}/budget/changes/reverse", sync_to_thread=True)
def reverse_change(
    *,
    request: WebRequest,
    application: GivenApplication,
    actor: GivenActor,
    number: FromPath[str],
    change: FromQuery[str],
    posted: GivenForm,
) -> Response[str] | Redirect:
    """Draft the change that undoes an exported one."""
    found = _find(application, actor, number, change)
    filled = _REVERSE.read(posted)
    if not filled.is_good:
        return _page(request, application, actor, number, found, reverse=filled, status=422)
    new = filled.values["new_number"]
    try:
        application.changes.reverse(actor, number, change, new_number=new, day=_today(application, actor))
    except BadInput as error:
        refused = filled.refused(renamed(error, _OF_REVERSE))
        return _page(request, application, actor, number, found, reverse=refused, status=422)
    done = Flash(f"Budget change {new} undoes {change}. Approve it to have it sent.")
    return redirect(request, budget_path(number, "changes", "show", change=new), flash=done)


def _today(application: Application, actor: Actor) -> date:
    return application.companies.clock_of(actor.company_id).today()


def _find(application: Application, actor: Actor, number: str, change: str) -> ChangeView:
    return application.changes.show(actor, number, change)


def _form(request: WebRequest, application: Application, actor: Actor, number: str, *, with_number: bool) -> ChangeForm:
    project = application.projects.show(actor, number)
    sub_jobs = application.budgets.sub_jobs(actor, number)
    numbers = numbers_of(request, application, actor)
    line = line_form(words_of(application, project), sub_jobs, numbers, project.digits)
    return ChangeForm.of(line, with_number=with_number)


def _form_page(
    request: WebRequest,
    application: Application,
    actor: Actor,
    number: str,
    form: FilledChange,
    *,
    change: ChangeView | None = None,
    before: str = "",
    changed: bool = False,
    status: int = 200,
) -> Response[str]:
    return render(
        request,
        "budget/change_form.html",
        status=status,
        here=desk(application, actor, number),
        form=form,
        change=change,
        seen=before or seen(change),
        example=numbers_of(request, application, actor).example(),
        changed=changed,
        is_full=len(form.rows) >= MOST_ROWS,
        too_long=change is not None and len(change.lines) >= MOST_ROWS,
    )


def _page(
    request: WebRequest,
    application: Application,
    actor: Actor,
    number: str,
    change: ChangeView,
    *,
    page: int = 1,
    reverse: Filled | None = None,
    status: int = 200,
) -> Response[str]:
    shown, here = slice_of_page(change.lines, page), desk(application, actor, number)
    return render(
        request,
        "budget/change.html",
        status=status,
        here=here,
        change=change,
        lines=shown,
        seen=seen(change),
        ways=ways_of(change, here.ways),
        reverse=reverse or _REVERSE.empty(),
        previous_page=page_number(shown, shown.previous_offset),
        next_page=page_number(shown, shown.next_offset),
    )


HANDLERS: Final = (
    list_changes,
    show_new_change,
    add_change,
    show_change,
    show_change_form,
    edit_change,
    set_status,
    reverse_change,
)
