"""Reading back what arrived: the *Estimated Cost* of each phase and cost type, all statuses, of one job (V3)."""

from collections.abc import Iterator, Mapping
from typing import Final

from erp_bridge_core.contract import ExportReceipt, LineKey, Observation, RouteSight, Seen
from erp_bridge_core.contract.errors import BadSettings, ErpError, NotFound
from erp_bridge_spectrum.amounts import NOTHING
from erp_bridge_spectrum.phases import PhaseReader, Place, total_of
from erp_bridge_spectrum.reading import ESTIMATED, SQL
from erp_bridge_spectrum.services import SpectrumErp
from erp_bridge_spectrum.soap import Exchange
from erp_bridge_spectrum.sql import read_originals

TITLES: Final[Mapping[str, str]] = {
    ESTIMATED: "Estimated Cost of the job's phases",
    SQL: "Original estimates over SQL",
}
_FAILURES: Final = (ErpError, BadSettings, NotFound)


def verify_posted(receipt: ExportReceipt, erp: SpectrumErp) -> Iterator[Seen]:
    """Yield each route's sight, then what it sees; a route that fails is one sight that says why."""
    codes = erp.settings.codes(receipt.job)
    ours = {(codes.stored(key.cost_code), key.category): key for key in receipt.keys}
    yield from _estimated(receipt, erp, ours)
    if erp.settings.sql_connection:
        yield from _originals(receipt, erp, ours)


def _estimated(receipt: ExportReceipt, erp: SpectrumErp, ours: Mapping[Place, LineKey]) -> Iterator[Seen]:
    try:
        rows = PhaseReader(Exchange(erp), receipt.job).read()
    except _FAILURES as error:
        yield _failed(ESTIMATED, error)
        return
    yield RouteSight(
        route=ESTIMATED,
        title=TITLES[ESTIMATED],
        sees_original=False,
        sees_changes=False,
        synced_back=True,
        evidence={"rows": str(len(rows)), "estimated_cost": f"{total_of(rows.values())}"},
    )
    codes = erp.settings.codes(receipt.job)
    for place, row in rows.items():
        key = ours.get(place) or LineKey("", codes.shown(row.phase), row.cost_type)
        yield Observation(route=ESTIMATED, key=key, total=row.cost, evidence={"status": row.status})
    for place, key in ours.items():
        if place not in rows:
            yield Observation(route=ESTIMATED, key=key, total=NOTHING, evidence={"row": "none"})


def _originals(receipt: ExportReceipt, erp: SpectrumErp, ours: Mapping[Place, LineKey]) -> Iterator[Seen]:
    try:
        originals = read_originals(erp, receipt.job)
    except _FAILURES as error:
        yield _failed(SQL, error)
        return
    yield RouteSight(
        route=SQL, title=TITLES[SQL], sees_changes=False, proof=False, evidence={"rows": str(len(originals))}
    )
    for place, key in ours.items():
        yield Observation(route=SQL, key=key, original=originals.get(place, NOTHING))


def _failed(route: str, error: Exception) -> RouteSight:
    why = " ".join(filter(None, (getattr(error, "message", str(error)), getattr(error, "remedy", ""))))
    return RouteSight(
        route=route,
        title=TITLES[route],
        sees_original=route == SQL,
        sees_changes=False,
        proof=route == ESTIMATED,
        synced_back=route == ESTIMATED,
        failed=why,
    )
