"""Whether a plugin's value holds what its class says: a field of another type would be met far from its cause."""

from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from functools import cache
from operator import attrgetter
from types import NoneType, UnionType
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

import attrs

_CONTRACT: Final = "erp_bridge_core.contract."
#: Classes with the types in their fields that were found to fit, and which of those are numbers.
_FITTING: Final[dict[tuple[type[Any], ...], tuple[int, ...]]] = {}


def misfit(value: Any) -> str:
    """What is wrong with the first field that holds another type than its class says; blank where all fit.

    A number that is no number, such as NaN, fits nowhere; nor does a moment without its time zone.
    """
    kind: Any = type(value)
    held = _reader(kind)(value)
    shape = kind, *map(type, held)
    numbers = _FITTING.get(shape)
    if numbers is None or not all(held[place].is_finite() for place in numbers):
        wrong = _first_misfit(value)
        if wrong or any(isinstance(each, datetime) for each in held):
            return wrong
        # A file has a million lines, all of the same few shapes.
        _FITTING[shape] = tuple(place for place, each in enumerate(held) if isinstance(each, Decimal))
    return ""


def _first_misfit(value: Any) -> str:
    kind: Any = type(value)
    for name, kinds in _fields(kind):
        held = getattr(value, name)
        if not isinstance(held, kinds):
            wanted = " or ".join("None" if kind is NoneType else kind.__name__ for kind in kinds)
            return f"{type(value).__name__}.{name} is {_shown(held)}, not {wanted}"
        if kinds[0] is Decimal and held is not None and not held.is_finite():
            return f"{type(value).__name__}.{name} is {held}, not a number"
        if isinstance(held, datetime) and held.utcoffset() is None:
            return f"{type(value).__name__}.{name} is {held}, without its time zone"
    return ""


@cache
def _reader(kind: Any) -> Callable[[Any], tuple[Any, ...]]:
    """What answers all fields of a value of that class."""
    names = [name for name, _ in _fields(kind)]
    if len(names) > 1:
        return attrgetter(*names)
    return lambda value: tuple(getattr(value, name) for name in names)


def _shown(held: object) -> str:
    return "None" if held is None else f"of type {type(held).__name__}"


@cache
def _fields(kind: Any) -> tuple[tuple[str, tuple[type[Any], ...]], ...]:
    """Each field with the types that it may hold, as the contract has them: a plugin may have made a class of it."""
    ours = next((each for each in kind.__mro__ if each.__module__.startswith(_CONTRACT)), None)
    if ours is None:
        return ()
    hints = get_type_hints(ours)
    return tuple((field.name, tuple(_types(hints[field.name]))) for field in attrs.fields(ours))


def _types(hint: Any) -> Iterator[type[Any]]:
    origin = get_origin(hint)
    if origin in {Union, UnionType}:
        for each in get_args(hint):
            yield from _types(each)
    else:
        yield object if hint is Any else origin or hint
