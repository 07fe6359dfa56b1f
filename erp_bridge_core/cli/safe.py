"""Text from outside on a terminal: whatever a terminal would obey, or hide, is shown by its code (X3)."""

import unicodedata
from typing import Final

#: Control, format (bidirectional marks and zero-width characters among them), surrogate, private and unassigned
#: characters, line and paragraph separators.
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def safe(text: object) -> str:
    """The text with every character that is no visible one written as its escape, as Python writes it."""
    plain = str(text)
    if plain.isascii() and plain.isprintable():
        return plain
    return "".join(_escape(letter) if unicodedata.category(letter) in _HIDDEN else letter for letter in plain)


def safe_lines(text: object) -> str:
    """The same for text of ours in several lines: its line ends stay."""
    return "\n".join(safe(line) for line in str(text).split("\n"))


def _escape(letter: str) -> str:
    return letter.encode("unicode_escape").decode("ascii")
