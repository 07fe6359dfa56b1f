"""A project's budget: its lines, what may be done with it, and what became of each send (B3, B4, B6, V1)."""

from typing import Final

from attrs import frozen
from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from erp_bridge_core.budgets.line_queries import LineSearch
from erp_bridge_core.budgets.views import FoundLines
from erp_bridge_core.web.actors import WebRequest
from erp_bridge_core.web.flash import Flash
from erp_bridge_core.web.given import GivenActor, GivenApplication
from erp_bridge_core.web.moments import of_one_moment
from erp_bridge_core.web.paging import PAGE_ROWS, Slice, offset_of, page_number
from erp_bridge_core.web.rendering import redirect, render
from erp_bridge_core.web.views.budget import TRIED_LINES, budget_path, desk

#: How many lines a page may hold.
PAGE_SIZES: Final = (100, 500, 2000)
#: The choice of the lines that stand on the job itself: no sub job has such a code.
_JOB_ITSELF: Final = "(job)"
_ANY: Final = ""


@frozen(kw_only=True)
class _Wanted:
    """Which lines somebody asked for, as he asked."""

    sub_job: str
    text: str
    rows: int
    page: int

    @property
    def is_all(self) -> bool:
        """Whether nothing is left out."""
        return not (self.sub_job or self.text)

    def search(self) -> LineSearch:
        sub_job = {_ANY: None, _JOB_ITSELF: ""}.get(self.sub_job, self.sub_job)
        before = offset_of(self.page) // PAGE_ROWS
        return LineSearch(sub_job=sub_job, text=self.text.strip(), offset=before * self.rows, limit=self.rows)

    def query(self) -> dict[str, str]:
        return {"sub_job": self.sub_job, "text": self.text, "rows": str(self.rows)}


@get("/projects/{number:str}", sync_to_thread=False)
def open_project(request: WebRequest, number: FromPath[str]) -> Redirect:
    """A project's first page is its budget."""
    return redirect(request, budget_path(number))


@get("/projects/{number:str}/budget", sync_to_thread=True)
@of_one_moment
def show_budget(
    *,
    request: WebRequest,
    application: GivenApplication,
    actor: GivenActor,
    number: FromPath[str],
    sub_job: FromQuery[str] = "",
    text: FromQuery[str] = "",
    rows: FromQuery[int] = PAGE_SIZES[0],
    page: FromQuery[int] = 1,
) -> Response[str]:
    """The budget by cost code, a page of its lines, and buttons that say why they can't be used."""
    size = rows if rows in PAGE_SIZES else PAGE_SIZES[0]
    wanted = _Wanted(sub_job=sub_job, text=text[:100], rows=size, page=page)
    found = application.budgets.find_lines(actor, number, wanted.search())
    totals = found.totals if wanted.is_all else application.budgets.show(actor, number).totals
    here = desk(application, actor, number, thorough=totals.lines <= TRIED_LINES)
    shown = _slice(found, wanted)
    return render(
        request,
        "budget/lines.html",
        here=here,
        found=found,
        wanted=wanted,
        totals=totals,
        sub_jobs=application.budgets.sub_jobs(actor, number),
        sizes=PAGE_SIZES,
        tried=totals.lines <= TRIED_LINES,
        path=here.path(**wanted.query()) + "&",
        previous_page=page_number(shown, shown.previous_offset),
        next_page=page_number(shown, shown.next_offset),
    )


@post("/projects/{number:str}/budget/retrieve", sync_to_thread=True)
def retrieve(request: WebRequest, application: GivenApplication, actor: GivenActor, number: FromPath[str]) -> Redirect:
    """Take back what waits for its answer."""
    item = application.sending.retrieve(actor, number)
    done = Flash(f"Item {item.id} was retrieved; the budget can be edited.")
    return redirect(request, budget_path(number), flash=done)


@post("/projects/{number:str}/budget/unlock", sync_to_thread=True)
def unlock(request: WebRequest, application: GivenApplication, actor: GivenActor, number: FromPath[str]) -> Redirect:
    """Unlock the budget, once all of the ERP's conditions hold."""
    application.sending.unlock(actor, number)
    return redirect(request, budget_path(number), flash=Flash("The budget can be edited."))


@get("/projects/{number:str}/budget/history", sync_to_thread=True)
@of_one_moment
def show_history(
    request: WebRequest, application: GivenApplication, actor: GivenActor, number: FromPath[str]
) -> Response[str]:
    """Every send and what became of it; rejected is told from retrieved."""
    items = application.reviews.history(actor, number)
    return render(request, "budget/history.html", here=desk(application, actor, number), items=items)


def _slice(found: FoundLines, wanted: _Wanted) -> Slice[object]:
    search = wanted.search()
    return Slice(rows=found.lines, offset=search.offset, limit=search.limit, total=found.totals.lines)


HANDLERS: Final = (open_project, show_budget, retrieve, unlock, show_history)
