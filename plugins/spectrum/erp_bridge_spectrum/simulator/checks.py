"""The generic checks of every call: elements all there, required ones filled, then types, lengths and characters."""

import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from erp_bridge_spectrum.simulator.amounts import hundredths
from erp_bridge_spectrum.simulator.elements import Element, Kind, Service
from erp_bridge_spectrum.simulator.problems import Problem, invalid, missing
from erp_bridge_spectrum.simulator.soap import Call, Unreadable
from erp_bridge_spectrum.simulator.switches import SWITCHES
from erp_bridge_spectrum.simulator.typed import FORBIDDEN

Values = Mapping[str, str]

_DATE: Final = re.compile(r"([0-9]{2})[/-]([0-9]{2})[/-]([0-9]{4})", re.ASCII)


def take_elements(connection: sqlite3.Connection, service: Service, call: Call) -> dict[str, str]:
    """The declared elements with their values; raises Unreadable when one is missing, double or out of order.

    Undeclared elements are passed over, as nothing is known of what Spectrum does with them.
    """
    declared = [element.name for element in service.request]
    given = [(name, text) for name, text in call.elements if name in declared]
    names = [name for name, _ in given]
    if sorted(names) != sorted(declared):
        raise Unreadable(f"not every declared element is there once: {sorted(set(declared) - set(names))}")
    if SWITCHES.get(connection, "element_order") == "strict" and names != declared:
        raise Unreadable("the elements are not in the order of the WSDL")
    return dict(given)


def shorten(connection: sqlite3.Connection, service: Service, values: Values) -> dict[str, str]:
    """The values with text cut to its Max, without a word: the vendor warns that bad data may result."""
    if SWITCHES.get(connection, "long_text") != "cut":
        return dict(values)
    longest = {each.name: each.length for each in service.request if each.kind in (Kind.TEXT, Kind.KEY)}
    if shorter := int(SWITCHES.get(connection, "short_phase")):
        longest["Phase_Code"] = shorter
    return {name: text[: longest.get(name, len(text))].rstrip() for name, text in values.items()}


def find_missing(names: Sequence[str], values: Values) -> list[Problem]:
    """A problem for each required element that is blank."""
    return [missing(name) for name in names if not values[name]]


def check_values(service: Service, values: Values) -> Iterator[Problem]:
    """A problem for each value that does not fit its element; blank always fits."""
    for element in service.request:
        text = values[element.name]
        why = _misfit(element, text) if text else None
        if why:
            yield invalid(element.name, why)


def read_day(text: str) -> str:
    """A day sent as MM/DD/CCYY, slash or dash, as YYYY-MM-DD; blank stays blank. Raises ValueError."""
    if not text:
        return ""
    match = _DATE.fullmatch(text)
    if match is None:
        raise ValueError("is not a date of the form MM/DD/CCYY")
    try:
        return date(int(match[3]), int(match[1]), int(match[2])).isoformat()
    except ValueError as error:
        raise ValueError("is not a day of the calendar") from error


def read_number(service: Service, values: Values, name: str) -> int | None:
    """The value of a checked number in hundredths; None when blank, which leaves the stored value alone."""
    element = next(each for each in service.request if each.name == name)
    text = values[name]
    return hundredths(text, whole=element.whole, decimals=element.decimals) if text else None


def _misfit(element: Element, text: str) -> str | None:
    if element.kind is Kind.SELECTION:
        return None
    if len(text) > element.length:
        return f"is longer than {element.length} characters"
    if element.choices and text not in element.choices:
        return f"is not one of {', '.join(element.choices)}"
    if element.kind is Kind.KEY and FORBIDDEN & set(text):
        return "has characters that are not allowed in a key field"
    return _unreadable(element, text)


def _unreadable(element: Element, text: str) -> str | None:
    try:
        if element.kind is Kind.DATE:
            read_day(text)
        if element.kind is Kind.NUMBER:
            hundredths(text, whole=element.whole, decimals=element.decimals)
    except ValueError as error:
        return str(error)
    return None
