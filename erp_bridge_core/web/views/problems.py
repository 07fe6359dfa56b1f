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


def load_problems(
    application: Application, actor: Actor, *, is_at: Callable[[int], bool], worker_lives: bool
) -> ProblemsView:
    """What is unresolved, for whoever may look at ERP Integrations.

    `is_at` tells of which items' exports somebody is at this moment: this server, or a worker. `worker_lives`: there is
    one that takes up what waits.
    """
    states = (*UNRESOLVED, ItemState.EXPORTING)
    lists = [application.reviews.list(actor, filter=state, limit=_MOST) for state in states]
    rows = [row for found in lists for row in found.rows]
    exported = application.exports.briefs(actor, [row.item for row in rows])
    verified = application.verification.briefs(actor, [row.item for row in rows])
    waiting = _Waiting(is_at=is_at, worker_lives=worker_lives)
    problems = [_problem(row, exported.get(row.item), verified.get(row.item), waiting) for row in rows]
    return ProblemsView(
        frozen=application.freezing.why(actor),
        problems=tuple(each for each in problems if each is not None),
        more=sum(found.total - len(found.rows) for found in lists),
    )


@frozen(kw_only=True)
class _Waiting:
    """What is known of exports that have begun: whether somebody is at one, and whether anybody comes."""

    is_at: Callable[[int], bool]
    worker_lives: bool

    def goes_on(self, export: ExportBrief) -> bool:
        """Whether somebody is at it: a hand-over waits for a person, a running export for its end."""
        return export.state is not ExportState.RUNNING or (not export.paused and self.is_at(export.item))

    def told(self, export: ExportBrief) -> tuple[str, str]:
        """What one that nobody is at waits for, and the way out."""
        if export.paused:
            return "Its export is paused.", "Continue it, or cancel it."
        if self.worker_lives:
            return "Its export has begun and waits for a worker's turn.", "See what the worker is at; or resume it."
        return "Its export has begun, nobody is at it, and no worker runs.", "Resume it, or start a worker."


def _problem(
    row: ReviewRow, export: ExportBrief | None, verified: VerificationBrief | None, waiting: _Waiting
) -> Problem | None:
    if row.state is ItemState.MISMATCH:
        what, way, page = _mismatch(verified), "Correct it in the ERP, adopt it, or accept it.", "posting"
    elif row.state is ItemState.EXPORTING:
        if export is None or waiting.goes_on(export):
            return None
        what, way, page = (*waiting.told(export), "export")
    else:
        what, way, page = (*_of_export(row.state, export), "export")
    return Problem(row=row, what=what, way_out=way, path=item_path(row.item, page))


def _of_export(state: ItemState, status: ExportBrief | None) -> tuple[str, str]:
    if status is None:  # accepted before a restore, so that nobody knows whether it was exported
        return "Nobody can tell whether it was exported before the restore.", "Look in the ERP, then reject it or thaw."
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
