"""What nobody foresaw: a full place is told as that; a defect goes to a log in the home, without any secret (X4)."""

import errno
import logging
import textwrap
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from erp_bridge_core.contract.errors import StorageError
from erp_bridge_core.following import measured
from erp_bridge_core.visible import visible

_LOGGER: Final = logging.getLogger(__name__)
LOG: Final = Path("logs") / "errors.log"
_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO})


def as_storage_error(error: BaseException) -> StorageError | None:
    """A full, broken or closed place of this host, without its path; None for anything else."""
    if not isinstance(error, OSError) or not (error.errno in _NO_ROOM or isinstance(error, PermissionError)):
        return None
    return storage_error(error.strerror or type(error).__name__)


def storage_error(said: str) -> StorageError:
    """That the database or a folder can't be used, and what was said of it."""
    return StorageError(
        f"The database or a folder can't be used: {said.rstrip('.')}.",
        remedy="Check free space and permissions of the home folder; `erp-bridge audit check` reads all of it.",
    )


def defect_text(error: BaseException, clean: Callable[[str], str]) -> str:
    """All that is known of a defect, in lines; `clean` takes secrets out (`Redactor.clean`)."""
    return visible(clean("".join(traceback.format_exception(error))), keep="\n\t")


def log_defect(home: Path, text: str, *, number: str = "") -> Path | None:
    """Append a defect to the home's log, under the number that its reader was told; None where that can't be written.

    Its lines are indented: whatever an error's words hold, only we begin an entry.
    The person's message must get through even then; it names no log.
    """
    path = home / LOG
    try:
        if not home.is_dir():
            return None
        path.parent.mkdir(exist_ok=True)
        with path.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"--- {datetime.now(UTC).isoformat()} {number}".rstrip() + f"\n{textwrap.indent(text, '  ')}\n")
    except OSError:
        return None
    return path


def tell_defect(error: BaseException, number: str, *, home: Path, clean: Callable[[str], str]) -> Path | None:
    """The same for a process that runs on: its own log tells of it, too, and all where a file can't be written."""
    text = defect_text(error, clean)
    with measured("defect"):
        path = log_defect(home, text, number=number)
    _LOGGER.error("Defect %s: %s; see %s", number, type(error).__name__, home / LOG)
    if path is None:
        _LOGGER.critical("Defect %s could not be written.\n%s", number, text)
    return path
