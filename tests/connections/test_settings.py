"""A plugin's settings class is filled from the file and the environment, and every fault is told at once."""

from decimal import Decimal
from pathlib import Path

import pytest
from attrs import Factory, field, frozen, validators

from erp_bridge_core.configuration.secrets import SecretStore
from erp_bridge_core.connections.settings import read_settings
from erp_bridge_core.contract import Secret
from erp_bridge_core.contract.errors import BadSettings
from erp_bridge_core.wire.redaction import Redactor


@frozen(kw_only=True)
class Login:
    user: str
    password: Secret


@frozen(kw_only=True)
class Settings:
    company: str
    live: bool = False
    pages: int = field(default=5, validator=validators.gt(0))
    tolerance: Decimal = Decimal(0)
    key: Secret | None = None
    login: Login | None = None
    folders: tuple[str, ...] = ()
    spares: dict[str, Secret] = Factory(dict)


def read(values: dict[str, object], redactor: Redactor | None = None, **environ: str) -> Settings:
    """Settings from these values and this environment."""
    store = SecretStore(directory=Path("/nowhere"), environ={"WORD": "hunter2", **environ})
    return read_settings(Settings, values, connection="sage-main", secrets=store, redactor=redactor)


def test_values_become_the_plugins_class() -> None:
    """Nested classes, defaults and exact numbers."""
    settings = read(
        {"company": "B", "tolerance": "0.01", "folders": ["a"], "login": {"user": "u", "password": "env:WORD"}}
    )
    assert (
        Settings(
            company="B", tolerance=Decimal("0.01"), folders=("a",), login=Login(user="u", password=Secret("hunter2"))
        )
        == settings
    )


def test_every_fault_is_told_at_once_with_its_place() -> None:
    """Missing, unknown, of the wrong type, refused by the plugin's own validator, a float."""
    with pytest.raises(BadSettings) as caught:
        read({"live": "yes", "pages": 0, "tolerance": 0.1, "login": {"user": 5}, "colour": "red", "key": "env:NONE"})
    places = {fault.where.removeprefix("connections.sage-main.settings.") for fault in caught.value.faults}
    assert {"company", "live", "tolerance", "login.user", "login.password", "colour", "key"} <= places


@pytest.mark.parametrize("value", ["hunter2", 5, {"a": "hunter2"}])
def test_a_secret_in_the_file_is_refused_and_not_repeated(value: object) -> None:
    """The error names the remedy."""
    with pytest.raises(BadSettings) as caught:
        read({"company": "B", "key": value})
    told = str(caught.value.to_json())
    assert "env:NAME" in told
    assert "hunter2" not in told


def test_the_environment_overrides_the_file() -> None:
    """Text stays text, other types are read as TOML values, deeper settings have longer names."""
    settings = read(
        {"company": "B", "login": {"user": "u", "password": "env:WORD"}},
        ERP_BRIDGE_SAGE_MAIN__COMPANY="007",
        ERP_BRIDGE_SAGE_MAIN__LIVE="true",
        ERP_BRIDGE_SAGE_MAIN__PAGES="9",
        ERP_BRIDGE_SAGE_MAIN__FOLDERS='["x", "y"]',
        ERP_BRIDGE_SAGE_MAIN__LOGIN__USER="other",
        ERP_BRIDGE_SAGE__COMPANY="another connection's",
    )
    assert ("007", True, 9, ("x", "y")) == (settings.company, settings.live, settings.pages, settings.folders)
    assert settings.login is not None
    assert "other" == settings.login.user


def test_a_wrong_override_is_told_like_a_wrong_value() -> None:
    """A word where true or false is wanted."""
    with pytest.raises(BadSettings) as caught:
        read({"company": "B"}, ERP_BRIDGE_SAGE_MAIN__LIVE="perhaps", ERP_BRIDGE_SAGE_MAIN__TYPO="1")
    assert 2 == len(caught.value.faults)


def test_every_secret_is_known_to_the_redactor() -> None:
    """Those in nested values too."""
    redactor = Redactor()
    values: dict[str, object] = {
        "company": "B",
        "key": "env:KEY",
        "login": {"user": "u", "password": "env:WORD"},
        "spares": {"a": "env:SPARE"},
    }
    read(values, redactor, KEY="the-api-key", SPARE="the-spare-one")
    assert "*** *** ***" == redactor.clean("hunter2 the-api-key the-spare-one")


def test_settings_do_not_show_their_secrets() -> None:
    """They are printed in tracebacks and logs."""
    assert "hunter2" not in repr(read({"company": "B", "key": "env:WORD"}))
