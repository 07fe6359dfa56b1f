"""A source's budget, read to its end before a transaction opens, in a private file that nothing is left of.

A reading that is cut short raises here, and so does one that can't be a budget, with every fault at once: nothing of it
is taken then. Memory stays small: lines lie in SQLite's own temporary database, by key.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any, Final, Self

from attrs import define, field, frozen

from erp_bridge_core.budgets.currencies import minor_unit_digits
from erp_bridge_core.budgets.entries import LineEntry, entry_faults, entry_row
from erp_bridge_core.contract.errors import BadInput, Fault, StorageError
from erp_bridge_core.contract.findings import Finding, Severity
from erp_bridge_core.contract.money import plain
from erp_bridge_core.contract.source import SourceBudget, SourceChange, SourceLine, SourceProject, SourceSubJob
from erp_bridge_core.pulling.rules import LineValue
from erp_bridge_core.sources.text import parse_code, parse_text
from erp_bridge_core.sources.values import BadValue
from erp_bridge_core.store.paging import batched

#: How many faults an error names; the others are counted.
MOST_FAULTS: Final = 1_000
LONGEST_NUMBER: Final = 32
LONGEST_ID: Final = 200
_PAGE: Final = 5_000
_KEY: Final = "sub_job, cost_code, category"
_SCHEMA: Final = """
    CREATE TABLE line (
        sub_job TEXT NOT NULL, cost_code TEXT NOT NULL, category TEXT NOT NULL, source_id TEXT NOT NULL,
        description TEXT NOT NULL, quantity INTEGER, unit TEXT NOT NULL, unit_cost INTEGER, amount INTEGER NOT NULL,
        place TEXT NOT NULL
    );
    CREATE TABLE change (
        source_id TEXT NOT NULL, number TEXT NOT NULL, day TEXT, description TEXT NOT NULL, content TEXT NOT NULL,
        amount INTEGER NOT NULL, lines TEXT NOT NULL
    );
    CREATE TABLE sub_job (code TEXT PRIMARY KEY, name TEXT NOT NULL);
"""

Key = tuple[str, str, str]


@frozen(kw_only=True)
class TakenLine:
    """A line as the source has it: its key, what it says, the source's own id of it, and where it is found there."""

    key: Key
    value: LineValue
    id: str
    place: str


@frozen(kw_only=True)
class TakenChange:
    """An approved change as the source has it; `content` is a hash over all of it that counts.

    `rows` are its lines as rows of our tables, `amount` their sum in whole units.
    """

    id: str
    number: str
    day: date | None
    description: str
    content: str
    amount: int
    rows: tuple[dict[str, Any], ...] = field(repr=False)


@define
class SpooledBudget:
    """A whole look at a source's budget. Use it as a context, or `close` it."""

    project: SourceProject
    currency: str
    digits: int
    locked: bool | None
    warnings: tuple[Finding, ...]
    _db: sqlite3.Connection
    #: The connection that it was read over, and the source's project that was asked for.
    read_from: tuple[int, str] = (0, "")

    def lines(self) -> Iterator[TakenLine]:
        """The lines, by key."""
        columns = f"{_KEY}, source_id, description, quantity, unit, unit_cost, amount, place"
        for row in self._db.execute(f"SELECT {columns} FROM line ORDER BY {_KEY}"):  # noqa: S608 - our own columns
            yield TakenLine(key=row[:3], value=LineValue._make(row[4:9]), id=row[3], place=row[9])

    def changes(self) -> Iterator[TakenChange]:
        """The approved changes, by date, number and id: the order in which they take numbers here."""
        columns = "source_id, number, day, description, content, amount, lines"
        for row in self._db.execute(f"SELECT {columns} FROM change ORDER BY day, number, source_id"):  # noqa: S608
            day = None if row[2] is None else date.fromisoformat(row[2])
            rows = tuple(json.loads(row[6]))
            yield TakenChange(
                id=row[0], number=row[1], day=day, description=row[3], content=row[4], amount=row[5], rows=rows
            )

    def sub_jobs(self) -> Iterator[tuple[str, str]]:
        """Code and name of each sub job."""
        return iter(self._db.execute("SELECT code, name FROM sub_job ORDER BY code"))

    def close(self) -> None:
        """Let the file go."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def spool_budget(budget: SourceBudget) -> SpooledBudget:
    """Drain a source's budget; raises what its streams raise, and BadInput with every fault of what they hold."""
    digits = minor_unit_digits(budget.currency)
    db = _connect()
    try:
        reading = _Reading(db, digits)
        reading.take_sub_jobs(budget.sub_jobs)
        reading.take_lines(budget.lines)
        reading.take_changes(budget.changes)
        reading.require_good(budget.project)
    except sqlite3.Error as error:
        db.close()
        raise StorageError(
            f"What was read can't be kept: {error}", remedy="Make room in the folder of temporary files."
        ) from error
    except BaseException:
        db.close()
        raise
    warnings = (*budget.warnings, *reading.warnings)
    return SpooledBudget(budget.project, budget.currency, digits, budget.locked, warnings, db)


def _connect() -> sqlite3.Connection:
    db = sqlite3.connect("", isolation_level=None, check_same_thread=False)
    db.execute("PRAGMA journal_mode = OFF")
    db.execute("PRAGMA temp_store = FILE")
    db.executescript(_SCHEMA)
    return db


@define
class _Reading:
    """What is read of the streams, and what is wrong with it."""

    db: sqlite3.Connection
    digits: int
    faults: list[Fault] = field(factory=list)
    count: int = 0
    warnings: list[Finding] = field(factory=list)

    def take_sub_jobs(self, sub_jobs: Iterable[SourceSubJob]) -> None:
        for each in sub_jobs:
            self._check(f"sub job {each.code}", "code", each.code, parse_code, longest=64, needed=True)
            self._check(f"sub job {each.code}", "name", each.name, parse_text, longest=200)
            name = each.name.strip() or each.code.strip()
            self.db.execute("INSERT OR REPLACE INTO sub_job VALUES (?, ?)", (each.code.strip(), name))

    def take_lines(self, lines: Iterable[SourceLine]) -> None:
        self.db.execute("BEGIN")
        for page in batched(lines, _PAGE):
            self.db.executemany("INSERT INTO line VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", self._rows(page))
        self.db.execute(f"CREATE INDEX by_key ON line ({_KEY})")
        self.db.execute("COMMIT")
        repeated = f"SELECT {_KEY}, count(*) FROM line GROUP BY {_KEY} HAVING count(*) > 1"  # noqa: S608
        for row in self.db.execute(repeated):
            key = " / ".join(part for part in row[:3] if part)
            message = f"is there {row[3]} times"
            self._fault(f"line {key}", message, value=key, expected="each key once", rule="B1")

    def take_changes(self, changes: Iterable[SourceChange]) -> None:
        seen: set[str] = set()
        for change in changes:
            where = f"change {change.number or change.id}"
            if change.id in seen:
                self._fault(where, "is there twice", value=change.id, expected="each change once", rule="B2")
                continue
            seen.add(change.id)
            self._check(where, "number", change.number, parse_code, longest=LONGEST_NUMBER, needed=True)
            self._check(where, "id", change.id, str, longest=LONGEST_ID, needed=True)
            self._check(where, "description", change.description, parse_text, longest=500)
            rows = self._change_rows(change, where)
            if rows is not None:
                self._keep_change(change, rows)

    def require_good(self, project: SourceProject) -> None:
        if self.count:
            some = "fault" if self.count == 1 else "faults"
            raise BadInput(
                f"The budget of {project.number} can't be taken: {self.count:,} {some} found; nothing was taken.",
                remedy="Correct what is named at the source, and take it again.",
                faults=self.faults,
                details={"faults": self.count},
            )

    def _rows(self, lines: Iterable[SourceLine]) -> Iterator[tuple[Any, ...]]:
        for line in lines:
            row = self._row(line, line.place or f"line {line.key}")
            if row is not None:
                values = (row[name] for name in LineValue._fields)
                yield *(row[name] for name in _KEY.split(", ")), line.id[:LONGEST_ID], *values, line.place[:200]

    def _row(self, line: SourceLine, place: str) -> dict[str, Any] | None:
        entry = _entry(line)
        faults = entry_faults(entry, self.digits, place)
        for fault in faults:
            self._keep(fault)
        return None if faults else entry_row(entry, self.digits)

    def _change_rows(self, change: SourceChange, where: str) -> list[dict[str, Any]] | None:
        """The rows of a change; None where it has faults, or no line."""
        before = self.count
        keys: set[str] = set()
        rows = []
        for line in change.lines:
            row = self._row(line, f"{where}, {line.place or f'line {line.key}'}")
            if row is not None:
                rows.append(row)
                if str(line.key) in keys:
                    self._fault(where, f"has the line {line.key} twice", expected="each key once", rule="B1")
                keys.add(str(line.key))
        if not change.lines:
            self.warnings.append(_without_lines(change))
        return rows if rows and self.count == before else None

    def _keep_change(self, change: SourceChange, rows: list[dict[str, Any]]) -> None:
        day = None if change.date is None else change.date.isoformat()
        amount = sum(row["amount"] for row in rows)
        values = (change.id, change.number.strip(), day, change.description.strip(), _content(change, rows), amount)
        self.db.execute("INSERT INTO change VALUES (?, ?, ?, ?, ?, ?, ?)", (*values, json.dumps(rows)))

    def _check(self, where: str, name: str, text: str, parse: Any, *, longest: int, needed: bool = False) -> None:
        try:
            parse(text)
        except BadValue as error:
            self._keep(Fault(f"{where}, {name}", error.message, value=text[:100], expected=error.expected))
            return
        if len(text.strip()) > longest or (needed and not text.strip()):
            expected = f"1 to {longest} characters" if needed else f"at most {longest} characters"
            message = "is too long" if text.strip() else "is blank"
            self._fault(f"{where}, {name}", message, value=text[:100], expected=expected)

    def _fault(self, where: str, message: str, **more: Any) -> None:
        self._keep(Fault(where, message, remedy="Correct it at the source.", **more))

    def _keep(self, fault: Fault) -> None:
        self.count += 1
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(fault)


def _entry(line: SourceLine) -> LineEntry:
    key = line.key
    return LineEntry(
        sub_job=key.sub_job,
        cost_code=key.cost_code,
        category=key.category,
        description=line.description,
        quantity=line.quantity,
        unit=line.unit,
        unit_cost=line.unit_cost,
        amount=Decimal(line.amount),
    )


def _content(change: SourceChange, rows: Iterable[dict[str, Any]]) -> str:
    """A hash over what counts of a change; not over texts, whose correction is no other change."""
    counts = (*_KEY.split(", "), "amount", "quantity", "unit", "unit_cost")
    lines = sorted(json.dumps([row[name] for name in counts]) for row in rows)
    day = None if change.date is None else change.date.isoformat()
    return sha256(json.dumps([change.number, day, lines]).encode()).hexdigest()


def _without_lines(change: SourceChange) -> Finding:
    return Finding(
        severity=Severity.WARNING,
        rule="change-empty",
        message=f"The change {change.number} has no line, and is left out.",
        remedy="Give it lines at the source, or void it there.",
        value=plain(Decimal(0)),
    )
