"""Companies, projects and the parts of a budget code: sub jobs, cost codes, cost types, WBS codes.

Facts 3.2 (firm): sub_jobs, cost_codes and line_item_types with their sync calls; `code` of a cost code leaves out its
parent's prefix; base types have no labor. Companies, projects and me are of the public reference.
"""

from typing import Any, Final

from erp_bridge_procore.simulator.context import Context, Row, items_of, stamp, whole
from erp_bridge_procore.simulator.problems import Refusal, invalid
from erp_bridge_procore.simulator.syncing import Kind, sync
from erp_bridge_procore.simulator.wire import Listed, Made

BASE_TYPES: Final = ("equipment", "materials", "commitment", "owner_cost", "professional_services", "other")
_ORIGINS: Final = ("origin_id", "origin_data")


def show_me(context: Context) -> dict[str, Any]:
    """GET /rest/v1.0/me: whose token it is."""
    row = context.one("SELECT * FROM person WHERE id = ?", context.person)
    assert row is not None
    return {"id": row["id"], "login": row["login"], "name": row["name"]}


def list_companies(context: Context) -> Listed:
    """GET /rest/v1.0/companies: those that the app is connected to."""
    rows = context.all("SELECT * FROM company WHERE connected ORDER BY id")
    return Listed([{"id": row["id"], "name": row["name"], "is_active": True} for row in rows])


def list_projects(context: Context) -> Listed:
    """GET /rest/v1.0/projects: active ones, unless `filters[by_status]` says All or Inactive."""
    wanted = context.query("filters[by_status]") or "Active"
    rows = context.all("SELECT * FROM project WHERE company = ? ORDER BY id", context.company)
    origin = context.query("filters[origin_id]")
    return Listed([
        _project(context, row)
        for row in rows
        if wanted in ("All", "Active" if row["active"] else "Inactive") and origin in ("", row["origin_id"])
    ])  # fmt: skip


def show_project(context: Context, project: str) -> dict[str, Any]:
    """GET /rest/v1.0/projects/{p}."""
    return _project(context, context.project(project))


def list_sub_jobs(context: Context) -> Listed:
    """GET /rest/v1.0/sub_jobs [firm, 3.2]."""
    project = context.project(context.query("project_id"))
    rows = context.all("SELECT * FROM sub_job WHERE project = ? ORDER BY id", project["id"])
    return Listed([_sub_job(context, row) for row in rows])


def sync_sub_jobs(context: Context) -> dict[str, Any]:
    """PATCH /rest/v1.0/sub_jobs/sync [firm, 3.2]; a code is unique in its project."""
    project = context.project(context.body.get("project_id"))

    def make(context: Context, values: dict[str, Any]) -> int:
        if not values.get("code") or not values.get("name"):
            raise invalid(code="can't be blank")
        taken = "SELECT 1 FROM sub_job WHERE project = ? AND code = ?"
        if context.one(taken, project["id"], values["code"]) is not None:
            raise invalid(code="has already been taken")
        return context.add("sub_job", **values)

    columns = ("name", "code", *_ORIGINS)
    return sync(
        context, Kind(table="sub_job", columns=columns, show=_sub_job, scope={"project": project["id"]}, make=make)
    )


def list_cost_codes(context: Context) -> Listed:
    """GET /rest/v1.0/cost_codes [firm, 3.2]: of the project, or of one of its sub jobs; `view=erp_compact`."""
    project = context.project(context.query("project_id"))
    sub_job = context.query("sub_job_id")
    rows = context.all(
        "SELECT * FROM cost_code WHERE project = ? AND (sub_job IS ? OR ? IS NULL) ORDER BY full_code, id",
        project["id"], whole(sub_job) if sub_job else None, sub_job or None,
    )  # fmt: skip
    show = _compact_code if context.query("view") == "erp_compact" else _cost_code
    return Listed(rows, lambda row: show(context, row))


def sync_cost_codes(context: Context) -> dict[str, Any]:
    """PATCH /rest/v1.0/cost_codes/sync [firm, 3.2]: names and origin ids; codes themselves are made at the desk."""
    project = context.project(context.body.get("project_id"))
    return sync(
        context,
        Kind(table="cost_code", columns=("name", *_ORIGINS), show=_cost_code, scope={"project": project["id"]},
             make=_never),
    )  # fmt: skip


def list_cost_types(context: Context) -> Listed:
    """GET /rest/v1.0/line_item_types [firm, 3.2]: the company's cost types."""
    rows = context.all("SELECT * FROM cost_type WHERE company = ? ORDER BY id", context.company)
    return Listed([_cost_type(context, row) for row in rows])


def sync_cost_types(context: Context) -> dict[str, Any]:
    """PATCH /rest/v1.0/line_item_types/sync [firm, 3.2]."""

    def make(context: Context, values: dict[str, Any]) -> int:
        if not values.get("code") or not values.get("name"):
            raise invalid(code="can't be blank")
        if values.setdefault("base_type", "other") not in BASE_TYPES:
            raise invalid(base_type="is not included in the list")
        return context.add("cost_type", **values)

    columns = ("name", "code", "base_type", *_ORIGINS)
    scope = {"company": context.company}
    return sync(context, Kind(table="cost_type", columns=columns, show=_cost_type, scope=scope, make=make))


def list_wbs(context: Context, project: str) -> Listed:
    """GET .../work_breakdown_structure/wbs_codes [firm, 3.2]."""
    rows = context.all("SELECT * FROM wbs WHERE project = ? ORDER BY flat_code", context.project(project)["id"])
    return Listed(rows, lambda row: _wbs(context, row))


def make_wbs(context: Context, project: str) -> Made:
    """POST .../work_breakdown_structure/wbs_codes [firm, 3.2]; the body's form is assumed: the ids of the segments."""
    return Made(_wbs(context, _add_wbs(context, context.project(project)["id"], context.body)))


def make_many_wbs(context: Context, project: str) -> Made:
    """PATCH .../wbs_codes/bulk_create [firm, 3.2]: 201 with entities and errors."""
    number = context.project(project)["id"]
    entities, errors = [], []
    for item in items_of(context.body, "wbs_codes"):
        try:
            entities.append(_wbs(context, _add_wbs(context, number, item)))
        except Refusal as refusal:
            errors.append({**item, "errors": refusal.told})
    return Made({"entities": entities, "errors": errors})


def add_wbs(context: Context, project: int, sub_job: Row | None, cost_code: Row, cost_type: Row) -> int:
    """Make the code of a combination: sub job, cost code and cost type joined by a point, the usual pattern."""
    segments = (*((sub_job["code"],) if sub_job else ()), cost_code["full_code"], cost_type["code"])
    return context.add(
        "wbs", project=project, sub_job=sub_job["id"] if sub_job else None, cost_code=cost_code["id"],
        cost_type=cost_type["id"], flat_code=".".join(segments),
        description=f"{cost_code['name']}.{cost_type['name']}",
    )  # fmt: skip


def _add_wbs(context: Context, project: int, item: dict[str, Any]) -> Row:
    find = context.one
    sub_job = find("SELECT * FROM sub_job WHERE id = ? AND project = ?", item.get("sub_job_id"), project)
    code = find("SELECT * FROM cost_code WHERE id = ? AND project = ?", item.get("cost_code_id"), project)
    kind = find("SELECT * FROM cost_type WHERE id = ?", item.get("line_item_type_id"))
    if code is None or kind is None or code["sub_job"] != (sub_job["id"] if sub_job else None):
        raise invalid(segment_items="do not name a cost code and a cost type of this project")
    same = "SELECT 1 FROM wbs WHERE cost_code = ? AND cost_type = ?"
    if find(same, code["id"], kind["id"]) is not None:
        raise invalid(flat_code="has already been taken")
    made = find("SELECT * FROM wbs WHERE id = ?", add_wbs(context, project, sub_job, code, kind))
    assert made is not None
    return made


def _never(context: Context, values: dict[str, Any]) -> int:
    del context, values
    raise invalid(code="can't be blank")


def _project(context: Context, row: Row) -> dict[str, Any]:
    company = context.one("SELECT * FROM company WHERE id = ?", row["company"])
    assert company is not None
    return {
        "id": row["id"], "name": row["name"], "display_name": f"{row['number']} - {row['name']}",
        "project_number": row["number"], "active": bool(row["active"]), "origin_id": row["origin_id"],
        "origin_data": row["origin_data"], "origin_code": row["origin_id"], "created_at": stamp(row["created"]),
        "updated_at": stamp(row["updated"]), "company": {"id": company["id"], "name": company["name"]},
    }  # fmt: skip


def _sub_job(context: Context, row: Row) -> dict[str, Any]:
    del context
    return {name: row[name] for name in ("id", "name", "code", *_ORIGINS)}


def _compact_code(context: Context, row: Row) -> dict[str, Any]:
    del context
    shown = {name: row[name] for name in ("id", "name", "full_code", *_ORIGINS)}
    return {**shown, "biller_type": "SubJob" if row["sub_job"] else "Project", "biller_id": _biller(row)}


def _cost_code(context: Context, row: Row) -> dict[str, Any]:
    types = context.all(
        "SELECT t.* FROM cost_type t JOIN wbs w ON w.cost_type = t.id WHERE w.cost_code = ? ORDER BY t.id", row["id"]
    )
    return {
        **_compact_code(context, row), "code": row["code"], "parent": {"id": row["parent"]},
        "sortable_code": row["full_code"], "line_item_types": [_cost_type(context, kind) for kind in types],
    }  # fmt: skip


def _cost_type(context: Context, row: Row) -> dict[str, Any]:
    del context
    return {name: row[name] for name in ("id", "name", "code", "base_type", *_ORIGINS)}


def _wbs(context: Context, row: Row) -> dict[str, Any]:
    parts = [("sub_job", "sub_job"), ("cost_code", "cost_code"), ("cost_type", "line_item_type")]
    items = []
    for table, kind in parts:
        found = context.one(f"SELECT * FROM {table} WHERE id = ?", row[table])  # noqa: S608 - names of our own
        if found is not None:
            code = found["full_code"] if table == "cost_code" else found["code"]
            items.append({"id": found["id"], "code": code, "name": found["name"], "segment": {"type": kind}})
    return {
        "id": row["id"], "flat_code": row["flat_code"], "flat_name": row["description"],
        "description": row["description"], "status": "active", "segment_items": items,
    }  # fmt: skip


def _biller(row: Row) -> int:
    return int(row["sub_job"] or row["project"])
