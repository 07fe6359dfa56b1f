"""Batches: several writes of one module in one transaction, where the site's resources take part in batches at all.

That a failed batch names the failing part and does nothing, and that a good one echoes its parts, is the framework's
way; which of CMiC's resources take part is not known, so none does until the switch names it.
"""

import re
from typing import Any, Final

from erp_bridge_cmic.simulator import rows
from erp_bridge_cmic.simulator.collection import Place, read_item
from erp_bridge_cmic.simulator.context import Context
from erp_bridge_cmic.simulator.problems import Problem, Refusal
from erp_bridge_cmic.simulator.resource import CREATE, DELETE, RETRIEVE, UPDATE
from erp_bridge_cmic.simulator.resources import BY_ADDRESS
from erp_bridge_cmic.simulator.switches import names_operation, take
from erp_bridge_cmic.simulator.wire import BATCH, answer, decode
from erp_bridge_core.simulation import Reply, Request

LARGEST_BATCH: Final = 1000
_MEMBERS: Final = ("id", "path", "operation", "payload")
_PATH: Final = re.compile(r"/1/([a-z]+)(?:/([0-9A-F]{32}))?", re.ASCII)
_UPSERT: Final = "upsert"
#: Each operation of a part, and the permissions that it needs.
_OPERATIONS: Final = {
    "create": (CREATE,), "update": (UPDATE,), "delete": (DELETE,), "get": (RETRIEVE,), _UPSERT: (CREATE, UPDATE),
}  # fmt: skip


def run_batch(context: Context, request: Request, module: str) -> Reply:
    """Do all parts in order, or none; raises Refusal (400, 403, 404, 413)."""
    parts = decode(request.body).get("parts")
    if not isinstance(parts, list) or not parts:
        raise Refusal(400, ["A batch has a list of parts."])
    if len(parts) > LARGEST_BATCH:
        raise Refusal(413, [f"Batch size exceeded, maximum is {LARGEST_BATCH}."])
    _check_shape(parts)
    done = [_run(context, module, part) for part in parts]
    if take(context.connection, "short_batches"):
        del done[1:]
    return answer(request, {"parts": done}, kind=BATCH)


def _check_shape(parts: list[Any]) -> None:
    problems = []
    seen: set[str] = set()
    for number, part in enumerate(parts, start=1):
        if not isinstance(part, dict) or any(name not in part for name in _MEMBERS):
            problems.append(f"Part {number} lacks one of {', '.join(_MEMBERS)}.")
            continue
        if str(part["id"]) in seen:
            problems.append(f"The id {part['id']} stands in two parts.")
        seen.add(str(part["id"]))
    if problems:
        raise Refusal(400, problems)


def _run(context: Context, module: str, part: dict[str, Any]) -> dict[str, Any]:
    try:
        return {**part, "payload": _one(context, module, part)}
    except Refusal as refused:
        named = (Problem(f"Part {part['id']}: {problem.detail}", problem.attribute) for problem in refused.problems)
        raise Refusal(refused.status, named) from refused


def _one(context: Context, module: str, part: dict[str, Any]) -> Any:
    match = _PATH.fullmatch(str(part["path"]))
    resource = BY_ADDRESS.get((module, match[1])) if match else None
    operation = str(part["operation"])
    if match is None or resource is None:
        raise Refusal(404, [f"There is nothing at {part['path']} in this module."])
    if operation not in _OPERATIONS:
        raise Refusal(400, [f"The operation {operation} is not supported."])
    if resource.name not in context.settings["batch_resources"].split(","):
        raise Refusal(400, [f"{resource.name} does not take part in batches."])
    refused = context.settings["refused"]
    if any(names_operation(refused, resource.name, needed) for needed in _OPERATIONS[operation]):
        raise Refusal(403, [f"You are not permitted to {operation} {resource.name}."])
    payload = part["payload"]
    if operation in (CREATE, UPDATE, _UPSERT) and not isinstance(payload, dict):
        raise Refusal(400, ["The payload is not an object."])
    return _do(context, Place("http://localhost:80", context.named(resource)), operation, match[2] or "", payload)


def _do(context: Context, place: Place, operation: str, vuuid: str, payload: Any) -> Any:
    if operation == CREATE:
        vuuid = rows.create(context, place.resource, payload)
    elif operation == _UPSERT:
        vuuid = rows.upsert(context, place.resource, payload)
    elif operation == UPDATE:
        rows.update(context, place.resource, vuuid, payload)
    elif operation == DELETE:
        rows.remove(context, place.resource, vuuid)
        return None
    return read_item(context, place, vuuid, {"onlyData": "true"})
