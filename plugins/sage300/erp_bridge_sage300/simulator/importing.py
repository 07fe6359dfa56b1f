"""Import Estimates: a text file becomes unposted entries; masters' figures do not move before they are posted."""

import hashlib
import sqlite3
from pathlib import Path
from typing import Final

from erp_bridge_core.contract.errors import BadInput
from erp_bridge_core.simulation import below, write_atomically
from erp_bridge_sage300.simulator import batches, masters
from erp_bridge_sage300.simulator.company import IMPORT_REPORT, Company, changed
from erp_bridge_sage300.simulator.dialog import ImportDialog, ImportRun
from erp_bridge_sage300.simulator.import_report import ImportPapers
from erp_bridge_sage300.simulator.placing import Place, Placing
from erp_bridge_sage300.simulator.records import Record, read_estimate, read_records
from erp_bridge_sage300.simulator.switches import SWITCHES

_CHUNK: Final = 2_000


def import_estimates(company: Company, dialog: ImportDialog) -> ImportRun:
    """Run the import. It streams the file, so a large estimate needs no more memory than a small one.

    Raises NotFound or BadInput for a file or reject file that can't be; then nothing was changed. A record that
    Sage refuses is no error: it goes into the rejection file, which every run overwrites.
    """
    path = company.file(dialog.file)
    rejects = _reject_path(company, dialog)
    sha256 = _sha256(path)
    with company.writing() as connection:
        warning = _warning(connection, sha256, path.name)
        if warning and not dialog.import_again:
            return ImportRun(warning=warning, cancelled=True)
        with ImportPapers() as papers:
            run = _Run(connection, dialog, papers)
            stopped = run.read(path)
            # The papers come first: an import that Sage keeps always has its report and its rejection file.
            write_atomically(rejects, [] if stopped else papers.rejects())
            write_atomically(company.share / IMPORT_REPORT, papers.report(_head(dialog, run, warning), stopped))
            if stopped:
                run.undo()
                return ImportRun(warning=warning, stopped=stopped)
            connection.execute("INSERT INTO imported_file VALUES (?, ?, ?)", (sha256, path.name, run.batch))
            return ImportRun(
                batch=run.batch,
                accepted=papers.accepted,
                amount=papers.amount,
                rejected=papers.rejected,
                warning=warning,
                jobs_created=tuple(run.placing.created),
            )


def was_imported(company: Company, name: str) -> bool:
    """Whether a file of that name was imported before, as the accountant's own list says."""
    with company.reading() as connection:
        return connection.execute("SELECT 1 FROM imported_file WHERE name = ?", (name,)).fetchone() is not None


class _Run:
    """One pass over a file inside one transaction."""

    def __init__(self, connection: sqlite3.Connection, dialog: ImportDialog, papers: ImportPapers) -> None:
        self._connection = connection
        self._dialog = dialog
        self._papers = papers
        self._standard = {row[0] for row in connection.execute("SELECT category FROM standard_category")}
        self._rows: list[tuple[object, ...]] = []
        self._stopped: list[str] = []
        self._job_letter = SWITCHES.get(connection, "job_record")
        self.placing = Placing(connection, dialog)
        self.batch = ""
        connection.execute("SAVEPOINT import_run")

    def read(self, path: Path) -> list[str]:
        """Take in every record; the errors that stop the whole run, empty when it may stand."""
        place: Place | None = None
        for record in read_records(path, SWITCHES.get(self._connection, "encoding")):
            if record.letter == self._job_letter:
                place = self.placing.from_record(record)
                self._papers.job_record(record)
            elif record.letter == "C":
                place = place or self.placing.from_dialog()
                self._take(record, place)
            else:
                self._papers.reject(record, "not a record that Import Estimates knows")
        self._flush()
        if not self._stopped:
            changed(self._connection)
        return self._stopped

    def undo(self) -> None:
        """Take back all that this run did."""
        self._connection.execute("ROLLBACK TO import_run")
        self.batch = ""

    def _take(self, record: Record, place: Place) -> None:
        try:
            estimate = read_estimate(record)
            if estimate.category not in self._standard:
                self._stopped.append(f"line {record.number}: category {estimate.category} is not a standard category")
                return
            if place.problem:
                raise ValueError(place.problem)  # noqa: TRY301 - one way to refuse a record, whatever the reason
            code = self.placing.cost_code(place, estimate)
        except ValueError as refusal:
            self._papers.reject(record, str(refusal))
            return
        self.batch = self.batch or batches.new_batch(self._connection, "Import Estimates")
        day = estimate.date.isoformat()
        self._rows.append((
            self.batch, place.job, place.extra, code, estimate.category, self._dialog.kind, day,
            self._dialog.accounting_date or day, estimate.description, estimate.units, estimate.unit, estimate.amount,
        ))  # fmt: skip
        where = f"{place.job:<12}  {place.extra:<10}  {code:<13}  {estimate.category:<3}"
        self._papers.accept(record, where, estimate)
        if len(self._rows) >= _CHUNK:
            self._flush()

    def _flush(self) -> None:
        masters.add_categories(self._connection, (row[1:5] for row in self._rows))
        batches.add_entries(self._connection, self._rows)
        self._rows.clear()


def _head(dialog: ImportDialog, run: _Run, warning: str) -> list[str]:
    tick = "ticked" if dialog.approved_change else "clear"
    head = [f"File: {dialog.file}", f"Import as an Approved Estimate Change: {tick}", f"Batch: {run.batch or 'none'}"]
    return [*head, *([warning] if warning else [])]


def _warning(connection: sqlite3.Connection, sha256: str, name: str) -> str:
    row = connection.execute("SELECT name, batch FROM imported_file WHERE sha256 = ?", (sha256,)).fetchone()
    if row is None:
        return ""
    return f"Warning: {name} was imported before, as {row['name']} in batch {row['batch'] or 'none'}."


def _reject_path(company: Company, dialog: ImportDialog) -> Path:
    try:
        return below(company.share, dialog.reject_file)
    except ValueError as error:
        raise BadInput(str(error), remedy="Name a rejection file inside the share.") from error


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
