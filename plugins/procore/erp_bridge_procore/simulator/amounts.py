"""Numbers in the simulated Procore: whole ten-thousandths in its books, JSON numbers or text on its wire."""

from decimal import Decimal
from typing import Any, Final

from attrs import frozen

from erp_bridge_core.simulation import to_text

DIGITS: Final = 4


@frozen
class Number:
    """A number that goes out as a JSON number, digit by digit, as Procore prints its floats: `100.0`, `12.5`."""

    units: int

    def __str__(self) -> str:
        return printed(self.units)


def printed(units: int) -> str:
    """Text of an amount as Procore prints a float: at least one decimal, no zeros behind it."""
    whole, _, rest = to_text(units, DIGITS).partition(".")
    return f"{whole}.{rest.rstrip('0') or '0'}"


def shown(units: int) -> str:
    """Text of an amount for a person: two decimals, more only where there are more."""
    text = to_text(units, DIGITS)
    return text.removesuffix("00")


def units_of(value: Any, *, decimals: int) -> int:
    """The whole units of a JSON number or of text that a client sent; raises ValueError for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise ValueError("is not a number")  # noqa: TRY004 - what a client sent, not how we were called
    try:
        number = Decimal(value.strip() if isinstance(value, str) else value)
    except ArithmeticError as error:
        raise ValueError("is not a number") from error
    if not number.is_finite() or abs(number) >= 10**15:
        raise ValueError("is not a number" if not number.is_finite() else "is too large")
    if number != number.quantize(Decimal(1).scaleb(-decimals)):
        raise ValueError(f"has more than {decimals} decimals")
    return int(number.scaleb(DIGITS))


def typed(text: str) -> int:
    """The whole units of an amount typed at the desk; raises ValueError."""
    try:
        return units_of(text.replace(",", ""), decimals=2)
    except ValueError as error:
        raise ValueError(f"{text!r} {error}") from error
