"""The root of a share and the walk below it: an allowed folder, and no link anywhere on the way."""

import os
import stat
from pathlib import Path, PurePosixPath

from attrs import frozen

from erp_bridge_core.connections.names import relative


class Unusable(Exception):
    """The share, or a path on it, can't be used; nothing was changed. Carries what to do."""

    def __init__(self, why: str, remedy: str) -> None:
        super().__init__(why)
        self.remedy = remedy


@frozen(kw_only=True)
class Share:
    """A configured root below one of the allowed roots.

    Looked at anew for each use, since shares vanish. Between the look and the use somebody who may write the folder
    could still put a link there: hence the warning when others may.
    """

    root: str
    allowed_roots: tuple[str, ...]

    def path(self, name: str) -> Path:
        """The full path of a file or folder whose parent folder is there; raises `Unusable`."""
        return self.folder(str(self.parse(name).parent)) / self.parse(name).name

    def parse(self, name: str) -> PurePosixPath:
        """The relative path of a name; raises `Unusable` for one that is not plain."""
        try:
            return relative(name)
        except ValueError as error:
            raise Unusable(f"{name!r} can't be a file's name here: {error}", "Choose a plain name.") from error

    def folder(self, name: str) -> Path:
        """The full path of a folder that is there; "" and "." are the root. Raises `Unusable`."""
        path = self.checked_root()
        if name in {"", "."}:
            return path
        for part in self.parse(name).parts:
            path /= part
            require_folder(path)
        return path

    def checked_root(self) -> Path:
        """The root, if it is there, allowed and no link, be it an allowed root itself; raises `Unusable`."""
        root = Path(self.root)
        allowed = [folder for folder in map(Path, self.allowed_roots) if root.is_relative_to(folder)]
        if not allowed or ".." in root.parts:
            raise Unusable(
                f"{root} is not below an allowed root",
                "Add its folder to allowed_roots below [files] in erp-bridge.toml, if it should be.",
            )
        path = allowed[0]
        for part in root.relative_to(allowed[0]).parts:
            path /= part
            require_folder(path)
        require_folder(path)
        return path


def require_folder(path: Path) -> None:
    """Raise `Unusable` unless it is a folder and no link."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError as error:
        raise _gone(path) from error
    except OSError as error:
        raise Unusable(f"{path} can't be seen: {error.strerror or error}", _CHECK) from error
    if stat.S_ISLNK(mode):
        raise Unusable(f"{path} is a link, and links are not followed", "Put the folder itself there.")
    if not stat.S_ISDIR(mode):
        raise Unusable(f"{path} is not a folder", "Put a folder there.")


def file_facts(path: Path) -> os.stat_result | None:
    """The facts of a regular file, None if nothing is there; raises `Unusable` for a link or anything else."""
    try:
        facts = path.lstat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Unusable(f"{path} can't be seen: {error.strerror or error}", _CHECK) from error
    if stat.S_ISLNK(facts.st_mode):
        raise Unusable(f"{path} is a link, and links are not followed", "Put the file itself there.")
    if not stat.S_ISREG(facts.st_mode):
        raise Unusable(f"{path} is not a plain file", "Remove it or choose another name.")
    return facts


_CHECK = "Check that the share is connected and that the user who runs ERP Bridge may use it."


def _gone(path: Path) -> Unusable:
    return Unusable(f"The folder {path} is not there", _CHECK)
