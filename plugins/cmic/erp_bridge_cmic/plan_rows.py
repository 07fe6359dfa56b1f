"""The original budget of pending jobs: which rows are created and which are set, from what to what."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from attrs import define, frozen

from erp_bridge_cmic.client import Cmic
from erp_bridge_cmic.jobs import Job
from erp_bridge_cmic.meant import BY_ROWS, Meant
from erp_bridge_cmic.planning import CREATE_ROW, SET_ROW, Missing, chunks, lane_of, planned
from erp_bridge_cmic.rows import RESOURCE, BudgetRow, RowKey, read_rows
from erp_bridge_core.contract import KeyTotal, LineKey, PlannedEffect
from erp_bridge_core.contract.errors import Fault, LedgerConflict, NotPossibleNow

FAULTS_SHOWN = 50


@frozen(kw_only=True)
class _Own:
    number: int
    quantity: Decimal | None
    unit: str


@define
class RowPlan:
    """Plans the group of rows."""

    client: Cmic
    meant: Meant
    missing: Missing

    def build(self, _generation: int) -> Iterator[PlannedEffect]:
        """One effect per row, or per batch of rows where the site allows batches for them.

        Raises `LedgerConflict` naming every row that no longer is as it was at accept: nothing is written then.
        """
        own = self._own_lines()
        if not own:
            return
        by_job: dict[str, dict[RowKey, BudgetRow]] = {}
        for job in sorted({self.meant.family.code_of(key.sub_job) for key in own}):
            found = self._job(job)
            by_job[job] = {row.key: row for row in read_rows(self.client, found)}
            self.missing.know(job, by_job[job])
        wanted = [self._wanted(total, own[total.key], by_job) for total in self._totals(own)]
        faults = [fault for fault, _ in wanted if fault is not None]
        if faults:
            raise LedgerConflict(
                f"{len(faults)} rows are no longer as they were at accept. Nothing was written.",
                remedy="Have the rows put back in CMiC, or reject the item, sync, and send the budget again.",
                details={"rows": [str(fault) for fault in faults[:FAULTS_SHOWN]]},
            )
        yield from self._effects([request for _, request in wanted])

    def _own_lines(self) -> dict[LineKey, _Own]:
        free = set(self.meant.effects.lines_to_send())
        return {
            line.key: _Own(number=line.number, quantity=line.quantity, unit=line.unit)
            for line in self.meant.original_lines(BY_ROWS)
            if line.number in free
        }

    def _totals(self, own: dict[LineKey, _Own]) -> Iterator[KeyTotal]:
        return (total for total in self.meant.batch.totals if total.key in own)

    def _job(self, code: str) -> Job:
        found = self.meant.family.jobs.get(code)
        if found is None:
            raise NotPossibleNow(f"CMiC shows no job {code} any more.", remedy="Look at the job in CMiC, then sync.")
        return found

    def _wanted(
        self, total: KeyTotal, own: _Own, by_job: dict[str, dict[RowKey, BudgetRow]]
    ) -> tuple[Fault | None, dict[str, Any]]:
        job = self.meant.family.code_of(total.key.sub_job)
        key = (job, total.key.cost_code, total.key.category)
        row, before = by_job[job].get(key), total.before_original or Decimal(0)
        fault = None
        if row is not None and (row.odd or row.original != before):
            seen = row.odd or f"{row.original:f}"
            fault = Fault(" / ".join(key), "is not as it was at accept", value=seen, expected=f"{before:f}", rule="L9")
        request: dict[str, Any] = {"job": job, "phase": key[1], "category": key[2], "line": own.number}
        request["amount"] = f"{before + total.sent_original:f}"
        if row is not None:
            request |= {"vuuid": row.vuuid, "before": f"{before:f}"}
        return fault, request | self._units(own, row)

    def _units(self, own: _Own, row: BudgetRow | None) -> dict[str, str]:
        settings = self.client.erp.settings
        unit = own.unit or settings.no_unit
        given = {"unit": unit} if unit and settings.names.row_unit else {}
        if own.quantity is not None and settings.send_quantities and settings.names.row_units:
            held = row.units if row is not None and row.units is not None else Decimal(0)
            given["units"] = f"{held + own.quantity:f}"
        return given

    def _effects(self, requests: list[dict[str, Any]]) -> Iterator[PlannedEffect]:
        settings = self.client.erp.settings
        size = settings.batch_size if RESOURCE in settings.use_batch else 1
        for request in requests:
            yield from self.missing.phase(request["job"], request["phase"]) if "vuuid" not in request else ()
            self.missing.will_be((request["job"], request["phase"], request["category"]))
        for operation, kind in ((CREATE_ROW, False), (SET_ROW, True)):
            same = (request for request in requests if ("vuuid" in request) is kind)
            for some in chunks(same, size):
                lines = [request["line"] for request in some]
                lane = lane_of(some[0]["job"], some[0]["phase"]) if size == 1 else None
                yield planned(operation, {"rows": some}, lines=lines, lane=lane)
