"""Numbers of PCIs: by the mask of their type, in which each `*` is a digit, and never one that is taken."""

import re
from collections.abc import Collection
from typing import Final

from erp_bridge_core.contract.errors import NotPossibleNow

LONGEST: Final = 11


def fits(mask: str, number: str) -> bool:
    """Whether a number is one of a mask's."""
    pattern = "".join("[0-9]" if mark == "*" else re.escape(mark) for mark in mask)
    return len(number) <= LONGEST and re.fullmatch(pattern, number, re.ASCII) is not None


def next_number(mask: str, taken: Collection[str]) -> str:
    """The number after the highest taken one of this mask; raises `NotPossibleNow` when none is left."""
    digits = mask.count("*")
    if not digits or len(mask) > LONGEST:
        raise NotPossibleNow(
            f"The PCI type's mask {mask!r} gives no numbers of at most {LONGEST} characters.",
            remedy="Have the mask corrected in CMiC (PCI Types).",
        )
    held = (_digits(mask, number) for number in taken if fits(mask, number))
    following = max(held, default=0) + 1
    if following >= 10**digits:
        raise NotPossibleNow(f"The mask {mask} has no number left.", remedy="Have the mask changed in CMiC.")
    return _filled(mask, f"{following:0{digits}d}")


def _digits(mask: str, number: str) -> int:
    return int("".join(digit for mark, digit in zip(mask, number, strict=True) if mark == "*"))


def _filled(mask: str, digits: str) -> str:
    left = iter(digits)
    return "".join(next(left) if mark == "*" else mark for mark in mask)
