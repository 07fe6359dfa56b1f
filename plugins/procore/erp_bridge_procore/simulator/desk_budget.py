"""The desk's acts of a project manager: the budget, its lines, modifications and changes, lock and unlock."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from erp_bridge_core.simulation.commands import desk_commands
from erp_bridge_procore.simulator import budget as budgets
from erp_bridge_procore.simulator import changes
from erp_bridge_procore.simulator.amounts import shown, typed
from erp_bridge_procore.simulator.context import Context, Row
from erp_bridge_procore.simulator.desk_acts import acting, change_numbered, code_named, looking, project_named
from erp_bridge_procore.simulator.figures import figures_of
from erp_bridge_procore.simulator.masters import MANAGER
from erp_bridge_procore.simulator.modifications import add_modification

Project = Annotated[str, "project number"]
Code = Annotated[str, "budget code, such as 03-1000.L, or A1.03-1000.L on a sub job"]
Amount = Annotated[str, "amount"]


def budget(home: Path, *, project: Project) -> Sequence[str]:
    """The budget of a project, code by code."""
    with looking(home) as context:
        held = project_named(context, project)
        state = context.budget(held["id"])
        head = f"Budget of {project}: {'locked' if state['locked'] else 'unlocked'}, {state['stage']} {state['note']}"
        return [head.rstrip(), *(_told(each) for each in _rows(context, held))]


def set_line(home: Path, *, project: Project, code: Code, amount: Amount) -> Sequence[str]:
    """Give a budget line its original budget; a line that is not there is added."""
    with acting(home, MANAGER) as context:
        held = project_named(context, project)
        wbs = code_named(context, held, code)
        given = {"wbs_code_id": wbs["id"], "original_budget_amount": shown(typed(amount))}
        line = context.one("SELECT * FROM line WHERE wbs = ?", wbs["id"])
        if line is None:
            budgets.add_line(context, held["id"], given)
        else:
            budgets.set_line(context, line, given)
    return [f"{code} of {project} has {amount} as its original budget."]


def delete_line(home: Path, *, project: Project, code: Code) -> Sequence[str]:
    """Delete a line of an unlocked budget."""
    with acting(home, MANAGER) as context:
        held = project_named(context, project)
        line = _line(context, held, code)
        budgets.delete_line(context, "", str(held["id"]), str(line["id"]))
    return [f"{code} of {project} is deleted."]


def modify(home: Path, *, project: Project, source: Code, target: Code, amount: Amount) -> Sequence[str]:
    """Make a budget modification: move an amount from one line to another."""
    with acting(home, MANAGER) as context:
        held = project_named(context, project)
        given = {
            "from_budget_line_item_id": _line(context, held, source)["id"],
            "to_budget_line_item_id": _line(context, held, target)["id"],
            "transfer_amount": shown(typed(amount)),
        }
        number = add_modification(context, held["id"], given)["id"]
    return [f"Modification {number} moves {amount} from {source} to {target}."]


def add_change(
    home: Path, *, project: Project, code: Code, amount: Amount, source: Annotated[str, "code it is taken from"] = "",
    title: str = "Change", status: Annotated[str, "draft, approved, under_review or void"] = "draft",
) -> Sequence[str]:  # fmt: skip
    """Make a budget change of one adjustment."""
    with acting(home, MANAGER) as context:
        held = project_named(context, project)
        units = typed(amount)
        lines = [{"type": "change_event", "wbs_code_id": code_named(context, held, code)["id"], "amount": shown(units)}]
        if source:
            wbs = code_named(context, held, source)["id"]
            lines.append({"type": "budget_change", "wbs_code_id": wbs, "amount": shown(-units)})
        given = {"status": status, "title": title, "adjustment_line_items": lines}
        number = changes.add_change(context, held["id"], given)["number"]
    return [f"Change {number} of {project} is {status}."]


def approve(home: Path, *, project: Project, number: Annotated[str, "number of the change"]) -> Sequence[str]:
    """Approve a budget change."""
    with acting(home, MANAGER) as context:
        changes.set_status(context, change_numbered(context, project_named(context, project), number), "approved")
    return [f"Change {number} of {project} is approved."]


def add_cost(home: Path, *, project: Project, code: Code, amount: Amount) -> Sequence[str]:
    """Enter a direct cost; a code without a line is shown as "?" from then on."""
    with acting(home, MANAGER) as context:
        wbs = code_named(context, project_named(context, project), code)
        context.add("direct_cost", wbs=wbs["id"], amount=typed(amount))
    return [f"{code} of {project} has a cost of {amount}."]


def lock(home: Path, *, project: Project) -> Sequence[str]:
    """Lock a budget."""
    with acting(home, MANAGER) as context:
        context.run("UPDATE budget SET locked = 1 WHERE project = ?", project_named(context, project)["id"])
    return [f"The budget of {project} is locked."]


def unlock(home: Path, *, project: Project, modifications: Annotated[str, "keep or delete"] = "keep") -> Sequence[str]:
    """Unlock a budget."""
    if modifications not in {"keep", "delete"}:
        raise ValueError("modifications are kept or deleted: keep, delete")
    with acting(home, MANAGER) as context:
        held = project_named(context, project)
        budgets.unlock_budget(context, held["id"], destroy=modifications == "delete")
    return [f"The budget of {project} is unlocked."]


def _line(context: Context, project: Row, code: str) -> Row:
    row = context.one("SELECT * FROM line WHERE wbs = ?", code_named(context, project, code)["id"])
    if row is None:
        raise ValueError(f"{code} has no line in the budget")
    return row


def _rows(context: Context, project: Row) -> list[tuple[str, ...]]:
    return [
        (
            each.wbs["flat_code"] if each.line else f"? {each.wbs['flat_code']}", shown(each.original),
            shown(each.modifications), shown(each.changes), shown(each.revised), shown(each.costs),
        )
        for each in figures_of(context, project["id"])
    ]  # fmt: skip


def _told(row: tuple[str, ...]) -> str:
    code, original, modifications, changed, revised, costs = row
    moved = f"modifications {modifications}, changes {changed}"
    return f"{code}: original {original}, {moved}, revised {revised}, cost {costs}"


COMMANDS = desk_commands(budget, set_line, delete_line, modify, add_change, approve, add_cost, lock, unlock)
