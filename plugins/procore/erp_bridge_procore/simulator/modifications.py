"""Budget modifications, the legacy of budget changes (facts 3.2, firm).

After migration they are read only: anything but GET is answered with 405 and `Allow: GET`. A source may be missing
only if "modify grand total" is allowed; source and target must differ; amounts are text.
"""

from typing import Any

from erp_bridge_procore.simulator.amounts import printed, shown
from erp_bridge_procore.simulator.budget import require_posted
from erp_bridge_procore.simulator.context import Context, Row, kept, stamp, whole
from erp_bridge_procore.simulator.history import record
from erp_bridge_procore.simulator.problems import Refusal, invalid, missing
from erp_bridge_procore.simulator.transactions import MODIFICATION
from erp_bridge_procore.simulator.wire import Gone, Listed, Made


def list_modifications(context: Context, project: str) -> Listed:
    """GET .../budget_modifications [firm, 3.2]."""
    rows = context.all("SELECT * FROM modification WHERE project = ? ORDER BY id", context.project(project)["id"])
    return Listed([_shown(row) for row in rows])


def make_modification(context: Context, project: str) -> Made:
    """POST .../budget_modifications [firm, 3.2]."""
    given = _given(context)
    return Made(_shown(add_modification(context, context.project(project)["id"], given)))


def show_modification(context: Context, project: str, modification: str) -> dict[str, Any]:
    """GET .../budget_modifications/{id}: of the public reference."""
    return _shown(_held(context, project, modification))


def edit_modification(context: Context, project: str, modification: str) -> dict[str, Any]:
    """PATCH .../budget_modifications/{id}: of the public reference; what was not sent stays."""
    given, row = _given(context), _held(context, project, modification)
    _require_unsynced(context, row)
    before = {"from_budget_line_item_id": row["source"], "to_budget_line_item_id": row["target"],
              "transfer_amount": shown(row["amount"])}  # fmt: skip
    new = {**before, **{name: given[name] for name in before if name in given}}
    _check_lines(context, row["project"], new)
    _check_origin(context, given.get("origin_id"), row["id"])
    texts = [given.get(name, row[name]) for name in ("notes", "origin_id")]
    context.run(
        "UPDATE modification SET source = ?, target = ?, amount = ?, notes = ?, origin_id = ? WHERE id = ?",
        new["from_budget_line_item_id"], new["to_budget_line_item_id"], context.units(new, "transfer_amount"),
        *map(kept, texts), row["id"],
    )  # fmt: skip
    return _shown(_held(context, project, modification))


def delete_modification(context: Context, project: str, modification: str) -> Gone:
    """DELETE .../budget_modifications/{id}: of the public reference; never where an ERP has the project (2A.5)."""
    _require_taken(context)
    row = _held(context, project, modification)
    if context.project(project)["origin_id"]:
        raise Refusal(422, "Budget modifications of a project that is synced with an ERP can not be deleted")
    context.run("DELETE FROM modification WHERE id = ?", row["id"])
    return Gone()


def add_modification(context: Context, project: int, given: dict[str, Any]) -> Row:
    """Move an amount from one line to another; raises Refusal (422)."""
    require_posted(context, project)
    source, target = _check_lines(context, project, given)
    _check_origin(context, given.get("origin_id"), None)
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


def _given(context: Context) -> dict[str, Any]:
    """What was sent, where modifications are taken at all."""
    _require_taken(context)
    given = context.body.get("budget_modification", context.body)
    if not isinstance(given, dict):
        raise Refusal(400, "param is missing or the value is empty: budget_modification")
    return given


def _require_taken(context: Context) -> None:
    if context.on("migrated_changes"):
        raise Refusal(405, "Method not allowed", headers=(("Allow", "GET"),))


def _require_unsynced(context: Context, row: Row) -> None:
    synced = "SELECT 1 FROM erp_transaction WHERE of_type = ? AND of_id = ? AND synced"
    if context.one(synced, MODIFICATION, row["id"]) is not None:
        raise Refusal(422, "Budget modification is synced and can not be changed")


def _check_lines(context: Context, project: int, given: dict[str, Any]) -> tuple[Any, Any]:
    """The lines that a modification moves from and to; raises Refusal (422)."""
    source, target = given.get("from_budget_line_item_id"), given.get("to_budget_line_item_id")
    if source is None and not context.on("modify_grand_total"):
        raise invalid(from_budget_line_item_id="can't be blank")
    if source == target:
        raise invalid(to_budget_line_item_id="must be different from the source")
    for name, line in (("from_budget_line_item_id", source), ("to_budget_line_item_id", target)):
        if line is None and name.startswith("from"):
            continue
        if context.one("SELECT 1 FROM line WHERE id = ? AND project = ?", line, project) is None:
            raise invalid(**{name: "is invalid"})
    return source, target


def _check_origin(context: Context, origin: object, own: int | None) -> None:
    """Raise Refusal (409) for an origin id that another modification has (facts 3.1, 3.3: firm)."""
    taken = "SELECT 1 FROM modification WHERE origin_id = ? AND id IS NOT ?"
    if origin is not None and context.one(taken, origin, own) is not None:
        raise Refusal(409, {"origin_id": ["has already been taken"]})


def _held(context: Context, project: str, modification: str) -> Row:
    row = context.one(
        "SELECT * FROM modification WHERE id = ? AND project = ?", whole(modification), context.project(project)["id"]
    )
    if row is None:
        raise missing("Budget modification")
    return row


def _shown(row: Row) -> dict[str, Any]:
    made = stamp(row["created"])
    return {
        "id": row["id"], "from_budget_line_item_id": row["source"], "to_budget_line_item_id": row["target"],
        "transfer_amount": printed(row["amount"]), "notes": row["notes"], "origin_id": row["origin_id"],
        "origin_data": row["origin_data"], "created_at": made, "updated_at": made,
    }  # fmt: skip
