"""`budget import` and `budget import-from-erp`."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from erp_bridge_core.cli.acts import Act, pass_call
from erp_bridge_core.cli.call import Call
from erp_bridge_core.cli.hints import command
from erp_bridge_core.cli.output import Page, plural
from erp_bridge_core.cli.progress import Advance, progress

if TYPE_CHECKING:
    from erp_bridge_core.budgets.erp_import import ErpImport
    from erp_bridge_core.budgets.file_import import FileImport, ImportChoices
    from erp_bridge_core.sources import FileOptions

MODE = click.Choice(["keep", "override"])


@click.command("import", cls=Act, answer=["import"])
@click.argument("project")
@click.argument("budget_file", metavar="[FILE]", required=False, type=click.Path(path_type=Path))
@click.option("--budget", "budget_option", metavar="FILE", type=click.Path(path_type=Path), help="The same as FILE.")
@click.option("--column", "columns", multiple=True, metavar="FIELD=HEADER", help="Which column is which field.")
@click.option("--where", multiple=True, metavar="HEADER=VALUE", help="Only rows with that value.")
@click.option("--default", "defaults", multiple=True, metavar="FIELD=VALUE", help="Where a cell is blank.")
@click.option("--duplicates", type=click.Choice(["refuse", "sum"]), help="Repeated keys; default the policy's.")
@click.option("--mode", type=MODE, default="keep", show_default=True, help="What becomes of lines that are there.")
@click.option("--job", help="The file's job that is meant, where it holds several.")
@click.option("--numbers", type=click.Choice(["point", "comma", "auto"]), default="point", show_default=True,
              help="How the file writes decimals.")  # fmt: skip
@click.option("--encoding", help="Of a CSV file; told from the file by default.")
@click.option("--delimiter", help="Of a CSV file; told from the file by default.")
@click.option("--sheet", help="Of an XLSX file; its first by default.")
@click.option("--header-row", type=click.IntRange(min=1), default=1, show_default=True, help="Where the header is.")
@click.option("--trial", is_flag=True, help="Check all of it, and change nothing.")
@click.option("--faults-to", type=click.Path(path_type=Path), help="Write every bad row to this CSV file.")
@pass_call
def import_file(
    call: Call, /, project: str, budget_file: Path | None, budget_option: Path | None, **given: Any
) -> None:
    """Import lines from a CSV or XLSX file, all or nothing; the columns are remembered.

    Fields: job, sub_job, cost_code, category, description, quantity, unit, unit_cost, amount.
    """
    path = budget_file or budget_option
    if path is None or (budget_file and budget_option):
        raise click.UsageError("Name one file to import.")
    with progress(f"Reading {path.name}") as tell:
        choices = _choices(given, told=lambda rows: tell(Advance(done=rows)))
        done = call.app.budgets.import_file(call.actor, project, path, choices=choices)
    next_acts = [command("budget", "show", project), command("budget", "send", project)]
    after = "Nothing was changed: this was a trial." if choices.trial else f"Next: {', then '.join(next_acts)}."

    def print_it(page: Page) -> None:
        _print_import(page, done)
        page.line(after)

    call.answer({"import": done}, print_it)


@click.command("columns", cls=Act, answer=["columns"])
@click.argument("project")
@pass_call
def columns(call: Call, project: str) -> None:
    """Which columns the last file of PROJECT's budget was read by: `import` uses them where none are named."""
    found = call.app.budgets.remembered_mapping(call.actor, project)

    def print_it(page: Page) -> None:
        if found is None:
            page.line("None are remembered.")
            return
        page.facts((f"Column of {name}", header or "not read") for name, header in found.columns.items())
        page.facts((f"Only rows with {header}", value) for header, value in found.where.items())
        page.facts((f"{name} where blank", value) for name, value in found.defaults.items())

    call.answer({"columns": found}, print_it)


@click.command("import-from-erp", cls=Act, answer=["import"])
@click.argument("project")
@click.option("--mode", type=MODE, help="Needed where lines are there already: keep and add, or override.")
@pass_call
def import_from_erp(call: Call, project: str, mode: str | None) -> None:
    """Import the ERP job's own figures, as long as nothing was ever exported to it."""
    with progress("Reading the ERP"):
        done = call.app.budgets.import_from_erp(call.actor, project, mode=mode)
    call.answer({"import": done}, lambda page: _print_erp_import(page, done))


def _choices(given: dict[str, Any], *, told: Any) -> "ImportChoices":
    from erp_bridge_core.budgets.file_import import ImportChoices
    from erp_bridge_core.sources import ColumnMapping

    texts = {name: given[name] for name in ("columns", "where", "defaults")}
    return ImportChoices(
        mapping=ColumnMapping.parse(**texts) if any(texts.values()) else None,
        mode=given["mode"],
        duplicates=given["duplicates"],
        job=given["job"],
        style=given["numbers"],
        options=_options(given),
        faults_to=given["faults_to"],
        trial=given["trial"],
        progress=told,
    )


def _options(given: dict[str, Any]) -> "FileOptions":
    from erp_bridge_core.sources import FileOptions

    return FileOptions(**{name: given[name] for name in ("encoding", "delimiter", "sheet", "header_row")})


def _print_import(page: Page, done: "FileImport") -> None:
    page.facts(
        [
            ("File", done.file),
            ("SHA-256", done.sha256),
            ("Job in the file", done.job),
            ("Rows", f"{done.rows_read:,} read, {done.rows_filtered:,} left out, {done.rows:,} of this job"),
            ("Lines", done.lines),
            ("Amount", done.amount),
        ]
    )
    page.facts((f"Column of {name}", header) for name, header in done.columns.items())
    if done.guessed:
        page.line(f"Guessed from the header: {', '.join(done.guessed)}. Say otherwise with --column FIELD=HEADER.")
    page.bullets(done.warnings)
    if done.warning_count > len(done.warnings):
        page.line(f"... and {plural(done.warning_count - len(done.warnings), 'more warning')}.")


def _print_erp_import(page: Page, done: "ErpImport") -> None:
    page.facts(
        [
            ("Job", done.job),
            ("Read by", done.route),
            ("Lines", done.lines),
            ("Original budget", done.original),
            ("Budget changes", done.changes),
        ]
    )
    page.line("Only what differs from this is sent. Import closes for good with the first export.")
