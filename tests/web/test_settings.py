"""The section `[web]` of the configuration."""

from pathlib import Path

import attrs
import pytest
from documents import ROOT

from erp_bridge_core.configuration.configuration import Configuration, WebConfig
from erp_bridge_core.contract.errors import BadSettings
from erp_bridge_core.web.security import is_https, known_hosts


def read(home: Path, text: str) -> WebConfig:
    """The section as a home's file has it."""
    (home / "erp-bridge.toml").write_text(f"[web]\n{text}\n", encoding="utf-8")
    return Configuration.read(home).web


def test_it_says_how_people_reach_the_server(home: Path) -> None:
    """The base URL's host is known, and whatever else is named; its port where it has one."""
    web = read(home, 'base_url = "https://Budgets.test:8443"\nallowed_hosts = ["b.test"]\nsession_minutes = 60')

    assert (True, 60) == (is_https(web), web.session_minutes)
    assert {"budgets.test:8443", "b.test", "localhost"} <= known_hosts(web)
    assert not is_https(read(home, ""))


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('base_url = "budgets.test"', "web.base_url"), ('base_url = "https://budgets.test/path"', "web.base_url"),
        ('base_url = "ftp://budgets.test"', "web.base_url"), ('base_url = "https://a@budgets.test"', "web.base_url"),
        ('allowed_hosts = ["https://b.test"]', "web.allowed_hosts"), ('allowed_hosts = ["*"]', "web.allowed_hosts"),
        ("session_minutes = 4", "web.session_minutes"), ("session_minutes = 721", "web.session_minutes"),
        ('behind = "x"', "web.behind"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_it_is_named(home: Path, text: str, where: str) -> None:
    """A server does not start on a guess."""
    with pytest.raises(BadSettings) as refused:
        read(home, text)

    assert [where] == [fault.where for fault in refused.value.faults]


def test_every_setting_is_in_the_document() -> None:
    """With the default that the program takes."""
    text = (ROOT / "docs" / "operators" / "serving.md").read_text(encoding="utf-8")
    defaults = {"base_url": '`""`', "allowed_hosts": "`[]`", "session_minutes": "`480`"}

    assert list(defaults) == [field.name for field in attrs.fields(WebConfig)]
    assert [] == [name for name, default in defaults.items() if f"| `{name}` | {default} |" not in text]
    assert ("", (), 480) == attrs.astuple(WebConfig())
