"""The addresses of the simulated API: which handler answers each, and what its caller needs."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import unquote

from attrs import frozen

from erp_bridge_procore.simulator import (
    budget,
    changes,
    codes,
    connector,
    history,
    hooks,
    metadata,
    modifications,
    views,
)
from erp_bridge_procore.simulator.access import ANYONE, ERP, READS, WRITES

Handler = Callable[..., Any]
_V1: Final = "/rest/v1.0"
_PROJECT: Final = f"{_V1}/projects/{{project}}"
_COMPANY: Final = f"{_V1}/companies/{{company}}"
_V2: Final = "/rest/v2.0/companies/{company}/projects/{project}"
_WBS: Final = f"{_PROJECT}/work_breakdown_structure/wbs_codes"
_MODIFICATION: Final = f"{_PROJECT}/budget_modifications/{{modification}}"
_HOOK: Final = f"{_V1}/webhooks/hooks/{{hook}}"

_TABLE: Final[tuple[tuple[str, str, Handler, str], ...]] = (
    ("GET", f"{_V1}/me", codes.show_me, ANYONE),
    ("GET", f"{_V1}/companies", codes.list_companies, ANYONE),
    ("GET", f"{_V1}/projects", codes.list_projects, ANYONE),
    ("GET", _PROJECT, codes.show_project, ANYONE),
    ("GET", f"{_V1}/sub_jobs", codes.list_sub_jobs, READS),
    ("PATCH", f"{_V1}/sub_jobs/sync", codes.sync_sub_jobs, ERP),
    ("GET", f"{_V1}/cost_codes", codes.list_cost_codes, READS),
    ("PATCH", f"{_V1}/cost_codes/sync", codes.sync_cost_codes, ERP),
    ("GET", f"{_V1}/line_item_types", codes.list_cost_types, READS),
    ("PATCH", f"{_V1}/line_item_types/sync", codes.sync_cost_types, ERP),
    ("GET", _WBS, codes.list_wbs, READS),
    ("POST", _WBS, codes.make_wbs, WRITES),
    ("PATCH", f"{_WBS}/bulk_create", codes.make_many_wbs, WRITES),
    ("GET", f"{_PROJECT}/budget", budget.show_budget, READS),
    ("POST", f"{_PROJECT}/budget/lock", budget.lock, WRITES),
    ("DELETE", f"{_PROJECT}/budget/lock", budget.unlock, WRITES),
    ("POST", "/rest/v1.1/budget_line_items", budget.make_line, WRITES),
    ("GET", "/rest/v1.1/budget_line_items/{line}", budget.read_line, READS),
    ("PATCH", "/rest/v1.1/budget_line_items/{line}", budget.change_line, WRITES),
    ("POST", f"{_V1}/budget_line_items", budget.make_line_by_parts, WRITES),
    ("GET", f"{_V1}/budget_line_items/{{line}}", budget.read_line, READS),
    ("PATCH", f"{_V1}/budget_line_items/{{line}}", budget.change_line, WRITES),
    ("POST", f"{_V1}/budget_line_items/sync", budget.sync_lines, WRITES),
    ("DELETE", f"{_V2}/budget_line_items/{{line}}", budget.delete_line, WRITES),
    ("GET", f"{_V1}/budget_views", views.list_views, READS),
    ("GET", f"{_V1}/budget_views/{{view}}/detail_rows", views.list_rows, READS),
    ("GET", f"{_V1}/budget_view_snapshots", views.list_snapshots, READS),
    ("POST", f"{_V1}/budget_view_snapshots", views.make_snapshot, WRITES),
    ("GET", f"{_V2}/budget_change_history", history.list_history, READS),
    ("GET", f"{_PROJECT}/budget_changes", changes.list_changes, READS),
    ("POST", f"{_PROJECT}/budget_changes", changes.make_change, WRITES),
    ("GET", f"{_PROJECT}/budget_changes/{{change}}", changes.show_change, READS),
    ("PATCH", f"{_PROJECT}/budget_changes/{{change}}", changes.edit_change, WRITES),
    ("DELETE", f"{_PROJECT}/budget_changes/{{change}}", changes.delete_change, WRITES),
    ("GET", f"{_V2}/budget_changes/adjustment_line_items", changes.list_lines, READS),
    ("GET", f"{_PROJECT}/budget_modifications", modifications.list_modifications, READS),
    ("POST", f"{_PROJECT}/budget_modifications", modifications.make_modification, WRITES),
    ("GET", _MODIFICATION, modifications.show_modification, READS),
    ("PATCH", _MODIFICATION, modifications.edit_modification, WRITES),
    ("DELETE", _MODIFICATION, modifications.delete_modification, WRITES),
    ("GET", f"{_COMPANY}/erp_requests", connector.list_requests, ERP),
    ("GET", f"{_COMPANY}/erp_requests/{{request}}", connector.show_request, ERP),
    ("GET", f"{_COMPANY}/erp_request_details", connector.list_details, ERP),
    ("GET", f"{_COMPANY}/erp_request_details/{{detail}}", connector.show_detail, ERP),
    ("PUT", f"{_COMPANY}/erp_request_details/{{detail}}", connector.close_detail, ERP),
    ("GET", f"{_COMPANY}/external_data", connector.list_external_data, ERP),
    ("PATCH", f"{_COMPANY}/external_data", connector.sync_external_data, ERP),
    ("PATCH", f"{_COMPANY}/external_data/sync", connector.sync_external_data, ERP),
    ("GET", f"{_V1}/erp_transactions", connector.list_transactions, ERP),
    ("PATCH", f"{_V1}/erp_transactions/sync", connector.sync_transactions, ERP),
    ("GET", f"{_V1}/erp_job_costs", connector.list_job_costs, ERP),
    ("PATCH", f"{_V1}/erp_job_costs/sync", connector.sync_job_costs, ERP),
    ("GET", f"{_COMPANY}/erp_staged_records", connector.list_staged, ERP),
    ("PATCH", f"{_COMPANY}/erp_staged_records/sync", connector.sync_staged, ERP),
    ("GET", f"{_COMPANY}/erp_metadata", metadata.show_metadata, ERP),
    ("PUT", f"{_COMPANY}/erp_metadata", metadata.keep_metadata, ERP),
    ("GET", f"{_V1}/webhooks/resources", hooks.list_resources, ANYONE),
    ("GET", f"{_V1}/webhooks/hooks", hooks.list_hooks, ERP),
    ("POST", f"{_V1}/webhooks/hooks", hooks.make_hook, ERP),
    ("DELETE", _HOOK, hooks.delete_hook, ERP),
    ("GET", f"{_HOOK}/triggers", hooks.list_triggers, ERP),
    ("POST", f"{_HOOK}/triggers", hooks.make_trigger, ERP),
    ("GET", f"{_HOOK}/deliveries", hooks.list_deliveries, ERP),
)
#: Addresses that are about no company.
UNSCOPED: Final = frozenset({f"{_V1}/me", f"{_V1}/companies"})


@frozen(kw_only=True)
class Route:
    """One address with a method."""

    method: str
    template: str
    pattern: re.Pattern[str]
    handler: Handler
    need: str


@frozen(kw_only=True)
class Found:
    """A route that fits a request, with the parts of its path."""

    route: Route
    parts: Mapping[str, str]


def _route(method: str, template: str, handler: Handler, need: str) -> Route:
    pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template.replace(".", r"\.")))
    return Route(method=method, template=template, pattern=pattern, handler=handler, need=need)


ROUTES: Final = tuple(_route(*row) for row in _TABLE)


def find_route(method: str, path: str) -> Found | tuple[str, ...]:
    """The route of a request; where there is none, the methods that the address does take."""
    fitting = [(route, match) for route in ROUTES if (match := route.pattern.fullmatch(path))]
    # An address of words beats one with a number in the same place.
    fitting.sort(key=lambda pair: pair[0].template.count("{"))
    for route, match in fitting:
        if route.method == method:
            return Found(route=route, parts={name: unquote(part) for name, part in match.groupdict().items()})
    return tuple(sorted({route.method for route, _ in fitting}))
