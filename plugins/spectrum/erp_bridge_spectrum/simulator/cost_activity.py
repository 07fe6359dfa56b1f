"""Cost Activity: what a person at Spectrum looks at. Its *Estimated Cost* is the current estimate."""

import sqlite3
from collections.abc import Iterator
from typing import Final

from attrs import frozen

from erp_bridge_spectrum.simulator.amounts import shown
from erp_bridge_spectrum.simulator.company import held_job
from erp_bridge_spectrum.simulator.estimates import current, rows_of_job

HEADERS: Final = (
    "Phase", "Cost type", "Description", "Status", "Original estimate", "Changes", "Estimated Cost", "Actual cost",
)  # fmt: skip


@frozen(kw_only=True)
class Activity:
    """One row, in cents. `changes` holds AddPhase's delta and the change requests that count."""

    phase: str
    cost_type: str
    description: str
    status: str
    original: int
    changes: int
    actual: int
    original_entries: int
    change_entries: int

    @property
    def estimated(self) -> int:
        """The current estimate."""
        return self.original + self.changes

    @property
    def cells(self) -> tuple[str, ...]:
        """The row as it is shown."""
        figures = (self.original, self.changes, self.estimated, self.actual)
        return (self.phase, self.cost_type, self.description, self.status, *(shown(figure) for figure in figures))


def read_activity(connection: sqlite3.Connection, company: str, job: str) -> Iterator[Activity]:
    """Every row of one job (never of its master job), whatever its status; raises NotFound for an unknown job."""
    held = held_job(connection, company, job)
    for row in rows_of_job(connection, company, held["job"]):
        yield Activity(
            phase=row["phase"],
            cost_type=row["cost_type"],
            description=row["description"],
            status=row["status"],
            original=row["original_cost"],
            changes=current(row, "cost") - row["original_cost"],
            actual=row["actual_cost"],
            original_entries=row["original_writes"],
            change_entries=row["change_writes"] + row["counted_entries"],
        )


def tell_activity(connection: sqlite3.Connection, company: str, job: str) -> Iterator[str]:
    """The rows as lines of text, and their total."""
    original = changes = 0
    for row in read_activity(connection, company, job):
        original, changes = original + row.original, changes + row.changes
        phase, cost_type, description, status, *figures = row.cells
        yield f"{phase:<20}  {cost_type:<3}  {status}  {_labelled(figures)}  {description}"
    yield f"Job {job}: {_labelled([shown(original), shown(changes), shown(original + changes)])}"


def _labelled(figures: list[str]) -> str:
    labels = ("original", "changes", "Estimated Cost", "actual")
    return ", ".join(f"{label} {figure}" for label, figure in zip(labels, figures, strict=False))
