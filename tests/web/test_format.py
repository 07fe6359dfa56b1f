"""Money, numbers, dates and durations as their reader's locale writes them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from babel import Locale

from erp_bridge_core.web.format import Formats, preferred_locale

MOMENT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


def shown(locale: str) -> Formats:
    """The formats of a locale, in Indianapolis."""
    return Formats(Locale.parse(locale), "America/Indiana/Indianapolis")


@pytest.mark.parametrize(
    ("locale", "amount", "currency", "expected"),
    [
        ("en_US", "1234567.80", "USD", "$1,234,567.80"), ("en_US", "-30.00", "USD", "-$30.00"),
        ("en_US", "1200", "JPY", "¥1,200"), ("en_US", "1.005", "KWD", "KWD\xa01.005"),
        ("de_DE", "1234.50", "EUR", "1.234,50\xa0€"), ("hi_IN", "12345678.00", "INR", "₹1,23,45,678.00"),
        ("en_US", "9999999999999.99", "USD", "$9,999,999,999,999.99"), ("en_US", "0.00", "USD", "$0.00"),
        ("en_US", "1.2500", "USD", "$1.2500"),
    ],
)  # fmt: skip
def test_an_amount_keeps_each_of_its_decimals(locale: str, amount: str, currency: str, expected: str) -> None:
    """Grouped as the locale groups; never rounded, never padded, whatever the locale's data says of the currency."""
    assert expected == shown(locale).money(Decimal(amount), currency)


@pytest.mark.parametrize(
    ("locale", "value", "expected"),
    [
        ("en_US", Decimal("1234.5000"), "1,234.5000"),
        ("de_DE", Decimal("0.0001"), "0,0001"),
        ("fr_FR", 1908, "1\u202f908"),
    ],
)
def test_a_number_keeps_each_of_its_decimals(locale: str, value: Decimal | int, expected: str) -> None:
    """Quantities have four of them."""
    assert expected == shown(locale).number(value)


def test_moments_are_told_where_the_company_is() -> None:
    """With the zone's name, and for machines in UTC; days as the locale has them, durations in the pages' words."""
    moment = shown("de_DE").moment(MOMENT)

    assert '<time datetime="2026-03-02T15:00:00+00:00">02.03.2026, 10:00 EST</time>' == moment
    assert "Mar 2, 2026" == shown("en_US").day(date(2026, 3, 2))
    assert "3 days" == shown("de_DE").duration(timedelta(days=3, hours=4))


def test_what_is_not_there_is_blank() -> None:
    """None is no zero."""
    formats = shown("en_US")

    assert "" == formats.money(None, "USD")
    assert {""} == {each(None) for each in (formats.number, formats.day, formats.moment, formats.duration)}


def test_a_currency_is_no_markup() -> None:
    """Text of a currency comes from outside too."""
    assert "<b>" not in shown("en_US").money(Decimal(1), "<b>")


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("", "fr_CA"), ("de-DE,de;q=0.9,en;q=0.5", "de_DE"), ("en;q=0.5,de;q=0.9", "de"), ("xx-YY,fr", "fr"),
        ("*", "fr_CA"), ("de;q=0", "fr_CA"), ("de;q=x", "fr_CA"), ("../../etc", "fr_CA"), ("a" * 5000, "fr_CA"),
        ("zh-Hant-TW", "zh_Hant_TW"), (",;,=", "fr_CA"), ("de;q=inf,fr", "de"), ("de;q=nan", "fr_CA"),
    ],
)  # fmt: skip
def test_the_browser_says_how_its_reader_writes(accepted: str, expected: str) -> None:
    """By its weights; what is unknown or no language is passed over, and the company's locale is the last."""
    assert expected == str(preferred_locale(accepted, "fr_CA"))
