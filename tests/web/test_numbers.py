"""Numbers are typed into forms as they are shown on pages, in every reader's manner; never guessed."""

from decimal import Decimal

import pytest
from babel import Locale

from erp_bridge_core.web.format import Formats
from erp_bridge_core.web.views.numbers import Numbers


@pytest.mark.parametrize("value", ["1234567.80", "-1234567.80", "12.50", "0.0001", "999.9"])
@pytest.mark.parametrize(
    "locale", ["en_US", "de_DE", "fr_FR", "fr_CA", "de_CH", "de_AT", "hi_IN", "pl_PL", "es_ES", "pt_BR", "ja_JP"]
)  # fmt: skip
def test_what_is_shown_can_be_typed(locale: str, value: str) -> None:
    """Copied from a page into a form it is the same number, whatever stands between its groups."""
    reader = Locale.parse(locale)
    shown = Formats(reader).number(Decimal(value)).unescape()

    assert Decimal(value) == Numbers(reader).read(4)(shown)


@pytest.mark.parametrize(
    ("locale", "typed"),
    [
        ("fr_FR", "12 34,50"), ("fr_FR", "1 2345"), ("fr_FR", "1 234.50"), ("de_CH", "12'34.50"), ("hi_IN", "1,2,3"),
        ("en_US", "1 234.50"), ("fr_FR", "1 234 ,5"), ("fr_FR", "- 1 234"), ("fr_FR", " "), ("de_DE", "1.23,4.5"),
    ],
)  # fmt: skip
def test_groups_stand_where_they_belong(locale: str, typed: str) -> None:
    """Everything else is told with what was expected."""
    with pytest.raises(ValueError, match="expected a number such as"):
        Numbers(Locale.parse(locale)).read(2)(typed)


@pytest.mark.parametrize(
    ("locale", "typed", "expected"),
    [
        ("fr_FR", "1 234,50", "1234.50"), ("fr_FR", "1234,5", "1234.50"), ("de_CH", "1'234.5", "1234.50"),
        ("fr_FR", "-1 234", "-1234"), ("hi_IN", "12,34,567", "1234567"), ("en_US", "(1,234.50)", "-1234.50"),
    ],
)  # fmt: skip
def test_a_number_is_typed_with_the_keys_that_there_are(locale: str, typed: str, expected: str) -> None:
    """An ordinary blank and an apostrophe do for the finer ones of pages; groups may be left out."""
    assert Decimal(expected) == Numbers(Locale.parse(locale)).read(2)(typed)
