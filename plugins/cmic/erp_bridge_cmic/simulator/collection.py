"""Reading: a collection in pages, one row by its identity, and a resource's description of itself."""

from collections.abc import Mapping
from sqlite3 import Row
from typing import Any, Final

from attrs import frozen

from erp_bridge_cmic.simulator.context import Context
from erp_bridge_cmic.simulator.filters import parse_filter
from erp_bridge_cmic.simulator.finders import parse_finder
from erp_bridge_cmic.simulator.problems import Refusal
from erp_bridge_cmic.simulator.resource import Resource

#: How many rows a page has at most; a larger `limit` is refused.
LARGEST_PAGE: Final = 1000
DEFAULT_PAGE: Final = 25
_LONGEST_NUMBER: Final = 9


@frozen
class Place:
    """Where a resource lives, for links. They name port 80 and plain http whatever the caller used, as CMiC's do."""

    root: str
    resource: Resource

    def item(self, row: Row) -> list[dict[str, str]]:
        """The links of a row."""
        href = f"{self.root}/{self.resource.name}/{row['vuuid']}"
        return [{"rel": rel, "href": href, "name": self.resource.name, "kind": "item"} for rel in ("self", "canonical")]

    def collection(self) -> list[dict[str, str]]:
        """The links of a collection."""
        name = self.resource.name
        return [{"rel": "self", "href": f"{self.root}/{name}", "name": name, "kind": "collection"}]


def read_collection(context: Context, place: Place, query: Mapping[str, str]) -> dict[str, Any]:
    """One page of rows in the envelope of the framework; raises Refusal (400) for a query that can't be read."""
    resource = place.resource
    limit, offset = _limit(query), _whole(query, "offset", 0)
    condition, values = _condition(resource, query)
    names = _fields(resource, query)
    chosen = f"FROM {resource.view} WHERE {condition}"
    rows = context.connection.execute(
        f"SELECT * {chosen} ORDER BY {_order(resource, query)} LIMIT ? OFFSET ?",
        (*values, limit + 1, offset),
    ).fetchall()
    more = len(rows) > limit and context.settings["cut_pages"] == "no"
    items = [show(row, place, names, query) for row in _faulty(context, rows[:limit])]
    found = {"items": items, "count": len(items), "hasMore": more, "limit": limit, "offset": offset}
    if query.get("totalResults") == "true":
        found["totalResults"] = context.connection.execute(f"SELECT count(*) {chosen}", values).fetchone()[0]
    return {**found, "links": place.collection()}


def read_item(context: Context, place: Place, vuuid: str, query: Mapping[str, str]) -> dict[str, Any]:
    """One row by its identity; raises Refusal (404) where there is none."""
    row = context.one(f"SELECT * FROM {place.resource.view} WHERE vuuid = ?", vuuid)  # noqa: S608 - names are our own
    if row is None:
        raise Refusal(404, [f"No {place.resource.label} has the identity {vuuid}."])
    return show(row, place, _fields(place.resource, query), query)


def show(row: Row, place: Place, names: tuple[str, ...], query: Mapping[str, str]) -> dict[str, Any]:
    """A row as JSON values, with its links unless only data was asked for."""
    attributes = place.resource.by_name
    shown = {name: attributes[name].show(row[attributes[name].column]) for name in names}
    return shown if query.get("onlyData") == "true" else {**shown, "links": place.item(row)}


def describe(place: Place) -> dict[str, Any]:
    """A resource's own description: its attributes, finders and operations. Its form is the framework's, assumed."""
    resource = place.resource
    attributes = [
        {
            "name": attribute.name,
            "type": "string" if attribute.kind == "flag" else str(attribute.kind),
            "mandatory": attribute.required,
            "updatable": attribute.updatable and "update" in resource.operations,
            "queryable": True,
            **({"maxLength": str(attribute.length)} if attribute.length else {}),
            **({"scale": attribute.scale} if attribute.kind == "number" else {}),
        }
        for attribute in resource.attributes
    ]
    finders = [
        {"name": name, "attributes": [{"name": parameter} for parameter in resource.finder(name) or ()]}
        for name in ("PrimaryKey", *resource.finders)
    ]
    collection = {"rangeSize": DEFAULT_PAGE, "finders": finders, "links": place.collection()}
    actions = {"actions": [{"name": operation} for operation in resource.operations]}
    described = {"attributes": attributes, "collection": {**collection, **actions}, "item": actions}
    return {"Resources": {resource.name: described}}


def _limit(query: Mapping[str, str]) -> int:
    limit = _whole(query, "limit", DEFAULT_PAGE)
    if not 1 <= limit <= LARGEST_PAGE:
        raise Refusal(400, [f"The limit {limit} is not between 1 and {LARGEST_PAGE}."])
    return limit


def _whole(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, str(default))
    if not (text.isascii() and text.isdigit()) or len(text) > _LONGEST_NUMBER:
        raise Refusal(400, [f"The parameter {name} is not a whole number: {text}"])
    return int(text)


def _condition(resource: Resource, query: Mapping[str, str]) -> tuple[str, list[Any]]:
    conditions, values = ["1"], []
    if "finder" in query:
        condition, more = parse_finder(query["finder"], resource)
        conditions.append(condition)
        values += more
    if "q" in query:
        condition, more = parse_filter(query["q"], resource.by_name)
        conditions.append(condition)
        values += more
    return " AND ".join(f"({condition})" for condition in conditions), values


def _fields(resource: Resource, query: Mapping[str, str]) -> tuple[str, ...]:
    known = resource.by_name
    if not query.get("fields"):
        return tuple(known)
    names = tuple(name.strip() for name in query["fields"].split(","))
    _check_known(resource, names)
    return names


def _order(resource: Resource, query: Mapping[str, str]) -> str:
    parts = [part.strip().partition(":") for part in query.get("orderBy", "").split(",") if part.strip()]
    _check_known(resource, [name for name, _, _ in parts])
    if any(way.lower() not in ("", "asc", "desc") for _, _, way in parts):
        raise Refusal(400, [f"The order can't be read: {query['orderBy']}"])
    known = resource.by_name
    ordered = [f"{known[name].column} {'DESC' if way.lower() == 'desc' else 'ASC'}" for name, _, way in parts]
    # Where the caller asks for no order, pages must still fit together; the row's identity breaks every tie.
    return ", ".join([*ordered, "created", "vuuid"])


def _check_known(resource: Resource, names: tuple[str, ...] | list[str]) -> None:
    unknown = [name for name in names if name not in resource.by_name]
    if unknown:
        raise Refusal(
            400,
            [f"JBO-25058: Definition {name} of type Attribute is not found in {resource.name}." for name in unknown],
        )


def _faulty(context: Context, rows: list[Row]) -> list[Row]:
    missing, doubled = (int(context.settings[name]) for name in ("missing_rows", "doubled_rows"))
    middle = max(0, (len(rows) - missing) // 2)
    kept = rows[:middle] + rows[middle + missing :]
    return kept + kept[:doubled]
