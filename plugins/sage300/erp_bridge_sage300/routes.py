"""What the routes of reading back share: their names, and the observations that any of them may yield."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from erp_bridge_core.contract import ExportReceipt, LineKey, Observation, RouteSight
from erp_bridge_core.contract.errors import BadSettings, ErpError, NotFound, StorageError
from erp_bridge_core.contract.lookup import Lookup

NOTHING: Final = Decimal("0.00")
REPORT: Final = "report"
HH2: Final = "hh2"
ODBC: Final = "odbc"
TITLES: Final[Mapping[str, str]] = {
    REPORT: "Job cost report",
    HH2: "hh2 web service",
    ODBC: "Sage's tables over ODBC",
}
#: What makes a route unreadable without being a defect of ours.
FAILURES: Final = (ErpError, StorageError, BadSettings, NotFound)


def failed(route: str, error: Exception) -> RouteSight:
    """The sight of a route that could not be read this time."""
    return RouteSight(route=route, title=TITLES[route], proof=route == REPORT, failed=_why(error))


def _why(error: Exception) -> str:
    return " ".join(filter(None, (getattr(error, "message", str(error)), getattr(error, "remedy", ""))))


def several(route: str, key: LineKey) -> Observation:
    """A key for which a route holds several rows."""
    return Observation(
        route=route, key=key, cannot_tell="several rows stand for this key; which one counts is not told"
    )


def place_of(key: LineKey) -> tuple[str, str, str]:
    """A key as a `Lookup` knows it."""
    return key.sub_job, key.cost_code, key.category


def missing(route: str, receipt: ExportReceipt, seen: Lookup) -> Iterator[Observation]:
    """Keys of ours that a complete read did not hold: there is no such record, so nothing stands there."""
    for key in receipt.keys:
        if place_of(key) not in seen:
            yield Observation(
                route=route,
                key=key,
                original=NOTHING,
                changes=NOTHING,
                total=NOTHING,
                evidence={"row": "none"},
            )
