"""`[oidc]` of the configuration: read with all its parts, and every fault told at once."""

from pathlib import Path

import pytest

from erp_bridge_core.configuration.configuration import Configuration
from erp_bridge_core.contract.errors import BadSettings

WEB = '[web]\nbase_url = "https://budgets.test"\n'
GOOD = 'issuer = "https://id.test"\nclient_id = "erp-bridge"\nclient_secret = "env:SECRET"\n'


def read(home: Path, text: str, *, web: str = WEB) -> Configuration:
    """The configuration of a home with that section."""
    (home / "erp-bridge.toml").write_text(f"{web}[oidc]\n{text}")
    return Configuration.read(home)


def test_a_provider_is_read(tmp_path: Path) -> None:
    """With the defaults, and its own host permitted."""
    oidc = read(tmp_path, GOOD + 'hosts = ["keys.id.test"]\n').oidc

    assert (("openid",), "your company's account", False, 0) == (
        oidc.scopes,
        oidc.label,
        oidc.only,
        oidc.max_age_minutes,
    )
    assert "keys.id.test" == oidc.allowed.admit("https://keys.id.test/x").host
    assert "id.test" == oidc.allowed.admit("https://id.test/x").host


def test_without_the_section_there_is_none(tmp_path: Path) -> None:
    """No issuer, and nothing is asked for."""
    assert "" == Configuration.read(tmp_path).oidc.issuer


@pytest.mark.parametrize(
    "issuer",
    ["http://id.test", "https://user:word@id.test", "ftp://id.test", "id.test", "https://id.test?x", "https://é"],
)
def test_an_issuer_that_is_no_address_is_refused(tmp_path: Path, issuer: str) -> None:
    """By https alone, without anything that a discovery could be led astray by."""
    with pytest.raises(BadSettings) as refused:
        read(tmp_path, GOOD.replace("https://id.test", issuer))

    assert ["oidc.issuer"] == [fault.where for fault in refused.value.faults]


def test_http_is_for_this_machine_alone(tmp_path: Path) -> None:
    """And only where it is permitted."""
    here = GOOD.replace("https://id.test", "http://127.0.0.1:5000")
    assert "http://127.0.0.1:5000" == read(tmp_path, f"{here}plain_http = true\n").oidc.issuer

    for wrong in (here, GOOD.replace("https", "http") + "plain_http = true\n"):
        with pytest.raises(BadSettings):
            read(tmp_path, wrong)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    """A secret in clear is not shown in its fault."""
    wrong = (
        'issuer = "x"\nclient_secret = "hush hush"\nscopes = ["email"]\nlabel = "\\u202e"\nacr = ["a b"]\n'
        'ca_file = "here.pem"\nmax_age_minutes = -1\n'
    )
    with pytest.raises(BadSettings) as refused:
        read(tmp_path, wrong, web="")

    assert {
        "oidc.issuer", "oidc.client_id", "oidc.client_secret", "oidc.scopes", "oidc.label", "oidc.acr", "oidc.ca_file",
        "oidc.max_age_minutes", "web.base_url",
    } == {fault.where for fault in refused.value.faults}  # fmt: skip
    assert "hush" not in str(refused.value.faults)


def test_settings_without_an_issuer_are_told(tmp_path: Path) -> None:
    """`only` would close passwords and open nothing."""
    with pytest.raises(BadSettings) as refused:
        read(tmp_path, "only = true\n")

    assert ["oidc.issuer"] == [fault.where for fault in refused.value.faults]
