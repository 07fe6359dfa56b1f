"""Secrets by reference: `env:NAME`, `file:NAME` below one directory, `keyring:SERVICE/USER`."""

import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from attrs import Factory, frozen

from erp_bridge_core.contract.errors import BadSettings
from erp_bridge_core.contract.secret import Secret

_REFERENCE: Final = re.compile(r"(env|file|keyring):(.+)", re.DOTALL)
_FILE_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_LARGEST: Final = 64 * 1024
HOW: Final = "Write a reference instead: env:NAME, file:NAME (a file in the secrets directory) or keyring:SERVICE/USER."


def is_reference(value: object) -> bool:
    """Whether a configured value looks like a reference to a secret."""
    return isinstance(value, str) and _REFERENCE.fullmatch(value) is not None


def is_of_company(reference: str, company: str) -> bool:
    """Whether a reference names a secret of a company by its name: `env:HOOSIER_…`, `file:hoosier-…`."""
    match = _REFERENCE.fullmatch(reference)
    kind, name = match.groups() if match else ("", "")
    begins = {"env": f"{company.upper().replace('-', '_')}_", "file": f"{company}-", "keyring": f"{company}/"}
    # What this program itself is told by its environment is nobody's.
    return kind in begins and name.startswith(begins[kind]) and not name.startswith("ERP_BRIDGE_")


@frozen(kw_only=True)
class SecretStore:
    """Where references lead on this host. Raises `BadSettings`, which never shows a value, when one leads nowhere."""

    directory: Path
    environ: Mapping[str, str] = Factory(lambda: os.environ)

    def resolve(self, reference: str) -> Secret:
        """The secret that a reference names."""
        match = _REFERENCE.fullmatch(reference)
        if match is None:
            raise BadSettings("A secret must not stand in the configuration itself.", remedy=HOW)
        kind, name = match.groups()
        value = {"env": self._from_environment, "file": self._from_file, "keyring": _from_keyring}[kind](name)
        if not value:
            raise BadSettings(f"The secret {reference} is empty.", remedy="Put the value where the reference leads.")
        return Secret(value)

    def _from_environment(self, name: str) -> str:
        try:
            return self.environ[name]
        except KeyError:
            raise BadSettings(
                f"The environment variable {name} is not set.",
                remedy=f"Set {name} for the user who runs ERP Bridge.",
            ) from None

    def _from_file(self, name: str) -> str:
        if not _FILE_NAME.fullmatch(name):
            raise BadSettings(
                f"file:{name} is not a plain file name.",
                remedy=f"Name a file directly in {self.directory}: letters, digits, dots, hyphens, underscores.",
            )
        path = self.directory / name
        try:
            return _read_private(path)
        except OSError as error:
            raise BadSettings(
                f"The secret file {path} can't be read: {error.strerror or error}.",
                remedy=f"Put the secret into {path}, readable by its owner alone (chmod 600).",
            ) from error


def _read_private(path: Path) -> str:
    if path.is_symlink() or path.parent.is_symlink():
        raise BadSettings(f"The secret file {path} is, or lies behind, a link.", remedy="Put a plain file there.")
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    with open(handle, "rb") as file:  # noqa: PTH123 - opened by its handle, so that it is the file looked at
        _check_private(path, os.fstat(handle))
        content = file.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise BadSettings(f"The secret file {path} is larger than a secret can be.", remedy="Keep one secret in it.")
    try:
        return content.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        raise BadSettings(f"The secret file {path} is not UTF-8 text.", remedy="Save it as UTF-8 text.") from None


def _check_private(path: Path, facts: os.stat_result) -> None:
    if not stat.S_ISREG(facts.st_mode):
        raise BadSettings(f"The secret file {path} is not a plain file.", remedy="Put a plain file there.")
    # Windows keeps access elsewhere: its mode bits say nothing of who may read.
    if os.name == "posix" and stat.S_IMODE(facts.st_mode) & 0o077:
        raise BadSettings(
            f"The secret file {path} can be read or written by others.",
            remedy=f"Run: chmod 600 {path} and change the secret, if others may have seen it.",
        )


def _from_keyring(name: str) -> str:
    service, _, user = name.rpartition("/")
    if not service or not user:
        raise BadSettings(f"keyring:{name} lacks a part.", remedy="Write keyring:SERVICE/USER.")
    try:
        import keyring  # type: ignore[import-not-found,unused-ignore]
        import keyring.errors  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        raise BadSettings(
            f"keyring:{name} needs the keyring extra, which is not installed.",
            remedy="Install it: pip install 'erp-bridge-core[keyring]'; or use env: or file: instead.",
        ) from None
    try:
        value: str | None = keyring.get_password(service, user)
    except keyring.errors.KeyringError as error:
        raise BadSettings(
            f"The keyring did not open for {service}/{user}: {type(error).__name__}.",
            remedy="Unlock the keyring for the user who runs ERP Bridge, or use env: or file: instead.",
        ) from error
    if value is None:
        raise BadSettings(
            f"The keyring holds nothing for {service}/{user}.", remedy=f"Run: keyring set {service} {user}"
        )
    return value
