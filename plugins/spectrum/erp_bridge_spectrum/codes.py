"""Phase codes: dashes, mask and fill. Spectrum holds phases without dashes; people and budgets write them with.

Which signs a real mask uses is not publicly documented: here `9` and `#` stand for a digit, `-` divides groups, and
any other sign stands for any character of a key.
"""

import unicodedata
from typing import Final

from attrs import frozen

#: Characters that Spectrum's data format guidelines forbid in key fields; several are operators of its searches.
FORBIDDEN: Final = "/*?\"'><#,&~"
LONGEST: Final = 20
#: Controls, surrogates, and what is no character at all.
_UNSENDABLE: Final = frozenset(("Cc", "Cs", "Cn"))
_DIGITS: Final = frozenset("9#")


def unsendable(text: str) -> str:
    """The characters of a text, told, that a message can't carry; blank when there are none."""
    return ", ".join(repr(mark) for mark in dict.fromkeys(text) if unicodedata.category(mark) in _UNSENDABLE)


def bare(code: str) -> str:
    """A code without dashes and blanks around it."""
    return code.replace("-", "").strip()


@frozen(kw_only=True)
class PhaseCodes:
    """How one job's phases are written. `fill` says where zeros are put to bring a short phase to the mask's length."""

    mask: str = ""
    fill: str = "none"

    @property
    def length(self) -> int:
        """Signs that the mask holds; the field's own length where no mask is known."""
        return len(bare(self.mask)) or LONGEST

    def stored(self, code: str) -> str:
        """The phase as Spectrum holds it: no dashes, filled."""
        phase = bare(code)
        missing = len(bare(self.mask)) - len(phase)
        if not phase or missing <= 0 or self.fill == "none":
            return phase
        zeros = "0" * missing
        return zeros + phase if self.fill == "leading" else phase + zeros

    def shown(self, phase: str) -> str:
        """The phase as people write it: divided into the mask's groups, as far as it goes."""
        if not self.mask:
            return phase
        rest, groups = phase, []
        for group in self.mask.split("-"):
            groups.append(rest[: len(group)])
            rest = rest[len(group) :]
        return "-".join(part for part in (*groups[:-1], groups[-1] + rest) if part)

    def fault(self, code: str) -> str:
        """What is wrong with a code, blank when nothing is."""
        phase = self.stored(code)
        if not phase:
            return "is blank without its dashes"
        if len(phase) > self.length:
            return f"has {len(phase)} characters without dashes, {self._holds} holds {self.length}"
        signs = zip(phase, bare(self.mask), strict=False)
        wrong = [character for character, sign in signs if sign in _DIGITS and not _is_digit(character)]
        return f"has {', '.join(map(repr, wrong))} where the mask {self.mask} wants a digit" if wrong else ""

    @property
    def _holds(self) -> str:
        return f"the mask {self.mask}" if self.mask else "Spectrum"


def _is_digit(character: str) -> bool:
    return character.isascii() and character.isdigit()
