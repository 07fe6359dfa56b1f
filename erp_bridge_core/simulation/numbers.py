"""Numbers of a simulated ERP: whole cents in its books, plain text on the wire; no adapter uses these."""

import re


def to_units(text: object, digits: int) -> int:
    """The whole units in plain text with at most so many decimals, `-12.5` for one; raises ValueError for all else."""
    found = re.fullmatch(r"(-?)([0-9]{1,11})(?:\.([0-9]+))?", text, re.ASCII) if isinstance(text, str) else None
    if found is None or len(found[3] or "") > digits:
        raise ValueError(f"{text!r} is no number with at most {digits} decimals")
    return int(found[1] + found[2] + (found[3] or "").ljust(digits, "0"))


def to_text(units: int, digits: int) -> str:
    """Plain text of whole units, with just so many decimals."""
    whole, rest = divmod(abs(units), 10**digits)
    return f"{'-' if units < 0 else ''}{whole}" + (f".{rest:0{digits}}" if digits else "")
