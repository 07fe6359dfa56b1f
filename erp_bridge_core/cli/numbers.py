"""Numbers that people type: exact decimals or faults, never a guess."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from erp_bridge_core.contract.errors import BadInput, Fault

_NUMBER: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?", re.ASCII)
_LONGEST: Final = 40


def read_numbers(texts: Mapping[str, str | None]) -> dict[str, Decimal | None]:
    """The exact values of options by name; a text of nothing is no value. Raises `BadInput` with every fault."""
    faults = [
        Fault(name, "is not a number", value=text, expected="digits with a point, such as -1234.50", rule="B1")
        for name, text in texts.items()
        if text and not _is_number(text)
    ]
    if faults:
        raise BadInput(
            "A number can't be read; nothing was changed.", remedy="Correct each and run it again.", faults=faults
        )
    return {name: Decimal(text) if text else None for name, text in texts.items()}


def _is_number(text: str) -> bool:
    return len(text) <= _LONGEST and _NUMBER.fullmatch(text) is not None
