"""Writing: rows made, changed and removed, with every problem of a request found before anything is written."""

import re
import sqlite3
from collections.abc import Iterator
from typing import Any, Final

from erp_bridge_cmic.simulator.attributes import Attribute, Stored
from erp_bridge_cmic.simulator.context import Context
from erp_bridge_cmic.simulator.problems import Problem, Refusal
from erp_bridge_cmic.simulator.resource import CREATE, DELETE, UPDATE, Resource
from erp_bridge_cmic.simulator.rules import RULES, Values

_UNIQUE: Final = re.compile(r"UNIQUE constraint failed: (\w+)")


def create(context: Context, resource: Resource, given: dict[str, Any]) -> str:
    """Make a row; its identity. Raises Refusal with every problem, or for a row that is there already."""
    _check_offered(resource, CREATE)
    problems: list[Problem] = []
    values = _read(resource, given, problems, creating=True)
    problems += _missing(resource, values)
    values = {column: value for column, value in values.items() if value is not None}
    if not problems:
        problems += RULES[resource.name].create(context, values)
    if problems:
        raise Refusal(400, problems)
    values |= {"created": context.moment, "creator": context.user}
    columns, marks = ", ".join(values), ", ".join("?" * len(values))
    try:
        made = context.one(
            f"INSERT INTO {resource.table} ({columns}) VALUES ({marks}) RETURNING vuuid",  # noqa: S608 - own names
            *values.values(),
        )
    except sqlite3.IntegrityError as error:
        raise _duplicate(context, resource, error) from error
    assert made is not None
    return str(made["vuuid"])


def update(context: Context, resource: Resource, vuuid: str, given: dict[str, Any]) -> None:
    """Change the given attributes of a row; raises Refusal with every problem, or 404 where there is no such row."""
    _check_offered(resource, UPDATE)
    row = find(context, resource, vuuid)
    problems: list[Problem] = []
    values = _read(resource, given, problems, creating=False)
    values = {column: value for column, value in values.items() if value != row[column]}
    problems += _frozen(resource, values)
    if not problems:
        problems += RULES[resource.name].update(context, row, values)
    if problems:
        raise Refusal(400, problems)
    values |= {"updated": context.moment, "updater": context.user}
    assignments = ", ".join(f"{column} = ?" for column in values)
    try:
        context.connection.execute(
            f"UPDATE {resource.table} SET {assignments} WHERE vuuid = ?",  # noqa: S608 - names are our own
            (*values.values(), vuuid),
        )
    except sqlite3.IntegrityError as error:
        raise _duplicate(context, resource, error) from error


def upsert(context: Context, resource: Resource, given: dict[str, Any]) -> str:
    """Change the row that has the given key, or make one; its identity. A resource without a key makes one always."""
    names = {resource.by_column[column].name: column for column in resource.keys if column in resource.by_column}
    row = None
    if names and all(isinstance(given.get(name), str) for name in names):
        where = " AND ".join(f"{column} = ?" for column in names.values())
        key = [given[name] for name in names]
        row = context.one(f"SELECT vuuid FROM {resource.view} WHERE {where}", *key)  # noqa: S608 - names are our own
    if row is None:
        return create(context, resource, given)
    changes = {name: value for name, value in given.items() if name != resource.vuuid}
    update(context, resource, row["vuuid"], changes)
    return str(row["vuuid"])


def remove(context: Context, resource: Resource, vuuid: str) -> None:
    """Remove a row; raises Refusal with every problem, or 404 where there is no such row."""
    _check_offered(resource, DELETE)
    problems = list(RULES[resource.name].remove(context, find(context, resource, vuuid)))
    if problems:
        raise Refusal(400, problems)
    context.connection.execute(f"DELETE FROM {resource.table} WHERE vuuid = ?", (vuuid,))  # noqa: S608 - own names


def find(context: Context, resource: Resource, vuuid: str) -> sqlite3.Row:
    """A row as it stands; raises Refusal (404)."""
    row = context.one(f"SELECT * FROM {resource.view} WHERE vuuid = ?", vuuid)  # noqa: S608 - names are our own
    if row is None:
        raise Refusal(404, [f"No {resource.label} has the identity {vuuid}."])
    return row


def _check_offered(resource: Resource, operation: str) -> None:
    if operation not in resource.operations:
        raise Refusal(405, [f"{resource.name} does not offer {operation}."])


def _read(resource: Resource, given: dict[str, Any], problems: list[Problem], *, creating: bool) -> Values:
    values: Values = {}
    for name, value in given.items():
        attribute = resource.by_name.get(name)
        if name == "links":
            continue  # a client may send back a row that it read
        if attribute is None:
            problems.append(Problem(f"JBO-25058: Definition {name} of type Attribute is not found.", name))
        elif creating and attribute.name == resource.vuuid and value == "":
            continue  # documented as required, sent as an empty string, filled by the server
        elif creating and (not attribute.settable or attribute.name == resource.vuuid):
            problems.append(_unsettable(resource, attribute))
        else:
            values |= _one(attribute, value, problems)
    return values


def _one(attribute: Attribute, value: Any, problems: list[Problem]) -> dict[str, Stored]:
    try:
        return {attribute.column: attribute.read(value)}
    except ValueError as error:
        problems.append(Problem(f"JBO-27010: The value of {attribute.name} {error}: {str(value)[:80]}", attribute.name))
    return {}


def _missing(resource: Resource, values: Values) -> Iterator[Problem]:
    for attribute in resource.attributes:
        if attribute.required and values.get(attribute.column) in (None, ""):
            yield Problem(f"JBO-27014: Attribute {attribute.name} is required.", attribute.name)


def _frozen(resource: Resource, values: Values) -> Iterator[Problem]:
    for column, value in values.items():
        attribute = resource.by_column[column]
        if not attribute.updatable:
            yield _unsettable(resource, attribute)
        elif attribute.required and value in (None, ""):
            yield Problem(f"JBO-27014: Attribute {attribute.name} is required.", attribute.name)


def _unsettable(resource: Resource, attribute: Attribute) -> Problem:
    return Problem(f"JBO-27008: Attribute {attribute.name} in {resource.name} can't be set.", attribute.name)


def _duplicate(context: Context, resource: Resource, error: sqlite3.IntegrityError) -> Exception:
    if not _UNIQUE.match(str(error)):
        return error
    if context.settings["duplicate_key"] == "jbo":
        return Refusal(400, [f"JBO-25013: Too many objects match the primary key of {resource.label}."])
    return Refusal(400, [f"ORA-00001: unique constraint (DA.{resource.table.upper()}_PK) violated"])
