"""Answers as JSON: one document on standard output, written piece by piece so that a long budget needs no memory."""

import json
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from typing import IO, Any

import attrs

from erp_bridge_core.contract.errors import ErpBridgeError


def write_document(document: Mapping[str, Any], file: IO[str]) -> None:
    """Write one JSON document and a line end.

    Amounts are strings, moments ISO text, durations whole seconds, absent values null. Everything outside ASCII is
    escaped, so that no terminal and no encoding can make something else of it.
    """
    for piece in pieces(document):
        file.write(piece)
    file.write("\n")
    file.flush()


def pieces(value: Any) -> Iterator[str]:
    """The JSON text of a value in pieces. Streams and other iterables become arrays, attrs values objects."""
    if value is None or isinstance(value, bool | int | float | str | Enum | Decimal | date | timedelta | PurePath):
        yield _scalar(value)
    elif isinstance(value, ErpBridgeError):
        yield from pieces(value.to_json())
    elif isinstance(value, Mapping):
        yield from _object(value.items())
    elif attrs.has(type(value)) and not _is_stream(value):
        yield from _object(_fields(value))
    elif isinstance(value, AbstractSet):
        yield from _array(sorted(value, key=str))
    elif isinstance(value, Iterable):
        yield from _array(value)
    else:
        yield _scalar(str(value))


def _is_stream(value: Any) -> bool:
    return isinstance(value, Iterable)


def _fields(value: Any) -> Iterator[tuple[str, Any]]:
    """Public attributes and properties: what is reckoned from a value, such as a revised budget, is part of it."""
    reckoned = [name for name, kind in vars(type(value)).items() if isinstance(kind, property)]
    names = [field.name for field in attrs.fields(type(value))] + reckoned
    for name in names:
        content = getattr(value, name)
        if not name.startswith("_") and not isinstance(content, type):
            yield name, content


def _object(items: Iterable[tuple[Any, Any]]) -> Iterator[str]:
    separator = "{"
    for name, value in items:
        yield separator + _scalar(_name(name)) + ": "
        yield from pieces(value)
        separator = ", "
    yield "{}" if separator == "{" else "}"


def _name(name: Any) -> str:
    return str(name.value if isinstance(name, Enum) else name)


def _array(values: Iterable[Any]) -> Iterator[str]:
    separator = "["
    for value in values:
        yield separator
        yield from pieces(value)
        separator = ", "
    yield "[]" if separator == "[" else "]"


def _scalar(value: Any) -> str:
    if isinstance(value, Enum):
        value = value.value
    elif isinstance(value, Decimal):
        value = f"{value:f}"
    elif isinstance(value, date):
        value = value.isoformat()
    elif isinstance(value, timedelta):
        value = int(value.total_seconds())
    elif isinstance(value, PurePath):
        value = str(value)
    return json.dumps(value)
