"""What people at the simulated Procore do, step by step, as a budget source's simulator offers it."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from attrs import evolve

from erp_bridge_core.contract import LineKey
from erp_bridge_procore.simulator import budget, changes, erp_tool
from erp_bridge_procore.simulator.budget import IN_TOOL
from erp_bridge_procore.simulator.context import Context, Row
from erp_bridge_procore.simulator.desk_acts import acting, code_named, project_named
from erp_bridge_procore.simulator.masters import APPROVER, MANAGER, person_of

#: Stages out of which the approver's side has to let a budget go before it is edited or sent again.
_TO_REJECT: Final = frozenset({"failed_to_export"})


def flat_code(key: LineKey) -> str:
    """A budget code as Procore joins it."""
    return ".".join(filter(None, (key.sub_job, key.cost_code, key.category)))


def set_line(home: Path, job: str, key: LineKey, amount: Decimal) -> None:
    """Enter or edit a line; a locked budget is unlocked before, in every way that people have."""
    with acting(home, MANAGER) as context:
        project = project_named(context, job)
        unlock(context, project)
        wbs = code_named(context, project, flat_code(key))
        given: dict[str, Any] = {"wbs_code_id": wbs["id"], "original_budget_amount": amount}
        line = context.one("SELECT * FROM line WHERE wbs = ?", wbs["id"])
        if line is None:
            budget.add_line(context, project["id"], given)
        else:
            budget.set_line(context, line, given)


def unlock(context: Context, project: Row) -> None:
    """Unlock a budget: retrieve it or have it rejected where it has to be, and its job costs brought back."""
    held = context.budget(project["id"])
    if not held["locked"]:
        return
    if held["stage"] == "ready_to_export":
        erp_tool.retrieve(context, project)
    if held["stage"] in _TO_REJECT:
        _reject(context, project, "To be corrected.")
    _bring_job_costs_back(context, project)
    if context.budget(project["id"])["stage"] not in IN_TOOL:
        budget.unlock_budget(context, project["id"], destroy=False)


def make_change(home: Path, job: str, number: str, lines: Mapping[LineKey, Decimal], status: str) -> None:
    """Make a budget change under the number, or the next one where Procore could have no such number."""
    with acting(home, MANAGER) as context:
        project = project_named(context, job)
        rising = [key for key, amount in lines.items() if amount > 0] or list(lines)
        items = []
        for key, amount in lines.items():
            wbs = code_named(context, project, flat_code(key))["id"]
            # Each adjustment has one line that the money goes to; what it comes from belongs to the first.
            place = rising.index(key) + 1 if key in rising else 1
            kind = "change_event" if key in rising else "budget_change"
            items.append({"adjustment_number": place, "type": kind, "wbs_code_id": wbs, "amount": amount})
        given = {"status": status, "title": f"Change {number}", "adjustment_line_items": items}
        if number.isascii() and number.isdigit():
            given["number"] = number
        changes.add_change(context, project["id"], given)


def send(home: Path, job: str) -> str:
    """Send and export what is new, each by whoever may: the number of the request."""
    with acting(home, MANAGER) as context:
        project = project_named(context, job)
        if context.budget(project["id"])["stage"] in _TO_REJECT:
            _reject(context, project, "To be sent again.")
        context.run("UPDATE budget SET locked = 1 WHERE project = ?", project["id"])
        _bring_job_costs_back(context, project)
        erp_tool.send(context, project)
    with acting(home, APPROVER) as context:
        request, _ = erp_tool.export(context, project_named(context, job), {})
    return str(request)


def _reject(context: Context, project: Row, reason: str) -> None:
    erp_tool.reject(evolve(context, person=person_of(context, APPROVER)), project, reason)


def _bring_job_costs_back(context: Context, project: Row) -> None:
    context.run("UPDATE budget SET posted = 1 WHERE project = ? AND stage = 'synced'", project["id"])
