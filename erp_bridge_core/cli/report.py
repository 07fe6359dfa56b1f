"""`report`: the job costs report, the ERP's own figures beside ours (V4)."""

from pathlib import Path

import click

from erp_bridge_core.cli.acts import Noun, pass_call
from erp_bridge_core.cli.call import Call


@click.group("report", cls=Noun)
def report() -> None:
    """Reports."""


@report.command("job-costs", answer=["report"])
@click.argument("project", required=False)
@click.option("--csv", "csv_file", type=click.Path(path_type=Path), help="Write it to this CSV file.")
@click.option("--xlsx", "xlsx_file", type=click.Path(path_type=Path), help="Write it to this XLSX file.")
@pass_call
def job_costs(call: Call, project: str | None, csv_file: Path | None, xlsx_file: Path | None) -> None:
    """Per exported key the ERP's own figures beside ours, difference, since when; PROJECT alone, or all."""
    found = call.app.reports.job_costs(call.actor, project=project)
    for path, write in ((csv_file, found.write_csv), (xlsx_file, found.write_xlsx)):
        if path:
            write(path)
    call.answer({"report": found}, lambda page: page.line("written"))
