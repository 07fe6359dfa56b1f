"""Files of a simulated ERP: written whole or not at all, and never outside the folder they belong to."""

import os
from collections.abc import Iterable
from pathlib import Path

#: Prefix of a file that is still being written; nobody who reads the folder should take it up.
ASIDE = ".aside-"


def write_atomically(path: Path, pieces: Iterable[bytes]) -> None:
    """Replace a file's content in one step: a reader sees the old file or the new one, whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f"{ASIDE}{os.getpid()}-{path.name}")
    try:
        with aside.open("wb") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def remove_aside(folder: Path) -> int:
    """Remove what a killed process left half written below a folder; how many files there were."""
    left = list(folder.rglob(f"{ASIDE}*"))
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)


def below(root: Path, name: str) -> Path:
    """The path `name` (relative, or absolute) below `root`, links followed; raises ValueError when it lies outside."""
    inside = root.resolve()
    path = (inside / name).resolve()
    if not path.is_relative_to(inside) or path == inside:
        raise ValueError(f"{name!r} does not lie below {root}")
    return path
