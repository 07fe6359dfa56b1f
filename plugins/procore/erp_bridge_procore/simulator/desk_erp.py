"""The desk's acts around the ERP Integrations tool: the sender's, the approver's, and of whoever looks at requests."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from erp_bridge_core.simulation.commands import desk_commands
from erp_bridge_procore.simulator import erp_tool
from erp_bridge_procore.simulator.amounts import shown
from erp_bridge_procore.simulator.connector import set_detail
from erp_bridge_procore.simulator.context import Context, Row
from erp_bridge_procore.simulator.desk_acts import acting, looking, project_named
from erp_bridge_procore.simulator.masters import APPROVER, MANAGER

Project = Annotated[str, "project number"]


def send(home: Path, *, project: Project) -> Sequence[str]:
    """Send a locked budget to the ERP tool."""
    with acting(home, MANAGER) as context:
        erp_tool.send(context, project_named(context, project))
    return [f"The budget of {project} waits for its approver."]


def retrieve(home: Path, *, project: Project) -> Sequence[str]:
    """Retrieve a budget before it is answered."""
    with acting(home, MANAGER) as context:
        erp_tool.retrieve(context, project_named(context, project))
    return [f"The budget of {project} is retrieved."]


def export(home: Path, *, project: Project, fields: Annotated[str, "custom fields as JSON"] = "{}") -> Sequence[str]:
    """Accept and export: a request is made and the connector is told."""
    with acting(home, APPROVER) as context:
        given = json.loads(fields)
        request, detail = erp_tool.export(context, project_named(context, project), given)
    return [f"Request {request} with detail {detail} is made for {project}."]


def reject(home: Path, *, project: Project, reason: str = "") -> Sequence[str]:
    """Reject a budget, with a reason."""
    with acting(home, APPROVER) as context:
        erp_tool.reject(context, project_named(context, project), reason)
    return [f"The budget of {project} is rejected."]


def requests(home: Path) -> Sequence[str]:
    """The ERP requests with their details and messages, as the ERP tool shows them."""
    with looking(home) as context:
        return [" ".join(row) for row in request_rows(context)] or ["There is no request."]


def transactions(home: Path, *, project: Project) -> Sequence[str]:
    """The transactions of a project's budget."""
    with looking(home) as context:
        rows = context.all(
            "SELECT t.*, w.flat_code FROM erp_transaction t JOIN job_cost j ON j.id = t.job_cost"
            " JOIN wbs w ON w.id = j.wbs WHERE t.project = ? ORDER BY t.id",
            project_named(context, project)["id"],
        )
        return [_transaction(row) for row in rows] or ["There is no transaction."]


def close_request(
    home: Path, *, detail: Annotated[str, "number of the detail"],
    status: Annotated[str, "success, failed or stale"] = "failed", message: str = "Closed by somebody else",
) -> Sequence[str]:  # fmt: skip
    """Close a request detail past the connector, as a person of the vendor's support does."""
    if status not in {"success", "failed", "stale"}:
        raise ValueError("status is success, failed or stale")
    with acting(home, APPROVER) as context:
        row = context.one("SELECT * FROM request_detail WHERE id = ?", detail)
        if row is None:
            raise ValueError(f"there is no detail {detail}")
        set_detail(context, row, status, [message])
    return [f"Detail {detail} is {status}."]


def unlink(home: Path, *, project: Project) -> Sequence[str]:
    """Take a project's link to its ERP job away."""
    with acting(home, APPROVER) as context:
        held = project_named(context, project)
        context.run("UPDATE project SET origin_id = NULL, updated = ? WHERE id = ?", context.moment, held["id"])
    return [f"Project {project} is not linked with an ERP job."]


def post_in_erp(home: Path, *, project: Project) -> Sequence[str]:
    """Let the job costs of an exported budget come back, as after posting in the ERP and a sync."""
    with acting(home, APPROVER) as context:
        held = project_named(context, project)
        context.run("UPDATE budget SET posted = 1 WHERE project = ? AND stage = 'synced'", held["id"])
    return [f"The job costs of {project} are back."]


def request_rows(context: Context) -> list[tuple[str, ...]]:
    """Requests, newest first: number, project, name, detail, status, messages."""
    rows = context.all(
        "SELECT r.*, p.number AS of_project, d.status, d.messages FROM erp_request r JOIN project p ON p.id = r.project"
        " JOIN request_detail d ON d.id = r.detail ORDER BY r.id DESC"
    )
    return [
        (
            str(row["id"]), row["of_project"], row["name"], str(row["detail"]), row["status"],
            "; ".join(json.loads(row["messages"])),
        )
        for row in rows
    ]  # fmt: skip


def _transaction(row: Row) -> str:
    state = f"synced as {row['origin_id']}" if row["synced"] else "unsynced"
    return f"{row['id']} {row['flat_code']} {row['type']} {shown(row['amount'])} {state}"


COMMANDS = desk_commands(send, retrieve, export, reject, requests, transactions, close_request, unlink, post_in_erp)
