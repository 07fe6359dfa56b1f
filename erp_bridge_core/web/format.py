"""Money, numbers, dates and durations as a reader's locale writes them: every decimal kept, nothing rounded."""

import re
from copy import copy
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from attrs import define, field
from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time, format_timedelta
from babel.numbers import NumberPattern, format_decimal
from markupsafe import Markup, escape

DEFAULT_LOCALE: Final = "en_US"
#: More languages than that say nothing about a reader.
_MOST: Final = 20
#: Where a currency of letters meets its amount, which CLDR sets apart and Babel does not.
_LETTER_AND_DIGIT: Final = re.compile(r"(?<=[^\W\d_])(?=\d)")
#: The language of the pages.
_WORDS: Final = Locale.parse(DEFAULT_LOCALE)
#: Values whose text is kept: those of a few pages, since a page shows the same days, moments and sums again and again.
_KEPT: Final = 8192


@define
class Formats:
    """How one reader reads values. What it answers is escaped, since locales use characters that are hidden else."""

    locale: Locale
    time_zone: str = "UTC"
    _zone: ZoneInfo = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Look the time zone up once."""
        self._zone = ZoneInfo(self.time_zone)

    def money(self, value: Decimal | None, currency: str) -> Markup:
        """An amount with its currency and just its own decimals; nothing where there is none."""
        if value is None:
            return Markup()
        return _money(self.locale, str(value), currency)

    def number(self, value: Decimal | int | None) -> Markup:
        """A number with just its own decimals."""
        if value is None:
            return Markup()
        if isinstance(value, int):
            return _count(self.locale, value)
        return _number(self.locale, str(value))

    def day(self, value: date | None) -> Markup:
        """A date."""
        return Markup() if value is None else _day(self.locale, value)

    def moment(self, value: datetime | None) -> Markup:
        """A moment to the minute in the reader's time zone, with the machine's form beside it."""
        if value is None:
            return Markup()
        return _moment(self.locale, self._zone, value)

    def duration(self, value: timedelta | None) -> Markup:
        """How long something has lasted, roughly, in the words of the pages."""
        return Markup() if value is None else escape(format_timedelta(value, threshold=1.5, locale=_WORDS))


def locale_of(own: str | None, accepted: str, fallback: str) -> Locale:
    """A reader's locale: what he chose himself, else what his browser asks for, else the company's."""
    return Locale.parse(own) if own else preferred_locale(accepted, fallback)


def preferred_locale(accepted: str, fallback: str = DEFAULT_LOCALE) -> Locale:
    """The first locale of an `Accept-Language` header that is known, by its weights; else the company's."""
    wishes = sorted(map(_wish, accepted.split(",")[:_MOST]), key=lambda wish: -wish[1])
    for name, weight in wishes:
        try:
            if name and weight > 0:
                return Locale.parse(name, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return Locale.parse(fallback)


def _wish(text: str) -> tuple[str, float]:
    name, _, weight = text.partition(";q=")
    try:
        return name.strip(), float(weight or 1)
    except ValueError:
        return name.strip(), 0.0


def _exact(pattern: NumberPattern, value: Decimal) -> NumberPattern:
    """The locale's pattern with as many decimals as the value has: a currency's digits are the value's own."""
    exponent = value.as_tuple().exponent
    digits = max(0, -exponent) if isinstance(exponent, int) else 0
    exact = copy(pattern)
    exact.frac_prec = (digits, digits)
    return exact


# Numbers are kept by their texts, since equal decimals may have other digits (1.0 and 1.00).


@lru_cache(_KEPT)
def _count(locale: Locale, value: int) -> Markup:
    return escape(format_decimal(value, locale=locale))


@lru_cache(_KEPT)
def _money(locale: Locale, number: str, currency: str) -> Markup:
    value = Decimal(number)
    pattern = _exact(locale.currency_formats["standard"], value)
    text = pattern.apply(value, locale, currency=currency, currency_digits=False)
    return escape(_LETTER_AND_DIGIT.sub("\N{NO-BREAK SPACE}", text))


@lru_cache(_KEPT)
def _number(locale: Locale, number: str) -> Markup:
    value = Decimal(number)
    return escape(_exact(locale.decimal_formats[None], value).apply(value, locale))


@lru_cache(_KEPT)
def _day(locale: Locale, value: date) -> Markup:
    return escape(format_date(value, format="medium", locale=locale))


@lru_cache(_KEPT)
def _moment(locale: Locale, zone: ZoneInfo, value: datetime) -> Markup:
    there = value.astimezone(zone)
    time = format_time(there.time(), format="short", locale=locale)
    shown = f"{_day(locale, there.date())}, {time} {there:%Z}"
    return Markup('<time datetime="{}">{}</time>').format(value.isoformat(), shown)
