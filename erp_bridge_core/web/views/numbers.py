"""Numbers that people type into forms, in the manner of their locale: exact, or told what is wrong; never guessed."""

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from attrs import frozen

from erp_bridge_core.app import Application
from erp_bridge_core.contract.money import plain
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.sources import BadValue, NumberStyle, parse_number
from erp_bridge_core.web.actors import WebRequest
from erp_bridge_core.web.format import preferred_locale

_LATIN: Final = "latn"


@frozen
class Numbers:
    """How one reader types numbers: with a point or a comma before the decimals."""

    style: NumberStyle

    def read(self, digits: int) -> Callable[[str], Decimal]:
        """What reads a number of at most so many decimals; it raises ValueError with what was expected."""

        def read(text: str) -> Decimal:
            try:
                return parse_number(text, digits=digits, style=self.style)
            except BadValue as error:
                raise ValueError(f"is no such number: {error.message}; expected {error.expected}") from error

        return read

    def typed(self, value: Decimal | None) -> str:
        """A value as its reader would type it; blank for none."""
        text = "" if value is None else plain(value)
        return text.replace(".", ",") if self.style is NumberStyle.COMMA else text


def numbers_of(request: WebRequest, application: Application, actor: Actor) -> Numbers:
    """How whoever asks types numbers: as his page shows them."""
    fallback = application.companies.show(actor).policy.locale
    locale = preferred_locale(request.headers.get("accept-language", ""), fallback)
    symbols = locale.number_symbols
    decimal = symbols.get(_LATIN, symbols).get("decimal", ".")
    return Numbers(NumberStyle.COMMA if decimal == "," else NumberStyle.POINT)
