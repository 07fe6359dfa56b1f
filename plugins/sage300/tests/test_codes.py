import pytest
from hypothesis import given
from hypothesis import strategies as st

from erp_bridge_core.contract import LineKey
from erp_bridge_sage300.codes import CodeFormat, Comparing, KeyMatcher, unsafe_characters

SECTIONED = CodeFormat((2, 4, 3), "-")


@given(st.from_regex(r"[0-9]{9}", fullmatch=True))
def test_bare_and_formatted_codes_come_to_one_form(bare: str) -> None:
    """A code in either form is brought to the sectioned one."""
    formatted = f"{bare[:2]}-{bare[2:6]}-{bare[6:]}"

    assert (formatted, formatted) == (SECTIONED.canonical(bare), SECTIONED.canonical(formatted))


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("12-3456-789", None),
        ("123456789", "is not written as nn-nnnn-nnn"),
        ("12-345-6789", "is not written as nn-nnnn-nnn"),
        ("12-3456-7890", "is not written as nn-nnnn-nnn"),
        (" 12-3456-789", "begins or ends with a blank"),
        ('12-3456-7"9', "holds a double quote, which the import file can't carry"),
    ],
)
def test_a_code_that_does_not_fit_the_sections_is_told(code: str, fault: str | None) -> None:
    """What is wrong with a code is said in words."""
    assert fault == SECTIONED.fault(code)


@pytest.mark.parametrize(("code", "group"), [("300-000", True), ("300-010", False), ("000", False), ("1-2-0", True)])
def test_a_zero_last_section_is_a_group_code(code: str, group: bool) -> None:  # noqa: FBT001
    """Group codes end in a section of zeros."""
    assert group is CodeFormat().is_group(code)


def test_a_key_is_found_by_its_bare_form() -> None:
    """Without sections, a code read bare is matched to ours; an unknown one stays as it was read."""
    comparing = Comparing(jobs=CodeFormat(), cost_codes=CodeFormat(), exactly=False)
    matcher = KeyMatcher(comparing).learn([LineKey("", "12-345", "LAB")])

    assert (LineKey("", "12-345", "LAB"), LineKey("", "99", "LAB")) == (
        matcher.match("", "12345", "LAB"),
        matcher.match("", "99", "LAB"),
    )


def test_a_site_that_compares_exactly_does_not_bend_codes() -> None:
    """`exactly` keeps two forms apart."""
    comparing = Comparing(jobs=CodeFormat((2, 3)), cost_codes=SECTIONED, exactly=True)

    assert (False, "123456789") == (comparing.same_job("12-345", "12345"), comparing.cost_code("123456789"))


def test_unsafe_characters_are_told_by_name() -> None:
    """Each kind once, in words a person understands."""
    assert "a double quote, a line break, the character U+0000" == unsafe_characters('a"b"\nc\0')
