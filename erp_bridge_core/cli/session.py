"""The sign-in of one operating-system user, kept in a file that nobody else can read."""

import getpass
import json
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

from attrs import asdict, frozen

from erp_bridge_core.contract.errors import NotAllowed, StorageError

_PRIVATE: Final = 0o600
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


@frozen(kw_only=True)
class StoredSession:
    """A session's token, whose it is, and the company that was signed in to."""

    token: str
    login: str
    company: str


def session_path(home: Path) -> Path:
    """The file of this operating-system user in a home: several may share one."""
    name = "".join(letter if letter.isalnum() or letter in "._-" else "_" for letter in getpass.getuser())
    return home / "sessions" / f"{name}.json"


def read_session(path: Path) -> StoredSession | None:
    """The stored sign-in, or None where there is none; refuses a file that others can read."""
    try:
        text = path.read_text(encoding="utf-8")
        readable_by_others = os.name == "posix" and path.stat().st_mode & _OTHERS
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise StorageError(f"The sign-in {path} can't be read: {error}.", remedy="Sign in again.") from error
    if readable_by_others:
        raise NotAllowed(
            f"The sign-in {path} can be read by others on this machine, so it is not used.",
            remedy="`erp-bridge sign-out`, then sign in again.",
        )
    try:
        return StoredSession(**json.loads(text))
    except (ValueError, TypeError) as error:
        raise StorageError(f"The sign-in {path} is damaged.", remedy="Sign in again.") from error


def write_session(path: Path, session: StoredSession) -> None:
    """Store a sign-in, readable by this operating-system user alone from the first moment."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            aside.unlink()
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE), "w", encoding="utf-8") as file:
            json.dump(asdict(session), file)
        aside.replace(path)
    except OSError as error:
        raise StorageError(
            f"The sign-in can't be stored in {path}: {error.strerror}.", remedy="Name another file: `--session FILE`."
        ) from error


def forget_session(path: Path) -> None:
    """Remove the stored sign-in; none is fine."""
    with suppress(FileNotFoundError):
        path.unlink()
