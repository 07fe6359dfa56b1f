"""Text from outside on a page: whatever a reader can't see is shown by its code, and nothing is markup (X3)."""

import unicodedata
from typing import Final

from markupsafe import Markup

#: Control, format (bidirectional marks and zero-width characters among them), surrogate, private and unassigned
#: characters, line and paragraph separators.
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_LINES: Final = "\n\t"


def visible(text: str) -> str:
    """The text with every character that is no visible one written as its escape; line ends and tabs stay."""
    if isinstance(text, Markup) or (text.isascii() and text.isprintable()):
        return text
    return "".join(letter if _is_visible(letter) else _escape(letter) for letter in text)


def finalized(value: object) -> object:
    """What a template prints for a value, before it is escaped; nothing for an absent one."""
    if value is None:
        return ""
    return visible(value) if isinstance(value, str) else value


def headed(text: str) -> str:
    """A word as it heads a column: the first letter a capital, abbreviations as they are."""
    return text[:1].upper() + text[1:]


def _is_visible(letter: str) -> bool:
    return letter in _LINES or unicodedata.category(letter) not in _HIDDEN


def _escape(letter: str) -> str:
    return letter.encode("unicode_escape").decode("ascii")
