"""Text from outside, where people read it: whatever a reader can't see, or a terminal would obey, is shown (X3)."""

import unicodedata
from typing import Final

#: Control, format (bidirectional marks and zero-width characters among them), surrogate, private and unassigned
#: characters, line and paragraph separators.
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def visible(text: str, *, keep: str = "") -> str:
    """The text with every character that can't be seen written as its escape, as Python writes it.

    The characters of `keep` stay as they are, such as line ends where several lines are shown.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(escaped(letter) if is_hidden(letter) and letter not in keep else letter for letter in text)


def is_hidden(letter: str) -> bool:
    """Whether a character is one that a reader can't see."""
    return unicodedata.category(letter) in _HIDDEN


def escaped(letter: str) -> str:
    r"""A character's code, such as `\x1b` or `\u202e`."""
    return letter.encode("unicode_escape").decode("ascii")
