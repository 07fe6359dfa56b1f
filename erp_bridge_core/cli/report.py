"""`report`: the job costs report, the ERP's own figures beside ours (V4)."""

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from erp_bridge_core.cli.acts import Noun, pass_call
from erp_bridge_core.cli.call import Call
from erp_bridge_core.cli.output import Page, money
from erp_bridge_core.cli.progress import progress

if TYPE_CHECKING:
    from erp_bridge_core.exports.reports import JobCost, JobCostsReport, JobReport


@click.group("report", cls=Noun)
def report() -> None:
    """Reports."""


@report.command("job-costs", answer=["report"])
@click.argument("project", required=False)
@click.option("--csv", "csv_file", metavar="FILE", type=click.Path(path_type=Path), help="Write it as CSV, too.")
@click.option("--xlsx", "xlsx_file", metavar="FILE", type=click.Path(path_type=Path), help="Write it as XLSX, too.")
@click.option("--limit", type=click.IntRange(min=0), default=200, show_default=True, help="Keys shown a job; 0 all.")
@click.option("--search", help="Keys of PROJECT with this in a code.")
@click.option("--sub-job", help='Keys of this sub job of PROJECT alone; "" for the job itself.')
@click.option("--differing", is_flag=True, help="Only keys of PROJECT that differ or can't be read.")
@pass_call
def job_costs(
    call: Call, /, project: str | None, csv_file: Path | None, xlsx_file: Path | None, *, limit: int, **wanted: Any
) -> None:
    """Per exported key the ERP's figures beside ours, difference, since when; of PROJECT, or of all.

    It shows what the last verification read: run `erp-bridge verify` first for figures of now.
    """
    found = call.app.reports.job_costs(call.actor, project=project)
    with progress("Writing the report"):
        for path, write in ((csv_file, found.write_csv), (xlsx_file, found.write_xlsx)):
            if path is not None:
                write(path)
    if any(value not in (None, False) for value in wanted.values()):
        found = _only(call, found, project, wanted)
    written = [path for path in (csv_file, xlsx_file) if path is not None]
    # `costs` of the report would say every key twice.
    document = {"jobs": found.jobs, "unverified": found.unverified, "files": written}
    call.answer({"report": document}, lambda page: _print(page, found, written, limit))


def _only(call: Call, found: "JobCostsReport", project: str | None, wanted: dict[str, Any]) -> "JobCostsReport":
    """The report with the keys that match; its totals stay the job's."""
    from attrs import evolve

    from erp_bridge_core.contract.budget import Stream
    from erp_bridge_core.exports.report_queries import KeySearch

    if project is None:
        raise click.UsageError("Name a PROJECT to look for keys in.")
    search = KeySearch(text=wanted["search"] or "", sub_job=wanted["sub_job"], differing=wanted["differing"])
    costs = call.app.reports.find_costs(call.actor, project, search)
    matching = Stream((costs.rows if costs else ()).__iter__)
    return evolve(found, jobs=tuple(evolve(job, costs=matching) for job in found.jobs))


def _print(page: Page, found: "JobCostsReport", written: list[Path], limit: int) -> None:
    for job in found.jobs:
        with page.section(f"Project {job.project} {job.project_name}, job {job.job}, in {job.currency}"):
            page.facts([("Outcome", job.outcome), ("Read", job.taken_at), ("Since", job.since)])
            _print_job(page, job, limit)
    if found.unverified:
        page.line("Exported but never read back: " + ", ".join(found.unverified) + ". Run `erp-bridge verify`.")
    if not found.jobs and not found.unverified:
        page.line("Nothing was exported yet.")
    for path in written:
        page.line(f"Written to {path}.")


def _print_job(page: Page, job: "JobReport", limit: int) -> None:
    columns = [
        "Sub job", "Cost code", "Category", money("ERP original"), money("ERP changes"), money("ERP total"),
        money("Our total"), money("Adopted"), money("Difference"), "Outcome",
    ]  # fmt: skip
    rows = [_row(cost) for cost in islice(job.costs, limit or None)]
    sums: list[tuple[Any, ...]] = [
        (name, "", "", None, None, each.erp, each.ours, each.adopted, each.difference, "")
        for name, each in (("Job", job.job_total), ("Sub jobs", job.sub_job_total), ("Total", job.total))
    ]
    page.table(columns, [*rows, *sums])
    if len(rows) < job.total.keys:
        more = "; `--limit 0` shows all" if len(rows) == limit else ""
        page.line(f"{len(rows):,} of {job.total.keys:,} keys are shown{more}.")
    if job.total.readable < job.total.keys:
        page.line(f"{job.total.keys - job.total.readable:,} keys can't be read there; the sums leave them out.")


def _row(cost: "JobCost") -> tuple[Any, ...]:
    key = cost.key
    return (
        key.sub_job, key.cost_code, key.category, cost.erp_original, cost.erp_changes, cost.erp_total,
        cost.ours_total, cost.adopted, cost.difference, cost.outcome,
    )  # fmt: skip
