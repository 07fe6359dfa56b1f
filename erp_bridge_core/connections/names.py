"""Which names a file on a share may have: those that mean the same on every system that opens it."""

from pathlib import PurePosixPath
from typing import Final

ASIDE: Final = ".aside-"
_FORBIDDEN: Final = frozenset('/<>:"|?*\\')
_DEVICES: Final = frozenset(
    {"con", "prn", "aux", "nul", "clock$", "conin$", "conout$"}
    | {f"{device}{number}" for device in ("com", "lpt") for number in "0123456789¹²³"}
)
_LONGEST: Final = 200


def relative(path: str) -> PurePosixPath:
    """A relative path whose every part is a plain name; raises ValueError saying what is wrong with it."""
    if not path or path.startswith("/"):
        raise ValueError("it is not a path below the share")
    for part in path.split("/"):
        if why := wrong_with(part):
            raise ValueError(why)
    return PurePosixPath(path)


def wrong_with(name: str) -> str:
    """What is wrong with one part of a path; blank if nothing is."""
    if name in {"", ".", ".."}:
        return "it has an empty part, or leads upwards"
    if not name.isprintable():
        return "it holds a control character"
    if found := sorted(_FORBIDDEN & set(name)):
        return f"it holds {' '.join(found)}"
    if name.partition(".")[0].rstrip(" ").lower() in _DEVICES:
        return "it is the name of a Windows device"
    return _wrong_with_ends(name)


def _wrong_with_ends(name: str) -> str:
    if name != name.strip(" ") or name.endswith("."):
        return "it begins or ends with a blank, or ends with a dot"
    if len(name.encode()) > _LONGEST:
        return f"it has a part longer than {_LONGEST} bytes"
    return ""
