"""JSON with exact numbers, both ways, and the conditions of a read: only codes that can't mean anything else go in."""

import json
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NoReturn

from erp_bridge_core.contract.errors import BadInput, Fault, ReadFailed

#: What a code may hold so that it is a value in a query and nothing else.
CODE: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._/#&+-]*[A-Za-z0-9._/#&+-])?", re.ASCII)


def encode(value: Any) -> str:
    """JSON text of plain data that may hold Decimals, each written digit by digit."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(name)}: {encode(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(encode(inner) for inner in value) + "]"
    return json.dumps(value)


def decode(content: bytes) -> Any:
    """Plain data of JSON text, numbers exact; raises ValueError for anything else."""
    try:
        return json.loads(content, parse_float=Decimal, parse_constant=_no_number)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a number")


def number(row: Mapping[str, Any], name: str) -> Decimal:
    """A row's number; null counts as zero. Raises `ReadFailed` for an attribute that is missing or no number."""
    if name not in row:
        raise ReadFailed(f"CMiC's row has no attribute {name}.", remedy="Correct the connection's setting `names`.")
    value = row[name]
    if value is None:
        return Decimal(0)
    try:
        found = Decimal(value) if isinstance(value, int | Decimal | str) and not isinstance(value, bool) else None
    except InvalidOperation:
        found = None
    if found is None or not found.is_finite():
        raise ReadFailed(f"CMiC's {name} is {value!r}, which is no number.", remedy="Check the setting `names`.")
    return found


def text(row: Mapping[str, Any], name: str) -> str:
    """A row's text, blank for null. Raises `ReadFailed` for an attribute that is missing or no text."""
    value = row.get(name, 0) if name else ""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ReadFailed(
            f"CMiC's row has no text in its attribute {name}.", remedy="Correct the connection's setting `names`."
        )
    return value


def equal(conditions: Mapping[str, str]) -> str:
    """A query for rows in which every named attribute has its value."""
    return " and ".join(f"{name} = {quoted(value)}" for name, value in conditions.items())


def any_of(name: str, values: Iterable[str]) -> str:
    """A query for rows in which an attribute has one of the values."""
    return "(" + " or ".join(f"{name} = {quoted(value)}" for value in values) + ")"


def quoted(code: str) -> str:
    """A code as a value of a query; raises `BadInput` for one that could mean more than itself."""
    if not CODE.fullmatch(code):
        fault = Fault("code", "can't be asked for", value=code, expected="letters, digits, and . _ / # & + - within")
        raise BadInput(f"The code {code!r} can't stand in a query to CMiC.", faults=[fault])
    return f"'{code}'"
