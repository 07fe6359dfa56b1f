"""A budget's file, read as a whole: every good line and every fault, all or nothing (B8)."""

from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from attrs import define, evolve, field

from erp_bridge_core.contract.errors import BadInput, Fault, UsageError
from erp_bridge_core.contract.money import MAX_DIGITS
from erp_bridge_core.sources.files import open_table
from erp_bridge_core.sources.imported import FaultLog, ImportedBudget
from erp_bridge_core.sources.lines import Duplicates, merge_records
from erp_bridge_core.sources.mapping import ColumnMapping, ResolvedColumns, resolve_columns
from erp_bridge_core.sources.numbers import NumberStyle
from erp_bridge_core.sources.rows import RowReader
from erp_bridge_core.sources.spool import Key, Spool
from erp_bridge_core.sources.tables import FileOptions, Limits, Table

Chosen = TypeVar("Chosen", bound=StrEnum)

#: Rows of a repeated key that a fault names; the file of faults has one row for each.
_NAMED_ROWS = 20
#: How often progress is told, in rows.
_PROGRESS_ROWS = 1_000


def read_budget(
    path: Path,
    *,
    mapping: ColumnMapping | None = None,
    digits: int = 2,
    duplicates: Duplicates | str = Duplicates.REFUSE,
    style: NumberStyle | str = NumberStyle.POINT,
    options: FileOptions | None = None,
    limits: Limits | None = None,
    progress: Callable[[int], None] | None = None,
) -> "ImportedBudget":
    """Read a CSV or XLSX file of budget lines; `digits` are the decimals of the currency's minor unit.

    Faults of rows do not raise here: the result counts and shows them, writes them to a file, and refuses to give any
    line. Raises `BadInput` where the file as a whole can't be read or a column is missing, `NotFound` where there is
    no such file, `UsageError` for an unknown choice, `StorageError` where the host fails. `progress` is told the
    number of rows read. Close the result.
    """
    options, limits, mapping = options or FileOptions(), limits or Limits(), mapping or ColumnMapping()
    how, number_style = _choose(Duplicates, duplicates, "repeated keys"), _choose(NumberStyle, style, "numbers")
    table = open_table(path, options=options, limits=limits)
    columns, faults = resolve_columns(mapping, table.header, table.name)
    if faults:
        raise BadInput(
            f"The columns of {table.name} do not fit: {len(faults)} to put right.",
            remedy=faults[0].remedy or "Correct the column mapping.",
            faults=faults,
        )
    spool = Spool()
    try:
        reading = _Reading(table=table, columns=columns, log=FaultLog(spool=spool, most=limits.faults), spool=spool)
        reading.read(digits=digits, style=number_style, progress=progress)
        reading.settle(how)
        return reading.result(path, digits=digits, options=options, limits=limits)
    except BaseException:
        spool.close()
        raise


def _choose(kind: type[Chosen], value: str, what: str) -> Chosen:
    if value in set(kind):
        return kind(value)
    raise UsageError(f"{value!r} is no way to read {what}.", remedy=f"Say one of: {', '.join(kind)}.")


@define(kw_only=True)
class _Reading:
    """The work of one reading, step by step: rows, then repeated keys, then the result."""

    table: Table
    columns: ResolvedColumns
    log: FaultLog
    spool: Spool
    rows_read: int = 0
    rows_filtered: int = 0
    lines: int = 0
    is_whole: bool = field(default=True, init=False)

    def read(self, *, digits: int, style: NumberStyle, progress: Callable[[int], None] | None) -> None:
        reader = RowReader(
            file=self.table.name,
            header=self.table.header,
            columns=self.columns,
            digits=digits,
            style=style,
            fault=self.log.add,
            warn=self.log.warn,
        )
        for number, cells in self._rows():
            self.rows_read += 1
            if progress and not self.rows_read % _PROGRESS_ROWS:
                progress(self.rows_read)
            if not reader.is_wanted(cells):
                self.rows_filtered += 1
            elif record := reader.read(number, cells):
                self.spool.add(record)
                self.lines += 1
        if not self.lines and not self.log.count:
            self._tell_nothing()
        self.spool.finish()

    def settle(self, duplicates: Duplicates) -> None:
        """Refuse or join the rows of repeated keys; a sum must still fit into an amount."""
        for key, rows in self.spool.repeats():
            if duplicates is Duplicates.REFUSE:
                self._tell_repeated(key, rows)
                continue
            self._check_sum(key, rows)
            self.spool.join(rows)
        self.spool.arrange()

    def result(self, path: Path, *, digits: int, options: FileOptions, limits: Limits) -> "ImportedBudget":
        header = self.table.header
        return ImportedBudget(
            path=path,
            facts=self.table.facts() if self.is_whole else evolve(self.table.facts(), sha256=""),
            rows_read=self.rows_read,
            rows_filtered=self.rows_filtered,
            columns={name: header[place] for name, place in self.columns.places.items()},
            guessed=self.columns.guessed,
            digits=digits,
            log=self.log,
            spool=self.spool,
            options=options,
            limits=limits,
        )

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        try:
            yield from self.table.rows()
        except BadInput as error:
            # Told together with the faults of the rows before it.
            self.is_whole = False
            faults = error.faults or (Fault(self.table.name, error.message, rule="B8", remedy=error.remedy),)
            for fault in faults:
                self.log.add(0, "", fault)

    def _tell_nothing(self) -> None:
        left = f"; the filter left out all {self.rows_filtered:,}" if self.rows_filtered else ""
        self.log.add(
            0,
            "",
            Fault(
                self.table.name,
                f"there is no budget line in it{left}",
                expected="one row a budget line below the header",
                rule="B8",
                remedy="Check the filter." if left else "Check that it is the right file or sheet.",
            ),
        )

    def _tell_repeated(self, key: Key, rows: list[int]) -> None:
        named = ", ".join(map(str, rows[:_NAMED_ROWS]))
        more = f" and {len(rows) - _NAMED_ROWS:,} more" if len(rows) > _NAMED_ROWS else ""
        message = f"the same sub job, cost code and category stand in {len(rows):,} rows"
        header = self.table.header[self.columns.places["cost_code"]] if "cost_code" in self.columns.places else ""
        column = f', column "{header}"' if header else ""
        fault = Fault(
            f"{self.table.name} rows {named}{more}{column}",
            message,
            value=" / ".join(part for part in key if part),
            expected="each key once a job",
            rule="B8",
            remedy="Make one line of them in the file, or ask for repeated keys to be summed.",
        )
        each = [(row, evolve(fault, where=f"{self.table.name} row {row}{column}")) for row in rows]
        self.log.add_group(fault, header, each)

    def _check_sum(self, key: Key, rows: list[int]) -> None:
        total = merge_records(self.spool.records(rows))
        if any(abs(number or 0) >= 10**MAX_DIGITS for number in (total.amount, total.quantity)):
            fault = Fault(
                f"{self.table.name} row {rows[-1]}",
                "the sum of the rows of one key has too many digits",
                value=" / ".join(part for part in key if part),
                expected=f"at most {MAX_DIGITS} digits",
                rule="B1",
                remedy="Check the amounts.",
            )
            self.log.add(rows[-1], "", fault)
