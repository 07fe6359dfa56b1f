"""Defects of what is said of the ERP's books."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from attrs import evolve
from matrix import Defect

from erp_bridge_core.contract import ExportReceipt, LineKey, Observation, RouteSight, Seen, hookimpl
from planted.adapter import TinAdapter, TinErp
from planted.client import Row
from planted.variants import KeyedAdapter

_BEST: Final = "the figures of {job} as they were when there were most"


class _SyncedBack(KeyedAdapter):
    """Takes its own figures for ones that were carried back."""

    def sight(self, *, failed: str | None = None) -> RouteSight:
        return evolve(super().sight(failed=failed), synced_back=True)


class _Remembers(KeyedAdapter):
    """Answers with the figures of last time when there are fewer now."""

    @hookimpl
    def verify_posted(self, receipt: ExportReceipt, erp: TinErp) -> Iterable[Seen]:
        rows = self.client(erp).rows(receipt.job, "figures")
        kept = erp.state.get(_BEST.format(job=receipt.job)) or []
        if len(rows) < len(kept):
            rows = kept
        erp.state.put(_BEST.format(job=receipt.job), rows)
        yield self.sight()
        yield from self.observations(receipt, rows)


class _Early(KeyedAdapter):
    """Counts what waits to be posted."""

    def observation(self, key: LineKey, row: Row | None) -> Observation:
        seen = super().observation(key, row)
        original = (seen.original or Decimal(0)) + (seen.unposted_original or Decimal(0))
        changes = (seen.changes or Decimal(0)) + (seen.unposted_changes or Decimal(0))
        return evolve(seen, original=original, changes=changes, total=original + changes)


class _Marks(KeyedAdapter):
    """Leaves a mark in the ERP once it saw something posted: a row of zero on the first cost code."""

    @hookimpl
    def verify_posted(self, receipt: ExportReceipt, erp: TinErp) -> Iterable[Seen]:
        client = self.client(erp)
        if any(Decimal(row["original"]) for row in client.rows(receipt.job, "figures")):
            looked = str(int(erp.state.get("looked") or "0") + 1)
            erp.state.put("looked", looked)
            reference = client.reference(receipt.job, f"looked {receipt.item} {looked}")
            body = {"reference": reference, "rows": [self.mark(client.rows(receipt.job, "cost-codes")[0])]}
            client.write("POST", f"{client.job_url(receipt.job)}/entries", body)
        yield from super().verify_posted(receipt, erp)

    def mark(self, code: Row) -> Row:
        """A row of nothing, in a category that no budget of the suite has there."""
        blank = {"quantity": None, "unit": "", "unit_cost": None, "description": "", "change": None, "revision": None}
        place = {"sub_job": code["sub_job"], "cost_code": code["code"], "category": "L"}
        return {**place, **blank, "part": "original", "amount": "0"}


VARIANTS: Final[Mapping[str, type[TinAdapter]]] = {
    "claims_data_synced_back": _SyncedBack,
    "verifies_from_memory": _Remembers,
    "reports_posted_too_early": _Early,
    "marks_what_it_verified": _Marks,
}


def __getattr__(name: str) -> Any:
    """A defective plugin by its name."""
    if name in VARIANTS:
        return VARIANTS[name]("tin_defect")
    raise AttributeError(name)


def _defects() -> Iterator[Defect]:
    for name, what, caught_by in (
        ("claims_data_synced_back", "tells an outcome that its profile says nobody can see", ("PST-01",)),
        ("verifies_from_memory", "answers with what it saw before when the books hold less", ("PST-02",)),
        ("reports_posted_too_early", "counts entries that wait to be posted", ("PST-03",)),
        ("marks_what_it_verified", "writes to the ERP when it verifies", ("PST-04",)),
    ):
        yield Defect(spec=f"planted.defects_posting:{name}", what=what, caught_by=caught_by)


DEFECTS: Final[Mapping[str, Defect]] = {defect.name: defect for defect in _defects()}
