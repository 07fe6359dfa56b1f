"""`/projects/{number}/budget`: lines and sub jobs (B1, B7)."""

from collections.abc import Iterable
from http import HTTPStatus
from itertools import islice
from typing import Annotated, Any, Final

import msgspec
from attrs import frozen
from litestar import Response
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from erp_bridge_core.app import Application
from erp_bridge_core.budgets.entries import LineEntry
from erp_bridge_core.budgets.line_queries import LineSearch
from erp_bridge_core.contract.budget import LineKey
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.web.actors import WebRequest
from erp_bridge_core.web.api.etags import tagged, unchanged
from erp_bridge_core.web.api.models import Body, Done, Key, Limit, Name, Number, Offset, Text, listed, made, number
from erp_bridge_core.web.api.operations import Operations
from erp_bridge_core.web.api.projects import ProjectModel
from erp_bridge_core.web.given import GivenActor, GivenApplication
from erp_bridge_core.web.paging import PAGE_ROWS, Slice

_on = Operations("budgets")
_SubJob = Annotated[str | None, QueryParameter(description="Lines of this sub job alone; blank: of the job itself.")]
_Search = Annotated[str, QueryParameter(max_length=200, description="Lines with this in a code or description.")]


@frozen(kw_only=True)
class BudgetTotalsModel:
    """A budget's sums: what it holds, and what of it arrived in the ERP."""

    lines: int
    original: str
    changes: str
    revised: str
    exported_original: str
    exported_changes: str
    exported: str


@frozen(kw_only=True)
class SubJobModel:
    """A sub job of a project."""

    code: str
    name: str


@frozen(kw_only=True)
class Budget:
    """A project's budget without its lines, which `/budget/lines` answers."""

    project: ProjectModel
    totals: BudgetTotalsModel


@frozen(kw_only=True)
class LineSourceModel:
    """The file that a line was imported from, and its rows there: several where repeated keys were summed.

    Of a line that was taken from a budget source, the connection and the place there, and no rows.
    """

    file: str
    rows: list[int]


@frozen(kw_only=True)
class BudgetLine:
    """One key of a budget: `changes` are the approved ones; `removed` keys stay visible since they were exported.

    `source` is null of a line that was typed, or read from the ERP.
    """

    key: Key
    description: str
    quantity: str | None
    unit: str
    unit_cost: str | None
    original: str
    changes: str
    revised: str
    exported_original: str
    exported_changes: str
    removed: bool
    source: LineSourceModel | None


@frozen(kw_only=True)
class BudgetLinePage:
    """Some lines of all, by key."""

    items: list[BudgetLine]
    total: int
    next_offset: int | None


class NewLine(Body):
    """A line to add. Blank is not zero: without `amount`, quantity and unit cost are both there."""

    cost_code: Name
    category: Text = ""
    sub_job: Text = ""
    description: Text = ""
    quantity: Number | None = None
    unit: Text = ""
    unit_cost: Number | None = None
    amount: Number | None = None

    def entry(self) -> LineEntry:
        """The line as the budget takes it."""
        return LineEntry(**exact(msgspec.structs.asdict(self)))


class LineChange(Body):
    """What to change of a line: null takes a number away, what is not named stays."""

    cost_code: Name | msgspec.UnsetType = msgspec.UNSET
    category: Text | msgspec.UnsetType = msgspec.UNSET
    sub_job: Text | msgspec.UnsetType = msgspec.UNSET
    description: Text | msgspec.UnsetType = msgspec.UNSET
    quantity: Number | msgspec.UnsetType | None = msgspec.UNSET
    unit: Text | msgspec.UnsetType = msgspec.UNSET
    unit_cost: Number | msgspec.UnsetType | None = msgspec.UNSET
    amount: Number | msgspec.UnsetType | None = msgspec.UNSET


class SubJobName(Body):
    """What a sub job is called."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


@_on.read("/projects/{number:str}/budget", "A budget's totals")
def show_budget(application: GivenApplication, actor: GivenActor, number: FromPath[str]) -> Budget:
    """Show a budget's project and totals."""
    return made(Budget, application.budgets.show(actor, number))


@_on.read("/projects/{number:str}/budget/lines", "A budget's lines")
def list_budget_lines(
    *,
    request: WebRequest,
    application: GivenApplication,
    actor: GivenActor,
    number: FromPath[str],
    sub_job: _SubJob = None,
    search: _Search = "",
    offset: Offset = 0,
    limit: Limit = PAGE_ROWS,
) -> Response[BudgetLinePage]:
    """List a budget's lines by key, those of approved changes and exports among them."""
    wanted = LineSearch(sub_job=sub_job, text=search, offset=offset, limit=limit)
    lines = application.budgets.find_lines(actor, number, wanted)
    found = Slice(rows=lines.lines, offset=offset, limit=limit, total=lines.totals.lines)
    return listed(request, BudgetLinePage, BudgetLine, found)


@_on.act("/projects/{number:str}/budget/lines", "Add a line", status_code=HTTPStatus.CREATED)
def add_budget_line(
    request: WebRequest,
    application: GivenApplication,
    actor: GivenActor,
    number: FromPath[str],
    data: JSONBody[NewLine],
) -> Response[BudgetLine]:
    """Add a line; one line a key."""
    application.projects.show(actor, number)  # whoever may not look would be refused after it was done
    key = application.budgets.add_line(actor, number, data.entry())
    return tagged(request, _line(application, actor, number, key), status=HTTPStatus.CREATED)


@_on.read("/projects/{number:str}/budget/line", "One line")
def show_budget_line(
    *,
    request: WebRequest,
    application: GivenApplication,
    actor: GivenActor,
    number: FromPath[str],
    cost_code: FromQuery[str],
    category: FromQuery[str] = "",
    sub_job: FromQuery[str] = "",
) -> Response[BudgetLine]:
    """Show one line, by its key."""
    return tagged(request, _line(application, actor, number, LineKey(sub_job, cost_code, category)))


@_on.change("/projects/{number:str}/budget/line", "Change a line")
def edit_budget_line(
    *,
    request: WebRequest,
    application: GivenApplication,
    actor: GivenActor,
    number: FromPath[str],
    data: JSONBody[LineChange],
    cost_code: FromQuery[str],
    category: FromQuery[str] = "",
    sub_job: FromQuery[str] = "",
) -> Response[BudgetLine]:
    """Change a line; the key of one that was exported stays."""
    application.projects.show(actor, number)  # whoever may not look would be refused after it was done
    key = LineKey(sub_job, cost_code, category)
    named = {name: value for name, value in msgspec.structs.asdict(data).items() if value is not msgspec.UNSET}
    with unchanged(request, lambda: _line(application, actor, number, key)):
        changed = application.budgets.edit_line(actor, number, key, changes=exact(named))
    return tagged(request, _line(application, actor, number, changed))


@_on.remove("/projects/{number:str}/budget/line", "Remove a line", versioned=True)
def remove_budget_line(
    *,
    request: WebRequest,
    application: GivenApplication,
    actor: GivenActor,
    number: FromPath[str],
    cost_code: FromQuery[str],
    category: FromQuery[str] = "",
    sub_job: FromQuery[str] = "",
) -> None:
    """Remove a line; one that was exported is set to zero and kept."""
    key = LineKey(sub_job, cost_code, category)
    with unchanged(request, lambda: _line(application, actor, number, key)):
        application.budgets.remove_line(actor, number, key)


@_on.read("/projects/{number:str}/budget/sub-jobs", "A project's sub jobs")
def list_sub_jobs(application: GivenApplication, actor: GivenActor, number: FromPath[str]) -> list[SubJobModel]:
    """List a project's sub jobs."""
    return [SubJobModel(code=code, name=name) for code, name in application.budgets.sub_jobs(actor, number)]


@_on.put("/projects/{number:str}/budget/sub-jobs/{code:str}", "Add or rename a sub job")
def put_sub_job(
    *,
    application: GivenApplication,
    actor: GivenActor,
    number: FromPath[str],
    code: FromPath[str],
    data: JSONBody[SubJobName],
) -> Done:
    """Add a sub job to a project, or rename it."""
    application.budgets.sub_job(actor, number, code, name=data.name)
    return Done(done=f"Sub job {code} is called {data.name}.")


def sliced(rows: Iterable[Any], total: int, *, offset: int, limit: int) -> Slice[Any]:
    """Some rows of a stream, whose number is known."""
    return Slice(rows=tuple(islice(rows, offset, offset + limit)), offset=offset, limit=limit, total=total)


def exact(values: dict[str, Any]) -> dict[str, Any]:
    """A line's values with its numbers exact."""
    numbers: dict[str, Any] = {
        name: number(values[name]) for name in ("quantity", "unit_cost", "amount") if name in values
    }
    return {**values, **numbers}


def _line(application: Application, actor: Actor, project: str, key: LineKey) -> BudgetLine:
    return made(BudgetLine, application.budgets.line(actor, project, key))


HANDLERS: Final = (
    show_budget, list_budget_lines, add_budget_line, show_budget_line, edit_budget_line, remove_budget_line,
    list_sub_jobs, put_sub_job,
)  # fmt: skip
