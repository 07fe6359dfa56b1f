"""A budget from its source: which of the source's projects, what would come, what a person decides, taken in."""

from typing import Final

from attrs import frozen
from litestar import Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from erp_bridge_core.app import Application
from erp_bridge_core.configuration.kinds import ConnectionKind
from erp_bridge_core.contract.errors import (
    BadInput,
    Changed,
    ErpBridgeError,
    ErpError,
    NotFound,
    NotPossibleNow,
    NotSupported,
    OutcomeUnknown,
)
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.rules import require
from erp_bridge_core.pulling.rules import ASKS, Choice, Verdict
from erp_bridge_core.pulling.views import Choices, Look
from erp_bridge_core.web.actors import WebRequest
from erp_bridge_core.web.flash import Flash
from erp_bridge_core.web.given import GivenActor, GivenApplication, GivenForm
from erp_bridge_core.web.rendering import redirect, render
from erp_bridge_core.web.views.budget import budget_path, desk

#: What a line or a change that differs is called; the commands and the API name it by its verdict.
TITLES: Final = {
    Verdict.NEW: "new there",
    Verdict.CHANGED: "changed there",
    Verdict.REMOVED: "removed there",
    Verdict.KEPT: "changed here, kept",
    Verdict.KEPT_AWAY: "removed here, stays away",
    Verdict.BOTH_CHANGED: "changed in both places",
    Verdict.BOTH_UNLINKED: "stood here before",
    Verdict.REMOVED_THERE: "removed there, changed here",
    Verdict.REMOVED_HERE: "removed here, changed there",
    Verdict.TOLD: "altered there once it was on its way",
}
#: Lines that the page shows; commands and the API show more.
_SHOWN: Final = 200
#: A choice is posted under this and the name of what it is for.
_CHOICE: Final = "choice:"
#: What may go wrong with a source and is told on its page.
_TOLD: Final = (BadInput, NotFound, NotPossibleNow, ErpError)


@get("/projects/{number:str}/budget/pull", sync_to_thread=True)
def show_pull(
    *,
    request: WebRequest,
    application: GivenApplication,
    actor: GivenActor,
    number: FromPath[str],
    connection: FromQuery[str] = "",
) -> Response[str]:
    """Where the budget comes from; of one that comes from nowhere, the projects of the source that is chosen."""
    return _PullPage(request, application, actor, number).show(connection=connection)


@get("/projects/{number:str}/budget/pull/look", sync_to_thread=True)
def show_look(
    request: WebRequest, application: GivenApplication, actor: GivenActor, number: FromPath[str]
) -> Response[str]:
    """What taking it in would bring now; the source is read, and nothing changed."""
    return _PullPage(request, application, actor, number).look()


@post("/projects/{number:str}/budget/pull/look", sync_to_thread=True)
def take_in(
    request: WebRequest, application: GivenApplication, actor: GivenActor, number: FromPath[str], posted: GivenForm
) -> Response[str] | Redirect:
    """Take it in as it was looked at, with what was chosen."""
    return _PullPage(request, application, actor, number).take(posted)


@post("/projects/{number:str}/budget/pull/link", sync_to_thread=True)
def link_source(
    request: WebRequest, application: GivenApplication, actor: GivenActor, number: FromPath[str], posted: GivenForm
) -> Response[str] | Redirect:
    """Link the project with the source's that was chosen."""
    page = _PullPage(request, application, actor, number)
    require(page.here.ways.administer)
    connection, chosen = _text(posted, "connection"), _text(posted, "source_project")
    try:
        link = application.pulling.link(actor, number, connection, source_project=chosen)
    except _TOLD as error:
        return page.show(connection=connection, refused=error)
    told = f"The budget of {number} comes from {link.source_number} of {connection}. Look at what would come."
    return redirect(request, budget_path(number, "pull"), flash=Flash(told))


@post("/projects/{number:str}/budget/pull/unlink", sync_to_thread=True)
def unlink_source(
    request: WebRequest, application: GivenApplication, actor: GivenActor, number: FromPath[str]
) -> Redirect:
    """Take the link away; what was taken stays."""
    application.pulling.unlink(actor, number)
    return redirect(request, budget_path(number, "pull"), flash=Flash(f"The budget of {number} comes from no source."))


@post("/projects/{number:str}/budget/pull/lock", sync_to_thread=True)
def lock_source(
    request: WebRequest, application: GivenApplication, actor: GivenActor, number: FromPath[str], posted: GivenForm
) -> Response[str] | Redirect:
    """Lock the budget at its source, or unlock it there."""
    page, locked = _PullPage(request, application, actor, number), _text(posted, "locked") != "no"
    try:
        application.pulling.lock(actor, number, locked=locked)
    except (*_TOLD, NotSupported, OutcomeUnknown) as error:
        return page.show(refused=error)
    told = f"The budget of {number} is {'locked' if locked else 'unlocked'} at its source."
    return redirect(request, budget_path(number, "pull"), flash=Flash(told))


class _PullPage:
    """The page of one project's source."""

    def __init__(self, request: WebRequest, application: Application, actor: Actor, number: str) -> None:
        self._request, self._application, self._actor, self._number = request, application, actor, number
        self.here = desk(application, actor, number)
        self._link = application.pulling.linked(actor, number)

    def show(self, *, connection: str = "", refused: ErpBridgeError | None = None) -> Response[str]:
        """The link, or the choice of one."""
        administers = not self.here.ways.administer
        sources = self._application.connections.list(self._actor, ConnectionKind.SOURCE) if administers else ()
        found = None
        if self._link is None and connection and administers:
            try:
                found = self._application.pulling.projects(self._actor, connection)
            except _TOLD as error:
                refused = refused or error
        return self._render(sources=sources, chosen=connection, found=found, refused=refused)

    def look(self, *, refused: ErpBridgeError | None = None, choices: Choices | None = None) -> Response[str]:
        """What would come."""
        look = None
        try:
            look = self._application.pulling.look(self._actor, self._number)
        except _TOLD as error:
            refused = refused or error
        return self._render(look=look, table=_table(look, choices or Choices()) if look else None, refused=refused)

    def take(self, posted: FormMultiDict) -> Response[str] | Redirect:
        """Take it in, or show again what would come with what stands in the way."""
        require(self.here.ways.may_edit)
        choices = _choices(posted)
        try:
            taken = self._application.pulling.take(
                self._actor, self._number, look=_text(posted, "look"), choices=choices
            )
        except Changed as error:
            return self.look(refused=error)
        except _TOLD as error:
            return self.look(refused=error, choices=choices)
        told = (
            f"Taken in: {taken.lines:,} lines written, {taken.removed:,} removed,"
            f" {len(taken.changes):,} budget changes. {taken.held:,} could not come now."
        )
        return redirect(self._request, budget_path(self._number), flash=Flash(told))

    def _render(
        self,
        *,
        refused: ErpBridgeError | None,
        sources: object = (),
        chosen: str = "",
        found: object = None,
        look: Look | None = None,
        table: object = None,
    ) -> Response[str]:
        return render(
            self._request,
            "budget/pull.html",
            status=200 if refused is None else 422,
            here=self.here,
            link=self._link,
            sources=sources,
            chosen=chosen,
            found=found,
            look=look,
            table=table,
            refused=refused,
            faults=refused.faults[:_SHOWN] if refused else (),
        )


@frozen(kw_only=True)
class _Row:
    """One line or change that differs: what it is called, its three amounts, and whether a person decides."""

    name: str
    title: str
    asks: bool
    base: object
    theirs: object
    ours: object
    place: str
    chosen: str


@frozen(kw_only=True)
class _Table:
    """What the page shows of a look: some rows, how many there are, and the kinds that ask."""

    rows: tuple[_Row, ...]
    total: int
    kinds: tuple[tuple[str, str, str], ...]


def _table(look: Look, choices: Choices) -> _Table:
    lines = sorted(look.lines, key=lambda each: not each.verdict.asks)
    rows = [
        _Row(
            name=each.name,
            title=TITLES[each.verdict],
            asks=each.verdict.asks and not look.line_reasons,
            base=each.base and each.base.amount,
            theirs=each.theirs and each.theirs.amount,
            ours=each.ours and each.ours.amount,
            place=each.place,
            chosen=_word(choices.of(each.name, each.verdict)),
        )
        for each in lines[:_SHOWN]
    ]
    rows += [
        _Row(
            name=each.name,
            title=TITLES[each.verdict],
            asks=each.verdict.asks and not look.change_reasons,
            base=each.base,
            theirs=each.theirs,
            ours=each.ours,
            place=each.description,
            chosen=_word(choices.of(each.name, each.verdict)),
        )
        for each in look.changes[:_SHOWN]
    ]
    asked = [each for each in Verdict if each in ASKS and (look.counts.get(each) or look.change_counts.get(each))]
    kinds = tuple((each.value, TITLES[each], _word(choices.of(each.value, each))) for each in asked)
    return _Table(rows=tuple(rows), total=len(look.lines) + len(look.changes), kinds=kinds)


def _choices(posted: FormMultiDict) -> Choices:
    chosen: dict[str, set[str]] = {Choice.THEIRS.value: set(), Choice.OURS.value: set()}
    for name, value in posted.multi_items():
        if name.startswith(_CHOICE) and value in chosen:
            chosen[str(value)].add(name.removeprefix(_CHOICE))
    return Choices(theirs=frozenset(chosen[Choice.THEIRS.value]), ours=frozenset(chosen[Choice.OURS.value]))


def _word(choice: Choice | None) -> str:
    return choice.value if choice else ""


def _text(posted: FormMultiDict, name: str) -> str:
    value = posted.get(name)
    return value.strip()[:200] if isinstance(value, str) else ""


HANDLERS: Final = (show_pull, show_look, take_in, link_source, unlink_source, lock_source)
