"""Budget views: the way to list a budget's lines (facts 3.2, firm), and snapshots of them, at most one an hour.

A row has its fixed fields and one key per column of the view. Which key a column has is not published: here it is the
column's own name. The two amounts that the schema fixes are columns too, so that a view may lack them.
"""

from collections.abc import Callable
from typing import Any, Final

from attrs import frozen

from erp_bridge_procore.simulator.amounts import Number, printed
from erp_bridge_procore.simulator.context import Context, Row, stamp, whole
from erp_bridge_procore.simulator.figures import Figures, figures_of
from erp_bridge_procore.simulator.problems import Refusal, missing
from erp_bridge_procore.simulator.wire import Listed, Made

#: The columns of the view that a set-up makes: key on the wire, figure.
COLUMNS: Final = (
    ("original_budget_amount", "original"),
    ("budget_modifications", "modifications"),
    ("Approved Budget Changes", "changes"),
    ("Revised Budget", "revised"),
    ("Direct Costs", "costs"),
)
_HOUR: Final = 3600


def list_views(context: Context) -> Listed:
    """GET /rest/v1.0/budget_views [firm, 3.2]."""
    rows = context.all("SELECT * FROM view WHERE company = ? ORDER BY id", context.company)
    return Listed([_view(row) for row in rows])


def list_rows(context: Context, view: str) -> Listed:
    """GET /rest/v1.0/budget_views/{v}/detail_rows [firm, 3.2]: budgeted codes, unless the query asks for others."""
    project = context.project(context.query("project_id"))
    held = _held_view(context, view)
    kind = context.query("budget_row_type") or "budgeted"
    if kind not in {"budgeted", "unbudgeted", "all"}:
        raise Refusal(400, "budget_row_type is invalid")
    columns = context.all("SELECT * FROM view_column WHERE view = ? ORDER BY rowid", held["id"])
    found = figures_of(context, project["id"])
    wanted = {"budgeted": {True}, "unbudgeted": {False}}.get(kind, {True, False})
    shown = [each for each in found if (each.line is not None) in wanted]
    names = _Names(
        project=project,
        cost_codes=_by_id(context.all("SELECT * FROM cost_code WHERE project = ?", project["id"])),
        cost_types=_by_id(context.all("SELECT * FROM cost_type WHERE company = ?", context.company)),
        sub_jobs=_by_id(context.all("SELECT * FROM sub_job WHERE project = ?", project["id"])),
        amount=Number if context.switch("row_amounts") == "number" else printed,
    )
    return Listed(shown, lambda figures: _row(names, figures, columns))


def list_snapshots(context: Context) -> Listed:
    """GET /rest/v1.0/budget_view_snapshots [firm, 3.2]."""
    project = context.project(context.query("project_id"))
    rows = context.all("SELECT * FROM snapshot WHERE project = ? ORDER BY id", project["id"])
    return Listed([_snapshot(row) for row in rows])


def make_snapshot(context: Context) -> Made:
    """POST /rest/v1.0/budget_view_snapshots [firm, 3.2]: at most one an hour per project and view, else 429."""
    body = context.body
    project, view = context.project(body.get("project_id")), _held_view(context, body.get("budget_view_id"))
    last = context.one(
        "SELECT max(created) AS made FROM snapshot WHERE project = ? AND view = ?", project["id"], view["id"]
    )
    if last is not None and last["made"] is not None and context.moment - last["made"] < _HOUR:
        raise Refusal(429, "A snapshot of this view was made within the last hour")
    number = context.add("snapshot", project=project["id"], view=view["id"], created=context.moment)
    made = context.one("SELECT * FROM snapshot WHERE id = ?", number)
    assert made is not None
    return Made(_snapshot(made))


@frozen(kw_only=True)
class _Names:
    """What the rows of one answer share: the records that their codes are made of, and the form of their amounts."""

    project: Row
    cost_codes: dict[int, Row]
    cost_types: dict[int, Row]
    sub_jobs: dict[int, Row]
    amount: Callable[[int], Any]


def _by_id(rows: list[Row]) -> dict[int, Row]:
    return {row["id"]: row for row in rows}


def _row(names: _Names, figures: Figures, columns: list[Row]) -> dict[str, Any]:
    wbs, project = figures.wbs, names.project
    code, kind = names.cost_codes[wbs["cost_code"]], names.cost_types[wbs["cost_type"]]
    biller = names.sub_jobs[wbs["sub_job"]] if wbs["sub_job"] else project
    return {
        "id": figures.line["id"] if figures.line else None,
        "project_id": project["id"], "project": project["name"], "wbs_code_id": wbs["id"],
        "biller_id": biller["id"], "biller": biller["name"],
        "biller_type": "SubJob" if wbs["sub_job"] else "Project",
        "root_cost_code_id": code["parent"] or code["id"],
        "cost_code_id": code["id"], "cost_code": f"{code['full_code']} - {code['name']}",
        "cost_code_origin_id": code["origin_id"], "category_id": kind["id"], "category": kind["name"],
        "currency_configuration": {"currency_iso_code": project["currency"]},
        **({} if figures.line else {"unbudgeted_reason": "cost_without_budget"}),
        **{column["key"]: names.amount(getattr(figures, column["figure"])) for column in columns},
    }  # fmt: skip


def _held_view(context: Context, view: object) -> Row:
    row = context.one("SELECT * FROM view WHERE id = ? AND company = ?", whole(view), context.company)
    if row is None:
        raise missing("Budget view")
    return row


def _view(row: Row) -> dict[str, Any]:
    made = stamp(row["created"])
    link = f"/rest/v1.0/budget_views/{row['id']}/detail_rows"
    return {
        "id": row["id"], "name": row["name"], "description": "", "role": row["role"], "created_at": made,
        "updated_at": made, "links": {"detail_rows": link},
    }  # fmt: skip


def _snapshot(row: Row) -> dict[str, Any]:
    made = stamp(row["created"])
    return {"id": row["id"], "budget_view_id": row["view"], "project_id": row["project"], "created_at": made}
