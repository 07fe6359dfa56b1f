"""Numbers that people type into forms, in the manner of their locale: exact, or told what is wrong; never guessed."""

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from attrs import frozen
from babel import Locale
from babel.numbers import format_decimal

from erp_bridge_core.app import Application
from erp_bridge_core.contract.money import plain
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.sources import BadValue, NumberStyle, parse_number
from erp_bridge_core.web.actors import WebRequest
from erp_bridge_core.web.format import locale_of

_LATIN: Final = "latn"
#: The blanks that locales set between groups of digits, each typed as the one that keyboards have.
_BLANKS: Final = str.maketrans(dict.fromkeys("\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}", " "))
_APOSTROPHE: Final = "\N{RIGHT SINGLE QUOTATION MARK}"


@frozen
class Numbers:
    """How one reader types numbers: with a point or a comma before the decimals, in groups as his page shows them."""

    locale: Locale

    @property
    def style(self) -> NumberStyle:
        """What stands before the decimals."""
        return NumberStyle.COMMA if self._symbol("decimal") == "," else NumberStyle.POINT

    def read(self, digits: int) -> Callable[[str], Decimal]:
        """What reads a number of at most so many decimals; it raises ValueError with what was expected."""

        def read(text: str) -> Decimal:
            try:
                return parse_number(self._ungrouped(text), digits=digits, style=self.style)
            except BadValue as error:
                raise ValueError(f"is no such number: {error.message}; expected {error.expected}") from error

        return read

    def example(self) -> str:
        """A number as this reader may type it, for the hint of a field."""
        return "1.234,50" if self.style is NumberStyle.COMMA else "1,234.50"

    def typed(self, value: Decimal | None) -> str:
        """A value as its reader would type it; blank for none."""
        text = "" if value is None else plain(value)
        return text.replace(".", ",") if self.style is NumberStyle.COMMA else text

    def _ungrouped(self, text: str) -> str:
        """The text without its groups, where they stand just as the locale sets them; else as it is, to be judged."""
        group = self._symbol("group").translate(_BLANKS)
        bare = text.strip().translate(_BLANKS).replace("'", _APOSTROPHE)
        whole, point, decimals = bare.partition(self._symbol("decimal"))
        digits = whole.lstrip("+-").replace(group, "")
        if group not in whole or not (digits.isascii() and digits.isdigit()):
            return text
        grouped = format_decimal(int(digits), locale=self.locale, numbering_system=_LATIN).translate(_BLANKS)
        sign = whole[: len(whole) - len(whole.lstrip("+-"))]
        return f"{sign}{digits}{point}{decimals}" if whole == sign + grouped else text

    def _symbol(self, name: str) -> str:
        symbols = self.locale.number_symbols
        return str(symbols.get(_LATIN, symbols).get(name, "."))


def numbers_of(request: WebRequest, application: Application, actor: Actor) -> Numbers:
    """How whoever asks types numbers: as his page shows them."""
    fallback = application.companies.show(actor).policy.locale
    return Numbers(locale_of(actor.locale, request.headers.get("accept-language", ""), fallback))
