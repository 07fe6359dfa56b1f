"""Numbers between text and whole hundredths: costs in cents, quantities and hours in hundredths. Never a float."""

import re
from typing import Final

from erp_bridge_core.contract.errors import BadInput

_NUMBER: Final = re.compile(r"(-?)([0-9]*)(?:\.([0-9]*))?", re.ASCII)


def hundredths(text: str, *, whole: int = 8, decimals: int = 2) -> int:
    """Whole hundredths of a bare number with so many digits before and after its point at most.

    Digits beyond the second decimal are checked, not kept. Raises ValueError saying what is wrong: a currency sign, a
    thousands comma, a plus, a blank, too many digits.
    """
    match = _NUMBER.fullmatch(text)
    if match is None or not (match[2] or match[3]):
        raise ValueError("is not a number")
    sign, before, after = match[1], match[2] or "0", match[3] or ""
    if len(before.lstrip("0")) > whole or len(after) > decimals:
        raise ValueError(f"has more than {whole} digits before or {decimals} after the decimal point")
    value = int(before) * 100 + int(after[:2].ljust(2, "0"))
    return -value if sign else value


def typed_amount(text: str) -> int:
    """Hundredths of a number that a person typed, with or without thousands commas; raises BadInput."""
    try:
        return hundredths(text.strip().replace(",", ""))
    except ValueError as error:
        raise BadInput(f"The number {text!r} {error}.", remedy="Type it like 1234.50 or -1234.50.") from error


def shown(value: int) -> str:
    """Plain text with two decimals, a minus in front."""
    whole, rest = divmod(abs(value), 100)
    return f"{'-' if value < 0 else ''}{whole}.{rest:02d}"
