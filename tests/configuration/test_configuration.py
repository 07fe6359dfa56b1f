"""The configuration file: read whole with all its faults, changed without losing a word of it."""

import os
from pathlib import Path

import pytest

from erp_bridge_core.configuration.configuration import Configuration
from erp_bridge_core.contract.errors import BadSettings, NotFound, StorageError

WRITTEN = """\
# Kept by the controller. Ask before changing.
[files]
allowed_roots = ["/srv/shares"]  # mounted at boot

[plugins]
enabled = ["erp-bridge-sage300"]

[connections.sage-main]
company = "Builders Inc"  # our company
erp = "sage300"

[connections.sage-main.files]
root = "/srv/shares/sage"

[connections.sage-main.http]
hosts = ["hh2.example"]

[connections.sage-main.settings]
hh2_url = "https://hh2.example"
hh2_password = "env:HH2_PASSWORD"
hh2_api_key = "file:hh2-key"
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a configuration that somebody wrote by hand."""
    (tmp_path / "erp-bridge.toml").write_text(WRITTEN)
    return tmp_path


def text(home: Path) -> str:
    """The file as it lies there."""
    return (home / "erp-bridge.toml").read_text()


def test_a_connection_is_read_with_all_its_parts(home: Path) -> None:
    """Defaults where nothing is written."""
    configuration = Configuration.read(home)
    connection = configuration.connection("sage-main")
    assert ("Builders Inc", "sage300", "/srv/shares/sage") == (
        connection.company,
        connection.plugin,
        connection.files.root,
    )
    assert (("hh2.example",), False, None) == (
        connection.http.hosts,
        connection.http.plain_http,
        connection.http.ca_file,
    )
    assert (("/srv/shares",), ("erp-bridge-sage300",)) == (connection.allowed_roots, configuration.enabled_plugins)
    assert home / "secrets" == configuration.secrets.directory


def test_a_home_without_a_file_has_no_connections(tmp_path: Path) -> None:
    """And enables every installed plugin."""
    configuration = Configuration.read(tmp_path)
    assert ({}, None) == (configuration.connections, configuration.enabled_plugins)


def test_an_unknown_connection_is_told_with_the_known_ones(home: Path) -> None:
    """A slip of the hand is seen at once."""
    with pytest.raises(NotFound) as caught:
        Configuration.read(home).connection("sage")
    assert "sage-main" in caught.value.remedy


def test_all_faults_are_told_at_once_with_their_places(tmp_path: Path) -> None:
    """Wrong types, unknown names, missing parts, in every table."""
    (tmp_path / "erp-bridge.toml").write_text(
        '[conections.x]\ncompany="a"\n[connections.a]\ncompany=5\n[connections.b]\ncompany="B"\nerp="e"\n'
        'http={plain_http="yes", host="x"}\n[files]\nallowed_roots="/srv"\n'
    )
    with pytest.raises(BadSettings) as caught:
        Configuration.read(tmp_path)
    places = {fault.where for fault in caught.value.faults}
    assert {
        "conections",
        "connections.a.company",
        "connections.b.http.plain_http",
        "connections.b.http.host",
    } <= places


def test_values_that_make_no_sense_are_told_at_once(tmp_path: Path) -> None:
    """A name that would share its variables, a URL for a host, a relative folder."""
    with pytest.raises(BadSettings) as caught:
        Configuration.read(tmp_path).add_connection(
            "Sage_1", company=" ", plugin="sage300", root="here", hosts=("https://hh2.example",)
        )
    assert 4 == len(caught.value.faults)
    assert not (tmp_path / "erp-bridge.toml").exists()


@pytest.mark.parametrize("content", [b"[connections", b"\xff\xfe\x00", b'a = "\x00"'])
def test_a_file_that_is_no_toml_is_told(tmp_path: Path, content: bytes) -> None:
    """Damaged, or saved in another encoding."""
    (tmp_path / "erp-bridge.toml").write_bytes(content)
    with pytest.raises(BadSettings) as caught:
        Configuration.read(tmp_path)
    assert str(tmp_path / "erp-bridge.toml") in str(caught.value)


def test_a_change_keeps_every_comment(home: Path) -> None:
    """Only the changed value differs."""
    Configuration.read(home).set("sage-main", "hh2_username", "bridge")
    assert WRITTEN + 'hh2_username = "bridge"\n' == text(home)


def test_a_connection_is_added_beside_the_others(home: Path) -> None:
    """What is written is read back the same."""
    added = Configuration.read(home).add_connection(
        "sage-test",
        company="Builders Inc",
        plugin="sage300",
        hosts=("127.0.0.1:8080",),
        plain_http=True,
        settings={"limit": 5},
    )
    assert added.connections == Configuration.read(home).connections
    assert {"limit": 5} == added.connection("sage-test").settings
    assert text(home).startswith("# Kept by the controller.")


def test_a_name_is_added_once(home: Path) -> None:
    """The existing connection stays as it is."""
    with pytest.raises(BadSettings, match="already"):
        Configuration.read(home).add_connection("sage-main", company="x", plugin="y")
    assert WRITTEN == text(home)


def test_a_connection_is_removed_alone(home: Path) -> None:
    """The rest of the file stays."""
    configuration = Configuration.read(home).add_connection("other", company="x", plugin="y")
    configuration.remove_connection("sage-main")
    assert ["other"] == list(Configuration.read(home).connections)
    assert "mounted at boot" in text(home)
    with pytest.raises(NotFound):
        configuration.remove_connection("missing")


@pytest.mark.parametrize(
    ("setting", "value"), [("hh2_url", "https://hh2.example.evil.example"), ("http.hosts", ["elsewhere.example"])]
)
def test_changing_a_host_clears_the_secrets(home: Path, setting: str, value: object) -> None:
    """A password must not follow to another machine unseen."""
    changed = Configuration.read(home).set("sage-main", setting, value)
    assert ("hh2_api_key", "hh2_password") == tuple(sorted(changed.cleared))
    assert {"hh2_url"} == set(changed.connection("sage-main").settings)


@pytest.mark.parametrize(("setting", "value"), [("hh2_url", "https://hh2.example/v2"), ("files.root", "/srv/shares/b")])
def test_changing_anything_else_keeps_the_secrets(home: Path, setting: str, value: object) -> None:
    """Another path on the same host is the same host."""
    assert () == Configuration.read(home).set("sage-main", setting, value).cleared


@pytest.mark.parametrize(
    ("setting", "value"), [("x", {"y": None}), ("hh2_api_key.below", "x"), ("http.hosts", 5), ("x", [object()])]
)
def test_what_the_file_can_not_hold_is_refused(home: Path, setting: str, value: object) -> None:
    """Nothing of it is written."""
    before = (home / "erp-bridge.toml").read_bytes()
    with pytest.raises(BadSettings):
        Configuration.read(home).set("sage-main", setting, value)
    assert before == (home / "erp-bridge.toml").read_bytes()


def test_a_change_that_would_make_the_file_wrong_is_refused(home: Path) -> None:
    """The file stays as it was."""
    with pytest.raises(BadSettings):
        Configuration.read(home).set("sage-main", "http.plain_http", "perhaps")
    assert WRITTEN == text(home)


def test_a_setting_is_taken_away_with_none(home: Path) -> None:
    """It is gone from the file."""
    changed = Configuration.read(home).set("sage-main", "hh2_api_key", None)
    assert "hh2_api_key" not in changed.connection("sage-main").settings


def test_a_share_is_allowed_once(home: Path) -> None:
    """Allowing it again changes nothing."""
    Configuration.read(home).allow_root("/mnt/b").allow_root("/mnt/b")
    assert ("/srv/shares", "/mnt/b") == Configuration.read(home).allowed_roots


def test_a_disk_full_leaves_the_old_file(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Written whole or not at all."""

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="as it was"):
        Configuration.read(home).set("sage-main", "hh2_username", "x")
    assert WRITTEN == text(home)
    assert {"erp-bridge.toml", "erp-bridge.lock"} >= {path.name for path in home.iterdir()}
