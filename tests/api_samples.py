"""Good requests for every operation of the REST API, made from its OpenAPI document and what the full site holds."""

from collections.abc import Mapping
from typing import Any, Final

from attrs import frozen
from full_site import FullSite

_METHODS: Final = ("get", "post", "put", "patch", "delete")
#: A good value of a field, by its name; whatever is not here is made from its schema.
_VALUES: Final[Mapping[str, Any]] = {
    "number": "24-900", "code": "third", "login": "mia", "password": "words that nobody guesses", "job": "24-001",
    "connection": "books", "plugin": "memory", "cost_code": "01-100", "category": "L", "amount": "5.00",
    "name": "nightly 2", "new_number": "BC-9", "status": "under_review", "verbs": ["read"], "how": "arrived",
    "action": "resend",
    "reason": "Seen in the ERP.", "url": "https://hooks.example.com/x", "address": "someone@site.test", "kind": "unit",
    "ours": "ea", "theirs": "EA", "items": [4], "currency": "USD", "certificate": {}, "locale": "en_US",
    "time_zone": "UTC", "changes": {"note": "x"}, "email": "someone@site.test", "date": "2026-03-02",
}  # fmt: skip
#: Values of queries that are asked for.
_QUERIES: Final = {"cost_code": "01-100", "category": "L", "kind": "unit", "ours": "ea"}


@frozen(kw_only=True)
class Operation:
    """One operation: its method, path with names in braces, the parts of a good request, and headers that it knows."""

    method: str
    path: str
    name: str
    query: Mapping[str, str]
    body: Any
    schema: Mapping[str, Any] | None
    kind: str
    headers: frozenset[str] = frozenset()

    @property
    def label(self) -> str:
        """As tables name it: `GET /items`."""
        return f"{self.method} {self.path.removeprefix('/api/v1')}"

    @property
    def writes(self) -> bool:
        """Whether it changes something."""
        return self.method != "GET"


def operations(site: FullSite) -> tuple[Operation, ...]:
    """Every operation of the API."""
    document = site.browser().get("/schema/openapi.json").json()
    schemas = document["components"]["schemas"]
    return tuple(
        _operation(method.upper(), path, told, schemas)
        for path, told_by_method in sorted(document["paths"].items())
        for method, told in told_by_method.items()
        if method in _METHODS
    )


def _operation(method: str, path: str, told: Mapping[str, Any], schemas: Mapping[str, Any]) -> Operation:
    wanted = [each["name"] for each in told.get("parameters", ()) if each["in"] == "query" and each.get("required")]
    kind, schema = next(iter(told.get("requestBody", {}).get("content", {"": {}}).items()))
    found = resolved(schema.get("schema"), schemas)
    return Operation(
        method=method,
        path=path,
        name=told["operationId"],
        query={name: _QUERIES.get(name, "x") for name in (*wanted, *(("category",) if "cost_code" in wanted else ()))},
        body=None if found is None else sample(found, schemas),
        schema=found,
        kind=kind,
        headers=frozenset(each["name"] for each in told.get("parameters", ()) if each["in"] == "header"),
    )


def resolved(schema: Mapping[str, Any] | None, schemas: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The schema itself where a reference leads to it."""
    if schema is None or "$ref" not in schema:
        return schema or None
    found: Mapping[str, Any] = schemas[schema["$ref"].rpartition("/")[2]]
    return found


def sample(schema: Mapping[str, Any], schemas: Mapping[str, Any], name: str = "") -> Any:
    """A good value of a schema: of objects just what is asked for."""
    schema = resolved(schema, schemas) or {}
    if name in _VALUES:
        return _VALUES[name]
    if "properties" in schema:
        asked = set(schema.get("required", ()))
        return {key: sample(part, schemas, key) for key, part in schema["properties"].items() if key in asked}
    for choices in ("oneOf", "anyOf"):
        if choices in schema:
            return sample(next(each for each in schema[choices] if each.get("type") != "null"), schemas, name)
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "array":
        return [sample(schema["items"], schemas)]
    return {"boolean": True, "integer": 1, "object": {}}.get(schema.get("type", ""), "x")


def ask(site: FullSite, operation: Operation, headers: Mapping[str, str], **named: str) -> Any:
    """Send a good request of an operation; `named` are other parts of its path than those of the site."""
    path = site.path(operation.path, **named)
    parts: dict[str, Any] = {"params": operation.query, "headers": headers}
    if operation.kind.startswith("multipart"):
        parts["files"] = {"file": ("budget.csv", b"Cost code,Category,Amount\n01-100,L,5.00\n", "text/csv")}
    elif operation.writes:
        parts["json"] = operation.body
    return site.server.request(operation.method, path, follow_redirects=False, **parts)
