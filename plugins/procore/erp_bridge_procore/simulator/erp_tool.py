"""What people do with a budget and the ERP Integrations tool: send, retrieve, export, reject.

Facts 2A.3 (firm): the preconditions of sending, all of which are told at once; a staged budget is locked and may be
retrieved until it is answered; an export runs asynchronously; a rejected one leaves the tool and may be edited.
"""

import json
from typing import Any

from erp_bridge_procore.simulator import transactions
from erp_bridge_procore.simulator.amounts import Number, printed
from erp_bridge_procore.simulator.budget import AWAITED, awaits_posting
from erp_bridge_procore.simulator.context import Context, Row, stamp
from erp_bridge_procore.simulator.hooks import REQUESTS, Event, fire
from erp_bridge_procore.simulator.metadata import budget_switch
from erp_bridge_procore.simulator.problems import FORBIDDEN, Refusal
from erp_bridge_procore.simulator.wire import encode


def require_sender(context: Context) -> None:
    """Raise Refusal (403) for whoever may not send (2A.1): Admin on Budget, or less with the granular permission."""
    person = _person(context)
    if person["budget"] != "admin" and not (person["budget"] in {"read_only", "standard"} and person["send"]):
        raise Refusal(403, FORBIDDEN)


def require_approver(context: Context) -> None:
    """Raise Refusal (403) for whoever may not answer (2A.1): Standard with "Can Push to Accounting" at least."""
    person = _person(context)
    if person["erp"] not in {"standard", "admin"} or not person["push"]:
        raise Refusal(403, FORBIDDEN)


def send(context: Context, project: Row) -> None:
    """Stage the budget with its changes; raises Refusal (422) with every precondition that is not met."""
    require_sender(context)
    transactions.gather(context, project["id"])
    reasons = list(_reasons(context, project))
    if reasons:
        raise Refusal(422, {"base": reasons})
    context.run(
        "UPDATE budget SET stage = 'ready_to_export', locked = 1, note = '', sent_by = ? WHERE project = ?",
        context.person, project["id"],
    )  # fmt: skip
    mark_changes(context, project["id"], "ready_to_export")


def retrieve(context: Context, project: Row) -> None:
    """Take a staged budget back before it is answered; raises Refusal."""
    require_sender(context)
    _require(context, project, "ready_to_export", "Only a budget that waits for its approver can be retrieved")
    context.run("UPDATE budget SET stage = 'retrieved' WHERE project = ?", project["id"])
    mark_changes(context, project["id"], "not_in_erp")


def reject(context: Context, project: Row, reason: str) -> None:
    """Answer no: the budget leaves the tool, with the reason; raises Refusal."""
    require_approver(context)
    if context.budget(project["id"])["stage"] not in {"ready_to_export", "failed_to_export"}:
        raise Refusal(422, "Only a budget that waits or whose export failed can be rejected")
    context.run("UPDATE budget SET stage = 'rejected', note = ? WHERE project = ?", reason, project["id"])
    mark_changes(context, project["id"], "rejected")


def export(context: Context, project: Row, custom_fields: dict[str, Any]) -> tuple[int, int]:
    """Answer yes: a request and its detail are made, and the webhook is fired. Their numbers; raises Refusal."""
    require_approver(context)
    _require(context, project, "ready_to_export", "Only a budget that waits for its approver can be exported")
    budget = context.budget(project["id"])
    detail = context.add(
        "request_detail", company=context.company, item_type="budget", item_id=budget["id"], status="in progress",
        created=context.moment, updated=context.moment,
    )  # fmt: skip
    name = "update_budget" if budget["origin_id"] else "create_budget"
    data = _payload(context, project, budget, custom_fields)
    request = context.add(
        "erp_request", company=context.company, project=project["id"], name=name, data=encode(data), detail=detail,
        created=context.moment,
    )  # fmt: skip
    context.run("UPDATE budget SET stage = 'exporting' WHERE id = ?", budget["id"])
    mark_changes(context, project["id"], "exporting")
    fire(context, Event(resource=REQUESTS, event="create", resource_id=request, project=project["id"]))
    return request, detail


def conclude(context: Context, detail: Row) -> None:
    """What a closed request detail of a budget means for the budget and its changes."""
    budget = context.one("SELECT * FROM budget WHERE id = ?", detail["item_id"])
    if detail["item_type"] != "budget" or budget is None or budget["stage"] != "exporting":
        return
    done = (
        detail["status"] == "success" and not transactions.unsynced(context, budget["project"]) and budget["origin_id"]
    )
    stage = "synced" if done else "failed_to_export"
    note = "" if done else "; ".join(json.loads(detail["messages"])) or "Not every transaction was marked as synced"
    context.run("UPDATE budget SET stage = ?, note = ?, posted = 0 WHERE id = ?", stage, note, budget["id"])
    mark_changes(context, budget["project"], stage)


def mark_changes(context: Context, project: int, stage: str) -> None:
    """Carry the budget's stage over to the approved changes that it was sent with and that are not synced yet."""
    context.run(
        "UPDATE change SET erp_status = ?, updated = ? WHERE project = ? AND status = 'approved'"
        " AND erp_status <> 'synced' AND id IN (SELECT a.change FROM adjustment a JOIN erp_transaction t"
        " ON t.of_id = a.id WHERE t.project = ? AND t.of_type = ?)",
        stage, context.moment, project, project, transactions.CHANGE,
    )  # fmt: skip


def _person(context: Context) -> Row:
    person = context.one("SELECT * FROM person WHERE id = ?", context.person)
    assert person is not None, "what is done at the desk is done by somebody"
    return person


def _reasons(context: Context, project: Row) -> list[str]:
    number, found = project["id"], []
    budget = context.budget(number)
    if budget["stage"] in {"ready_to_export", "exporting"}:
        found.append("Budget is in ERP Integrations already")
    if awaits_posting(context, number):
        found.append(AWAITED)
    if not project["origin_id"]:
        found.append("Project is not synced with an ERP job")
    if not budget["locked"]:
        found.append("Budget is not locked")
    if context.one("SELECT 1 FROM view_column WHERE figure = 'original'") is None:
        found.append("The ERP budget view lacks its required columns")
    bare = context.all(
        "SELECT full_code FROM cost_code WHERE project = ? AND id NOT IN (SELECT cost_code FROM wbs) AND id NOT IN"
        " (SELECT parent FROM cost_code WHERE parent IS NOT NULL) ORDER BY full_code",
        number,
    )
    found += [f"Cost code {row['full_code']} has no cost type" for row in bare]
    used = "SELECT DISTINCT {0}.* FROM {0} JOIN wbs w ON w.{0} = {0}.id JOIN line l ON l.wbs = w.id WHERE w.project = ?"
    for table, word, field in (("cost_code", "Cost code", "full_code"), ("cost_type", "Cost type", "code"),
                               ("sub_job", "Sub job", "code")):  # fmt: skip
        rows = context.all(used.format(table), number)
        found += [f"{word} {row[field]} is not synced" for row in rows if not row["origin_id"]]
    on_sub_jobs = "SELECT 1 FROM line l JOIN wbs w ON w.id = l.wbs WHERE l.project = ? AND w.sub_job IS NOT NULL"
    if not budget_switch(context, "sub_job_export") and context.one(on_sub_jobs, number):
        found.append("The ERP takes no budget lines on sub jobs")
    if not budget_switch(context, "revised_estimates_export") and transactions.has_unsynced_revisions(context, number):
        found.append("The ERP takes no revised estimates")
    if not transactions.unsynced(context, number):
        found.append("There is nothing new to send")
    return found


def _require(context: Context, project: Row, stage: str, told: str) -> None:
    if context.budget(project["id"])["stage"] != stage:
        raise Refusal(422, told)


def _payload(context: Context, project: Row, budget: Row, custom_fields: dict[str, Any]) -> dict[str, Any]:
    """The request's data (facts 4.2, firm): every job cost, and the transactions that are not synced."""
    amount = printed if context.switch("payload_amounts") == "text" else Number
    costs = context.all(
        "SELECT j.id, c.origin_id AS code, t.origin_id AS type, l.id AS line, l.amount, s.origin_id AS sub_job"
        " FROM job_cost j JOIN wbs w ON w.id = j.wbs JOIN cost_code c ON c.id = w.cost_code"
        " JOIN cost_type t ON t.id = w.cost_type LEFT JOIN sub_job s ON s.id = w.sub_job"
        " LEFT JOIN line l ON l.wbs = w.id WHERE j.project = ? ORDER BY j.id",
        project["id"],
    )
    waiting = transactions.unsynced(context, project["id"])
    return {
        "job_id": project["origin_id"],
        "budget": {
            "id": budget["id"], "origin_id": budget["origin_id"], "origin_data": budget["origin_data"],
            "synced": bool(budget["origin_id"]), "custom_fields": custom_fields, "project_id": project["id"],
        },
        "job_costs": [
            {
                "id": row["id"], "cost_code_origin_id": row["code"], "line_item_type_origin_id": row["type"],
                "budget_line_item_id": row["line"], "new_amount": amount(row["amount"] or 0),
                "job_origin_id": project["origin_id"], "sub_job_origin_id": row["sub_job"],
            }
            for row in costs
        ],
        "transactions": [shown_transaction(row, amount(row["amount"])) for row in waiting],
    }  # fmt: skip


def shown_transaction(row: Row, value: Any) -> dict[str, Any]:
    """A transaction that is not synced, as payloads carry it (facts 4.2, firm)."""
    is_original = row["type"] == transactions.ORIGINAL
    return {
        "id": row["id"], "origin_id": row["origin_id"], "code": row["code"], "value": value, "synced": False,
        "type": row["type"], "procore_transaction_id": None if is_original else row["of_id"],
        "procore_transaction_type": None if is_original else row["of_type"], "job_cost_id": row["job_cost"],
        "created_at": stamp(row["created"]), "notes": row["notes"],
    }  # fmt: skip
