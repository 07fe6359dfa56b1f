"""The job costs report as files: CSV, and a workbook written line by line in bounded memory."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from erp_bridge_core.contract.errors import StorageError
from erp_bridge_core.sources.writing import Cell, write_table

if TYPE_CHECKING:
    from erp_bridge_core.exports.reports import JobCost

HEADER: Final = (
    "Project", "Job", "Sub job", "Cost code", "Category", "Our original", "Our changes", "Our total", "ERP original",
    "ERP changes", "ERP total", "Adopted", "Difference", "Outcome", "Route", "Since",
)  # fmt: skip
#: A workbook's numbers are binary: beyond this many digits an amount is written as text rather than rounded.
EXACT_DIGITS: Final = 15


def write_report_csv(path: Path, costs: Iterable["JobCost"]) -> None:
    """Write every key as a line, whole or not at all; raises StorageError when the folder or disk is not usable."""
    write_table(path, HEADER, _rows(costs))


def write_report_xlsx(path: Path, costs: Iterable["JobCost"]) -> None:
    """Write a workbook with one sheet, whole or not at all; text is written as text, never as formula or link."""
    import xlsxwriter
    from xlsxwriter.exceptions import XlsxWriterException

    aside = path.with_name(f".{path.name}.part")
    try:
        # Opened here: a folder that can't be written is told before the library has made its own temporary files.
        with aside.open("wb") as file, xlsxwriter.Workbook(file, {"constant_memory": True}) as workbook:
            sheet = workbook.add_worksheet("Job costs")
            amount = workbook.add_format({"num_format": "#,##0.00##"})
            bold = workbook.add_format({"bold": True})
            for column, title in enumerate(HEADER):
                sheet.write_string(0, column, title, bold)
            for number, row in enumerate(_rows(costs), start=1):
                for column, value in enumerate(row):
                    _write_cell(sheet, number, column, value, amount)
        aside.replace(path)
    except (OSError, XlsxWriterException) as error:
        raise StorageError(
            f"The workbook {path} can't be written: {error}", remedy="Check the folder and the space on its disk."
        ) from error
    finally:
        aside.unlink(missing_ok=True)


def _rows(costs: Iterable["JobCost"]) -> Iterator[tuple[Cell, ...]]:
    for cost in costs:
        yield (
            cost.project, cost.job, cost.key.sub_job, cost.key.cost_code, cost.key.category, cost.ours_original,
            cost.ours_changes, cost.ours_total, cost.erp_original, cost.erp_changes, cost.erp_total, cost.adopted,
            cost.difference, cost.outcome.value, cost.route, cost.since.isoformat(),
        )  # fmt: skip


def _write_cell(sheet: Any, row: int, column: int, value: Cell, amount: Any) -> None:
    if isinstance(value, Decimal) and len(value.as_tuple().digits) <= EXACT_DIGITS:
        sheet.write_number(row, column, value, amount)
    elif value is not None:
        sheet.write_string(row, column, str(value))
