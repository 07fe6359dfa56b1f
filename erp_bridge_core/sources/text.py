"""Codes and text from files: data, never markup, formula, record separator or terminal code (X3)."""

import unicodedata
from typing import Final

from erp_bridge_core.sources.values import BadValue, NumberCell, refuse_odd

CODE_CHARACTERS: Final = 60
TEXT_CHARACTERS: Final = 500
#: What a spreadsheet program takes for the start of a formula.
FORMULA_STARTS: Final = ("=", "+", "-", "@")
#: Control, format (bidirectional and zero-width), lone surrogate, line and paragraph separator, no character at all.
_REFUSED: Final = frozenset({"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"})
_EXPECTED_CODE: Final = f"letters A-Z, digits, blanks and punctuation of plain ASCII, at most {CODE_CHARACTERS}"
_EXPECTED_TEXT: Final = f"one line of visible text of at most {TEXT_CHARACTERS} characters"


def parse_code(cell: str) -> str:
    """A code without its outer blanks; inner ones (`B -40891-A`) are the code's own.

    Raises `BadValue` for control and bidirectional characters, for anything outside ASCII (a Cyrillic letter or an
    Arabic digit looks like another code's), and for a spreadsheet number with decimals, whose trailing zeros the
    spreadsheet has lost: `1.10` and `1.1` may be two codes.
    """
    text = cell.strip(" ")
    if type(cell) is not str:
        refuse_odd(cell)
    if isinstance(cell, NumberCell) and "." in text:
        raise BadValue(
            "a code stored as a number with decimals, so its trailing zeros are lost",
            expected="a code stored as text",
            remedy="Format the column as Text in the spreadsheet and type the codes again.",
        )
    if not (text.isascii() and text.isprintable()):
        _refuse_character(text, _EXPECTED_CODE, ascii_alone=True)
    if len(text) > CODE_CHARACTERS:
        raise _too_long(text, CODE_CHARACTERS, _EXPECTED_CODE)
    return text


def parse_text(cell: str) -> str:
    """A description or unit without its outer blanks; quotes, commas and a leading `=` are data.

    Raises `BadValue` for newlines, tabs, other control characters, bidirectional and invisible ones, and over 500
    characters. What the ERP takes is its profile's to say, at send.
    """
    if type(cell) is not str:
        refuse_odd(cell)
    text = cell.strip(" ")
    if not text.isprintable():
        _refuse_character(text, _EXPECTED_TEXT, ascii_alone=False)
    if len(text) > TEXT_CHARACTERS:
        raise _too_long(text, TEXT_CHARACTERS, _EXPECTED_TEXT)
    return text


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet program would take the text for a formula when it meets it in a CSV file."""
    return text.startswith(FORMULA_STARTS)


def _refuse_character(text: str, expected: str, *, ascii_alone: bool) -> None:
    for place, character in enumerate(text, start=1):
        if unicodedata.category(character) in _REFUSED or (ascii_alone and not character.isascii()):
            raise BadValue(
                f"character {place} is {_describe(character)}",
                expected=expected,
                remedy="Type the value again with plain characters." if ascii_alone else "Take the character out.",
            )


def _describe(character: str) -> str:
    names = {"\n": "a line feed", "\r": "a carriage return", "\t": "a tab", "\x1b": "an escape", "\0": "a null"}
    name = names.get(character) or unicodedata.name(character, "a control character").lower()
    return f"{name} (U+{ord(character):04X})"


def _too_long(text: str, most: int, expected: str) -> BadValue:
    return BadValue(f"{len(text)} characters, {len(text) - most} too many", expected=expected, remedy="Shorten it.")
