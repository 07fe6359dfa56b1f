"""`/projects/{number}/source` and `/pull`: where a budget comes from, what would come now, and taking it in."""

from collections.abc import Mapping
from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated, Final, Literal

import msgspec
from attrs import frozen
from litestar.params import FromPath, JSONBody

from erp_bridge_core.contract.errors import NotFound
from erp_bridge_core.pulling.views import Choices
from erp_bridge_core.web.api.models import Body, Done, Key, Name, made, made_all
from erp_bridge_core.web.api.operations import ERP, Operations
from erp_bridge_core.web.api.problems import ProblemFault
from erp_bridge_core.web.given import GivenActor, GivenApplication

_on = Operations("pulling")

#: How a line or a budget change stands between the source and here.
_Verdict = Literal[
    "unchanged", "ours", "same", "new", "changed", "removed", "kept", "kept-away", "both-changed", "both-unlinked",
    "removed-there", "removed-here", "told",
]  # fmt: skip
_Chosen = Annotated[list[Name], msgspec.Meta(max_length=10_000)]


@frozen(kw_only=True)
class SourceProjectModel:
    """A project of a source; `project` is the number of ours that is linked with it."""

    id: str
    number: str
    name: str
    currency: str
    job: str
    active: bool
    project: str | None


@frozen(kw_only=True)
class SourceLinkModel:
    """Where a project's budget comes from, and when it was last taken."""

    connection: str
    source_project: str
    source_number: str
    source_name: str
    linked_at: datetime
    taken_at: datetime | None


@frozen(kw_only=True)
class LineFiguresModel:
    """What a line says beside its key."""

    description: str
    quantity: str | None
    unit: str
    unit_cost: str | None
    amount: str


@frozen(kw_only=True)
class LineDifferenceModel:
    """A line that differs: as last taken, at the source now, here now. `name` is how a choice names it."""

    name: str
    key: Key
    verdict: _Verdict
    base: LineFiguresModel | None
    theirs: LineFiguresModel | None
    ours: LineFiguresModel | None
    place: str


@frozen(kw_only=True)
class ChangeDifferenceModel:
    """A budget change that differs, with its amounts; `number` and `date` are the source's, `our_number` is ours."""

    name: str
    number: str
    date: date | None
    description: str
    verdict: _Verdict
    base: str | None
    theirs: str | None
    ours: str | None
    our_number: str | None
    progress: str | None


@frozen(kw_only=True)
class SourceWarning:
    """Something at the source that somebody should look at."""

    rule: str
    message: str
    remedy: str


@frozen(kw_only=True)
class LookModel:
    """What taking the budget in would bring now. `hash` is what taking it in asks for.

    `counts` and `change_counts` are of all lines and changes by verdict; `lines` holds the first thousand of each that
    differ. `asks` is how many were edited in both places, `held` how many can't come now, for the reasons beside.
    """

    project: str
    connection: str
    source_project: str
    source_number: str
    source_name: str
    currency: str
    hash: str
    taken_at: datetime | None
    locked: bool | None
    original: str
    change_total: str
    counts: Mapping[str, int]
    change_counts: Mapping[str, int]
    lines: list[LineDifferenceModel]
    changes: list[ChangeDifferenceModel]
    sub_jobs: list[str]
    warnings: list[SourceWarning]
    line_reasons: list[ProblemFault]
    change_reasons: list[ProblemFault]
    comes: int
    asks: int
    held: int


@frozen(kw_only=True)
class TakenModel:
    """What was taken in; `original` and `change_total` are what the budget moved by."""

    project: str
    lines: int
    removed: int
    changes: list[str]
    sub_jobs: list[str]
    original: str
    change_total: str
    held: int
    reasons: list[ProblemFault]


class NewSourceLink(Body):
    """The source's project, by its id or number there."""

    connection: Name
    source_project: Name


class LockOrder(Body):
    """Whether the budget is to be locked at its source, or unlocked."""

    lock: bool


class TakeOrder(Body):
    """The `hash` of what was looked at, and whose is kept of what was edited in both places.

    `theirs` and `ours` hold names of lines and changes, or a verdict for all of it, such as `both-changed`.
    """

    look: Name
    theirs: _Chosen = msgspec.field(default_factory=list)
    ours: _Chosen = msgspec.field(default_factory=list)


@_on.read("/connections/{name:str}/source-projects", "Projects of a source", *ERP)
def list_source_projects(
    application: GivenApplication, actor: GivenActor, name: FromPath[str]
) -> list[SourceProjectModel]:
    """List the projects of a budget source; reads the source. For administrators."""
    return made_all(SourceProjectModel, application.pulling.projects(actor, name))


@_on.read("/projects/{number:str}/source", "Where a budget comes from")
def show_source_link(application: GivenApplication, actor: GivenActor, number: FromPath[str]) -> SourceLinkModel:
    """Show which project of a source the budget is taken from; 404 where it comes from none."""
    link = application.pulling.linked(actor, number)
    if link is None:
        raise NotFound(f"Project {number} is linked with no source.", remedy="An administrator links it.")
    return made(SourceLinkModel, link)


@_on.put("/projects/{number:str}/source", "Link a project with a source's", *ERP)
def link_source(
    application: GivenApplication, actor: GivenActor, number: FromPath[str], data: JSONBody[NewSourceLink]
) -> SourceLinkModel:
    """Link a project with one of a source's; nothing is taken yet. For administrators."""
    link = application.pulling.link(actor, number, data.connection, source_project=data.source_project)
    return made(SourceLinkModel, link)


@_on.remove("/projects/{number:str}/source", "Unlink a project from its source")
def unlink_source(application: GivenApplication, actor: GivenActor, number: FromPath[str]) -> None:
    """Take that link away; what was taken stays as it is here."""
    application.pulling.unlink(actor, number)


@_on.read("/projects/{number:str}/pull", "What the source would bring", HTTPStatus.CONFLICT, *ERP)
def look_at_source(application: GivenApplication, actor: GivenActor, number: FromPath[str]) -> LookModel:
    """Compare the budget with its source's, as last taken, there and here; reads the source and changes nothing."""
    return made(LookModel, application.pulling.look(actor, number))


@_on.act("/projects/{number:str}/pull", "Take the source's budget in", HTTPStatus.PRECONDITION_FAILED, *ERP)
def take_source(
    application: GivenApplication, actor: GivenActor, number: FromPath[str], data: JSONBody[TakeOrder]
) -> TakenModel:
    """Take the budget in as it was looked at; 412 where it is not that any more, on either side."""
    choices = Choices(theirs=frozenset(data.theirs), ours=frozenset(data.ours))
    return made(TakenModel, application.pulling.take(actor, number, look=data.look, choices=choices))


@_on.put("/projects/{number:str}/source/lock", "Lock a budget at its source", *ERP)
def lock_source(
    application: GivenApplication, actor: GivenActor, number: FromPath[str], data: JSONBody[LockOrder]
) -> Done:
    """Lock the budget at its source, or unlock it there; ours is locked by a send alone."""
    application.pulling.lock(actor, number, locked=data.lock)
    return Done(done=f"The budget of {number} is {'locked' if data.lock else 'unlocked'} at its source.")


HANDLERS: Final = (
    list_source_projects, show_source_link, link_source, unlink_source, look_at_source, take_source, lock_source,
)  # fmt: skip
