"""What became of a budget's file: its lines, or all that is wrong with it; never some of its lines."""

from collections import deque
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from attrs import define, field, frozen

from erp_bridge_core.contract.budget import LineKey, Stream
from erp_bridge_core.contract.errors import BadInput, Fault
from erp_bridge_core.contract.money import QUANTITY_DIGITS, from_units
from erp_bridge_core.contract.source import SourceLine
from erp_bridge_core.sources.files import open_table
from erp_bridge_core.sources.lines import JobSummary, merge_records
from erp_bridge_core.sources.spool import Row, Spool, record_of
from erp_bridge_core.sources.tables import FileFacts, FileOptions, Limits
from erp_bridge_core.sources.writing import write_table

_FAULT_HEADER = ("Row", "Column", "Value", "Fault", "Expected", "Rule", "Remedy")


@define(kw_only=True)
class FaultLog:
    """Faults and warnings: the first `most` of each in memory, all of them counted, every fault on disk."""

    spool: Spool
    most: int
    count: int = 0
    bad_rows: int = 0
    warning_count: int = 0
    faults: list[Fault] = field(factory=list)
    warnings: list[Fault] = field(factory=list)
    _last_row: int = -1

    def add(self, row: int, header: str, fault: Fault) -> None:
        """Take in a fault of one row; row 0 is the file as a whole."""
        self._keep(fault)
        self._count_row(row)
        self.spool.add_fault(row, header, fault)

    def add_group(self, fault: Fault, header: str, each: list[tuple[int, Fault]]) -> None:
        """Take in one fault of several rows, which has a row of its own for each in the file of faults."""
        self._keep(fault)
        for row, single in each:
            self._count_row(row)
            self.spool.add_fault(row, header, single)

    def warn(self, _row: int, _header: str, fault: Fault) -> None:
        """Take in a warning."""
        self.warning_count += 1
        if len(self.warnings) < self.most:
            self.warnings.append(fault)

    def _keep(self, fault: Fault) -> None:
        self.count += 1
        if len(self.faults) < self.most:
            self.faults.append(fault)

    def _count_row(self, row: int) -> None:
        # The faults of one row come one after another.
        self.bad_rows += row not in (0, self._last_row)
        self._last_row = row


@frozen(kw_only=True)
class ImportedBudget:
    """A file that was read. Use it as a context, or `close` it.

    `columns` is what was read from where (field -> header), `guessed` the fields whose header nobody named.
    """

    path: Path
    facts: FileFacts
    rows_read: int
    rows_filtered: int
    columns: Mapping[str, str]
    guessed: tuple[str, ...]
    digits: int
    _log: FaultLog
    _spool: Spool
    _options: FileOptions
    _limits: Limits

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The first 1,000 faults (or as the limits say)."""
        return tuple(self._log.faults)

    @property
    def fault_count(self) -> int:
        """How many faults there are in all."""
        return self._log.count

    @property
    def bad_rows(self) -> int:
        """How many rows have a fault."""
        return self._log.bad_rows

    @property
    def warnings(self) -> tuple[Fault, ...]:
        """The first 1,000 warnings: rows that were read but that somebody should look at."""
        return tuple(self._log.warnings)

    @property
    def warning_count(self) -> int:
        """How many warnings there are in all."""
        return self._log.warning_count

    def check(self) -> None:
        """Raise `BadInput` with the faults if there are any: all or nothing."""
        if not self.fault_count:
            return
        shown = f"; the first {len(self.faults):,} follow" if self.fault_count > len(self.faults) else ""
        faults = "fault" if self.fault_count == 1 else "faults"
        raise BadInput(
            f"{self.facts.name} has {self.fault_count:,} {faults} in {self.bad_rows:,} of {self.rows_read:,} rows"
            f"{shown}. Nothing was imported.",
            remedy="Correct the file and import it again; the faults can be written to a file, row by row.",
            faults=self.faults,
            details={"faults": self.fault_count, "bad_rows": self.bad_rows, "rows": self.rows_read},
        )

    def jobs(self) -> tuple[JobSummary, ...]:
        """The file's jobs in the order of their first rows; raises `BadInput` if anything is wrong."""
        self.check()
        return tuple(
            JobSummary(job=job, lines=lines, rows=rows, amount=from_units(amount, self.digits))
            for job, lines, rows, amount in self._spool.jobs()
        )

    def lines(self, job: str) -> Stream[SourceLine]:
        """One job's lines in the file's order, one a key; its `id` is made of that key, since rows move.

        Raises `BadInput` if anything in the file is wrong.
        """
        self.check()
        return Stream(lambda: (self._line(group) for group in self._spool.groups(job)))

    def write_faults(self, path: Path) -> int:
        """Write every fault with its row's cells to a CSV file that is safe to open; returns how many.

        Reads the file a second time; raises `BadInput` if it has changed since.
        """
        header = (*_FAULT_HEADER, *self.facts.header)
        return write_table(path, header, self._fault_rows())

    def close(self) -> None:
        """Give the temporary table up."""
        self._spool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _line(self, group: list[Row]) -> SourceLine:
        if len(group) == 1:
            # Nearly every line: made of what was read, without a record between.
            number, _, sub_job, cost_code, category, amount, description, quantity, unit, unit_cost, _ = group[0]
            key, place = LineKey(sub_job, cost_code, category), f"row {number}"
        else:
            merged = merge_records([record_of(row) for row in group])
            amount, description, quantity = merged.amount, merged.description, merged.quantity
            unit, unit_cost = merged.unit, merged.unit_cost
            key, place = merged.key, f"rows {', '.join(str(row[0]) for row in group)}"
        return SourceLine(
            # No code holds a tab, so that no two keys have one id.
            id=f"{key.sub_job}\t{key.cost_code}\t{key.category}",
            key=key,
            amount=from_units(amount, self.digits),
            description=description,
            quantity=None if quantity is None else from_units(quantity, QUANTITY_DIGITS),
            unit=unit,
            unit_cost=None if unit_cost is None else from_units(unit_cost, QUANTITY_DIGITS),
            place=place,
        )

    def _fault_rows(self) -> Iterator[tuple[str | int | None, ...]]:
        table = open_table(self.path, options=self._options, limits=self._limits)
        rows = table.rows()
        number, cells = 0, [""]
        for row, header, fault in self._spool.faults():
            while number < row:
                number, cells = next(rows, (row, []))
            shown = cells if number == row else []
            yield row or None, header, fault.value, fault.message, fault.expected, fault.rule, fault.remedy, *shown
        if self.facts.sha256:
            deque(rows, maxlen=0)  # the hash is known at the end of the file
            if table.facts().sha256 != self.facts.sha256:
                raise BadInput(f"{self.facts.name} has changed since it was read.", remedy="Import it again.")
