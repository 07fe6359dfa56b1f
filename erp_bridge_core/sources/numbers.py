"""Number text as people write it in files, read to an exact Decimal or refused: never guessed, never rounded."""

import re
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Final

from erp_bridge_core.contract.money import MAX_DIGITS, from_units, parse_decimal, to_units
from erp_bridge_core.sources.values import BadValue, NumberCell, refuse_odd


class NumberStyle(StrEnum):
    """How a file writes numbers: `1,234.50`, `1.234,50`, or either where each number can be only one of them."""

    POINT = "point"
    COMMA = "comma"
    AUTO = "auto"


CURRENCY_SIGNS: Final = "$€£¥"
#: A spreadsheet keeps 15 significant digits; what lies past them is the noise of its arithmetic.
SPREADSHEET_DIGITS: Final = 15

_PLAIN: Final = re.compile(r"(-?[0-9]+)(?:\.([0-9]+))?", re.ASCII)
_SIGNED: Final = re.compile(
    rf"(?P<open>\()?(?P<sign>[+-])?[ ]?(?P<before>[{CURRENCY_SIGNS}])?[ ]?(?P<inner>[+-])?"
    rf"(?P<body>[0-9][0-9.,]*)"
    rf"(?P<trail>-)?[ ]?(?P<after>[{CURRENCY_SIGNS}])?(?P<close>\))?",
    re.ASCII,
)
_POINT: Final = re.compile(r"(?:[0-9]+|[1-9][0-9]{0,2}(?:,[0-9]{3})+)(?:\.[0-9]+)?", re.ASCII)
_COMMA: Final = re.compile(r"(?:[0-9]+|[1-9][0-9]{0,2}(?:\.[0-9]{3})+)(?:,[0-9]+)?", re.ASCII)


def parse_number(text: str, *, digits: int, style: NumberStyle = NumberStyle.POINT) -> Decimal:
    """The exact value of a cell, with just `digits` decimals (B1); raises `BadValue` as `parse_units` does."""
    return from_units(parse_units(text, digits=digits, style=style), digits)


def parse_units(text: str, *, digits: int, style: NumberStyle = NumberStyle.POINT) -> int:
    """The value of a cell as a whole number of 10**-digits units (B1).

    Takes thousands separators in groups of three, one currency sign, one minus (before or after) or parentheses for a
    negative, and zeros past the decimals. Raises `BadValue` for everything else: blanks, `NaN`, exponents, per cent,
    letters, digits of other scripts, more decimals, more than 15 digits.
    """
    if type(text) is not str:
        refuse_odd(text)
    if isinstance(text, NumberCell):
        _refuse_noise(text)
        return _exact(str(text), digits, style)
    # Nearly every number of nearly every file is plain, and a file may have millions of them.
    if style is NumberStyle.POINT and (match := _PLAIN.fullmatch(text)):
        whole, decimals = match[1], match[2] or ""
        if len(decimals) <= digits and len(whole) + digits <= MAX_DIGITS:
            return int(whole + decimals.ljust(digits, "0"))
    return _exact(_normalize(text.strip(" "), digits, style), digits, style)


@lru_cache
def expected_number(digits: int, style: NumberStyle) -> str:
    """What a fault says was expected: `a number such as 1,234.50 or (1,234.50), at most 2 decimals`."""
    tail = "5".ljust(digits, "0")
    point = f"1,234.{tail}" if digits else "1,234"
    comma = point.translate(str.maketrans(",.", ".,"))
    shown = {NumberStyle.POINT: point, NumberStyle.COMMA: comma, NumberStyle.AUTO: f"{point} or {comma}"}[style]
    return f"a number such as {shown}, with at most {digits} decimals" if digits else f"a whole number such as {shown}"


def _exact(plain: str, digits: int, style: NumberStyle) -> int:
    try:
        return to_units(parse_decimal(plain, digits), digits)
    except ValueError as error:
        raise BadValue(str(error), expected=expected_number(digits, style), remedy=_remedy(str(error))) from None


def _remedy(message: str) -> str:
    if "decimals" in message:
        return "Decide in the file how the value is rounded; it is never rounded here."
    return "Write the number with digits alone."


def _normalize(text: str, digits: int, style: NumberStyle) -> str:
    expected = expected_number(digits, style)
    if not text:
        raise BadValue("blank, and blank is not zero", expected=expected, remedy="Write 0 where zero is meant.")
    match = _SIGNED.fullmatch(text)
    if match is None:
        raise BadValue(_reason(text), expected=expected, remedy="Write the number with digits alone.")
    return _sign(match, expected) + _body(match["body"], style, expected)


def _reason(text: str) -> str:
    if any(character.isdigit() and not character.isascii() for character in text):
        return "not a number: it has digits of another script"
    if any(letter in "oOlI" for letter in text) and any(character.isdigit() for character in text):
        return "not a number: it has letters that look like digits"
    return "not a number"


def _sign(match: re.Match[str], expected: str) -> str:
    minus = [group for group in ("sign", "inner", "trail") if match[group]]
    brackets = bool(match["open"]), bool(match["close"])
    if brackets[0] != brackets[1]:
        raise BadValue("a parenthesis without its other half", expected=expected)
    if len(minus) + brackets[0] > 1:
        raise BadValue("more than one sign", expected=expected)
    if match["before"] and match["after"]:
        raise BadValue("more than one currency sign", expected=expected)
    return "-" if brackets[0] or any(match[group] == "-" for group in minus) else ""


def _body(body: str, style: NumberStyle, expected: str) -> str:
    readings = {_read(body, one) for one in _styles(style)} - {None}
    if len(readings) > 1:
        raise BadValue(
            "ambiguous: its separator may be of thousands or of decimals",
            expected=expected,
            remedy="Say which number style the file has.",
        )
    if not readings:
        raise BadValue("separators that are not where they belong", expected=expected)
    return str(readings.pop())


def _styles(style: NumberStyle) -> tuple[NumberStyle, ...]:
    return (NumberStyle.POINT, NumberStyle.COMMA) if style is NumberStyle.AUTO else (style,)


def _read(body: str, style: NumberStyle) -> str | None:
    if style is NumberStyle.POINT:
        return body.replace(",", "") if _POINT.fullmatch(body) else None
    return body.replace(".", "").replace(",", ".") if _COMMA.fullmatch(body) else None


def _refuse_noise(text: str) -> None:
    if len(text.lstrip("-").replace(".", "").strip("0")) > SPREADSHEET_DIGITS:
        raise BadValue(
            f"the spreadsheet's number has more than {SPREADSHEET_DIGITS} significant digits",
            expected=f"at most {SPREADSHEET_DIGITS} significant digits",
            remedy="Round it in the spreadsheet, as with =ROUND(A1,2), so that the file holds what it shows.",
        )
