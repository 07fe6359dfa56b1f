"""Reading Sage's tables over ODBC, as an extra (`erp-bridge-sage300[odbc]`). Reads only; sees Extras.

Sage's own driver is 32-bit and single tables may have other names in a source with Access-style names, which is why
the table names are settings. Tables are never enumerated.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from decimal import Decimal
from typing import Any, Final

from attrs import frozen

from erp_bridge_core.contract.errors import BadSettings, ReadFailed
from erp_bridge_sage300.share import SageErp

_BATCH: Final = 1000
_CENTS: Final = 2

JOB: Final = ("Job", "Description", "Status", "On_Hold", "Orig_Estimate_Finalized")
EXTRA: Final = ("Extra", "Description")
COST_CODE: Final = ("Extra", "Cost_Code", "Description", "Group_Cost_Code", "Status")
CATEGORY: Final = (
    "Extra",
    "Cost_Code",
    "Category",
    "Description",
    "Accumulate_As",
    "Cost_Unit_Description",
    "Original_Estimate",
    "Approved_Estimate_Changes",
    "Total_Estimate",
    "Original_Estimate_Units",
)
STANDARD_COST_CODE: Final = ("Cost_Code", "Description")
STANDARD_CATEGORY: Final = ("Category", "Description", "Accumulate_As")

Values = Mapping[str, Any]


@frozen
class Odbc:
    """The ODBC source of a connection."""

    erp: SageErp

    def job(self, job: str) -> Values | None:
        """The job's master record, or None."""
        return next(self._of_job(self.erp.settings.odbc_tables.job, JOB, job), None)

    def extras(self, job: str) -> Iterator[Values]:
        """The job's Extras."""
        return self._of_job(self.erp.settings.odbc_tables.extra, EXTRA, job)

    def cost_codes(self, job: str) -> Iterator[Values]:
        """The cost codes of the job and of its Extras."""
        return self._of_job(self.erp.settings.odbc_tables.cost_code, COST_CODE, job)

    def categories(self, job: str) -> Iterator[Values]:
        """The category records of the job and of its Extras, with their figures."""
        return self._of_job(self.erp.settings.odbc_tables.category, CATEGORY, job)

    def standard_cost_codes(self) -> Iterator[Values]:
        """The standard cost codes."""
        return self._select(self.erp.settings.odbc_tables.standard_cost_code, STANDARD_COST_CODE, "", ())

    def standard_categories(self) -> Iterator[Values]:
        """The standard categories."""
        return self._select(self.erp.settings.odbc_tables.standard_category, STANDARD_CATEGORY, "", ())

    def _of_job(self, table: str, columns: Sequence[str], job: str) -> Iterator[Values]:
        forms = self.erp.settings.comparing.forms_of_job(job)
        marks = ", ".join("?" for _ in forms)
        return self._select(table, columns, f" WHERE Job IN ({marks})", forms)

    def _select(self, table: str, columns: Sequence[str], where: str, values: Sequence[str]) -> Iterator[Values]:
        # Names are fixed here or checked by the settings; everything from outside is a parameter.
        query = f"SELECT {', '.join(columns)} FROM {table}{where}"  # noqa: S608
        pyodbc = _driver()
        settings = self.erp.settings
        try:
            with closing(
                pyodbc.connect(
                    settings.odbc_connection.reveal(), autocommit=True, readonly=True, timeout=settings.odbc_timeout
                )
            ) as connection:
                cursor = connection.cursor().execute(query, *values)
                while rows := cursor.fetchmany(_BATCH):
                    for row in rows:
                        yield dict(zip(columns, row, strict=True))
        except pyodbc.Error as error:
            raise ReadFailed(
                f"The ODBC source did not answer the query of {table}: {_state(error)}.",
                remedy="Check the data source, its user, and the settings odbc_connection and odbc_tables.",
            ) from None  # the driver's own text may repeat the connection string


def text(value: Any) -> str:
    """A text column without its padding; NULL is blank."""
    return "" if value is None else str(value).strip()


def truth(value: Any) -> bool:
    """A flag, whatever the source calls it: a bit, a number, or a word."""
    return value in (True, 1, -1) or text(value).casefold() in {"1", "y", "yes", "true", "t", "-1"}


def money(value: Any, column: str) -> Decimal:
    """An amount exactly, in cents. Sage holds doubles: the shortest text that means the same double is the amount."""
    number = Decimal(0) if value is None else Decimal(repr(value) if isinstance(value, float) else value)
    if not number.is_finite() or number != round(number, _CENTS):
        raise ReadFailed(f"The ODBC source gave {value!r} for {column}, which is no amount.", remedy="Check the table.")
    return round(number, _CENTS)


def _driver() -> Any:
    try:
        import pyodbc
    except ImportError as error:
        raise BadSettings(
            f"The ODBC route is configured but pyodbc can't be loaded: {error}.",
            remedy="Install erp-bridge-sage300[odbc] and the ODBC manager, or leave odbc_connection out.",
        ) from error
    return pyodbc


def _state(error: Exception) -> str:
    return f"SQLSTATE {error.args[0]}" if error.args and len(str(error.args[0])) == 5 else type(error).__name__  # noqa: PLR2004
