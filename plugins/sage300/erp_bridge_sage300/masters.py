"""A job's masters and figures by one route each: hh2's service, whose rows carry no Extra, or Sage's tables."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Protocol

from erp_bridge_core.contract import Category, CostCode, Figure, JobHeader, JobStatus, LineKey, SubJob
from erp_bridge_core.contract.errors import NotFound, ReadFailed
from erp_bridge_core.contract.lookup import Lookup
from erp_bridge_sage300.hh2 import Hh2
from erp_bridge_sage300.hh2_rows import CategoryRow, JobRow
from erp_bridge_sage300.odbc import Odbc, Values, money, text, truth
from erp_bridge_sage300.share import SageErp

STATUSES: Mapping[str, JobStatus] = {
    "unstarted": JobStatus.OPEN,
    "in progress": JobStatus.OPEN,
    "closed": JobStatus.CLOSED,
    "hold": JobStatus.HELD,
    "on hold": JobStatus.HELD,
    "pending": JobStatus.OPEN,
}


class JobRoute(Protocol):
    """One way of reading a job; its iterators raise `ReadFailed` when cut short."""

    def header(self) -> JobHeader:
        """The job's header; raises `NotFound`."""

    def sub_jobs(self) -> Iterator[SubJob]:
        """Its Extras, where this route sees them."""

    def cost_codes(self) -> Iterator[CostCode]:
        """Its cost codes and the standard ones."""

    def categories(self) -> Iterator[Category]:
        """Its categories and the standard ones."""

    def figures(self) -> Iterator[Figure]:
        """Its figures per key, where this route can tell the keys apart."""


def not_found(job: str, route: str) -> NotFound:
    """The error for a job that Sage doesn't know."""
    return NotFound(
        f"Sage has no job {job!r} by {route}.",
        remedy="Check the job's code and its delimiters; a new job must be set up in Sage (and carried to hh2) first.",
    )


class Hh2Job:
    """A job as hh2 shows it: as of its last sync, and without saying which rows are an Extra's."""

    def __init__(self, erp: SageErp, job: str) -> None:
        self.erp = erp
        self.job = job
        self.client = Hh2(erp)

    @cached_property
    def row(self) -> JobRow:
        """The job's row; raises `NotFound`, or `ReadFailed` when several rows mean it."""
        same = self.erp.settings.comparing.same_job
        found = [row for row in self.client.jobs() if same(row.code, self.job)]
        found = [row for row in found if row.code == self.job] or found
        if not found:
            raise not_found(self.job, "hh2")
        if len(found) > 1:
            codes = ", ".join(row.code for row in found)
            raise ReadFailed(f"hh2 has several jobs that mean {self.job}: {codes}.", remedy="Set job_sections.")
        return found[0]

    @cached_property
    def codes(self) -> Lookup:
        """The job's cost codes by hh2's id, in the site's form."""
        convert, job = self.erp.settings.comparing.cost_code, self.row.id
        return Lookup.of(((row.id,), (convert(row.code),)) for row in self.client.cost_codes() if row.job_id == job)

    def header(self) -> JobHeader:
        """The header; what hh2's status numbers mean is a setting."""
        settings = self.erp.settings
        status = JobStatus(settings.hh2_job_statuses.get(str(self.row.status), "unknown"))
        if self.row.is_archived or not self.row.is_active:
            status = JobStatus.CLOSED
        return JobHeader(
            company=settings.company,
            job=settings.comparing.job(self.row.code),
            name=self.row.name or "",
            status=status,
            live=settings.live,
            facts={"hh2_status": str(self.row.status)},
        )

    def sub_jobs(self) -> Iterator[SubJob]:
        """None: hh2 has no known resource for Extras."""
        return iter(())

    def cost_codes(self) -> Iterator[CostCode]:
        """The job's cost codes, an Extra's among them, then the standard ones."""
        convert = self.erp.settings.comparing.cost_code
        seen = Lookup()
        for row in self.client.cost_codes():
            if row.job_id == self.row.id and ((code := convert(row.code)),) not in seen:
                seen.put((code,))
                yield CostCode(code=code, name=row.name or "", group=row.is_group_code)
        for standard in self.client.standard_cost_codes():
            yield CostCode(
                code=convert(standard.code), name=standard.name or "", standard=True, group=standard.is_group_code
            )

    def categories(self) -> Iterator[Category]:
        """The categories under the job's cost codes, then the standard ones."""
        for row in self._rows():
            kind = (row.standard_category_accumulation_name or "").casefold()
            yield Category(code=row.code, name=row.name or "", cost_code=self._code(row), kind=kind)
        for standard in self.client.standard_categories():
            kind = (standard.accumulation_name or "").casefold()
            yield Category(code=standard.code, name=standard.name or "", standard=True, kind=kind)

    def rows(self) -> Iterator[tuple[str, CategoryRow]]:
        """The job's category rows, each with its cost code."""
        return ((self._code(row), row) for row in self._rows())

    def figures(self) -> Iterator[Figure]:
        """None: a row may be an Extra's, so no figure is surely one key's; verification tells what it can."""
        return iter(())

    def _rows(self) -> Iterator[CategoryRow]:
        return (row for row in self.client.categories() if row.job_id == self.row.id)

    def _code(self, row: CategoryRow) -> str:
        code = self.codes.get((row.cost_code_id,))
        if code is None:
            raise ReadFailed(
                f"hh2 has a category {row.code} of the job under a cost code that it does not list.",
                remedy="It may have been syncing; try again.",
            )
        return str(code[0])


class OdbcJob:
    """A job as Sage's own tables have it, Extras told apart."""

    def __init__(self, erp: SageErp, job: str) -> None:
        self.erp = erp
        self.job = job
        self.source = Odbc(erp)

    def header(self) -> JobHeader:
        """The header, with whether the original estimate is finalized."""
        row = self.source.job(self.job)
        if row is None:
            raise not_found(self.job, "ODBC")
        status = STATUSES.get(text(row["Status"]).casefold(), JobStatus.UNKNOWN)
        settings = self.erp.settings
        return JobHeader(
            company=settings.company,
            job=settings.comparing.job(text(row["Job"])),
            name=text(row["Description"]),
            status=JobStatus.HELD if truth(row["On_Hold"]) and status is JobStatus.OPEN else status,
            live=settings.live,
            original_finalized=truth(row["Orig_Estimate_Finalized"]),
            facts={"status": text(row["Status"])},
        )

    def sub_jobs(self) -> Iterator[SubJob]:
        """The job's Extras."""
        for row in self.source.extras(self.job):
            yield SubJob(code=text(row["Extra"]), name=text(row["Description"]))

    def cost_codes(self) -> Iterator[CostCode]:
        """The cost codes of the job and its Extras, then the standard ones."""
        for row in self.source.cost_codes(self.job):
            yield CostCode(
                code=self._code(row),
                name=text(row["Description"]),
                sub_job=text(row["Extra"]),
                group=truth(row["Group_Cost_Code"]),
                active=text(row["Status"]).casefold() != "closed",
            )
        for row in self.source.standard_cost_codes():
            yield CostCode(code=self._code(row), name=text(row["Description"]), standard=True)

    def categories(self) -> Iterator[Category]:
        """The category records of the job and its Extras, then the standard ones."""
        for row in self.source.categories(self.job):
            yield Category(
                code=text(row["Category"]),
                name=text(row["Description"]),
                sub_job=text(row["Extra"]),
                cost_code=self._code(row),
                kind=text(row["Accumulate_As"]).casefold(),
            )
        for row in self.source.standard_categories():
            kind = text(row["Accumulate_As"]).casefold()
            yield Category(code=text(row["Category"]), name=text(row["Description"]), standard=True, kind=kind)

    def figures(self) -> Iterator[Figure]:
        """The figures of every category record."""
        for row in self.source.categories(self.job):
            yield self.figure(row)

    def figure(self, row: Values) -> Figure:
        """One category record's figures."""
        return Figure(
            key=LineKey(text(row["Extra"]), self._code(row), text(row["Category"])),
            original=money(row["Original_Estimate"], "Original_Estimate"),
            changes=money(row["Approved_Estimate_Changes"], "Approved_Estimate_Changes"),
            total=money(row["Total_Estimate"], "Total_Estimate"),
            description=text(row["Description"]),
            unit=text(row["Cost_Unit_Description"]),
            route="odbc",
        )

    def _code(self, row: Mapping[str, Any]) -> str:
        return self.erp.settings.comparing.cost_code(text(row["Cost_Code"]))
