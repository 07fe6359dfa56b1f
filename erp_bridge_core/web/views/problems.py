"""What is unresolved in a company: what is wrong with each, since when it waits, and the page with its way out."""

from collections.abc import Callable, Iterator
from typing import Final

from attrs import frozen

from erp_bridge_core.app import Application
from erp_bridge_core.approvals.details import ReviewRow
from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.contract.errors import ErpBridgeError, Frozen, NotFound
from erp_bridge_core.exports.status import ExportState, ExportStatus
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.web.views.items import UNRESOLVED, item_path

#: Problems of one kind whose details are told; the list of items has all of them.
_MOST: Final = 50


@frozen(kw_only=True)
class Problem:
    """One item that is stuck: `what` is wrong in a sentence, `way_out` what to do, on the page at `path`."""

    row: ReviewRow
    what: str
    way_out: str
    path: str


@frozen(kw_only=True)
class ProblemsView:
    """All of them; `frozen` where writing is frozen. `more` counts those that are not told here."""

    frozen: Frozen | None
    problems: tuple[Problem, ...]
    more: int


def load_problems(application: Application, actor: Actor, *, is_here: Callable[[int], bool]) -> ProblemsView:
    """What is unresolved, for whoever may look at ERP Integrations; `is_here` tells what this server is at."""
    problems: list[Problem] = []
    more = 0
    for state in (*UNRESOLVED, ItemState.EXPORTING):
        rows = application.reviews.list(actor, filter=state).rows
        more += max(0, len(rows) - _MOST)
        problems += [found for row in rows[:_MOST] for found in _problem(application, actor, row, is_here)]
    return ProblemsView(frozen=application.freezing.why(actor), problems=tuple(problems), more=more)


def _problem(
    application: Application, actor: Actor, row: ReviewRow, is_here: Callable[[int], bool]
) -> Iterator[Problem]:
    if row.state is ItemState.MISMATCH:
        what, way, page = (
            _mismatch(application, actor, row),
            "Correct it in the ERP, adopt it, or accept it.",
            "posting",
        )
    else:
        status = _status(application, actor, row.item)
        if row.state is ItemState.EXPORTING and (status is None or _goes_on(status, here=is_here(row.item))):
            return
        what, way, page = (*_of_export(row.state, status), "export")
    yield Problem(row=row, what=what, way_out=way, path=item_path(row.item, page))


def _goes_on(status: ExportStatus, *, here: bool) -> bool:
    """Whether somebody, or this server, is at it: a hand-over waits for a person, a running export for its end."""
    return here or status.state is not ExportState.RUNNING


def _status(application: Application, actor: Actor, item_id: int) -> ExportStatus | None:
    try:
        return application.exports.status(actor, item_id)
    except NotFound:
        return None


def _of_export(state: ItemState, status: ExportStatus | None) -> tuple[str, str]:
    if status is None:  # accepted before a restore, so that nobody knows whether it was exported
        return "Nobody can tell whether it was exported before the restore.", "Look in the ERP, then reject it or thaw."
    if state is ItemState.EXPORTING:
        return "Its export has begun, and this server is not at it.", "If no other one is, resume it."
    if status.state is ExportState.CONFLICT:
        return "The ERP holds something else in its place; nothing more is sent.", "Look in the ERP, then settle it."
    if state is ItemState.UNKNOWN:
        lines = status.lines.unknown
        return (
            f"{lines:,} of {status.lines.total:,} lines are in doubt.",
            "Resume it; or look in the ERP and settle it.",
        )
    refused = (
        f"The ERP refused {status.lines.refused:,} of {status.lines.total:,} lines." if status.lines.refused else ""
    )
    stopped = str((status.failure or {}).get("message", ""))
    return refused or stopped or "It was stopped.", "Retry what has not arrived, or reject it."


def _mismatch(application: Application, actor: Actor, row: ReviewRow) -> str:
    try:
        result = application.verification.show(actor, row.item)
    except ErpBridgeError as error:  # its connection may be gone
        return error.message
    if result is None:
        return "The ERP's figures are not what was sent."
    keys = "1 key is" if result.named == 1 else f"{result.named:,} keys are"
    return f"{result.outcome.replace('_', ' ').capitalize()}: {keys} not as sent."
