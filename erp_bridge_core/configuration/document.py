"""The configuration file itself: read, changed under a lock, and written whole or not at all."""

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import tomlkit
from filelock import FileLock
from tomlkit.exceptions import TOMLKitError

from erp_bridge_core.configuration.secrets import is_reference
from erp_bridge_core.contract.errors import BadSettings, Fault, StorageError

FILE_NAME: Final = "erp-bridge.toml"
_LONGEST_HOLD: Final = 30.0


#: Tells one content of the file from another: its place on the disk, its size, when it was written.
Version = tuple[int, int, int]


def version_of(home: Path) -> Version | None:
    """Which content the file has now; None where there is none that could be looked at."""
    try:
        found = (home / FILE_NAME).stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def load(home: Path) -> tomlkit.TOMLDocument:
    """The document; an empty one where there is no file. Raises `BadSettings` or `StorageError`."""
    path = home / FILE_NAME
    try:
        return tomlkit.parse(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return tomlkit.document()
    except UnicodeDecodeError as error:
        raise BadSettings(f"{path} is not UTF-8 text.", remedy="Save it as UTF-8 text.") from error
    except TOMLKitError as error:
        raise BadSettings(f"{path} is not right TOML: {error}.", remedy="Correct that line.") from error
    except OSError as error:
        why = error.strerror or error
        raise StorageError(f"{path} can't be read: {why}.", remedy="Let its user read it.") from error


@contextmanager
def rewrite(home: Path) -> Iterator[tomlkit.TOMLDocument]:
    """The document to change; it is written when the block ends well and untouched when it does not."""
    path = home / FILE_NAME
    try:
        home.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_suffix(".lock"), timeout=_LONGEST_HOLD):
            document = load(home)
            yield document
            _write(path, tomlkit.dumps(document))
    except OSError as error:
        raise StorageError(
            f"{path} can't be written: {error.strerror or error}. It is as it was.",
            remedy="See that the folder is writable and the disk not full, then do it again.",
        ) from error


def _write(path: Path, text: str) -> None:
    handle, aside = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with open(handle, "w", encoding="utf-8", newline="") as file:  # noqa: PTH123 - by its handle
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(aside).replace(path)
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise


def change_setting(connection: Any, path: list[str], value: Any) -> list[str]:
    """Set (or with None remove) what lies at `path`; answers the secrets' settings cleared since a host changed."""
    cleared = []
    if hosts_in(value_at(connection, path), path) != hosts_in(value, path):
        cleared = _clear_references(connection.get("settings", {}), ".".join(path[1:]))
    _put(connection, path, value)
    return cleared


def value_at(values: Any, path: list[str]) -> Any:
    """What lies at a path, or None."""
    for part in path:
        if not isinstance(values, dict) or part not in values:
            return None
        values = values[part]
    return values


def hosts_in(value: Any, path: list[str]) -> frozenset[str]:
    """The hosts that a setting names: in the list of hosts, or in a URL; words and names of people are no address."""
    if path[0] in {"words", "connector"}:
        return frozenset()
    if path == ["http", "hosts"]:
        return frozenset(str(host).lower() for host in value) if isinstance(value, str | Sequence) else frozenset()
    if isinstance(value, str) and "://" in value:
        return frozenset({urlsplit(value).netloc.lower()})
    return frozenset()


def _clear_references(settings: Any, spare: str, below: str = "") -> list[str]:
    cleared = []
    for name in list(settings):
        full = f"{below}{name}"
        if isinstance(settings[name], dict):
            cleared += _clear_references(settings[name], spare, f"{full}.")
        elif is_reference(settings[name]) and full != spare:
            del settings[name]
            cleared.append(full)
    return cleared


def _put(values: Any, path: list[str], value: Any) -> None:
    try:
        for part in path[:-1]:
            values = values.setdefault(part, tomlkit.table())
        if value is None:
            values.pop(path[-1], None)
        else:
            values[path[-1]] = list(value) if isinstance(value, tuple) else value
    except (AttributeError, TypeError, ValueError) as error:  # below a setting that is no table, or no value of TOML
        fault = Fault(".".join(path), "can't be set so", expected="text, a number, a list or a table")
        raise BadSettings(f"{path[-1]} can't be set.", remedy="Correct its value.", faults=[fault]) from error
