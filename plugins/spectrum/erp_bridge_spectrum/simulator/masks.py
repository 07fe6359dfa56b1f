"""Phase masks: `9` stands for a digit, `X` for a digit or letter (or another sign a key may have), `-` divides groups.

Phases are held and sent without dashes. A short phase is filled with zeros, in front or behind, up to the mask's
length; a job whose codes differ in length has the fill `none` and takes any phase up to that length.
"""

from collections.abc import Iterable
from itertools import zip_longest
from typing import Final

#: Signs of a phase at most.
LONGEST: Final = 20
FILLS: Final = ("none", "leading", "trailing")


def bare(code: str) -> str:
    """A phase as it is sent: without dashes."""
    return code.replace("-", "")


def fit_phase(phase: str, mask: str, fill: str) -> str | None:
    """The phase as it is held, or None when it does not fit the mask."""
    signs = bare(mask)
    missing = len(signs) - len(phase)
    if not phase or missing < 0:
        return None
    filled = {"none": phase, "leading": "0" * missing + phase, "trailing": phase + "0" * missing}[fill]
    fits = all(_fits(each, sign) for each, sign in zip(filled, signs, strict=False))
    return filled if fits else None


def make_mask(codes: Iterable[str]) -> str:
    """The narrowest mask for all these codes; its groups are theirs where all have the same ones."""
    held = [code for code in codes if bare(code)]
    signs = ["9" if _digits(column) else "X" for column in zip_longest(*(bare(code) for code in held), fillvalue="0")]
    shapes = {tuple(len(group) for group in code.split("-")) for code in held}
    groups = shapes.pop() if len(shapes) == 1 else (len(signs),)
    ends = [sum(groups[: count + 1]) for count in range(len(groups))]
    return "-".join("".join(signs[end - length : end]) for end, length in zip(ends, groups, strict=True))


def choose_fill(codes: Iterable[str], filled: str) -> str:
    """The fill of a job with these codes: `filled` where all have one length, else none, or codes would change."""
    return filled if len({len(bare(code)) for code in codes}) == 1 else "none"


def sample(mask: str) -> str:
    """A code that needs this mask: what widens another mask to hold what this one held."""
    return mask.replace("9", "0").replace("X", "A")


def _fits(character: str, sign: str) -> bool:
    if sign == "9":
        return character.isascii() and character.isdigit()
    return character.isprintable() and character not in "- "


def _digits(column: Iterable[str]) -> bool:
    return all(each.isascii() and each.isdigit() for each in column)
