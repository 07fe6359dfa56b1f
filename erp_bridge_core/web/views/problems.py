"""What is unresolved in a company: what is wrong with each, since when it waits, and the page with its way out."""

from collections.abc import Callable
from typing import Final

from attrs import frozen

from erp_bridge_core.app import Application
from erp_bridge_core.approvals.details import ReviewRow
from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.contract.errors import Frozen
from erp_bridge_core.exports.briefs import ExportBrief, VerificationBrief
from erp_bridge_core.exports.status import ExportState
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
    states = (*UNRESOLVED, ItemState.EXPORTING)
    lists = [application.reviews.list(actor, filter=state, limit=_MOST) for state in states]
    rows = [row for found in lists for row in found.rows]
    exported = application.exports.briefs(actor, [row.item for row in rows])
    verified = application.verification.briefs(actor, [row.item for row in rows])
    problems = [_problem(row, exported.get(row.item), verified.get(row.item), is_here) for row in rows]
    return ProblemsView(
        frozen=application.freezing.why(actor),
        problems=tuple(each for each in problems if each is not None),
        more=sum(found.total - len(found.rows) for found in lists),
    )


def _problem(
    row: ReviewRow, export: ExportBrief | None, verified: VerificationBrief | None, is_here: Callable[[int], bool]
) -> Problem | None:
    if row.state is ItemState.MISMATCH:
        what, way, page = _mismatch(verified), "Correct it in the ERP, adopt it, or accept it.", "posting"
    elif row.state is ItemState.EXPORTING and (export is None or _goes_on(export, is_here)):
        return None
    else:
        what, way, page = (*_of_export(row.state, export), "export")
    return Problem(row=row, what=what, way_out=way, path=item_path(row.item, page))


def _goes_on(export: ExportBrief, is_here: Callable[[int], bool]) -> bool:
    """Whether somebody, or this server, is at it: a hand-over waits for a person, a running export for its end."""
    return export.state is not ExportState.RUNNING or is_here(export.item)


def _of_export(state: ItemState, status: ExportBrief | None) -> tuple[str, str]:
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


def _mismatch(verified: VerificationBrief | None) -> str:
    if verified is None:
        return "The ERP's figures are not what was sent."
    keys = "1 key is" if verified.named == 1 else f"{verified.named:,} keys are"
    return f"{verified.outcome.replace('_', ' ').capitalize()}: {keys} not as sent."
