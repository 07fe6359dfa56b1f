"""What exactly an installed distribution is: a hash over the files that would run."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from erp_bridge_core.contract.errors import PluginError
from erp_bridge_core.registry.plugin import KINDS

#: The certificate that a plugin may ship, in its top package.
CERTIFICATE_FILE: Final = "conformance-certificate.json"


def fingerprint(distribution: Distribution) -> str:
    """SHA-256 (hex) over name, version and the bytes of every file of a distribution that can run.

    The files themselves, not the list that the installer wrote: a file changed afterwards changes the hash. Of an
    editable installation, the packages' source files. The certificate that a plugin ships is left out: it names this
    very hash, and could never match if it were part of it.
    """
    digest = hashlib.sha256(f"{distribution.name}\n{distribution.version}\n".encode())
    certificates = _certificate_names(distribution)
    for name, path in sorted(_files(distribution)):
        if name in certificates:
            continue
        try:
            digest.update(f"{name}\n{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
        except OSError as error:
            raise PluginError(
                f"{distribution.name}: its file {path} can't be read: {error.strerror or error}.",
                remedy=f"Install it again: pip install --force-reinstall {distribution.name}",
            ) from error
    return digest.hexdigest()


def certificate_file(distribution: Distribution) -> Path | None:
    """Where the certificate lies that the distribution ships; None where it ships none. Nothing is imported."""
    certificates = _certificate_names(distribution)
    if is_editable(distribution):
        found = (folder / CERTIFICATE_FILE for _, folder in _folders(distribution))
    else:
        found = (path for name, path in _installed(distribution) if name in certificates)
    return next((path for path in found if path.is_file()), None)


def is_editable(distribution: Distribution) -> bool:
    """Whether the distribution is installed as a link to its source tree."""
    try:
        origin = json.loads(distribution.read_text("direct_url.json") or "{}")
    except ValueError:
        return False
    return bool(isinstance(origin, dict) and origin.get("dir_info", {}).get("editable"))


def _files(distribution: Distribution) -> Iterator[tuple[str, Path]]:
    return _sources(distribution) if is_editable(distribution) else _installed(distribution)


def _certificate_names(distribution: Distribution) -> set[str]:
    return {f"{package}/{CERTIFICATE_FILE}" for package in _packages(distribution)}


def _installed(distribution: Distribution) -> Iterator[tuple[str, Path]]:
    for file in distribution.files or ():
        # Compiled files and the installer's own notes differ from one installation of a wheel to the next.
        if "__pycache__" not in file.parts and not file.parts[0].endswith((".dist-info", ".egg-info")):
            yield file.as_posix(), Path(str(distribution.locate_file(file)))


def _sources(distribution: Distribution) -> Iterator[tuple[str, Path]]:
    for package, folder in _folders(distribution):
        yield from ((f"{package}/{name}", path) for name, path in _below(folder))
    for package in sorted(_packages(distribution)):
        spec = find_spec(package)
        if spec is not None and not spec.submodule_search_locations and spec.origin:
            yield package, Path(spec.origin)


def _folders(distribution: Distribution) -> Iterator[tuple[str, Path]]:
    """The source folders of its packages, each with its package's name."""
    for package in sorted(_packages(distribution)):
        spec = find_spec(package)
        yield from ((package, Path(folder)) for folder in (spec and spec.submodule_search_locations) or ())


def _packages(distribution: Distribution) -> Iterable[str]:
    return {entry.module.partition(".")[0] for entry in distribution.entry_points if entry.group in KINDS}


def _below(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in folder.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path.relative_to(folder).as_posix(), path
