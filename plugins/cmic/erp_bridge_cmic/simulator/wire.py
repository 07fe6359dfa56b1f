"""JSON and refusals as they go over the wire; numbers stay exact in both directions."""

import json
import secrets
from collections.abc import Mapping, Sequence
from decimal import Decimal
from http import HTTPStatus
from typing import Any, Final

from erp_bridge_cmic.simulator.problems import Problem, Refusal
from erp_bridge_core.simulation import Reply, Request

COLLECTION: Final = "application/vnd.oracle.adf.resourcecollection+json"
ITEM: Final = "application/vnd.oracle.adf.resourceitem+json"
ACTION: Final = "application/vnd.oracle.adf.action+json"
ACTION_RESULT: Final = "application/vnd.oracle.adf.actionresult+json"
BATCH: Final = "application/vnd.oracle.adf.batch+json"
DESCRIPTION: Final = "application/vnd.oracle.adf.description+json"
ERROR: Final = "application/vnd.oracle.adf.error+json"
PLAIN: Final = "application/json"
#: From this version of the framework on an error has a structure; below, it is its text.
STRUCTURED: Final = 4
_DEFAULT_VERSION: Final = 2
_LATEST_VERSION: Final = 9


def encode(value: Any) -> str:
    """JSON of a value that may hold Decimals, each written digit by digit."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{json.dumps(name)}:{encode(held)}" for name, held in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ",".join(encode(held) for held in value) + "]"
    return json.dumps(value)


def decode(body: bytes) -> dict[str, Any]:
    """The JSON object of a body; raises Refusal where it is none, holds a name twice, or a number that is none."""
    try:
        value = json.loads(body, parse_float=Decimal, parse_constant=_no_number, object_pairs_hook=_each_once)
    except (ValueError, RecursionError) as error:
        raise Refusal(400, [f"The request body is not JSON: {error}."]) from error
    if not isinstance(value, dict):
        raise Refusal(400, ["The request body is not a JSON object."])
    return value


def framework_version(request: Request) -> int:
    """The REST framework's version that the caller asks for; 2 where it does not."""
    text = request.headers.get("rest-framework-version", "")
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text[:3]) <= _LATEST_VERSION:
        return _DEFAULT_VERSION
    return int(text)


def answer(request: Request, value: Any, *, kind: str, status: int = 200) -> Reply:
    """A JSON answer with the headers that CMiC's servers send."""
    return Reply(status=status, body=encode(value), content_type=kind, headers=_headers(request))


def refusal(request: Request, refused: Refusal) -> Reply:
    """A refusal in the shape asked for: structured from version 4 on, its text alone below."""
    accepted = request.headers.get("accept", "").lower()
    wants_structure = PLAIN in accepted or ERROR in accepted
    if framework_version(request) < STRUCTURED or not wants_structure:
        return Reply(status=refused.status, body=str(refused), headers=_headers(request))
    body = {
        "title": HTTPStatus(refused.status).phrase,
        "status": str(refused.status),
        "o:errorDetails": [_detail(problem) for problem in refused.problems],
    }
    return answer(request, body, kind=ERROR, status=refused.status)


def _headers(request: Request) -> tuple[tuple[str, str], ...]:
    return (
        ("REST-Framework-Version", str(framework_version(request))),
        ("X-ORACLE-DMS-ECID", secrets.token_hex(16)),
    )


def _detail(problem: Problem) -> dict[str, str]:
    code, colon, _ = problem.detail.partition(":")
    known = colon and code.startswith(("JBO-", "ORA-"))
    path = {"o:errorPath": f"/{problem.attribute}"} if problem.attribute else {}
    return {"detail": problem.detail, **({"o:errorCode": code} if known else {}), **path}


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is not a number")


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands there twice")
    return found
