"""The host: Python and packages, and who may read and write what lies in the home."""

import os
import platform
import stat
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from erp_bridge_core.configuration.configuration import Configuration
from erp_bridge_core.store.location import network_file_system
from erp_bridge_core.upkeep.findings import Looked, failed, fine

#: What each extra brings, by a module of it.
_EXTRAS: Final = {
    "web": "litestar", "postgres": "psycopg", "oidc": "authlib", "dbos": "dbos", "keyring": "keyring",
    "telemetry": "prometheus_client",
}  # fmt: skip
_LEAST: Final = (3, 11)
_OTHERS_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH
_OTHERS_READ: Final = 0o077
_OTHERS_ENTER: Final = stat.S_IXGRP | stat.S_IXOTH


def look_at_host(configuration: Configuration | None) -> Iterator[Looked]:
    """Python, the program's version, and the extras that are installed and wanted."""
    told = f"Python {platform.python_version()} on {platform.system()} {platform.release()}."
    if sys.version_info[:2] >= _LEAST:
        yield fine("python", told)
    else:
        yield failed("python", told, remedy="Install Python 3.11 or newer.")
    yield fine("program", f"erp-bridge-core {_version('erp-bridge-core')}.")
    there = [extra for extra, module in _EXTRAS.items() if find_spec(module) is not None]
    missing = [extra for extra in (_wanted(configuration) if configuration else ()) if extra not in there]
    if missing:
        remedy = f"Install them: pip install 'erp-bridge-core[{','.join(missing)}]'."
        yield failed("extras", f"The configuration needs what is not installed: {', '.join(missing)}.", remedy=remedy)
    else:
        yield fine("extras", f"Installed: {', '.join(there) or 'none'}.")


def _wanted(configuration: Configuration) -> Iterator[str]:
    if configuration.database.url:
        yield "postgres"
    if configuration.oidc.issuer:
        yield "oidc"
    if configuration.engine.kind == "dbos":
        yield "dbos"
    if configuration.metrics.listen or configuration.metrics.token or configuration.telemetry.endpoint:
        yield "telemetry"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "of a source tree that was never installed"


def look_at_files(home: Path, configuration: Configuration) -> Iterator[Looked]:
    """The modes of what lies in the home, and on what kind of disk; what is missing is told by others."""
    kind = network_file_system(home)
    if kind and not configuration.database.url:
        remedy = "Move the home to a disk of this host, or the database to PostgreSQL: `erp-bridge db move`."
        yield failed("disk", f"{home} is on a network share ({kind}), whose locks can't be trusted.", remedy=remedy)
    if os.name != "posix":
        return
    if not _mode(home) & _OTHERS_ENTER and configuration.secrets_directory.is_relative_to(home):
        yield fine("files", "Nobody but the owner can enter the home.")
        return
    faults = [
        *_too_open(home / "keys" / "audit.key", _OTHERS_READ, "whoever reads it can forge the audit trail", "600"),
        *_too_open(home / "keys", _OTHERS_WRITE, "others can put another key there", "700"),
        *_too_open(home / "erp-bridge.toml", _OTHERS_WRITE, "others can change where secrets go", "600"),
        *_too_open(home / "erp-bridge.db", _OTHERS_READ, "others can read every budget", "600"),
        *_too_open(home / "private", _OTHERS_READ, "others can read what connections signed in with", "700"),
        *_too_open(configuration.secrets_directory, _OTHERS_READ, "others can see which secrets there are", "700"),
        *_too_open(home, _OTHERS_WRITE, "others can put another database there", "700"),
    ]
    yield from faults
    if not faults:
        yield fine("files", "Nobody but the owner can read secrets, the key or the database, or change anything.")


def _too_open(path: Path, barred: int, why: str, mode: str) -> Iterator[Looked]:
    try:
        found = _mode(path)
    except FileNotFoundError:
        return
    if found & barred:
        yield failed("files", f"{path} has mode {found:03o}: {why}.", remedy=f"chmod {mode} {path}")


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)
