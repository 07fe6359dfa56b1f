"""NAME=VALUE options: text as it stands, or with `:=` a TOML value, dots leading into tables."""

import tomllib
from collections.abc import Iterable
from typing import Any

from erp_bridge_core.contract.errors import Fault, UsageError


def read_pairs(option: str, texts: Iterable[str]) -> dict[str, str]:
    """NAME=VALUE texts as a mapping; raises `UsageError` with every fault, repeated names among them."""
    pairs: dict[str, str] = {}
    faults = []
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            faults.append(Fault(option, "has no name and =", value=text, expected="NAME=VALUE"))
        elif name.strip() in pairs:
            faults.append(Fault(option, f"gives {name.strip()} twice", value=text, expected="once"))
        else:
            pairs[name.strip()] = value
    if faults:
        raise UsageError(f"{option} can't be read.", remedy="Write NAME=VALUE.", faults=faults)
    return pairs


def read_settings_pairs(option: str, texts: Iterable[str]) -> dict[str, Any]:
    """Settings from NAME=TEXT and NAME:=TOML-VALUE, `report.delimiter=x` leading into the table `report`."""
    settings: dict[str, Any] = {}
    for name, text in read_pairs(option, texts).items():
        *tables, last = name.removesuffix(":").split(".")
        place = settings
        for table in tables:
            place = place.setdefault(table, {})
            if not isinstance(place, dict):
                raise UsageError(f"{option}: {table} is a value and a table.", remedy="Give each name once.")
        place[last] = toml_value(option, name, text) if name.endswith(":") else text
    return settings


def toml_value(option: str, name: str, text: str) -> Any:
    """The value that TOML makes of a text."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError as error:
        raise UsageError(
            f"{option} {name}={text}: not a TOML value.",
            remedy=f"Write {name.removesuffix(':')}=TEXT for text as it stands.",
        ) from error
