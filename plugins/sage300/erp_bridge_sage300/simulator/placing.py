"""Where an incoming record belongs: its job and extra, its cost code and category, or why Sage refuses it."""

import sqlite3

from attrs import define, field, frozen

from erp_bridge_sage300.simulator import codes, masters
from erp_bridge_sage300.simulator.dialog import ImportDialog
from erp_bridge_sage300.simulator.records import Estimate, Record
from erp_bridge_sage300.simulator.switches import SWITCHES


@frozen
class Place:
    """The job and extra that records go to; `problem` says why none of them may."""

    job: str
    extra: str
    problem: str = ""


@define
class Placing:
    """Finds places in the masters, making what the import may make. `created` are the jobs it made."""

    connection: sqlite3.Connection
    dialog: ImportDialog
    created: list[str] = field(factory=list)

    def from_dialog(self) -> Place:
        """The place that was typed into the dialog, for records before any job record."""
        if not self.dialog.job:
            return Place("", "", "no job record stands before it, and no job was typed")
        return self._place(self.dialog.job, self.dialog.extra)

    def from_record(self, record: Record) -> Place:
        """The place that a job record names."""
        names = SWITCHES.get(self.connection, "job_record_fields").split(",")
        if len(record.fields) != len(names) + 1:
            return Place("", "", f"a job record has {len(names) + 1} fields, not {len(record.fields)}")
        values = dict(zip(names, record.fields[1:], strict=True))
        return self._place(values.get("job", ""), values.get("extra", ""))

    def cost_code(self, place: Place, estimate: Estimate) -> str:
        """The record's cost code as held, made when that is allowed; raises ValueError saying why it is refused."""
        found = codes.find_cost_code(self.connection, place.job, place.extra, estimate.code)
        standard = None if found else codes.find_standard(self.connection, estimate.code)
        known = found or standard
        if known and known["group_code"] and not self._accepts("group_codes"):
            raise ValueError(f"cost code {estimate.code} is a group code")
        if found:
            return str(found["code"])
        if standard:
            return self._make(place, str(standard["code"]), str(standard["name"]))
        return self._make_unknown(place, estimate)

    def _make_unknown(self, place: Place, estimate: Estimate) -> str:
        if not self.dialog.new_codes:
            raise ValueError(f"cost code {estimate.code} is unknown, and creating it was not allowed")
        code = codes.stored(self.connection, estimate.code)
        misfit = codes.cost_code_misfit(code)
        if misfit:
            raise ValueError(misfit)
        return self._make(place, code, estimate.description)

    def _make(self, place: Place, code: str, name: str) -> str:
        masters.add_cost_codes(self.connection, place.job, [(place.extra, code, name)])
        return code

    def _place(self, job: str, extra: str) -> Place:
        found = codes.find_job(self.connection, job)
        if found is None:
            misfit = codes.job_misfit(job)
            if misfit:
                return Place(job, extra, misfit)
            found = self._make_job(job)
        return Place(found, extra, self._closed(found) or self._wrong_extra(found, extra))

    def _make_job(self, job: str) -> str:
        # A missing job is no error: Sage makes it, which is how a mistyped job comes into being.
        masters.add_job(self.connection, job, job, status="Unstarted")
        project_management = SWITCHES.on(self.connection, "project_management")
        self.connection.execute("UPDATE job SET project_management = ? WHERE job = ?", (project_management, job))
        self.created.append(job)
        return job

    def _closed(self, job: str) -> str:
        row = self.connection.execute("SELECT status, finalized FROM job WHERE job = ?", (job,)).fetchone()
        if row["status"] == "Closed" and not self._accepts("closed_jobs"):
            return f"job {job} is closed"
        if row["status"] == "Hold" and not self._accepts("held_jobs"):
            return f"job {job} is on hold"
        if row["finalized"] and self.dialog.kind == "original" and not self._accepts("finalized_original"):
            return f"the original estimate of job {job} is finalized"
        return ""

    def _wrong_extra(self, job: str, extra: str) -> str:
        if not extra:
            return ""
        row = self.connection.execute("SELECT status FROM extra WHERE job = ? AND extra = ?", (job, extra)).fetchone()
        if row is not None:
            closed = row["status"] == "Closed" and not self._accepts("closed_jobs")
            return f"extra {extra} of job {job} is closed" if closed else ""
        if SWITCHES.get(self.connection, "missing_extra") == "reject":
            return f"job {job} has no extra {extra}"
        misfit = codes.extra_misfit(extra)
        if not misfit:
            masters.add_extra(self.connection, job, extra, extra)
        return misfit or ""

    def _accepts(self, switch: str) -> bool:
        return SWITCHES.get(self.connection, switch) == "accept"
