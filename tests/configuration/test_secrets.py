"""Secrets come from references, and a bad reference is told without the value."""

import copy
import pickle
import sys
import types
from pathlib import Path

import pytest

from erp_bridge_core.configuration.secrets import SecretStore, is_reference
from erp_bridge_core.contract import Secret
from erp_bridge_core.contract.errors import BadSettings


@pytest.fixture
def store(tmp_path: Path) -> SecretStore:
    """A store over an empty directory and a small environment."""
    (tmp_path / "secrets").mkdir()
    return SecretStore(directory=tmp_path / "secrets", environ={"TOKEN": "from the environment", "BLANK": ""})


def put(store: SecretStore, name: str, content: bytes, mode: int = 0o600) -> Path:
    """Write a secret's file."""
    path = store.directory / name
    path.write_bytes(content)
    path.chmod(mode)
    return path


def test_a_secret_is_read_from_the_environment(store: SecretStore) -> None:
    """env:NAME."""
    assert "from the environment" == store.resolve("env:TOKEN").reveal()


def test_a_secret_is_read_from_a_private_file(store: SecretStore) -> None:
    """file:NAME, without the line's end."""
    put(store, "sage", b"p\xc3\xa4ss \r\n")
    assert "päss " == store.resolve("file:sage").reveal()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_file_that_others_can_read_or_write_is_refused(store: SecretStore, mode: int) -> None:
    """And the remedy is a command."""
    put(store, "sage", b"word", mode)
    with pytest.raises(BadSettings, match="by others") as caught:
        store.resolve("file:sage")
    assert "chmod 600" in caught.value.remedy


def test_a_link_is_refused(store: SecretStore) -> None:
    """Even one that leads to a private file."""
    target = put(store, "real", b"word")
    (store.directory / "sage").symlink_to(target)
    with pytest.raises(BadSettings, match="link"):
        store.resolve("file:sage")


@pytest.mark.parametrize("name", ["../outside", "a/b", "/etc/passwd", ".hidden", "..", "a\nb"])
def test_a_file_outside_the_directory_is_refused(store: SecretStore, name: str) -> None:
    """Only plain names."""
    with pytest.raises(BadSettings, match=r"plain file name|must not stand"):
        store.resolve(f"file:{name}")


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe", b"x" * 100_000])
def test_a_file_that_holds_no_secret_is_refused(store: SecretStore, content: bytes) -> None:
    """Empty, not text, or far too large."""
    put(store, "sage", content)
    with pytest.raises(BadSettings):
        store.resolve("file:sage")


@pytest.mark.parametrize("reference", ["env:MISSING", "env:BLANK", "file:missing", "keyring:nouser"])
def test_a_reference_that_leads_nowhere_says_what_to_do(store: SecretStore, reference: str) -> None:
    """Each kind has its own remedy."""
    with pytest.raises(BadSettings) as caught:
        store.resolve(reference)
    assert caught.value.remedy


def test_a_value_in_place_of_a_reference_is_refused_and_not_repeated(store: SecretStore) -> None:
    """The error would carry it into logs."""
    with pytest.raises(BadSettings, match="must not stand") as caught:
        store.resolve("hunter2")
    assert "hunter2" not in f"{caught.value} {caught.value.remedy}"


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, str], str]:
    """A keyring in memory in place of the library."""
    kept: dict[tuple[str, str], str] = {}
    module, errors = types.ModuleType("keyring"), types.ModuleType("keyring.errors")
    errors.KeyringError = type("KeyringError", (Exception,), {})  # type: ignore[attr-defined]
    module.errors = errors  # type: ignore[attr-defined]
    module.get_password = lambda service, user: kept.get((service, user))  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "keyring", module)
    monkeypatch.setitem(sys.modules, "keyring.errors", errors)
    return kept


def test_a_secret_is_read_from_the_keyring(store: SecretStore, keyring: dict[tuple[str, str], str]) -> None:
    """keyring:SERVICE/USER; the service may hold slashes."""
    keyring["erp/sage", "bridge"] = "from the keyring"
    assert "from the keyring" == store.resolve("keyring:erp/sage/bridge").reveal()


def test_a_keyring_without_the_entry_says_how_to_add_it(
    store: SecretStore, keyring: dict[tuple[str, str], str]
) -> None:
    """The remedy is a command."""
    with pytest.raises(BadSettings) as caught:
        store.resolve("keyring:sage/bridge")
    assert "Run: keyring set sage bridge" == caught.value.remedy


def test_a_missing_keyring_extra_is_named(store: SecretStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an extra of the core."""
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(BadSettings, match="keyring extra"):
        store.resolve("keyring:sage/bridge")


def test_references_are_told_from_values() -> None:
    """What the configuration may clear when a host changes."""
    assert [True, True, True, False, False] == [
        is_reference(value) for value in ("env:A", "file:b", "keyring:s/u", "https://x", 5)
    ]


def test_a_secret_shows_itself_nowhere() -> None:
    """Not in text, formats, copies or pickles."""
    secret = Secret("hunter2")
    assert "hunter2" not in f"{secret} {secret!r} {[secret]}"
    assert secret == copy.deepcopy(secret)
    assert bool(secret)
    with pytest.raises(TypeError):
        pickle.dumps(secret)
