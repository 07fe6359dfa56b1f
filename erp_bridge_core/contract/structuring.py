"""cattrs at every edge: data from outside becomes values, or raises all its faults at once with their paths."""

import json
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from cattrs import Converter
from cattrs.errors import (
    AttributeValidationNote,
    ClassValidationError,
    ForbiddenExtraKeysError,
    IterableValidationError,
    IterableValidationNote,
)

from erp_bridge_core.contract.errors import BadInput, Fault
from erp_bridge_core.contract.secret import MASK, Secret

Value = TypeVar("Value")


def _decimal(value: Any, _: Any) -> Decimal:
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise TypeError("a number must come as text, or whole: a float is not exact")
    text = str(value)
    try:
        number = Decimal(text)
    except ArithmeticError:
        raise ValueError("not a number") from None
    if not number.is_finite():
        raise ValueError("not a finite number")
    return number


def _text(value: Any, _: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected text, not {type(value).__name__}")
    return value


def _whole(value: Any, _: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"expected a whole number, not {type(value).__name__}")
    return value


def _yes_no(value: Any, _: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("expected true or false")
    return value


def _date(value: Any, _: Any) -> date:
    if isinstance(value, date):
        return value
    return date.fromisoformat(_text(value, str))


def _choice(value: Any, cls: type[StrEnum]) -> StrEnum:
    try:
        return cls(_text(value, str))
    except ValueError:
        raise ValueError(f"expected one of {', '.join(cls)}") from None


def _no_secret(_: Any, __: Any) -> Secret:
    raise TypeError("a secret comes from its reference alone, never from data")


def make_converter() -> Converter:
    """A converter that is strict about types, forbids unknown keys, and never goes through a float."""
    converter = Converter(forbid_extra_keys=True, detailed_validation=True)
    converter.register_structure_hook(Decimal, _decimal)
    converter.register_structure_hook(str, _text)
    converter.register_structure_hook(StrEnum, _choice)
    converter.register_structure_hook(int, _whole)
    converter.register_structure_hook(bool, _yes_no)
    converter.register_structure_hook(date, _date)
    converter.register_unstructure_hook(Decimal, lambda value: f"{value:f}")
    converter.register_unstructure_hook(date, date.isoformat)
    converter.register_unstructure_hook(datetime, datetime.isoformat)
    converter.register_structure_hook(Secret, _no_secret)
    converter.register_unstructure_hook(Secret, lambda _: MASK)
    return converter


converter: Converter = make_converter()


def structure(cls: type[Value], data: Any, *, what: str = "data", using: Converter = converter) -> Value:
    """Build a value of an attrs class (or any type cattrs knows) from plain data.

    Raises `BadInput` with one fault per wrong place, each with its path (`lines[3].amount`).
    """
    try:
        return using.structure(data, cls)
    except Exception as error:  # cattrs raises groups of whatever hooks and validators raise
        raise BadInput(f"The {what} is not right.", faults=list(_faults(error, ""))) from error


def to_json(value: Any) -> str:
    """Canonical JSON of a value: sorted keys, no blanks, decimals and dates as text. What hashes are made from."""
    return json.dumps(
        converter.unstructure(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain
    )


def _plain(value: Any) -> Any:
    if isinstance(value, set | frozenset):
        return sorted(value)
    if isinstance(value, type):
        return value.__name__
    if isinstance(value, Decimal | date):
        return str(value)
    raise TypeError(f"{type(value).__name__} is not JSON-able")


def _faults(error: BaseException, path: str) -> list[Fault]:
    if isinstance(error, ClassValidationError | IterableValidationError):
        return [fault for inner in error.exceptions for fault in _faults(inner, _deeper(path, inner))]
    if isinstance(error, ForbiddenExtraKeysError):
        return [Fault(f"{path}.{key}".lstrip("."), "unknown name") for key in sorted(error.extra_fields)]
    if isinstance(error, KeyError):
        return [Fault(f"{path}".lstrip(".") or str(error.args[0]), "is missing")]
    return [Fault(path or ".", str(error) or type(error).__name__)]


def _deeper(path: str, error: BaseException) -> str:
    for note in getattr(error, "__notes__", ()):
        if isinstance(note, AttributeValidationNote):
            return f"{path}.{note.name}".lstrip(".")
        if isinstance(note, IterableValidationNote):
            return f"{path}[{note.index}]"
    return path
