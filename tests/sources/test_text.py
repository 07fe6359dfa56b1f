"""Codes and text from files are data."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erp_bridge_core.sources.text import CODE_CHARACTERS, TEXT_CHARACTERS, looks_like_formula, parse_code, parse_text
from erp_bridge_core.sources.values import BadValue, BrokenCell, DateCell, NumberCell


def test_a_code_keeps_its_inner_blanks():
    """Outer blanks go, inner ones are the code's own."""
    assert "B -40891-A" == parse_code("  B -40891-A ")


@pytest.mark.rule("X3")
@pytest.mark.parametrize(
    ("code", "named"),
    [
        ("10\n5", "a line feed"), ("105\t", "a tab"), ("\x1b[31m", "an escape"), ("10\0", "a null"),
        ("105\u202e", "right-to-left override"), ("1\u200b05", "zero width space"),
        ("\u0661\u0660\u0665", "arabic-indic"), ("\u0410-1", "cyrillic"), ("\uff11\uff10", "fullwidth digit one"),
        ("105\u00a0", "no-break space"), ("105\u20131", "en dash"),
    ],
)  # fmt: skip
def test_codes_refuse_what_only_looks_like_a_code(code, named):
    """Control, bidirectional and look-alike characters in a code are refused and named."""
    with pytest.raises(BadValue, match=named):
        parse_code(code)


def test_a_code_over_the_length_is_refused():
    """The longest code is taken, one character more is not."""
    assert "9" * CODE_CHARACTERS == parse_code("9" * CODE_CHARACTERS)
    with pytest.raises(BadValue, match="1 too many"):
        parse_code("9" * (CODE_CHARACTERS + 1))


def test_a_code_stored_as_a_whole_number_is_its_digits():
    """A spreadsheet's whole number is a code without doubt."""
    assert "105" == parse_code(NumberCell("105"))


def test_a_code_stored_as_a_number_with_decimals_is_refused():
    """`1.10` is stored as 1.1, which may be another code."""
    with pytest.raises(BadValue, match="trailing zeros"):
        parse_code(NumberCell("1.1"))


@pytest.mark.parametrize("cell", [DateCell("2026-01-05"), BrokenCell("#N/A")])
def test_a_date_or_error_is_no_code(cell):
    """A code that the spreadsheet made a date of is not guessed back."""
    with pytest.raises(BadValue, match="the cell"):
        parse_code(cell)


@pytest.mark.rule("X3")
@pytest.mark.parametrize("text", ['PIPE, 4" "HDPE"', "=SUM(A1)", "-5 DEGREES", "m³ Béton", "a;b|c"])
def test_text_is_data(text):
    """Quotes, commas, a leading sign and letters of any language stay as they are."""
    assert text == parse_text(text)


@pytest.mark.rule("X3")
@given(st.text(max_size=20), st.characters(categories=["Cc", "Cf", "Zl", "Zp"]), st.text(max_size=20))
def test_text_refuses_what_cannot_be_seen(before, character, after):
    """No text with a control, format or line-separating character is ever taken."""
    with pytest.raises(BadValue):
        parse_text(f"x{before}{character}{after}x")


@given(st.text(max_size=40))
def test_what_is_taken_is_visible_and_unchanged(text):
    """Text is taken as it stands but for outer blanks, and holds nothing unseen."""
    try:
        taken = parse_text(text)
    except BadValue:
        return

    assert text.strip(" ") == taken
    assert not {"Cc", "Cf", "Cs", "Zl", "Zp"} & set(map(unicodedata.category, taken))


def test_text_over_the_length_is_refused():
    """A text over the cap is refused, never cut."""
    with pytest.raises(BadValue, match="2 too many"):
        parse_text("x" * (TEXT_CHARACTERS + 2))


@pytest.mark.parametrize(("text", "expected"), [("=1", True), ("@x", True), ("-5", True), ("+1", True), ("a=1", False)])
def test_formula_starts(text, expected):
    """What a spreadsheet program would run is known by its first character."""
    assert expected is looks_like_formula(text)
