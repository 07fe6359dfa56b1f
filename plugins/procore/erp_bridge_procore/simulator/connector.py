"""The ERP connector platform's own endpoints (facts 4.1, firm where marked; the other addresses are assumed).

A webhook carries only the number of an ERP Request. The integrator reads it, tells origin ids (external data), marks
transactions as synced, and closes the request detail, whose messages people see in the ERP tool.
"""

import json
from typing import Any, Final

from erp_bridge_procore.simulator.amounts import printed
from erp_bridge_procore.simulator.context import Context, Row, kept, stamp, whole
from erp_bridge_procore.simulator.erp_tool import conclude, shown_transaction
from erp_bridge_procore.simulator.hooks import REQUESTS, Event, fire
from erp_bridge_procore.simulator.problems import Refusal, invalid, missing
from erp_bridge_procore.simulator.syncing import each_item
from erp_bridge_procore.simulator.wire import Listed, Raw

OPEN: Final = "in progress"
#: External data: the item types that this simulator has records of (facts 4.3, firm, names more).
_TABLES: Final = {
    "budget": "budget", "project": "project", "sub_job": "sub_job", "cost_code": "cost_code",
    "line_item_type": "cost_type",
}  # fmt: skip
_STAGED_TYPES: Final = (
    "vendor", "project", "sub_job", "prime_contract", "purchase_order_contract", "work_order_contract",
    "commitment_change_order", "line_item",
)  # fmt: skip
_STAGED_STATUSES: Final = ("archived", "imported", "invalid", "staged")


def list_requests(context: Context, company: str) -> Listed:
    """GET .../companies/{c}/erp_requests: oldest first; that there is a list is known, its form is assumed."""
    del company
    rows = context.all("SELECT * FROM erp_request WHERE company = ? ORDER BY id", context.company)
    return Listed([{**_request(row), "created_at": stamp(row["created"])} for row in rows])


def show_request(context: Context, company: str, request: str) -> dict[str, Any]:
    """GET .../companies/{c}/erp_requests/{id} [firm that it is read, 4.1; the address is assumed]."""
    del company
    row = context.one("SELECT * FROM erp_request WHERE id = ? AND company = ?", whole(request), context.company)
    if row is None:
        raise missing("ERP Request")
    return _request(row)


def list_details(context: Context, company: str) -> Listed:
    """GET .../erp_request_details [firm, 4.1]: `filters[item_id]` is a filter in use by a client."""
    del company
    wanted = context.query("filters[item_id]")
    rows = context.all("SELECT * FROM request_detail WHERE company = ? ORDER BY id", context.company)
    return Listed([_detail(context, row) for row in rows if wanted in ("", str(row["item_id"]))])


def show_detail(context: Context, company: str, detail: str) -> dict[str, Any]:
    """GET .../erp_request_details/{id}; assumed beside the PUT of the same address."""
    del company
    return _detail(context, _held_detail(context, detail))


def close_detail(context: Context, company: str, detail: str) -> dict[str, Any]:
    """PUT .../erp_request_details/{id} [firm, 4.1]: {request_detail: {status, messages[]}}."""
    del company
    row = _held_detail(context, detail)
    given = context.body.get("request_detail")
    if not isinstance(given, dict):
        raise Refusal(400, "param is missing or the value is empty: request_detail")
    status = str(given.get("status", "")).replace("_", " ")
    if status not in {OPEN, "success", "failed", "stale"}:
        raise invalid(status="is not included in the list")
    if row["status"] != OPEN and context.switch("closed_detail") == "refused":
        raise invalid(status=f"is already {row['status']}")
    messages = given.get("messages") or []
    if not isinstance(messages, list):
        raise invalid(messages="is not a list")
    set_detail(context, row, status, [str(each) for each in messages])
    return _detail(context, _held_detail(context, detail))


def set_detail(context: Context, row: Row, status: str, messages: list[str]) -> None:
    """Give a detail its status and messages, and the budget what follows from it."""
    context.run(
        "UPDATE request_detail SET status = ?, messages = ?, updated = ? WHERE id = ?",
        status, json.dumps(messages), context.moment, row["id"],
    )  # fmt: skip
    request = context.one("SELECT * FROM erp_request WHERE detail = ?", row["id"])
    if request is not None:  # that an answer fires an event too is assumed: an integrator hears of its own doing
        fire(context, Event(resource=REQUESTS, event="update", resource_id=request["id"], project=request["project"]))
    closed = context.one("SELECT * FROM request_detail WHERE id = ?", row["id"])
    assert closed is not None
    if status != OPEN:
        conclude(context, closed)


def list_external_data(context: Context, company: str) -> Listed:
    """GET .../external_data [firm that they can be fetched, 4.3; its form is assumed]: by item type, synced ones."""
    del company
    kind = context.query("item_type")
    table = _TABLES.get(kind)
    if table is None:
        raise invalid(item_type="is not included in the list")
    rows = context.all(f"SELECT * FROM {table} WHERE origin_id IS NOT NULL ORDER BY id")  # noqa: S608 - our own names
    return Listed(
        rows,
        lambda row: {
            "id": row["id"], "item_type": kind, "item_id": row["id"], "origin_id": row["origin_id"],
            "origin_data": row["origin_data"],
        },
    )  # fmt: skip


def sync_external_data(context: Context, company: str) -> dict[str, Any]:
    """PATCH .../external_data and its /sync [firm, 4.1]: an origin id makes the record synced and locks it."""
    del company
    return each_item(context, _set_origin)


def sync_transactions(context: Context) -> dict[str, Any]:
    """PATCH /rest/v1.0/erp_transactions/sync [firm, 4.1]: {project_id, updates: [{id, origin_id, synced}]}."""
    project = context.project(context.body.get("project_id"))["id"]

    def mark(context: Context, item: dict[str, Any]) -> dict[str, Any]:
        row = context.one("SELECT * FROM erp_transaction WHERE id = ? AND project = ?", item.get("id"), project)
        if row is None:
            raise Refusal(422, {"id": ["Entity with this ID not found"]})
        synced = bool(item.get("synced", row["synced"]))
        origin = kept(item.get("origin_id", row["origin_id"]))
        context.run(
            "UPDATE erp_transaction SET synced = ?, origin_id = ?, marks = marks + ? WHERE id = ?",
            synced, origin, synced, row["id"],
        )  # fmt: skip
        return {"id": row["id"], "origin_id": origin, "synced": synced}

    return each_item(context, mark)


def list_transactions(context: Context) -> Listed:
    """GET /rest/v1.0/erp_transactions: all of a project, synced ones too; that there is such a list is assumed."""
    project = context.project(context.query("project_id"))["id"]
    rows = context.all("SELECT * FROM erp_transaction WHERE project = ? ORDER BY id", project)
    return Listed(rows, lambda row: {**shown_transaction(row, printed(row["amount"])), "synced": bool(row["synced"])})


def list_job_costs(context: Context) -> Listed:
    """GET /rest/v1.0/erp_job_costs: what was told of each job cost; that there is such a list is assumed."""
    project = context.project(context.query("project_id"))["id"]
    rows = context.all("SELECT * FROM job_cost WHERE project = ? ORDER BY id", project)
    names = ("original_estimate", "approved_estimate_changes", "estimate")
    return Listed(
        rows,
        lambda row: {
            "id": row["id"], **{name: None if row[name] is None else printed(row[name]) for name in names},
        },
    )  # fmt: skip


def sync_job_costs(context: Context) -> dict[str, Any]:
    """PATCH /rest/v1.0/erp_job_costs/sync: what the ERP shows per job cost (facts 2D, firm columns; address assumed).

    Once every job cost of an exported budget came back, the budget counts as posted and may be unlocked.
    """
    project = context.project(context.body.get("project_id"))["id"]

    def bring(context: Context, item: dict[str, Any]) -> dict[str, Any]:
        row = context.one("SELECT * FROM job_cost WHERE id = ? AND project = ?", item.get("id"), project)
        if row is None:
            raise Refusal(422, {"id": ["Entity with this ID not found"]})
        for name in ("original_estimate", "approved_estimate_changes", "estimate"):
            if name in item:
                value = context.units(item, name)
                context.run(f"UPDATE job_cost SET {name} = ? WHERE id = ?", value, row["id"])  # noqa: S608 - our own names
        return {**item, "id": row["id"]}

    answer = each_item(context, bring)
    if context.one("SELECT 1 FROM job_cost WHERE project = ? AND original_estimate IS NULL", project) is None:
        context.run("UPDATE budget SET posted = 1 WHERE project = ? AND stage = 'synced'", project)
    return answer


def list_staged(context: Context, company: str) -> Listed:
    """GET .../erp_staged_records; address assumed."""
    del company
    rows = context.all("SELECT * FROM staged_record WHERE company = ? ORDER BY id", context.company)
    return Listed([_staged(row) for row in rows])


def sync_staged(context: Context, company: str) -> dict[str, Any]:
    """PATCH .../erp_staged_records/sync [firm item types and statuses, 4.3; address assumed]: no budgets."""
    del company

    def stage(context: Context, item: dict[str, Any]) -> dict[str, Any]:
        kind, status = item.get("item_type"), item.get("status", "staged")
        if kind not in _STAGED_TYPES:
            raise invalid(item_type="is not included in the list")
        if status not in _STAGED_STATUSES or not item.get("origin_id"):
            raise invalid(status="is not included in the list")
        owner = (context.company, kind, item["origin_id"])
        found = context.one("SELECT * FROM staged_record WHERE company = ? AND item_type = ? AND origin_id = ?", *owner)
        values = {
            "origin_code": item.get("origin_code"),
            "status": status,
            "data": json.dumps(item.get("data") or {}, default=str),
        }
        if found is None:
            number = context.add("staged_record", company=owner[0], item_type=kind, origin_id=owner[2], **values)
        else:
            number = found["id"]
            context.run("UPDATE staged_record SET origin_code = ?, status = ?, data = ? WHERE id = ?",
                        *values.values(), number)  # fmt: skip
        row = context.one("SELECT * FROM staged_record WHERE id = ?", number)
        assert row is not None
        return _staged(row)

    return each_item(context, stage)


def _set_origin(context: Context, item: dict[str, Any]) -> dict[str, Any]:
    table = _TABLES.get(str(item.get("item_type")))
    if table is None:
        raise invalid(item_type="is not included in the list")
    row = context.one(f"SELECT * FROM {table} WHERE id = ?", item.get("item_id"))  # noqa: S608 - names of our own
    if row is None:
        raise Refusal(422, {"item_id": ["Entity with this ID not found"]})
    origin = kept(item.get("origin_id"))
    taken = f"SELECT 1 FROM {table} WHERE origin_id = ? AND id <> ?"  # noqa: S608 - names of our own
    if origin is not None and context.one(taken, origin, row["id"]) is not None:
        raise invalid(origin_id="has already been taken")
    context.run(f"UPDATE {table} SET origin_id = ? WHERE id = ?", origin, row["id"])  # noqa: S608 - names of our own
    if "origin_data" in item:
        data = kept(item["origin_data"])
        context.run(f"UPDATE {table} SET origin_data = ? WHERE id = ?", data, row["id"])  # noqa: S608 - names of our own
    return {"item_type": item["item_type"], "item_id": row["id"], "origin_id": origin}


def _held_detail(context: Context, detail: str) -> Row:
    row = context.one("SELECT * FROM request_detail WHERE id = ? AND company = ?", whole(detail), context.company)
    if row is None:
        raise missing("ERP Request Detail")
    return row


def _request(row: Row) -> dict[str, Any]:
    return {
        "id": row["id"], "request_name": row["name"], "request_data": Raw(row["data"]),
        "request_detail_id": row["detail"], "company_id": row["company"],
    }  # fmt: skip


def _detail(context: Context, row: Row) -> dict[str, Any]:
    status = context.switch("progress_word") if row["status"] == OPEN else row["status"]
    return {
        "id": row["id"], "item_type": row["item_type"], "item_id": row["item_id"], "status": status,
        "messages": json.loads(row["messages"]), "created_at": stamp(row["created"]),
        "updated_at": stamp(row["updated"]),
    }  # fmt: skip


def _staged(row: Row) -> dict[str, Any]:
    shown = {name: row[name] for name in ("id", "item_type", "origin_id", "origin_code", "status")}
    return {**shown, "data": json.loads(row["data"])}
