"""The `finder` of a collection read: a named search with parameters, `Name;p1=v1,p2=v2`."""

import re
from typing import Any, Final

from erp_bridge_cmic.simulator.attributes import moment
from erp_bridge_cmic.simulator.problems import Refusal
from erp_bridge_cmic.simulator.resource import Resource

_PARAMETER: Final = re.compile(r"""([A-Za-z]+)=('(?:[^']|'')*'|"(?:[^"]|"")*"|[^,'"]*)(?:,|$)""", re.ASCII)


def parse_finder(text: str, resource: Resource) -> tuple[str, list[Any]]:
    """The condition and its values. Names are case-sensitive; values may be quoted or bare. Raises Refusal (400)."""
    name, _, rest = text.partition(";")
    parameters = resource.finder(name)
    if parameters is None:
        raise Refusal(400, [f"JBO-25058: Definition {name} of type Finder is not found in {resource.name}."])
    conditions, values = ["1"], []
    for parameter, value in _parameters(rest):
        if parameter not in parameters:
            raise Refusal(400, [f"JBO-25058: Definition {parameter} of type Variable is not found in {name}."])
        column, sign = parameters[parameter]
        conditions.append(f"{column} {sign} ?")
        values.append(value if sign == "=" else _moment(parameter, value))
    return " AND ".join(conditions), values


def _parameters(text: str) -> list[tuple[str, str]]:
    found, position = [], 0
    while position < len(text):
        match = _PARAMETER.match(text, position)
        if match is None:
            raise Refusal(400, [f"The finder's parameters can't be read: {text[position:]}"])
        found.append((match[1], _plain(match[2])))
        position = match.end()
    return found


def _plain(value: str) -> str:
    if value[:1] in ("'", '"'):
        return value[1:-1].replace(value[0] * 2, value[0])
    return value


def _moment(parameter: str, value: str) -> float:
    try:
        return moment(value)
    except ValueError as error:
        raise Refusal(400, [f"The parameter {parameter} {error}: {value}"]) from error
