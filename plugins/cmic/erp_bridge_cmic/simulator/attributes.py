"""One attribute of a REST resource: how its JSON value is read, kept and shown. Numbers are never floats."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, Final

from attrs import frozen

#: CMiC's numbers have at most eighteen digits in all.
DIGITS: Final = 18
#: The offset in which CMiC's servers show their stamps.
OFFSET: Final = timezone(timedelta(hours=-5))
_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)
_STAMP: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(Z|[+-][0-9]{2}:?[0-9]{2})", re.ASCII)

Stored = str | int | float | None


class Kind(StrEnum):
    """What values an attribute takes."""

    TEXT = "string"
    FLAG = "flag"
    NUMBER = "number"
    DAY = "date"
    STAMP = "datetime"


@frozen(kw_only=True)
class Attribute:
    """An attribute of a resource, kept in `column`.

    `length` bounds text; `scale` is the number of decimals of a number, which is kept as a whole number of the
    smallest unit. `settable` attributes may be given on creation, `updatable` ones changed afterwards.
    """

    name: str
    column: str
    kind: Kind = Kind.TEXT
    length: int = 0
    scale: int = 0
    required: bool = False
    settable: bool = True
    updatable: bool = True
    choices: tuple[str, ...] = ()

    def read(self, value: Any) -> Stored:
        """The value to keep of a JSON value; raises ValueError saying what is wrong with it."""
        return None if value is None else _READERS[self.kind](self, value)

    def show(self, stored: Stored) -> Any:
        """The JSON value of what is kept."""
        if stored is None:
            return None
        if self.kind is Kind.NUMBER:
            return unscaled(int(stored), self.scale)
        if self.kind is Kind.STAMP:
            return datetime.fromtimestamp(float(stored), tz=OFFSET).isoformat(timespec="seconds")
        return stored


def unscaled(units: int, scale: int) -> Decimal:
    """A number from its smallest units, without zeros at its end."""
    number = Decimal(units).scaleb(-scale).normalize()
    return number if number.as_tuple().exponent <= 0 else number.quantize(Decimal(1))  # type: ignore[operator]


def scaled(value: Any, scale: int) -> int:
    """A number in its smallest units; raises ValueError for more decimals or digits than it may have."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise ValueError("is not a number")  # noqa: TRY004 - wrong data, told like any other
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        raise ValueError("is not a number")
    try:
        units = Decimal(value).scaleb(scale)
    except InvalidOperation as error:
        raise ValueError("is not a number") from error
    if not units.is_finite() or units.copy_abs() >= Decimal(10) ** DIGITS:
        raise ValueError(f"has more than {DIGITS} digits")
    if units != units.to_integral_value():
        raise ValueError(f"has more than {scale} decimals")
    return int(units)


def moment(value: Any) -> float:
    """Seconds since 1970 of a stamp with an offset; raises ValueError."""
    if not isinstance(value, str) or not _STAMP.fullmatch(value):
        raise ValueError("is not a date and time with an offset")
    return datetime.fromisoformat(value).astimezone(UTC).timestamp()


def _text(attribute: Attribute, value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("is not a string")  # noqa: TRY004 - wrong data, told like any other
    if len(value) > attribute.length:
        raise ValueError(f"is longer than {attribute.length} characters")
    if attribute.choices and value not in attribute.choices:
        raise ValueError(f"is not one of {', '.join(attribute.choices)}")
    return value


def _flag(_: Attribute, value: Any) -> str:
    if value not in ("Y", "N"):
        raise ValueError('is neither "Y" nor "N"')
    return str(value)


def _number(attribute: Attribute, value: Any) -> int:
    return scaled(value, attribute.scale)


def _day(_: Attribute, value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("is not a date")  # noqa: TRY004 - wrong data, told like any other
    try:
        return date.fromisoformat(value[:10]).isoformat()
    except ValueError as error:
        raise ValueError("is not a date") from error


def _stamp(_: Attribute, value: Any) -> float:
    return moment(value)


_READERS: Final[dict[Kind, Callable[[Attribute, Any], Stored]]] = {
    Kind.TEXT: _text,
    Kind.FLAG: _flag,
    Kind.NUMBER: _number,
    Kind.DAY: _day,
    Kind.STAMP: _stamp,
}
