"""The pages that are measured, each with its floor: one SQL query for the rows that it shows.

Where a page shows sums of everything (a budget's totals, how many items each filter has), its floor's query has them
too, as cheaply as SQL can: they are part of what the page tells.
"""

from collections.abc import Iterator
from typing import Any, Final

from attrs import frozen
from product import PROJECT
from sqlalchemy import func, select

from erp_bridge_core.app import Application
from erp_bridge_core.approvals.rules import FILTERS
from erp_bridge_core.store.tables import deliveries, items

_ITEM: Final = """
SELECT i.id, p.number, p.name, i.job, i.state, i.original + i.changes, i.currency, i.line_count, s.name, i.sent_at
FROM items i JOIN projects p ON p.id = i.project_id JOIN people s ON s.id = i.sent_by
"""
_COUNTS: Final = "(SELECT count(*) FROM items WHERE company_id = 1), (SELECT count(*) FROM items WHERE state = 'ready')"
_BUDGET: Final = """
SELECT sub_job, cost_code, category, description, quantity, unit, amount FROM budget_lines WHERE project_id = {project}
"""
_PROJECT: Final = "SELECT number, name, job, currency, locked, sends, first_exported_at FROM projects ORDER BY number"
_KEYS: Final = """
SELECT sub_job, cost_code, category, description, part, quantity, amount, amount, amount, amount
FROM item_lines WHERE item_id = {item}
"""
_COSTS: Final = """
SELECT sub_job, cost_code, category, sent_original, sent_changes, now_original, now_changes, now_total, outcome
FROM key_outcomes WHERE verification_id = (SELECT max(id) FROM verifications WHERE item_id = {item})
"""
_AUDIT: Final = """
SELECT sequence, at, person, real_person, via, verb, subject, subject_id, from_state, to_state, details
FROM audit_entries WHERE company_id = 1
"""
_HAPPENED: Final = _AUDIT + "AND subject = 'item' AND subject_id = '{item}' ORDER BY sequence DESC LIMIT 500"
_MAIL: Final = """
SELECT d.id, o.created_at, p.name, p.email, o.kind, o.payload, d.state, d.tries, d.sent_at, d.problem
FROM deliveries d JOIN outbox o ON o.id = d.outbox_id JOIN people p ON p.id = d.person_id
"""
_PEOPLE: Final = """
SELECT p.login, p.name, p.email, m.administrator, m.integrations, p.active,
  (SELECT count(*) FROM project_permissions g WHERE g.person_id = p.id)
FROM people p JOIN memberships m ON m.person_id = p.id ORDER BY p.login LIMIT 50
"""
_JOBS: Final = """
SELECT p.number, p.name, i.job, v.outcome, v.first_seen_at, v.taken_at,
  (SELECT sum(now_total) FROM key_outcomes WHERE verification_id = v.id)
FROM projects p JOIN items i ON i.project_id = p.id JOIN verifications v ON v.item_id = i.id
WHERE i.version = p.sends AND i.state IN ('waiting', 'mismatch', 'synced') ORDER BY p.number LIMIT 50
"""
_CHANGES: Final = """
SELECT c.number, c.date, c.description, c.status, count(l.id), sum(l.amount)
FROM budget_changes c LEFT JOIN change_lines l ON l.change_id = c.id
WHERE c.project_id = {project} GROUP BY c.id ORDER BY c.number
"""
_MAPS: Final = "SELECT kind, ours, theirs FROM maps ORDER BY kind, ours"
_CONNECTIONS: Final = "SELECT name, erp, erp_company, live FROM connections ORDER BY name"


@frozen(kw_only=True)
class Page:
    """One page; `sql` finds its rows, `sums` what it adds up over more than them."""

    number: int
    title: str
    path: str
    sql: str
    sums: str = ""


def pages_of(application: Application) -> list[Page]:
    """All of them, of a company that `large_home` has filled."""
    found = [*_lists(), *_of_items(application), *_of_budget(application), *_rest(application), *_api(application)]
    return [
        Page(number=number, title=title, path=path, sql=sql, sums=sums)
        for number, (title, path, sql, sums) in enumerate(found)
    ]


_Row = tuple[str, str, str, str]


def _lists() -> Iterator[_Row]:
    waiting = "WHERE i.state NOT IN ('rejected', 'retrieved')"
    counted = f"SELECT {_COUNTS}"
    yield "home", "/", _PROJECT + " LIMIT 50", counted
    yield "projects", "/projects", _PROJECT + " LIMIT 50", "SELECT count(*) FROM projects"
    yield "projects, searched", "/projects?text=00512", (
        "SELECT * FROM projects WHERE name LIKE '%00512%' OR number LIKE '%00512%' OR job LIKE '%00512%' LIMIT 50"
    ), ""  # fmt: skip
    yield "items", "/items", f"{_ITEM} {waiting} ORDER BY i.sent_at, i.id LIMIT 50", counted
    for state, label in FILTERS.items():
        sql = f"{_ITEM} WHERE i.state = '{state.value}' ORDER BY i.sent_at, i.id LIMIT 50"
        yield f"items, {label}", f"/items?filter={state.value}", sql, counted
    yield "items, searched", "/items?search=00512", (
        f"{_ITEM} {waiting} AND (p.number LIKE '%00512%' OR p.name LIKE '%00512%' OR i.job LIKE '%00512%')"
        " ORDER BY i.sent_at LIMIT 50"
    ), counted  # fmt: skip
    yield "items, by amount, page 50", "/items?sort=-amount&page=50", (
        f"{_ITEM} {waiting} ORDER BY i.original + i.changes DESC, i.id DESC LIMIT 50 OFFSET 2450"
    ), counted  # fmt: skip


def _of_items(application: Application) -> Iterator[_Row]:
    item, failed = _large_item(application), _failed_item(application)
    keys, happened = _KEYS.format(item=item), _HAPPENED.format(item=item)
    costs = _COSTS.format(item=item)
    summed = f"SELECT count(*), sum(amount) FROM item_lines WHERE item_id = {item}"
    in_order = "ORDER BY sub_job, cost_code, category LIMIT 50"
    yield "item, 100,000 keys", f"/items/{item}", f"{keys} {in_order}", summed
    yield "item, 100,000 keys, page 1000", f"/items/{item}?page=1000", f"{keys} {in_order} OFFSET 49950", summed
    yield "item, its lines", f"/items/{item}/lines", f"{keys} ORDER BY number LIMIT 50", ""
    yield "item, its lines, page 1000", f"/items/{item}/lines?page=1000", (
        f"{keys} ORDER BY number LIMIT 50 OFFSET 49950"
    ), ""  # fmt: skip
    yield "item, history", f"/items/{item}/history", happened, ""
    yield "item, export", f"/items/{item}/export", happened, (
        f"SELECT state, count(*) FROM item_lines WHERE item_id = {item} GROUP BY state"
    )  # fmt: skip
    yield "item, export that failed", f"/items/{failed}/export", _HAPPENED.format(item=failed), ""
    yield "item, posting", f"/items/{item}/posting", happened, (
        f"SELECT outcome, count(*) FROM ({costs}) GROUP BY outcome"
    )  # fmt: skip
    yield "item of three keys", f"/items/{failed}", f"{_KEYS.format(item=failed)} {in_order}", ""


def _of_budget(application: Application) -> Iterator[_Row]:
    project = _project_id(application)
    lines, path = _BUDGET.format(project=project), f"/projects/{PROJECT}/budget"
    order = "ORDER BY sub_job, cost_code, category LIMIT 100"
    summed = f"SELECT count(*), sum(amount) FROM budget_lines WHERE project_id = {project}"
    arrived = "SELECT count(*), sum(amount) FROM item_lines WHERE state = 'arrived' AND item_id IN"
    summed += f" UNION ALL {arrived} (SELECT id FROM items WHERE project_id = {project})"
    found = "AND (cost_code LIKE '%012345%' OR description LIKE '%012345%' OR sub_job LIKE '%012345%')"
    yield "budget, 100,000 lines", path, f"{lines} {order}", summed
    yield "budget, last page", f"{path}?page=1000", f"{lines} {order} OFFSET 99900", summed
    yield "budget, searched", f"{path}?text=012345", f"{lines} {found} {order}", summed
    yield "budget, one sub job", f"{path}?sub_job=NORTH", f"{lines} AND sub_job = 'NORTH' {order}", summed
    yield "budget of three lines", "/projects/P-00010/budget", (
        _BUDGET.format(project="(SELECT id FROM projects WHERE number = 'P-00010')") + order
    ), ""  # fmt: skip
    yield "budget changes", f"{path}/changes", _CHANGES.format(project=project), ""
    yield "budget history", f"{path}/history", f"{_ITEM} WHERE i.project_id = {project}", ""
    yield "project", f"/projects/{PROJECT}/settings", _PEOPLE, ""


def _rest(application: Application) -> Iterator[_Row]:
    item = _large_item(application)
    costs = _COSTS.format(item=item)
    yield "problems", "/problems", f"{_ITEM} WHERE i.state IN ('unknown', 'mismatch', 'failed') LIMIT 150", ""
    yield "job costs", "/reports/job-costs", _JOBS, "SELECT count(*) FROM projects"
    yield "job costs, one job", f"/projects/{PROJECT}/job-costs", (
        f"{costs} ORDER BY sub_job, cost_code, category LIMIT 50"
    ), f"SELECT sub_job, sum(now_total), sum(sent_original) FROM ({costs}) GROUP BY sub_job"  # fmt: skip
    yield "audit", "/audit", f"{_AUDIT} ORDER BY sequence DESC LIMIT 50", ""
    yield "audit, one person's", "/audit?person=manager", (
        f"{_AUDIT} AND (person = 'manager' OR real_person = 'manager') ORDER BY sequence DESC LIMIT 50"
    ), ""  # fmt: skip
    yield "mail", "/mail", f"{_MAIL} ORDER BY d.id DESC LIMIT 50", "SELECT count(*) FROM deliveries"
    yield "mail, given up", "/mail?in_state=given_up", (
        f"{_MAIL} WHERE d.state = 'given_up' ORDER BY d.id DESC LIMIT 50"
    ), "SELECT count(*) FROM deliveries"  # fmt: skip
    yield "mail, one", f"/mail/{_a_mail(application)}", f"{_MAIL} WHERE d.id = {_a_mail(application)}", ""
    yield "people", "/people", _PEOPLE, "SELECT count(*) FROM memberships"
    yield "person", "/people/manager/settings", (
        "SELECT p.number, g.level, g.may_send FROM project_permissions g JOIN projects p ON p.id = g.project_id"
        " WHERE g.person_id = (SELECT id FROM people WHERE login = 'manager') ORDER BY p.number"
    ), ""  # fmt: skip
    yield "connections", "/connections", _CONNECTIONS, ""
    yield "connection", "/connections/erp", _CONNECTIONS, ""
    yield "maps", "/connections/spare/map", f"{_MAPS} LIMIT 50", "SELECT count(*) FROM maps"
    yield "plugins", "/plugins", _CONNECTIONS, ""
    yield "profile", "/profile", "SELECT login, name, email FROM people LIMIT 1", ""


def _api(application: Application) -> Iterator[_Row]:
    item, project = _large_item(application), _project_id(application)
    lines = _BUDGET.format(project=project) + "ORDER BY sub_job, cost_code, category LIMIT 50"
    waiting = "WHERE i.state NOT IN ('rejected', 'retrieved') ORDER BY i.sent_at, i.id LIMIT 50"
    yield "API projects", "/api/v1/projects", _PROJECT + " LIMIT 50", "SELECT count(*) FROM projects"
    yield "API items", "/api/v1/items", f"{_ITEM} {waiting}", f"SELECT {_COUNTS}"
    yield "API item's lines", f"/api/v1/items/{item}/lines", (
        f"{_KEYS.format(item=item)} ORDER BY sub_job, cost_code, category LIMIT 50"
    ), f"SELECT count(*), sum(amount) FROM item_lines WHERE item_id = {item}"  # fmt: skip
    yield "API budget lines", f"/api/v1/projects/{PROJECT}/budget/lines", lines, (
        f"SELECT count(*), sum(amount) FROM budget_lines WHERE project_id = {project}"
    )  # fmt: skip
    yield (
        "API one line",
        (f"/api/v1/projects/{PROJECT}/budget/line?cost_code=105-00555&category=S&sub_job=SOUTH"),
        _BUDGET.format(project=project) + "AND cost_code = '105-00555' AND category = 'S' AND sub_job = 'SOUTH'",
        "",
    )
    yield "API job costs", f"/api/v1/projects/{PROJECT}/job-costs", (
        _COSTS.format(item=item) + "ORDER BY sub_job, cost_code, category LIMIT 50"
    ), f"SELECT count(*), sum(now_total) FROM ({_COSTS.format(item=item)})"  # fmt: skip
    yield "API problems", "/api/v1/problems", (
        f"{_ITEM} WHERE i.state IN ('unknown', 'mismatch', 'failed') ORDER BY i.sent_at"
    ), ""  # fmt: skip
    yield "API audit", "/api/v1/audit", f"{_AUDIT} ORDER BY sequence DESC LIMIT 50", ""
    yield "API mail", "/api/v1/mail", f"{_MAIL} ORDER BY d.id DESC LIMIT 50", "SELECT count(*) FROM deliveries"
    yield "API people", "/api/v1/people", _PEOPLE, "SELECT count(*) FROM memberships"
    yield "API map", "/api/v1/connections/spare/map", f"{_MAPS} LIMIT 50", "SELECT count(*) FROM maps"


def _one(application: Application, query: Any) -> int:
    with application.store.read() as connection:
        return int(connection.execute(query).scalar_one())


def _large_item(application: Application) -> int:
    return _one(application, select(items.c.id).order_by(items.c.line_count.desc()).limit(1))


def _failed_item(application: Application) -> int:
    return _one(application, select(func.min(items.c.id)).where(items.c.state == "failed"))


def _project_id(application: Application) -> int:
    return _one(application, select(items.c.project_id).where(items.c.id == _large_item(application)))


def _a_mail(application: Application) -> int:
    return _one(application, select(func.max(deliveries.c.id)))
