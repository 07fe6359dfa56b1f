"""The table of settings in each document on connecting an ERP holds every setting with its default and a grade."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import attrs
import pytest
from documents import ROOT

from erp_bridge_cmic.setting_notes import NOTES as CMIC_NOTES
from erp_bridge_cmic.settings import CmicSettings
from erp_bridge_core.configuration.connector import ConnectorConfig
from erp_bridge_core.contract import Secret
from erp_bridge_sage300.setting_notes import NOTES as SAGE300_NOTES
from erp_bridge_sage300.settings import Sage300Settings
from erp_bridge_spectrum.setting_notes import NOTES as SPECTRUM_NOTES
from erp_bridge_spectrum.settings import SpectrumSettings

FOLDER = ROOT / "docs" / "integrators"
GRADES = {"firm", "one source", "inferred", "unknown", "yours"}
_ROW = re.compile(r"^\| `([a-z0-9_.]+)` \| (.+?) \| ([a-z ]+) \| (.+) \|$", re.MULTILINE)
_HEADING = "## Every setting"


@attrs.frozen(kw_only=True)
class Page:
    """What an ERP's settings are, where their table stands, and where what is assumed is explained."""

    settings: type
    notes: Mapping[str, str]
    document: str
    assumed: str

    @property
    def table(self) -> dict[str, tuple[str, str]]:
        """Setting -> default as written, grade."""
        return {name: (default, grade) for name, default, grade, _ in self._rows}

    @property
    def meanings(self) -> dict[str, str]:
        """Setting -> what the table says of it."""
        return {name: meaning for name, _, _, meaning in self._rows}

    @property
    def explanations(self) -> str:
        """The document of what is assumed, without the table."""
        before, _, rest = (FOLDER / self.assumed).read_text(encoding="utf-8").partition(_HEADING)
        return before + rest.partition("\n## ")[2]

    @property
    def _rows(self) -> list[tuple[str, str, str, str]]:
        section = (FOLDER / self.document).read_text(encoding="utf-8").split(_HEADING)[1].split("\n## ")[0]
        return _ROW.findall(section)

    @property
    def all(self) -> dict[str, str]:
        """Each setting of the class, those of its tables by their full names -> its default as the document has it."""
        return dict(defaults(self.settings))


PAGES = {
    "sage300": Page(
        settings=Sage300Settings, notes=SAGE300_NOTES, document="sage300.md", assumed="sage300-known-and-assumed.md"
    ),
    "cmic": Page(settings=CmicSettings, notes=CMIC_NOTES, document="cmic.md", assumed="cmic.md"),
    "spectrum": Page(settings=SpectrumSettings, notes=SPECTRUM_NOTES, document="spectrum.md", assumed="spectrum.md"),
}
each_page = pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)


def defaults(settings: type, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Each setting with its default, tables of settings one by one."""
    for field in attrs.fields(settings):
        if not field.init:
            continue
        default = field.default.factory() if isinstance(field.default, attrs.Factory) else field.default  # type: ignore[arg-type]
        if attrs.has(type(default)) and not isinstance(default, Secret) and default is not attrs.NOTHING:
            yield from defaults(type(default), f"{prefix}{field.name}.")
        else:
            yield f"{prefix}{field.name}", written(default)


def written(value: Any) -> str:
    """A default as the table has it: none for what has no value, else as TOML has it."""
    if value is attrs.NOTHING:
        return "required"
    return "none" if value is None or isinstance(value, Secret) else f"`{toml(value)}`"


def toml(value: Any) -> str:
    """A value as TOML has it."""
    if attrs.has(type(value)):
        value = attrs.asdict(value)
    if isinstance(value, Mapping):
        inner = ", ".join(f'"{name}" = {toml(each)}' for name, each in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    return json.dumps(list(value) if isinstance(value, tuple) else value)


@each_page
def test_no_setting_is_missing_and_none_is_gone(page: Page) -> None:
    """The table has just the settings of the class, in their order."""
    assert list(page.all) == list(page.table)


@pytest.mark.parametrize(("erp", "name"), [(erp, name) for erp, page in PAGES.items() for name in page.all])
def test_each_default_is_the_programs(erp: str, name: str) -> None:
    """A default in the table is the one that the program takes."""
    assert PAGES[erp].all[name] == PAGES[erp].table[name][0]


@each_page
def test_each_setting_has_a_grade(page: Page) -> None:
    """How well the ERP's side of a setting is known is one of five words."""
    assert {grade for _, grade in page.table.values()} <= GRADES


@each_page
def test_whatever_is_assumed_is_explained(page: Page) -> None:
    """Each setting whose ERP side is inferred or unknown stands, or its table does, where assumptions are explained."""
    assumed = [name for name, (_, grade) in page.table.items() if grade in {"inferred", "unknown"}]
    explained = page.explanations
    missing = [name for name in assumed if not any(f"`{each}`" in explained for each in (name, name.split(".")[0]))]

    assert assumed
    assert [] == missing


@each_page
def test_a_form_says_of_each_setting_what_the_table_says(page: Page) -> None:
    """The notes of the plugin's profile are the table's words without their marks."""
    assert {name: plain(text) for name, text in page.meanings.items()} == dict(page.notes)


def plain(text: str) -> str:
    """Markdown without links, code and emphasis."""
    bare = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", text)
    return re.sub(r"\*\*([^*]+)\*\*|`([^`]+)`|\*([^*]+)\*", lambda found: found[1] or found[2] or found[3], bare)


def test_the_connectors_settings_are_told_with_their_defaults() -> None:
    """Each with the default that the program takes, in its order."""
    document = (FOLDER / "sources.md").read_text(encoding="utf-8")
    table = re.findall(r"^\| `connector\.([a-z_]+)` \| `(.+?)` \|", document, re.MULTILINE)
    assert [(field.name, toml(field.default)) for field in attrs.fields(ConnectorConfig)] == table
