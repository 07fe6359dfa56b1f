"""The budget itself: lock and unlock, and its line items.

Facts 3.2 (firm): GET budget answers {locked} alone; DELETE budget/lock deletes the modifications unless its parameter
says false; line items by WBS code in v1.1, a bare array from their own sync, DELETE in v2. One source (2A.5): writing
an original of a locked budget is refused in the words "original_budget_amount cannot be updated for a locked budget";
a code that has a line already "This Budget Code already exists".
"""

from typing import Any, Final

from erp_bridge_procore.simulator.amounts import Number, shown, units_of
from erp_bridge_procore.simulator.context import Context, Row, items_of, whole
from erp_bridge_procore.simulator.history import record
from erp_bridge_procore.simulator.problems import Refusal, invalid, missing
from erp_bridge_procore.simulator.wire import Gone, Made

LOCKED: Final = "cannot be updated for a locked budget"
AWAITED: Final = "Budget has to be posted in the ERP, and its job costs synced, before this is possible"
#: A budget in these stages waits in the ERP tool or is under way: it stays locked.
IN_TOOL: Final = frozenset({"ready_to_export", "exporting", "failed_to_export"})


def show_budget(context: Context, project: str) -> dict[str, bool]:
    """GET .../budget [firm, 3.2]."""
    return {"locked": bool(context.budget(context.project(project)["id"])["locked"])}


def lock(context: Context, project: str) -> Made:
    """POST .../budget/lock [firm, 3.2]: 201."""
    number = context.project(project)["id"]
    context.run("UPDATE budget SET locked = 1 WHERE project = ?", number)
    return Made({"locked": True})


def unlock(context: Context, project: str) -> dict[str, bool]:
    """DELETE .../budget/lock [firm, 3.2]; rules of when it is possible: facts 2A.5 and 2C.1 (firm)."""
    number = context.project(project)["id"]
    destroy = context.query("destroy_all_budget_line_item_transfers") not in {"false", "0"}
    unlock_budget(context, number, destroy=destroy)
    return {"locked": False}


def unlock_budget(context: Context, project: int, *, destroy: bool) -> None:
    """Unlock, with the modifications deleted or kept; raises Refusal (422) where it is not possible."""
    budget = context.budget(project)
    held = context.one("SELECT count(*) AS held FROM modification WHERE project = ?", project)
    if budget["stage"] in IN_TOOL:
        raise Refusal(422, "Budget is in ERP Integrations and has to be retrieved first")
    require_posted(context, project)
    if destroy and held is not None and held["held"]:
        if context.one("SELECT 1 FROM project WHERE id = ? AND origin_id IS NOT NULL", project) is not None:
            raise Refusal(422, "Budget modifications of a project that is synced with an ERP can not be deleted")
        context.run("DELETE FROM modification WHERE project = ?", project)
    context.run("UPDATE budget SET locked = 0 WHERE project = ?", project)


def awaits_posting(context: Context, project: int) -> bool:
    """Whether a budget was exported and its figures did not come back yet (facts 2A.3, firm)."""
    budget = context.budget(project)
    return budget["stage"] == "synced" and not budget["posted"] and context.on("post_before_unlock")


def require_posted(context: Context, project: int) -> None:
    """Raise Refusal (422) while unlocking, new lines and new modifications are off (facts 2A.3, firm)."""
    if awaits_posting(context, project):
        raise Refusal(422, AWAITED)


def make_line(context: Context) -> Made:
    """POST /rest/v1.1/budget_line_items [firm, 3.2]."""
    body = context.body
    given = body.get("budget_line_item")
    if not isinstance(given, dict):
        raise Refusal(400, "param is missing or the value is empty: budget_line_item")
    return Made(show_line(context, add_line(context, context.project(body.get("project_id"))["id"], given)))


def make_line_by_parts(context: Context) -> Made:
    """POST /rest/v1.0/budget_line_items [firm, 3.2]: by cost code and cost type instead of a WBS code."""
    body = context.body
    given = body.get("budget_line_item")
    if not isinstance(given, dict):
        raise Refusal(400, "param is missing or the value is empty: budget_line_item")
    project = context.project(body.get("project_id"))["id"]
    wbs = context.one(
        "SELECT id FROM wbs WHERE project = ? AND cost_code = ? AND cost_type = ?",
        project, given.get("cost_code_id"), given.get("line_item_type_id"),
    )  # fmt: skip
    if wbs is None:
        raise invalid(cost_code_id="has no such cost type in this project")
    return Made(show_line(context, add_line(context, project, {**given, "wbs_code_id": wbs["id"]})))


def read_line(context: Context, line: str) -> dict[str, Any]:
    """GET budget_line_items/{id} of v1.0 and v1.1 [firm, 3.2]."""
    return show_line(context, _line(context, line, context.query("project_id")))


def change_line(context: Context, line: str) -> dict[str, Any]:
    """PATCH budget_line_items/{id} of v1.0 and v1.1 [firm, 3.2]."""
    body = context.body
    row = _line(context, line, context.query("project_id") or body.get("project_id"))
    given = body.get("budget_line_item")
    set_line(context, row, given if isinstance(given, dict) else {})
    return show_line(context, _line(context, line, row["project"]))


def sync_lines(context: Context) -> list[dict[str, Any]]:
    """POST /rest/v1.0/budget_line_items/sync [firm, 3.2]: a bare array, not entities and errors."""
    body = context.body
    project = context.project(body.get("project_id"))
    shown_lines = []
    for item in items_of(body, "budget_line_items"):
        if item.get("currency_iso_code") not in (None, project["currency"]):
            told = {"message": "Currency mismatch", "error": "currency_iso_code is not the project's"}
            raise Refusal(422, "currency", document=told)
        if item.get("id") is None:
            row = add_line(context, project["id"], item)
        else:
            row = _line(context, item["id"], project["id"])
            set_line(context, row, item)
            row = _line(context, row["id"], project["id"])
        shown_lines.append(show_line(context, row))
    return shown_lines


def delete_line(context: Context, company: str, project: str, line: str) -> Gone:
    """DELETE v2 budget_line_items/{id} [firm, 3.2]: 204, or 422 for a locked budget (facts 2A.5)."""
    del company
    row = _line(context, line, context.project(project)["id"])
    changed = context.one("SELECT 1 FROM adjustment WHERE wbs = ?", row["wbs"])
    moved = context.one("SELECT 1 FROM modification WHERE ? IN (source, target)", row["id"])
    if context.budget(row["project"])["locked"] or changed or moved:
        raise Refusal(422, "Budget line item can not be deleted")
    context.run("DELETE FROM line WHERE id = ?", row["id"])
    return Gone()


def add_line(context: Context, project: int, given: dict[str, Any]) -> Row:
    """Add a line for a code that has none."""
    wbs = context.one("SELECT * FROM wbs WHERE id = ? AND project = ?", given.get("wbs_code_id"), project)
    if wbs is None:
        raise invalid(wbs_code_id="is invalid")
    if context.one("SELECT 1 FROM line WHERE wbs = ?", wbs["id"]) is not None:
        told = {"wbs_code_id": ["This Budget Code already exists"]}
        raise Refusal(int(context.switch("duplicate_status")), told)
    require_posted(context, project)
    if context.budget(project)["locked"] and context.units(given, "original_budget_amount"):
        raise invalid(original_budget_amount=LOCKED)
    number = context.add("line", project=project, wbs=wbs["id"])
    row = context.one("SELECT * FROM line WHERE id = ?", number)
    assert row is not None
    set_line(context, row, given)
    made = context.one("SELECT * FROM line WHERE id = ?", number)
    assert made is not None
    return made


def set_line(context: Context, row: Row, given: dict[str, Any]) -> None:
    """Change what is given of a line; an automatic one has quantity times unit cost as its original."""
    new = {
        "amount": context.units(given, "original_budget_amount")
        if "original_budget_amount" in given
        else row["amount"],
        "quantity": context.units(given, "quantity", decimals=4) if "quantity" in given else row["quantity"],
        "unit_cost": context.units(given, "unit_cost", decimals=4) if "unit_cost" in given else row["unit_cost"],
        "uom": given.get("uom", row["uom"]),
        "strategy": given.get("calculation_strategy", row["strategy"]),
    }
    if new["strategy"] not in ("automatic", "manual"):
        raise invalid(calculation_strategy="is not included in the list")
    if new["strategy"] == "automatic":
        new["amount"] = (new["quantity"] * new["unit_cost"] + 500_000) // 1_000_000 * 100
    if new["amount"] != row["amount"]:
        if context.budget(row["project"])["locked"]:
            raise invalid(original_budget_amount=LOCKED)
        wbs = context.one("SELECT flat_code FROM wbs WHERE id = ?", row["wbs"])
        record(
            context, row["project"], wbs["flat_code"] if wbs else "", kind="budget_line_item",
            field="original_budget_amount", before=shown(row["amount"]), after=shown(new["amount"]),
        )  # fmt: skip
    context.run(
        "UPDATE line SET amount = ?, quantity = ?, unit_cost = ?, uom = ?, strategy = ? WHERE id = ?",
        *new.values(), row["id"],
    )  # fmt: skip


def raise_first(context: Context) -> None:
    """Raise the company's first line by 1.00, as somebody does who edits while another reads."""
    row = context.one("SELECT * FROM line ORDER BY id LIMIT 1")
    if row is not None:
        context.run("UPDATE line SET amount = amount + ? WHERE id = ?", units_of(1, decimals=0), row["id"])


def show_line(context: Context, row: Row) -> dict[str, Any]:
    """A line as Procore shows it: amounts are JSON numbers."""
    wbs = context.one("SELECT * FROM wbs WHERE id = ?", row["wbs"])
    project = context.one("SELECT currency FROM project WHERE id = ?", row["project"])
    assert wbs is not None
    assert project is not None
    return {
        "id": row["id"],
        "original_budget_amount": Number(row["amount"]),
        "uom": row["uom"],
        "quantity": Number(row["quantity"]),
        "unit_cost": Number(row["unit_cost"]),
        "calculation_strategy": row["strategy"],
        "wbs_code": {"id": wbs["id"], "flat_code": wbs["flat_code"], "description": wbs["description"]},
        "currency_configuration": {"currency_iso_code": project["currency"]},
    }


def _line(context: Context, line: object, project: object) -> Row:
    number = context.project(project)["id"]
    row = context.one("SELECT * FROM line WHERE id = ? AND project = ?", whole(line), number)
    if row is None:
        raise missing("Budget line item")
    return row
