"""A defect that a page, the API or work behind them met: told by a number, its details in the home's log."""

import logging
from pathlib import Path
from typing import Final

from erp_bridge_core.connections.redaction import Redactor
from erp_bridge_core.defects import LOG, defect_text
from erp_bridge_core.defects import log_defect as write

_LOGGER: Final = logging.getLogger(__name__)


def log_defect(error: BaseException, number: str, *, home: Path, redactor: Redactor) -> None:
    """Append one defect, and say its number in the server's own log; that is all there is where a file can't be."""
    text = defect_text(error, redactor.clean)
    _LOGGER.error("Defect %s: %s; see %s", number, type(error).__name__, home / LOG)
    if write(home, text, number=number) is None:
        _LOGGER.critical("Defect %s could not be written.\n%s", number, text)
