"""What the two planners share: hashes, chunks, and which rows are missing on the jobs."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from attrs import define, field

from erp_bridge_cmic.client import Cmic
from erp_bridge_cmic.jobs import Family
from erp_bridge_cmic.rows import RowKey, read_phases, read_rows
from erp_bridge_cmic.wire import encode
from erp_bridge_core.contract import PlannedEffect

Item = TypeVar("Item")

ADD_PHASE = "add_phase"
CREATE_ROW = "create_row"
SET_ROW = "set_row"
CREATE_PCI = "create_pci"
ADD_LINE = "add_line"
SEAL_PCI = "seal_pci"
POST_PCI = "post_pci"


def planned(
    operation: str, request: Mapping[str, Any], *, lines: Sequence[int] = (), lane: str | None = None
) -> PlannedEffect:
    """An effect whose hash covers all that will be sent."""
    content = f"{operation} {encode(request)}".encode()
    return PlannedEffect(
        operation=operation, lines=lines, payload_hash=hashlib.sha256(content).hexdigest(), request=request, lane=lane
    )


def chunks(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """The items in lists of at most `size`."""
    left = iter(items)
    while some := list(islice(left, size)):
        yield some


@define
class Missing:
    """Phases and rows that a budget needs and its jobs lack: each is planned once, by whoever needs it first."""

    client: Cmic
    family: Family
    _rows: dict[str, set[RowKey]] = field(factory=dict, init=False)
    _phases: dict[str, set[str]] = field(factory=dict, init=False)

    def forget(self) -> None:
        """Ask CMiC again: time has passed."""
        self._rows.clear()
        self._phases.clear()

    def phase(self, job: str, phase: str) -> Iterator[PlannedEffect]:
        """The assignment of a phase to a job, where it lacks it."""
        if not self.client.erp.settings.assign_phases:
            return
        if job not in self._phases:
            self._phases[job] = {known.code for known in read_phases(self.client, job)}
        if phase not in self._phases[job]:
            self._phases[job].add(phase)
            yield planned(ADD_PHASE, {"job": job, "phase": phase}, lane=lane_of(job, phase))

    def row(self, key: RowKey) -> Iterator[PlannedEffect]:
        """A row without a budget, where a PCI's line needs one, after its phase."""
        job, phase, category = key
        if job not in self._rows:
            found = self.family.jobs.get(job)
            self._rows[job] = {row.key for row in read_rows(self.client, found)} if found else set()
        if key not in self._rows[job]:
            self._rows[job].add(key)
            yield from self.phase(job, phase)
            request = {"rows": [{"job": job, "phase": phase, "category": category}]}
            yield planned(CREATE_ROW, request, lane=lane_of(job, phase))

    def will_be(self, key: RowKey) -> None:
        """Remember that somebody plans this row."""
        if key[0] in self._rows:
            self._rows[key[0]].add(key)

    def know(self, job: str, keys: Iterable[RowKey]) -> None:
        """Remember the rows of a job as just read."""
        self._rows[job] = set(keys)


def lane_of(job: str, phase: str) -> str:
    """Phase and rows of one phase go in order; phases beside each other."""
    return f"{job}/{phase}"
