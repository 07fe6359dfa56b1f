"""The table of settings in the document on connecting Sage 300 CRE holds every setting with its default and a grade."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import attrs
import pytest
from documents import ROOT

from erp_bridge_core.contract import Secret
from erp_bridge_sage300.settings import Sage300Settings

DOCUMENT = ROOT / "docs" / "integrators" / "sage300.md"
ASSUMED = ROOT / "docs" / "integrators" / "sage300-known-and-assumed.md"
GRADES = {"firm", "one source", "inferred", "unknown", "yours"}
_ROW = re.compile(r"^\| `([a-z0-9_.]+)` \| (.+?) \| ([a-z ]+) \| (.+) \|$", re.MULTILINE)


def table() -> dict[str, tuple[str, str]]:
    """Setting -> default as written, grade."""
    section = DOCUMENT.read_text(encoding="utf-8").split("## Every setting")[1].split("\n## ")[0]
    return {name: (default, grade) for name, default, grade, _ in _ROW.findall(section)}


def settings(value: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Each setting of the class, those of its tables by their full names, with its default as the document has it."""
    for field in attrs.fields(type(value)):
        default = getattr(value, field.name)
        if not field.init:
            continue
        if attrs.has(type(default)) and not isinstance(default, Secret):
            yield from settings(default, f"{prefix}{field.name}.")
        else:
            yield f"{prefix}{field.name}", "required" if field.default is attrs.NOTHING else written(default)


def written(value: Any) -> str:
    """A value as TOML has it; none for what has no value."""
    if value is None or isinstance(value, Secret):
        return "none"
    if isinstance(value, Mapping):
        return "`{ " + ", ".join(f'"{name}" = "{inner}"' for name, inner in value.items()) + " }`"
    return f"`{json.dumps(list(value) if isinstance(value, tuple) else value)}`"


ALL = dict(settings(Sage300Settings(company="Books")))


def test_no_setting_is_missing_and_none_is_gone() -> None:
    """The table has just the settings of the class, in their order."""
    assert list(ALL) == list(table())


@pytest.mark.parametrize("name", ALL)
def test_each_default_is_the_programs(name: str) -> None:
    """A default in the table is the one that the program takes."""
    assert ALL[name] == table()[name][0]


def test_each_setting_has_a_grade() -> None:
    """How well Sage's side of a setting is known is one of five words."""
    assert {grade for _, grade in table().values()} <= GRADES


def test_whatever_is_assumed_is_explained() -> None:
    """Each setting whose Sage side is inferred or unknown stands in the document of assumptions."""
    text = ASSUMED.read_text(encoding="utf-8")
    assumed = [name for name, (_, grade) in table().items() if grade in {"inferred", "unknown"}]

    assert assumed
    assert [] == [name for name in assumed if f"`{name}`" not in text]
