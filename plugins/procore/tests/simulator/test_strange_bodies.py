"""Whatever a stranger sends where something else belongs, the server refuses it and goes on."""

from collections.abc import Iterator
from itertools import cycle, islice
from typing import Any, Final

from simulator.stranger import COMPANY, V1, Desk, Stranger

ODD: Final = ({}, [], [[]], "x", -1, 10**30, None, True, 1.5, "\u0000", "9" * 40)
ERP: Final = f"{V1}/companies/{COMPANY}"


def calls(desk: Desk, stranger: Stranger) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """One call of every kind that takes a body: method, path, a body that would do."""
    project, wbs = stranger.project, stranger.wbs()
    line = {"wbs_code_id": wbs, "original_budget_amount": 1, "quantity": 1, "unit_cost": 1, "uom": "EA"}
    adjustment = {"type": "change_event", "adjustment_number": 1, "wbs_code_id": wbs, "amount": 1}
    change = {"status": "draft", "number": 5, "title": "x", "adjustment_line_items": [adjustment]}
    update = {"id": wbs, "origin_id": "x", "name": "x", "code": "x", "base_type": "other"}
    yield "POST", "/rest/v1.1/budget_line_items", {"project_id": project, "budget_line_item": line}
    yield "POST", f"{V1}/budget_line_items/sync", {"project_id": project, "budget_line_items": [{"id": wbs, **line}]}
    yield "POST", f"{V1}/projects/{project}/budget_changes", change
    yield "POST", f"{V1}/projects/{project}/budget_modifications", {
        "from_budget_line_item_id": wbs, "to_budget_line_item_id": 1, "transfer_amount": "1", "notes": "x"}  # fmt: skip
    yield "POST", f"{V1}/budget_view_snapshots", {"project_id": project, "budget_view_id": 1}
    codes = f"{V1}/projects/{project}/work_breakdown_structure/wbs_codes"
    code = {"sub_job_id": 1, "cost_code_id": 1, "line_item_type_id": 1}
    yield "POST", codes, code
    yield "PATCH", f"{codes}/bulk_create", {"wbs_codes": [code]}
    for name in ("sub_jobs", "cost_codes", "line_item_types", "erp_transactions", "erp_job_costs"):
        item = {**update, "synced": True, "original_estimate": "1"}
        yield "PATCH", f"{V1}/{name}/sync", {"project_id": project, "updates": [item]}
    external = {"item_type": "budget", "item_id": 1, "origin_id": "x", "origin_data": "x"}
    yield "PATCH", f"{ERP}/external_data", {"updates": [external]}
    staged = {"item_type": "sub_job", "origin_id": "x", "origin_code": "x", "status": "staged", "data": {}}
    yield "PATCH", f"{ERP}/erp_staged_records/sync", {"updates": [staged]}
    hook = {"api_version": "v2", "namespace": "x", "destination_url": "http://127.0.0.1:9/", "destination_headers": {}}
    yield "POST", f"{V1}/webhooks/hooks", {"project_id": project, "hook": hook}
    desk.budget(L="1")
    desk.send()
    detail = {"request_detail": {"status": "in progress", "messages": ["x"]}}
    yield "PUT", f"{ERP}/erp_request_details/{desk.export()[1]}", detail


def spoilt(body: Any, odd: Iterator[Any]) -> Iterator[Any]:
    """The body with an odd value in place of each of its parts, one at a time, two to a place."""
    yield from islice(odd, 2)
    pairs = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for place, part in pairs:
        for value in spoilt(part, odd):
            copy = dict(body) if isinstance(body, dict) else list(body)
            copy[place] = value
            yield copy


def test_no_body_breaks_the_server(desk: Desk, stranger: Stranger) -> None:
    """Every part of every body spoilt: each is answered, and never with a server's error."""
    desk.switch("hourly_limit", "0")
    failed = [
        (method, path, body)
        for method, path, whole in calls(desk, stranger)
        for body in spoilt(whole, cycle(ODD))
        if stranger.ask(method, path, body).status_code >= 500
    ]
    assert [] == failed


def test_no_address_breaks_the_server(desk: Desk, stranger: Stranger) -> None:
    """Nor an odd number in a path or a query."""
    desk.switch("hourly_limit", "0")
    for odd in ("x", "-1", "9" * 40, "%00", "1.5", "\u0661"):
        for path in (
            f"{V1}/projects/{odd}/budget",
            f"{ERP}/erp_requests/{odd}",
            f"{V1}/budget_views/{odd}/detail_rows",
        ):
            assert 404 == stranger.ask("GET", path).status_code
        assert 404 == stranger.ask("GET", f"{V1}/sub_jobs", project_id=odd).status_code
        assert 400 == stranger.ask("GET", f"{V1}/companies", page=odd).status_code
