"""Amounts between text and whole cents; units alike in hundredths. Never a float."""

import re
from typing import Final

from erp_bridge_core.contract.errors import BadInput

#: A number of 8.2: at most eight digits before the point and two after it.
_NUMBER: Final = re.compile(r"(-?)([0-9]{1,8})(?:\.([0-9]{1,2}))?", re.ASCII)


def hundredths(text: str) -> int:
    """Whole hundredths of a bare number of the form 8.2; raises ValueError for anything else."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a number of at most 8 digits and 2 decimals")
    sign, whole, decimals = match.groups()
    value = int(whole) * 100 + int((decimals or "").ljust(2, "0"))
    return -value if sign else value


def typed_amount(text: str) -> int:
    """Cents of an amount that a person typed; raises BadInput."""
    try:
        return hundredths(text.strip().replace(",", ""))
    except ValueError as error:
        raise BadInput(f"The amount is not right: {error}.", remedy="Type it like 1234.50 or -1234.50.") from error


def shown(cents: int) -> str:
    """Plain text with two decimals, as a report prints it."""
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole}.{rest:02d}"
