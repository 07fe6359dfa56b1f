"""Budget changes: summaries, single ones with their adjustment lines, and all lines of a project (facts 3.2, firm).

Each adjustment number has one `change_event` line (the destination) and any number of `budget_change` lines (the
sources), which need the former. Nothing makes them net to zero. Only approved changes count and are sent; one that is
synced can be neither edited nor deleted (facts 2A.2, firm). Whether lines shown as "?" may be used is one source's.
"""

from collections import Counter
from typing import Any, Final

from erp_bridge_procore.simulator.amounts import Number, shown
from erp_bridge_procore.simulator.context import Context, Row, items_of, kept, stamp, whole
from erp_bridge_procore.simulator.figures import is_partial
from erp_bridge_procore.simulator.history import record
from erp_bridge_procore.simulator.hooks import CHANGES, Event, fire
from erp_bridge_procore.simulator.problems import Refusal, invalid, missing
from erp_bridge_procore.simulator.wire import Gone, Listed, Made

STATUSES: Final = ("draft", "approved", "under_review", "void")
TYPES: Final = ("change_event", "budget_change")
#: Stages in which a change has left the project manager's hands.
SENT: Final = frozenset({"ready_to_export", "exporting", "synced"})


def list_changes(context: Context, project: str) -> Listed:
    """GET .../budget_changes [firm, 3.2]: summaries, in an envelope `data`, without pages."""
    number = context.project(project)["id"]
    rows = context.all("SELECT * FROM change WHERE project = ? ORDER BY number", number)
    return Listed([_summary(context, row) for row in rows], paged=context.on("paged_changes"), enveloped=True)


def show_change(context: Context, project: str, change: str) -> dict[str, Any]:
    """GET .../budget_changes/{id} [firm, 3.2]: with its lines, in an envelope `data`."""
    return {"data": _whole_change(context, held_change(context, project, change))}


def make_change(context: Context, project: str) -> Made:
    """POST .../budget_changes [firm, 3.2]; the status is required."""
    row = add_change(context, context.project(project)["id"], context.body)
    return Made({"data": _whole_change(context, row)})


def add_change(context: Context, project: int, given: dict[str, Any]) -> Row:
    """Make a change with its lines; raises Refusal (422)."""
    if given.get("status") not in STATUSES:
        raise invalid(status="is not included in the list")
    last = context.one("SELECT max(number) AS most FROM change WHERE project = ?", project)
    usual = (last["most"] or 0) + 1 if last else 1
    number = whole(given.get("number") or usual)
    if context.one("SELECT 1 FROM change WHERE project = ? AND number = ?", project, number) is not None:
        raise invalid(number="has already been taken")
    integrated = context.one("SELECT 1 FROM project WHERE id = ? AND origin_id IS NOT NULL", project)
    change = context.add(
        "change", project=project, number=number, title=str(given.get("title") or ""),
        description=str(given.get("description") or ""), status=given["status"],
        erp_status="not_in_erp" if integrated else "not_integrated", created=context.moment, updated=context.moment,
    )  # fmt: skip
    row = _by_number(context, change)
    _add_lines(context, row, given)
    _tell(context, row, "create")
    return row


def edit_change(context: Context, project: str, change: str) -> dict[str, Any]:
    """PATCH .../budget_changes/{id} [firm, 3.2]: its fields and lines; a line with `_delete` goes."""
    row = held_change(context, project, change)
    _check_free(row)
    given = context.body
    if given.get("status", row["status"]) not in STATUSES:
        raise invalid(status="is not included in the list")
    for item in _lines_given(given):
        if item.get("_delete"):
            context.run("DELETE FROM adjustment WHERE id = ? AND change = ?", item.get("id"), row["id"])
        elif item.get("id") is not None:
            _edit_line(context, row, item)
    added = [item for item in _lines_given(given) if item.get("id") is None and not item.get("_delete")]
    _add_lines(context, row, {"adjustment_line_items": added})
    set_status(context, row, given.get("status", row["status"]))
    context.run(
        "UPDATE change SET title = ?, description = ? WHERE id = ?",
        str(given.get("title", row["title"]) or ""), str(given.get("description", row["description"]) or ""), row["id"],
    )  # fmt: skip
    return {"data": _whole_change(context, _by_number(context, row["id"]))}


def set_status(context: Context, row: Row, status: str) -> None:
    """Give a change a business status, note it in the history, and tell those who listen."""
    if row["status"] != status:
        record(context, row["project"], f"change {row['number']}", kind="budget_change", field="status",
               before=row["status"], after=status)  # fmt: skip
    context.run("UPDATE change SET status = ?, updated = ? WHERE id = ?", status, context.moment, row["id"])
    _tell(context, row, "update")


def delete_change(context: Context, project: str, change: str) -> Gone:
    """DELETE .../budget_changes/{id} [firm, 3.2]."""
    row = held_change(context, project, change)
    _check_free(row)
    context.run("DELETE FROM adjustment WHERE change = ?", row["id"])
    context.run("DELETE FROM change WHERE id = ?", row["id"])
    _tell(context, row, "delete")
    return Gone()


def list_lines(context: Context, company: str, project: str) -> Listed:
    """GET v2 .../budget_changes/adjustment_line_items [firm, 3.2]: at most a hundred a page, ids are text."""
    del company
    rows = context.all(
        "SELECT a.*, c.number AS of_number, c.status AS of_status, c.title AS of_title FROM adjustment a"
        " JOIN change c ON c.id = a.change WHERE c.project = ? ORDER BY a.id",
        context.project(project)["id"],
    )
    return Listed([
        {
            **_line(row), "id": str(row["id"]), "wbs_code_id": str(row["wbs"]),
            "budget_change_number": str(row["of_number"]), "budget_change_status": row["of_status"],
            "budget_change_name": row["of_title"], "budget_change_id": str(row["change"]),
        }
        for row in rows
    ])  # fmt: skip


def held_change(context: Context, project: str, change: object) -> Row:
    """A change of a project; raises Refusal (404)."""
    number = context.project(project)["id"]
    row = context.one("SELECT * FROM change WHERE id = ? AND project = ?", whole(change), number)
    if row is None:
        raise missing("Budget change")
    return row


def _tell(context: Context, row: Row, event: str) -> None:
    fire(context, Event(resource=CHANGES, event=event, resource_id=row["id"], project=row["project"]))


def _check_free(row: Row) -> None:
    if row["erp_status"] in SENT:
        raise Refusal(422, "Budget change is synced or in ERP Integrations and can not be changed")


def _lines_given(given: dict[str, Any]) -> list[dict[str, Any]]:
    return items_of(given, "adjustment_line_items") if "adjustment_line_items" in given else []


def _add_lines(context: Context, row: Row, given: dict[str, Any]) -> None:
    for item in _lines_given(given):
        wbs = context.one("SELECT * FROM wbs WHERE id = ? AND project = ?", item.get("wbs_code_id"), row["project"])
        if wbs is None:
            raise invalid(wbs_code_id="is invalid")
        if item.get("type") not in TYPES:
            raise invalid(type="is not included in the list")
        if is_partial(context, wbs["id"]) and not context.on("partial_lines_in_changes"):
            raise invalid(wbs_code_id="Partial budget lines can not be used in a budget change")
        if context.one("SELECT 1 FROM line WHERE wbs = ?", wbs["id"]) is None:
            context.add("line", project=row["project"], wbs=wbs["id"])
        amount = context.units(item, "amount")
        context.add(
            "adjustment", change=row["id"], ref=item.get("ref"), number=_number(item),
            wbs=wbs["id"], type=item["type"], amount=amount, uom=item.get("uom"),
            quantity=context.units(item, "quantity", decimals=4), comment=item.get("comment"),
            unit_cost=context.units(item, "unit_cost", decimals=4), description=item.get("description"),
            strategy=item.get("calculation_strategy") or "manual",
        )  # fmt: skip
        record(context, row["project"], wbs["flat_code"], kind="budget_change", field="amount", before=None,
               after=shown(amount))  # fmt: skip
    _check_adjustments(context, row)


def _edit_line(context: Context, row: Row, item: dict[str, Any]) -> None:
    """Change what is given of a line, and nothing else of it."""
    line = context.one("SELECT * FROM adjustment WHERE id = ? AND change = ?", item["id"], row["id"])
    if line is None:
        raise missing("Adjustment line item")
    amounts: dict[str, int | None] = {"amount": None, "quantity": 4, "unit_cost": 4}
    new: dict[str, int] = {
        name: context.units(item, name, decimals=most) for name, most in amounts.items() if name in item
    }
    if "adjustment_number" in item:
        new["number"] = _number(item)
    worded = ("uom", "comment", "description", "ref")
    texts: dict[str, str | None] = {name: kept(item[name]) for name in worded if name in item}
    for name, value in (*new.items(), *texts.items()):
        context.run(f"UPDATE adjustment SET {name} = ? WHERE id = ?", value, line["id"])  # noqa: S608 - our own names
    if new.get("amount", line["amount"]) != line["amount"]:
        wbs = context.one("SELECT flat_code FROM wbs WHERE id = ?", line["wbs"])
        record(context, row["project"], wbs["flat_code"] if wbs else "", kind="budget_change", field="amount",
               before=shown(line["amount"]), after=shown(new["amount"]))  # fmt: skip


def _number(item: dict[str, Any]) -> int:
    number = item.get("adjustment_number", 1)
    if isinstance(number, bool) or not isinstance(number, int):
        raise invalid(adjustment_number="is not a number")
    return number


def _check_adjustments(context: Context, row: Row) -> None:
    held = context.all("SELECT number, type FROM adjustment WHERE change = ?", row["id"])
    targets = Counter(line["number"] for line in held if line["type"] == "change_event")
    if any(count > 1 for count in targets.values()):
        raise invalid(adjustment_number="already has a line item of type change_event")
    if any(line["number"] not in targets for line in held):
        raise invalid(adjustment_number="has no line item of type change_event")


def _by_number(context: Context, change: int) -> Row:
    row = context.one("SELECT * FROM change WHERE id = ?", change)
    assert row is not None
    return row


def _summary(context: Context, row: Row) -> dict[str, Any]:
    total = context.one("SELECT coalesce(sum(amount), 0) AS total FROM adjustment WHERE change = ?", row["id"])
    return {
        "id": row["id"], "number": str(row["number"]), "title": row["title"], "status": row["status"],
        "erp_status": _erp_word(context, row["erp_status"]), "amount": Number(total["total"] if total else 0),
        "description": row["description"], "change_event_line_item_ids": [], "created_at": stamp(row["created"]),
        "updated_at": stamp(row["updated"]),
    }  # fmt: skip


def _whole_change(context: Context, row: Row) -> dict[str, Any]:
    lines = context.all(
        "SELECT * FROM adjustment WHERE change = ? ORDER BY number, type = 'budget_change', id", row["id"]
    )
    return {
        **_summary(context, row),
        "adjustment_line_items": [
            {**_line(line), "wbs_code": {"id": line["wbs"], **_code(context, line["wbs"])}} for line in lines
        ],
        "production_quantities": [],
    }


def _line(row: Row) -> dict[str, Any]:
    return {
        "id": row["id"], "ref": row["ref"], "adjustment_number": row["number"], "type": row["type"],
        "amount": Number(row["amount"]), "quantity": Number(row["quantity"]), "uom": row["uom"],
        "unit_cost": Number(row["unit_cost"]), "calculation_strategy": row["strategy"], "comment": row["comment"],
        "description": row["description"],
    }  # fmt: skip


def _code(context: Context, wbs: int) -> dict[str, Any]:
    row = context.one("SELECT * FROM wbs WHERE id = ?", wbs)
    assert row is not None
    return {"flat_code": row["flat_code"], "description": row["description"]}


def _erp_word(context: Context, status: str) -> str:
    shown_as = context.switch("erp_status_word")
    if shown_as:
        return shown_as
    return context.switch("exporting_word") if status == "exporting" else status
