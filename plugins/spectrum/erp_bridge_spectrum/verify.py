"""Reading back what arrived: the *Estimated Cost* of each phase and cost type, all statuses, of one job (V3)."""

from collections.abc import Iterator, Mapping
from typing import Final

from attrs import frozen

from erp_bridge_core.contract import ExportReceipt, LineKey, Observation, RouteSight, Seen
from erp_bridge_core.contract.errors import BadSettings, ErpError, NotFound
from erp_bridge_spectrum.amounts import NOTHING
from erp_bridge_spectrum.phases import PhaseReader, PhaseRow, Place, total_of
from erp_bridge_spectrum.reading import ESTIMATED, SQL
from erp_bridge_spectrum.services import SpectrumErp
from erp_bridge_spectrum.soap import Exchange
from erp_bridge_spectrum.sql import read_originals

TITLES: Final[Mapping[str, str]] = {
    ESTIMATED: "Estimated Cost of the job's phases",
    SQL: "Original estimates over SQL, and what Estimated Cost is beyond them",
}
Rows = Mapping[Place, PhaseRow]
_FAILURES: Final = (ErpError, BadSettings, NotFound)


def verify_posted(receipt: ExportReceipt, erp: SpectrumErp) -> Iterator[Seen]:
    """Yield each route's sight, then what it sees; a route that fails is one sight that says why."""
    job = _Job(receipt=receipt, erp=erp)
    try:
        rows = PhaseReader(Exchange(erp), receipt.job).read()
    except _FAILURES as error:
        yield _failed(ESTIMATED, error)
        return
    yield from job.see_estimates(rows)
    if erp.settings.sql_connection:
        yield from job.see_originals(rows)


@frozen(kw_only=True)
class _Job:
    """One job's rows told in the keys of a receipt, and in the mask's form where they are none of ours."""

    receipt: ExportReceipt
    erp: SpectrumErp

    def see_estimates(self, rows: Rows) -> Iterator[Seen]:
        """The estimated cost of every row; what is ours and is not there stands at nought."""
        yield RouteSight(
            route=ESTIMATED,
            title=TITLES[ESTIMATED],
            sees_original=False,
            sees_changes=False,
            synced_back=True,
            evidence={"rows": str(len(rows)), "estimated_cost": f"{total_of(rows.values())}"},
        )
        for key, row in self._by_key(rows):
            evidence = {"status": row.status} if row else {"row": "none"}
            yield Observation(route=ESTIMATED, key=key, total=row.cost if row else NOTHING, evidence=evidence)

    def see_originals(self, rows: Rows) -> Iterator[Seen]:
        """The original as SQL reads it, and as changes what the estimated cost is beyond it."""
        try:
            originals = read_originals(self.erp, self.receipt.job)
        except _FAILURES as error:
            yield _failed(SQL, error)
            return
        yield RouteSight(route=SQL, title=TITLES[SQL], evidence={"rows": str(len(originals))})
        for key, row in self._by_key(rows):
            total = row.cost if row else NOTHING
            original = originals.get(row.place, NOTHING) if row else NOTHING
            yield Observation(route=SQL, key=key, original=original, changes=total - original, total=total)

    def _by_key(self, rows: Rows) -> Iterator[tuple[LineKey, PhaseRow | None]]:
        codes = self.erp.settings.codes(self.receipt.job)
        ours = {(codes.stored(key.cost_code), key.category): key for key in self.receipt.keys}
        for place, row in rows.items():
            yield ours.get(place) or LineKey("", codes.shown(row.phase), row.cost_type), row
        for place, key in ours.items():
            if place not in rows:
                yield key, None


def _failed(route: str, error: Exception) -> RouteSight:
    why = " ".join(filter(None, (getattr(error, "message", str(error)), getattr(error, "remedy", ""))))
    return RouteSight(
        route=route,
        title=TITLES[route],
        sees_original=route == SQL,
        sees_changes=route == SQL,
        synced_back=route == ESTIMATED,
        failed=why,
    )
