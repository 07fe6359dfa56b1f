"""Settings: what can't be right is told at once, and the README's table has each with its default and meaning."""

import json
import re
from pathlib import Path
from typing import Any, Final

import attrs
import pytest

from erp_bridge_core.contract import Secret
from erp_bridge_procore.profile import PROFILE
from erp_bridge_procore.settings import ProcoreSettings

README: Final = Path(__file__).parents[2] / "README.md"
_ROW: Final = re.compile(r"^\| `([a-z_]+)` \| (.+?) \| ([a-z ]+) \| (.+) \|$", re.MULTILINE)
GRADES: Final = {"firm", "one source", "inferred", "unknown", "yours"}


def rows() -> dict[str, tuple[str, str, str]]:
    """The table of settings: default, grade and meaning by name."""
    section = README.read_text(encoding="utf-8").split("## Every setting")[1].split("\n## ")[0]
    return {name: (default, grade, meaning) for name, default, grade, meaning in _ROW.findall(section)}


def written(field: "attrs.Attribute[Any]") -> str:
    """A default as the table has it."""
    if field.default is attrs.NOTHING:
        return "required"
    default = field.default.factory() if isinstance(field.default, attrs.Factory) else field.default  # type: ignore[arg-type]
    if default is None or isinstance(default, Secret):
        return "none"
    return f"`{json.dumps(list(default) if isinstance(default, tuple) else default)}`"


def test_the_table_has_each_setting_with_its_default() -> None:
    """In the order of the class; with one of five grades."""
    assert {field.name: written(field) for field in attrs.fields(ProcoreSettings)} == {
        name: default for name, (default, _, _) in rows().items()
    }
    assert [field.name for field in attrs.fields(ProcoreSettings)] == list(rows())
    assert {grade for _, grade, _ in rows().values()} <= GRADES


def test_a_form_says_what_the_table_says() -> None:
    """The notes are the table's words without their marks; each group names settings."""
    plain = {name: meaning.replace("`", "").replace("*", "") for name, (_, _, meaning) in rows().items()}
    assert plain == dict(PROFILE.setting_notes)
    assert {name for names in PROFILE.setting_groups.values() for name in names} <= set(rows())


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"api_url": "procore"}, "api_url is not an address"),
        ({"login_url": "https://me@x.example"}, "login_url is not an address"),
        ({"company_id": 0}, "company_id is not the number"),
        ({"client_id": ""}, "client_id is missing"),
        ({"client_secret": Secret("")}, "client_secret is missing"),
        ({"longest_wait": -1.0}, "longest_wait is below 0"),
        ({"quantities_up_to": -1}, "quantities_up_to is below 0"),
        ({"currency": "usd"}, "currency is not a code"),
        ({"progress_word": " "}, "progress_word is blank"),
        ({"send_job_costs": True, "see_transactions": "answer"}, "send_job_costs needs see_transactions to be list"),
    ],
)
def test_what_cant_be_right_is_told(settings: dict[str, Any], why: str) -> None:
    """Each with its name, all at once."""
    values = {"company_id": 1, "client_id": "app", "client_secret": Secret("secret")}
    with pytest.raises(ValueError, match=why):
        ProcoreSettings(**{**values, **settings})
