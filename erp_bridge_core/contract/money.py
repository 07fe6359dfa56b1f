"""Exact money: decimals from text, whole minor units in tables, never a float.

Amounts have as many decimals as the currency's minor unit (US dollar 2, yen 0, Kuwaiti dinar 3); quantities and unit
costs have at most four. More is refused, never rounded (workflow B1).
"""

import re
from decimal import Context, Decimal, Inexact, InvalidOperation
from typing import Final

QUANTITY_DIGITS: Final = 4
#: Decimal digits of a whole number of minor units that a table column may hold; sums of millions of lines still fit.
MAX_DIGITS: Final = 15

_NUMBER: Final = re.compile(r"[+-]?([0-9]+)(?:\.([0-9]+))?", re.ASCII)


def parse_decimal(text: str, digits: int) -> Decimal:
    """The exact value of plain decimal text such as `-1234.50`, with at most `digits` decimals.

    Raises ValueError, saying what was expected, for anything else: blanks, thousands separators, exponents, `NaN`,
    digits of other scripts, a letter O, more decimals, or more than 15 digits in all. Trailing zeros past the
    currency's decimals are no extra precision and are accepted.
    """
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise ValueError("not a number")
    value = Decimal(text)
    # Nearly every number is short enough on both sides of the point to need no arithmetic.
    if len(match[1]) + digits <= MAX_DIGITS and len(match[2] or "") <= digits:
        return value
    scaled = value.scaleb(digits)
    if scaled != scaled.to_integral_value():
        raise ValueError(f"more than {digits} decimals" if digits else "decimals in a currency that has none")
    if abs(scaled) >= 10**MAX_DIGITS:
        raise ValueError(f"more than {MAX_DIGITS} digits")
    return value


def to_units(value: Decimal, digits: int) -> int:
    """The whole number of 10**-digits units in an exact value; raises ValueError when some would be lost."""
    try:
        shifted = value.scaleb(digits, _EXACT)
        whole = int(shifted)
    except ArithmeticError:
        raise _inexact(value, digits) from None
    if whole != shifted:
        raise _inexact(value, digits)
    return whole


#: Shifting rounds silently past the digits of decimal arithmetic; here it raises.
_EXACT: Final = Context(prec=28, traps=[Inexact, InvalidOperation])


def _inexact(value: Decimal, digits: int) -> ValueError:
    return ValueError(f"{value} has more than {digits} decimals, or more digits than can be exact")


def from_units(units: int, digits: int) -> Decimal:
    """The exact value of a whole number of 10**-digits units, with just that many decimals."""
    return Decimal(units).scaleb(-digits)


def plain(value: Decimal) -> str:
    """Plain text of a decimal, without an exponent, keeping its decimals (`10300.00`)."""
    return f"{value:f}"
