"""Money and moments as the reader's locale and time zone write them; never rounded."""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from attrs import frozen


@frozen(kw_only=True)
class Formats:
    """`locale` as in CLDR (`en_US`), `time_zone` as in the IANA data: the recipient's, else the company's."""

    locale: str
    time_zone: str

    def money(self, amount: Decimal, currency: str) -> str:
        """An amount with its currency, and just the decimals that it has."""
        from babel.numbers import format_currency

        return format_currency(amount, currency, locale=self.locale, decimal_quantization=False)

    def moment(self, moment: datetime) -> str:
        """A moment to the minute, with the name of its zone."""
        from babel.dates import format_date, format_time

        there = moment.astimezone(ZoneInfo(self.time_zone))
        day = format_date(there.date(), "medium", locale=self.locale)
        return f"{day}, {format_time(there.time(), 'short', locale=self.locale)} {there:%Z}"
