"""A budget's lines and sub jobs: added, edited, removed, each on a page of its own (B1, B7, B10)."""

from typing import Final

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from erp_bridge_core.app import Application
from erp_bridge_core.budgets.entries import LineEntry
from erp_bridge_core.budgets.views import BudgetLineView
from erp_bridge_core.contract.budget import LineKey
from erp_bridge_core.contract.errors import BadInput, Changed, NotFound
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.web.actors import WebRequest
from erp_bridge_core.web.flash import Flash
from erp_bridge_core.web.forms import Field, Filled, Form
from erp_bridge_core.web.given import GivenActor, GivenApplication, GivenForm
from erp_bridge_core.web.rendering import redirect, render
from erp_bridge_core.web.views.budget import budget_path, desk, renamed, words_of
from erp_bridge_core.web.views.budget_lines import OF_ONE_LINE, line_form, require_seen, seen, typed_line
from erp_bridge_core.web.views.numbers import numbers_of

_SUB_JOB: Final = Form(
    (Field(name="code", label="Code", longest=60), Field(name="name", label="Name", longest=500)),
)
_OF_SUB_JOB: Final = {"sub job code": "code", "sub job name": "name"}


@get("/projects/{number:str}/budget/lines/new", sync_to_thread=True)
def show_new_line(
    request: WebRequest, application: GivenApplication, actor: GivenActor, number: FromPath[str]
) -> Response[str]:
    """The form of a new line."""
    return _page(request, application, actor, number, _form(request, application, actor, number).empty())


@post("/projects/{number:str}/budget/lines/new", sync_to_thread=True)
def add_line(
    request: WebRequest, application: GivenApplication, actor: GivenActor, number: FromPath[str], posted: GivenForm
) -> Response[str] | Redirect:
    """Add a line, and offer the next one where more are to come."""
    filled = _form(request, application, actor, number).read(posted)
    if not filled.is_good:
        return _page(request, application, actor, number, filled, status=422)
    try:
        key = application.budgets.add_line(actor, number, LineEntry(**filled.values))
    except BadInput as error:
        refused = filled.refused(renamed(error, OF_ONE_LINE))
        return _page(request, application, actor, number, refused, status=422)
    after = ("lines", "new") if posted.get("then") == "another" else ()
    return redirect(request, budget_path(number, *after), flash=Flash(f"Line {key} was added."))


@get("/projects/{number:str}/budget/lines/edit", sync_to_thread=True)
def show_line(
    *,
    request: WebRequest,
    application: GivenApplication,
    actor: GivenActor,
    number: FromPath[str],
    sub_job: FromQuery[str] = "",
    cost_code: FromQuery[str] = "",
    category: FromQuery[str] = "",
) -> Response[str]:
    """The form of a line that is there."""
    line = _find(application, actor, number, LineKey(sub_job, cost_code, category))
    form = _form(request, application, actor, number)
    known = form.empty(**typed_line(line, numbers_of(request, application, actor)))
    return _page(request, application, actor, number, known, line=line)


@post("/projects/{number:str}/budget/lines/edit", sync_to_thread=True)
def edit_line(
    *,
    request: WebRequest,
    application: GivenApplication,
    actor: GivenActor,
    number: FromPath[str],
    posted: GivenForm,
    sub_job: FromQuery[str] = "",
    cost_code: FromQuery[str] = "",
    category: FromQuery[str] = "",
) -> Response[str] | Redirect:
    """Change a line; who saw another one than there is now is told so first."""
    line = _find(application, actor, number, LineKey(sub_job, cost_code, category))
    filled = _form(request, application, actor, number).read(posted)
    remembered = posted.get("seen")
    if remembered != seen(line):
        return _page(request, application, actor, number, filled, status=409, line=line, changed=True)
    if not filled.is_good:
        return _page(request, application, actor, number, filled, status=422, line=line)
    try:
        with application.store.if_still(lambda: require_seen(remembered, _find(application, actor, number, line.key))):
            key = application.budgets.edit_line(actor, number, line.key, changes=filled.values)
    except Changed:
        now = _find(application, actor, number, line.key)
        return _page(request, application, actor, number, filled, status=409, line=now, changed=True)
    except BadInput as error:
        names = {**OF_ONE_LINE, f"line {line.key}": "cost_code"}
        return _page(request, application, actor, number, filled.refused(renamed(error, names)), status=422, line=line)
    return redirect(request, budget_path(number), flash=Flash(f"Line {key} was changed."))


@post("/projects/{number:str}/budget/lines/remove", sync_to_thread=True)
def remove_line(
    *,
    request: WebRequest,
    application: GivenApplication,
    actor: GivenActor,
    number: FromPath[str],
    posted: GivenForm,
    sub_job: FromQuery[str] = "",
    cost_code: FromQuery[str] = "",
    category: FromQuery[str] = "",
) -> Redirect:
    """Remove a line as it was seen; one that was exported is set to zero and stays in sight."""
    key = LineKey(sub_job, cost_code, category)
    remembered = posted.get("seen")
    with application.store.if_still(lambda: require_seen(remembered, _find(application, actor, number, key))):
        kept = application.budgets.remove_line(actor, number, key)
    told = f"Line {key} was exported, so it stays, at zero; the next send tells the ERP."
    return redirect(request, budget_path(number), flash=Flash(told if kept else f"Line {key} was removed."))


@get("/projects/{number:str}/budget/sub-jobs", sync_to_thread=True)
def show_sub_jobs(
    *,
    request: WebRequest,
    application: GivenApplication,
    actor: GivenActor,
    number: FromPath[str],
    code: FromQuery[str] = "",
) -> Response[str]:
    """The project's sub jobs; `code` is one that is to be renamed."""
    named = {each: name for each, name in application.budgets.sub_jobs(actor, number) if each == code}
    known = {"code": code, "name": named[code]} if named else {}
    return _sub_jobs_page(request, application, actor, number, _SUB_JOB.empty(**known))


@post("/projects/{number:str}/budget/sub-jobs", sync_to_thread=True)
def keep_sub_job(
    request: WebRequest, application: GivenApplication, actor: GivenActor, number: FromPath[str], posted: GivenForm
) -> Response[str] | Redirect:
    """Add a sub job, or give one another name."""
    filled = _SUB_JOB.read(posted)
    if not filled.is_good:
        return _sub_jobs_page(request, application, actor, number, filled, status=422)
    code, name = filled.values["code"], filled.values["name"]
    try:
        application.budgets.sub_job(actor, number, code, name=name)
    except BadInput as error:
        refused = filled.refused(renamed(error, _OF_SUB_JOB))
        return _sub_jobs_page(request, application, actor, number, refused, status=422)
    return redirect(request, budget_path(number, "sub-jobs"), flash=Flash(f"Sub job {code} is {name}."))


def _form(request: WebRequest, application: Application, actor: Actor, number: str) -> Form:
    project = application.projects.show(actor, number)
    sub_jobs = application.budgets.sub_jobs(actor, number)
    return line_form(words_of(application, project), sub_jobs, numbers_of(request, application, actor), project.digits)


def _find(application: Application, actor: Actor, number: str, key: LineKey) -> BudgetLineView:
    line = application.budgets.line(actor, number, key)
    if line.removed:
        raise NotFound(f"The budget has no line {key}.", remedy="Look at the budget: somebody may have removed it.")
    return line


def _page(
    request: WebRequest,
    application: Application,
    actor: Actor,
    number: str,
    filled: Filled,
    *,
    status: int = 200,
    line: BudgetLineView | None = None,
    changed: bool = False,
) -> Response[str]:
    return render(
        request,
        "budget/line.html",
        status=status,
        here=desk(application, actor, number),
        form=filled,
        line=line,
        seen=seen(line),
        changed=changed,
    )


def _sub_jobs_page(
    request: WebRequest, application: Application, actor: Actor, number: str, filled: Filled, *, status: int = 200
) -> Response[str]:
    return render(
        request,
        "budget/sub_jobs.html",
        status=status,
        here=desk(application, actor, number),
        form=filled,
        sub_jobs=application.budgets.sub_jobs(actor, number),
    )


HANDLERS: Final = (show_new_line, add_line, show_line, edit_line, remove_line, show_sub_jobs, keep_sub_job)
