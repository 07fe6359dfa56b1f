"""Text from outside on a terminal."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erp_bridge_core.cli.safe import safe, safe_lines

HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@pytest.mark.rule("X3")
@given(st.text())
def test_nothing_hidden_passes(text: str) -> None:
    """No character that a terminal obeys or hides is left in the text."""
    assert [] == [letter for letter in safe(text) if unicodedata.category(letter) in HIDDEN]


@given(st.text(st.characters(categories=["L", "N", "P", "S"], include_characters=" ")))
def test_visible_text_stays(text: str) -> None:
    """Letters, digits, signs and blanks stay as they are, in every script."""
    assert text == safe(text)


@pytest.mark.rule("X3")
@pytest.mark.parametrize(
    ("text", "shown"),
    [("\x1b[31mred", "\\x1b[31mred"), ("a\u202eb", "a\\u202eb"), ("a\nb", "a\\nb"), ("\x9b2J", "\\x9b2J")],
)
def test_escapes_are_readable(text: str, shown: str) -> None:
    """Terminal codes, bidirectional marks and line ends are written out."""
    assert shown == safe(text)


def test_our_own_lines_stay_lines() -> None:
    """In text of ours line ends stay, and everything else is escaped."""
    assert "one\ntwo\\x07" == safe_lines("one\ntwo\x07")
