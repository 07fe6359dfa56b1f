"""The read-only SQL route, as an extra (`erp-bridge-spectrum[sql]`): the one place where the original can be read.

Only the phase master is asked for, one job at a time. Writing is not supported that way, and nothing here does.
"""

from collections.abc import Mapping
from contextlib import closing
from decimal import Decimal
from typing import Any, Final

from erp_bridge_core.contract.errors import BadSettings, ReadFailed
from erp_bridge_spectrum.amounts import CENTS
from erp_bridge_spectrum.codes import bare
from erp_bridge_spectrum.phases import Place
from erp_bridge_spectrum.services import SpectrumErp

COLUMNS: Final = ("Job_Number", "Phase_Code", "Cost_Type", "Original_Est_Cost")
_BATCH: Final = 1000
_SQLSTATE: Final = 5


def read_originals(erp: SpectrumErp, job: str) -> Mapping[Place, Decimal]:
    """The original estimated cost per phase and cost type of a job; raises `ReadFailed` or `BadSettings`."""
    settings = erp.settings
    # The table's name is checked by the settings; everything else from outside is a parameter. Job numbers have
    # leading blanks, whose number is not documented.
    query = (
        f"SELECT {', '.join(COLUMNS)} FROM {settings.sql_phase_master} "  # noqa: S608
        "WHERE Company_Code = ? AND LTRIM(RTRIM(Job_Number)) = ?"
    )
    pyodbc = _driver()
    found: dict[Place, Decimal] = {}
    try:
        with closing(
            pyodbc.connect(
                settings.sql_connection.reveal(), autocommit=True, readonly=True, timeout=settings.sql_timeout
            )
        ) as connection:
            cursor = connection.cursor().execute(query, settings.company, job.strip())
            while rows := cursor.fetchmany(_BATCH):
                for _, phase, cost_type, original in rows:
                    found[bare(str(phase)), str(cost_type).strip()] = _money(original)
    except pyodbc.Error as error:
        raise ReadFailed(
            f"The SQL route did not answer the query of {settings.sql_phase_master}: {_state(error)}.",
            remedy="Check sql_connection and sql_phase_master, and that this host's address is allowed.",
        ) from None  # the driver's own text may repeat the connection string
    return found


def _money(value: Any) -> Decimal:
    """An amount exactly: the shortest text that means the same number, where the driver gives a float."""
    try:
        number = Decimal(0) if value is None else Decimal(repr(value) if isinstance(value, float) else str(value))
    except ArithmeticError:
        number = Decimal("NaN")
    if not number.is_finite() or number != number.quantize(CENTS):
        raise ReadFailed(f"The SQL route gave {value!r} for Original_Est_Cost, which is no amount.", remedy="Check it.")
    return number.quantize(CENTS)


def _driver() -> Any:
    try:
        import pyodbc
    except ImportError as error:
        raise BadSettings(
            f"The SQL route is configured but pyodbc can't be loaded: {error}.",
            remedy="Install erp-bridge-spectrum[sql] and a driver for SQL Server, or leave sql_connection out.",
        ) from error
    return pyodbc


def _state(error: Exception) -> str:
    return f"SQLSTATE {error.args[0]}" if error.args and len(str(error.args[0])) == _SQLSTATE else type(error).__name__
