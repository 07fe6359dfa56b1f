"""Budget modifications, the legacy of budget changes (facts 3.2, firm).

After migration they are read only: anything but GET is answered with 405 and `Allow: GET`. A source may be missing
only if "modify grand total" is allowed; source and target must differ; amounts are text.
"""

from typing import Any

from erp_bridge_procore.simulator.amounts import printed, shown
from erp_bridge_procore.simulator.context import Context, Row, kept, stamp
from erp_bridge_procore.simulator.history import record
from erp_bridge_procore.simulator.problems import Refusal, invalid
from erp_bridge_procore.simulator.wire import Listed, Made


def list_modifications(context: Context, project: str) -> Listed:
    """GET .../budget_modifications [firm, 3.2]."""
    rows = context.all("SELECT * FROM modification WHERE project = ? ORDER BY id", context.project(project)["id"])
    return Listed([_shown(row) for row in rows])


def make_modification(context: Context, project: str) -> Made:
    """POST .../budget_modifications [firm, 3.2]."""
    if context.on("migrated_changes"):
        raise Refusal(405, "Method not allowed", headers=(("Allow", "GET"),))
    given = context.body.get("budget_modification", context.body)
    if not isinstance(given, dict):
        raise Refusal(400, "param is missing or the value is empty: budget_modification")
    return Made(_shown(add_modification(context, context.project(project)["id"], given)))


def add_modification(context: Context, project: int, given: dict[str, Any]) -> Row:
    """Move an amount from one line to another; raises Refusal (422)."""
    source, target = given.get("from_budget_line_item_id"), given.get("to_budget_line_item_id")
    if source is None and not context.on("modify_grand_total"):
        raise invalid(from_budget_line_item_id="can't be blank")
    if source == target:
        raise invalid(to_budget_line_item_id="must be different from the source")
    for line in (source, target):
        if line is not None and context.one("SELECT 1 FROM line WHERE id = ? AND project = ?", line, project) is None:
            raise invalid(to_budget_line_item_id="is invalid")
    amount = context.units(given, "transfer_amount")
    number = context.add(
        "modification", project=project, source=source, target=target, amount=amount, notes=given.get("notes"),
        origin_id=given.get("origin_id"), origin_data=kept(given.get("origin_data")), created=context.moment,
    )  # fmt: skip
    record(context, project, f"modification {number}", kind="budget_modification", field="transfer_amount",
           before=None, after=shown(amount))  # fmt: skip
    row = context.one("SELECT * FROM modification WHERE id = ?", number)
    assert row is not None
    return row


def _shown(row: Row) -> dict[str, Any]:
    made = stamp(row["created"])
    return {
        "id": row["id"], "from_budget_line_item_id": row["source"], "to_budget_line_item_id": row["target"],
        "transfer_amount": printed(row["amount"]), "notes": row["notes"], "origin_id": row["origin_id"],
        "origin_data": row["origin_data"], "created_at": made, "updated_at": made,
    }  # fmt: skip
