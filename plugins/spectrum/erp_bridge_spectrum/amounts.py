"""Numbers between Spectrum's text and exact decimals. Blank is not zero: blank leaves a stored value alone."""

import re
from decimal import Decimal
from typing import Final

CENTS: Final = Decimal("0.01")
NOTHING: Final = Decimal("0.00")
#: Digits before the point; decimals are not printed for AddPhase, two are assumed throughout.
COST_DIGITS: Final = 8
CHANGE_DIGITS: Final = 10
QUANTITY_DIGITS: Final = 7
_NUMBER: Final = re.compile(r"-?[0-9]*\.?[0-9]*", re.ASCII)


def read_amount(text: str) -> Decimal:
    """A number as Gets return it, in hundredths; blank is nought there. Raises ValueError for anything else."""
    plain = text.strip() or "0"
    if not _NUMBER.fullmatch(plain) or not any(map(str.isdigit, plain)):
        raise ValueError(f"{text!r} is no number")
    value = Decimal(plain)
    if value != value.quantize(CENTS):
        raise ValueError(f"{text!r} has more than two decimals")
    return value.quantize(CENTS)


def fits(value: Decimal, digits: int) -> bool:
    """Whether a number has at most two decimals and so many digits before the point."""
    return value == value.quantize(CENTS) and abs(value) < 10**digits


def write_amount(value: Decimal | None) -> str:
    """A number as it is sent: a minus in front, two decimals, no comma; None is blank."""
    # Minus nought would be a sign where there is nothing to sign.
    return "" if value is None else f"{value.quantize(CENTS) + 0:f}"
