"""Webhooks: hooks with their triggers, the events that are made, and what came of their deliveries.

Facts 4.4 (firm): characters of a namespace, payload versions v2 to v4, at least once; vendor's guide: the fields of
each payload. Unlike the real thing this one delivers to addresses on loopback alone, by http.
"""

import json
import re
import secrets
from typing import Any, Final
from urllib.parse import urlsplit

from attrs import frozen

from erp_bridge_procore.simulator.context import Context, Row, stamp, whole
from erp_bridge_procore.simulator.problems import Refusal, invalid, missing
from erp_bridge_procore.simulator.switches import take
from erp_bridge_procore.simulator.wire import Gone, Listed, Made

VERSIONS: Final = ("v2", "v3", "v4")
CHANGES: Final = "Budget Changes"
#: The resource name of requests (facts 4.1, firm).
REQUESTS: Final = "ERP Requests"
#: What fires here; Procore has many more.
RESOURCES: Final = (CHANGES, REQUESTS)
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost"})
_ULID: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def list_resources(context: Context) -> Listed:
    """GET /rest/v1.0/webhooks/resources: what can be subscribed to; whether budgets are among them is not known."""
    del context
    return Listed([{"name": name} for name in RESOURCES])


def list_hooks(context: Context) -> Listed:
    """GET /rest/v1.0/webhooks/hooks."""
    rows = context.all("SELECT * FROM hook WHERE company = ? ORDER BY id", context.company)
    return Listed([_hook(row) for row in rows])


def make_hook(context: Context) -> Made:
    """POST /rest/v1.0/webhooks/hooks: of the company, or of one of its projects."""
    body = context.body
    given = body.get("hook")
    if not isinstance(given, dict):
        raise Refusal(400, "param is missing or the value is empty: hook")
    if not re.fullmatch(r"[a-z0-9-]+", str(given.get("namespace", "")), re.ASCII):
        raise invalid(namespace="may hold lowercase letters, digits and dashes")
    if given.get("api_version", "v2") not in VERSIONS:
        raise invalid(api_version="is not included in the list")
    url = str(given.get("destination_url", ""))
    if urlsplit(url).scheme != "http" or urlsplit(url).hostname not in LOOPBACK:
        raise invalid(destination_url="must be an http address on loopback, for this simulator")
    headers = given.get("destination_headers") or {}
    if not isinstance(headers, dict) or not all(isinstance(value, str) for value in headers.values()):
        raise invalid(destination_headers="is not a set of headers")
    project = context.project(body["project_id"])["id"] if body.get("project_id") else None
    number = context.add(
        "hook", company=context.company, project=project, namespace=str(given["namespace"]), url=url,
        headers=json.dumps(headers), version=given.get("api_version", "v2"),
    )  # fmt: skip
    return Made(_hook(_held_hook(context, number)))


def make_company_hook(context: Context, namespace: str, url: str, token: str, *, resource: str) -> None:
    """Have new records of a resource told to an address, as an administrator sets it up, in place of an earlier one."""
    for row in context.all("SELECT id FROM hook WHERE company = ? AND namespace = ?", context.company, namespace):
        _remove(context, row["id"])
    hook = context.add(
        "hook", company=context.company, namespace=namespace, url=url, version="v4",
        headers=json.dumps({"Authorization": f"Bearer {token}"}),
    )  # fmt: skip
    context.add("hook_trigger", hook=hook, resource=resource, event="create")


def delete_hook(context: Context, hook: str) -> Gone:
    """DELETE /rest/v1.0/webhooks/hooks/{id}: with its triggers and whatever waits."""
    _remove(context, _held_hook(context, hook)["id"])
    return Gone()


def _remove(context: Context, hook: int) -> None:
    for table in ("hook_trigger", "delivery"):
        context.run(f"DELETE FROM {table} WHERE hook = ?", hook)  # noqa: S608 - names of our own
    context.run("DELETE FROM hook WHERE id = ?", hook)


def list_triggers(context: Context, hook: str) -> Listed:
    """GET .../hooks/{id}/triggers."""
    rows = context.all("SELECT * FROM hook_trigger WHERE hook = ?", _held_hook(context, hook)["id"])
    return Listed([_trigger(row) for row in rows])


def make_trigger(context: Context, hook: str) -> Made:
    """POST .../hooks/{id}/triggers."""
    row = _held_hook(context, hook)
    given = context.body.get("trigger")
    if not isinstance(given, dict) or given.get("resource_name") not in RESOURCES:
        raise invalid(resource_name="is not included in the list")
    if given.get("event_type") not in {"create", "update", "delete"}:
        raise invalid(event_type="is not included in the list")
    context.run("DELETE FROM hook_trigger WHERE hook = ? AND resource = ? AND event = ?",
                row["id"], given["resource_name"], given["event_type"])  # fmt: skip
    number = context.add("hook_trigger", hook=row["id"], resource=given["resource_name"], event=given["event_type"])
    made = context.one("SELECT * FROM hook_trigger WHERE id = ?", number)
    assert made is not None
    return Made(_trigger(made))


def list_deliveries(context: Context, hook: str) -> Listed:
    """GET .../hooks/{id}/deliveries: newest first, with what the receiver answered."""
    wanted = context.query("filter[status]") or "any"
    of = {"successful": {"ok"}, "discarded": {"discarded"}, "failing": {"retried", "failed"}}
    rows = context.all("SELECT * FROM delivery WHERE hook = ? ORDER BY id DESC", _held_hook(context, hook)["id"])
    return Listed([_delivery(row) for row in rows if wanted == "any" or row["outcome"] in of.get(wanted, set())])


@frozen(kw_only=True)
class Event:
    """Something that happened: to which record of which resource, in which project if in one."""

    resource: str
    event: str
    resource_id: int
    project: int | None


def fire(context: Context, event: Event) -> int:
    """Make a delivery for every hook that has a trigger for an event; how many wait for it."""
    hooks = context.all(
        "SELECT h.* FROM hook h JOIN hook_trigger t ON t.hook = h.id WHERE h.company = ? AND t.resource = ?"
        " AND t.event = ? AND (h.project IS NULL OR h.project IS ?)",
        context.company, event.resource, event.event, event.project,
    )  # fmt: skip
    made = 0
    for hook in hooks:
        body = body_of(context, hook["version"], event)
        copies = 0 if take(context.connection, "lost_events") else 1 + take(context.connection, "doubled_events")
        for _ in range(copies):
            context.add("delivery", hook=hook["id"], event=json.dumps(body), created=context.moment)
            made += 1
    return made


def body_of(context: Context, version: str, event: Event) -> dict[str, Any]:
    """The body of a delivery in one of the payload versions."""
    ulid = "".join(secrets.choice(_ULID) for _ in range(26))
    if version == "v4":
        return {
            "id": ulid, "timestamp": stamp(context.moment), "reason": event.event, "company_id": str(context.company),
            "project_id": None if event.project is None else str(event.project), "user_id": str(context.person),
            "resource_type": event.resource, "resource_id": str(event.resource_id),
        }  # fmt: skip
    return {
        "id": secrets.randbelow(10**12), "ulid": ulid, "timestamp": stamp(context.moment),
        "metadata": {
            "source_user_id": context.person, "source_project_id": event.project, "source_operation_id": None,
            "source_company_id": context.company, "source_application_id": context.app,
        },
        "user_id": context.person, "company_id": context.company, "project_id": event.project,
        "api_version": f"{version}.0", "event_type": event.event, "resource_name": event.resource,
        "resource_id": event.resource_id, **({"related_resources": []} if version == "v3" else {}),
    }  # fmt: skip


def _held_hook(context: Context, hook: object) -> Row:
    row = context.one("SELECT * FROM hook WHERE id = ? AND company = ?", whole(hook), context.company)
    if row is None:
        raise missing("Hook")
    return row


def _hook(row: Row) -> dict[str, Any]:
    return {
        "id": row["id"], "owned_by_company_id": row["company"], "owned_by_project_id": row["project"],
        "namespace": row["namespace"], "destination_url": row["url"], "api_version": row["version"],
        "destination_headers": dict.fromkeys(json.loads(row["headers"]), "*****"),
    }  # fmt: skip


def _trigger(row: Row) -> dict[str, Any]:
    return {"id": row["id"], "resource_name": row["resource"], "event_type": row["event"]}


def _delivery(row: Row) -> dict[str, Any]:
    return {
        "id": row["id"], "outcome": row["outcome"], "response_status": row["response_status"],
        "response_error": row["response_error"], "event": json.loads(row["event"]), "created_at": stamp(row["created"]),
    }  # fmt: skip
