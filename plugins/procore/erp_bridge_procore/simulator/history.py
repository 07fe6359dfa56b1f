"""The budget's change history: one audit row for everything that was changed in it (facts 3.2, firm)."""

from typing import Any

from erp_bridge_procore.simulator.context import Context, stamp
from erp_bridge_procore.simulator.wire import Listed


def record(context: Context, project: int, code: str, *, kind: str, field: str, before: str | None, after: str | None
) -> None:  # fmt: skip
    """Write one row: what kind of thing, which of its fields, and its text before and after."""
    context.add(
        "history", project=project, code=code, type=kind, field=field, before=before, after=after,
        created=context.moment, person=context.person,
    )  # fmt: skip


def list_history(context: Context, company: str, project: str) -> Listed:
    """GET /rest/v2.0/companies/{c}/projects/{p}/budget_change_history [firm, 3.2]: fifty rows a page."""
    del company
    rows = context.all(
        "SELECT h.*, p.name, p.login FROM history h JOIN person p ON p.id = h.person WHERE h.project = ?"
        " ORDER BY h.id DESC",
        context.project(project)["id"],
    )
    shown: list[dict[str, Any]] = [
        {
            "id": str(row["id"]),
            "budget_code": row["code"],
            "type": row["type"],
            "column": row["field"],
            "old_value": row["before"],
            "new_value": row["after"],
            "created_at": stamp(row["created"]),
            "created_by": {"id": str(row["person"]), "name": row["name"], "login": row["login"]},
        }
        for row in rows
    ]
    return Listed(shown, usual=50)
