"""Where a defect's details go: a log in the home, under the id that its reader was told, without any secret."""

import logging
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from erp_bridge_core.connections.redaction import Redactor
from erp_bridge_core.web.text import visible

_LOGGER: Final = logging.getLogger(__name__)
LOG: Final = Path("logs") / "errors.log"


def log_defect(error: BaseException, number: str, *, home: Path, redactor: Redactor) -> None:
    """Append one defect, and say its number in the server's own log; that is all there is where a file can't be."""
    text = visible(redactor.clean("".join(traceback.format_exception(error))))
    path = home / LOG
    _LOGGER.error("Defect %s: %s; see %s", number, type(error).__name__, path)
    try:
        path.parent.mkdir(exist_ok=True)
        with path.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"--- {datetime.now(UTC).isoformat()} {number}\n{text}\n")
    except OSError as failure:
        _LOGGER.critical("Defect %s could not be written: %s\n%s", number, failure.strerror, text)
