"""A pending job under way: its status and rows, read again every so often while rows are written."""

import threading
from collections.abc import Mapping

from attrs import define, field, frozen

from erp_bridge_cmic.client import Cmic
from erp_bridge_cmic.jobs import Family, read_job_status
from erp_bridge_cmic.rows import BudgetRow, RowKey, read_rows
from erp_bridge_core.contract.errors import ErpRefused, NotFound

#: Seconds for which a job is taken to be as it was read, at least; and at least so many times the reading itself.
FRESH = 20.0
TIMES_THE_READING = 20.0
STARTED = "I"


@frozen(kw_only=True)
class Snapshot:
    """A job's rows as just read."""

    status: str
    rows: Mapping[RowKey, BudgetRow]
    taken: float
    good_for: float


@define
class Watch:
    """Snapshots per job, shared by all writes of an export."""

    client: Cmic
    family: Family
    _snapshots: dict[str, Snapshot] = field(factory=dict, init=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False)

    def look(self, job: str) -> Snapshot:
        """The job as of a few seconds ago; raises `ReadFailed`, `NotFound`."""
        with self._lock:
            held, now = self._snapshots.get(job), self.client.erp.clock.monotonic()
            if held is None or now - held.taken > held.good_for:
                held = self.read(job)
                self._snapshots[job] = held
            return held

    def read(self, job: str) -> Snapshot:
        """The job as it is now."""
        clock = self.client.erp.clock
        started = clock.monotonic()
        status = read_job_status(self.client, job)
        found = self.family.jobs.get(job)
        if found is None:
            raise NotFound(f"CMiC shows no job {job} any more.", remedy="Look at the job in CMiC.")
        rows = {row.key: row for row in read_rows(self.client, found)}
        ended = clock.monotonic()
        good_for = max(FRESH, TIMES_THE_READING * (ended - started))
        return Snapshot(status=status, rows=rows, taken=ended, good_for=good_for)

    def require_pending(self, job: str) -> Snapshot:
        """The job, which must still be pending; raises `ErpRefused` in CMiC's terms when it was started or closed.

        Whether CMiC refuses a frozen budget or ignores it silently is not known, so it is never tried.
        """
        seen = self.look(job)
        if seen.status == "P":
            return seen
        started = seen.status == STARTED
        raise ErpRefused(
            f"Job {job} has status {seen.status or 'blank'} in CMiC.",
            meaning="The job was started since the item was accepted, which freezes its original budget."
            if started
            else "The job is not pending, so that its rows take no original budget.",
            remedy="Reject the item and send the budget again: what is left then goes as an original-budget PCI.",
            erp_code=seen.status,
        )
