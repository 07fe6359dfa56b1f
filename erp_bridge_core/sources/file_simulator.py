"""The people who keep budgets in a file: what the conformance suite tries the built-in source over.

It shares no code with the source. What they know is kept in a file of its own; after each act the budget is saved anew,
sorted as a spreadsheet is, and by turns as CSV and as a workbook: what a file is, its content tells.
"""

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from erp_bridge_core.contract.budget import LineKey
from erp_bridge_core.contract.errors import NotSupported
from erp_bridge_core.contract.simulator import DeskCommand, JobSetup, Served
from erp_bridge_core.contract.source_simulator import SourceBooks, SourceMischief
from erp_bridge_core.simulation import write_atomically

_HEADER: Final = ("Job", "Sub Job", "Cost Code", "Category", "Amount")
#: Job, sub job, cost code, category and amount, as they are typed.
_Row = tuple[str, str, str, str, str]


class FileSimulator:
    """A folder with one budget file, in which each job has a row from the day that it was set up."""

    def setup(self, home: Path, jobs: Sequence[JobSetup]) -> None:
        """Begin the file: for each job a row of nothing, since a file holds no job without one."""
        home.mkdir(parents=True, exist_ok=True)
        rows = dict(_rows(home))
        for job in jobs:
            sub_job, cost_code, _ = job.cost_codes[0]
            if not any(name == job.job for name, _ in rows):
                rows[job.job, LineKey(sub_job, cost_code, job.categories[0][0])] = Decimal(0)
        _save(home, rows)

    @contextmanager
    def serve(self, home: Path, *, port: int = 0) -> Iterator[Served]:
        """Nothing is served: a connection reads the file."""
        del port
        yield Served(settings={"path": str(_file(home))}, secrets={}, files_root=str(home))

    def desk(self) -> Mapping[str, DeskCommand]:
        """Nothing: people here act by the methods below."""
        return {}

    def restart(self, home: Path) -> None:
        """Nothing runs, so that nothing is lost."""

    def project_id(self, home: Path, job: str) -> str:
        """A project is known by its job."""
        del home
        return job

    def set_line(self, home: Path, job: str, key: LineKey, amount: Decimal) -> None:
        """A person enters a row, or edits it."""
        _save(home, {**_rows(home), (job, key): amount})

    def approve_change(self, home: Path, job: str, number: str, lines: Mapping[LineKey, Decimal]) -> None:
        """Files hold no budget changes."""
        del home, job, number, lines
        raise _not_there("budget changes")

    def send(self, home: Path, job: str) -> str:
        """Nobody asks for anything in a file."""
        del home, job
        raise _not_there("requests")

    def books(self, home: Path, job: str) -> SourceBooks:
        """What stands in the file of a job."""
        held = {key: amount for (name, key), amount in _rows(home).items() if name == job and amount}
        return SourceBooks(locked=False, original=held, changes={}, synced_original={}, synced_changes={})

    def tell(self, home: Path, url: str, secret: str) -> None:
        """A file calls nobody."""
        del home, url, secret
        raise _not_there("calls")

    def mischief(self) -> Mapping[SourceMischief, Callable[[Path, str], None]]:
        """Somebody deletes a column that is needed."""
        return {SourceMischief.HIDES_COLUMNS: lambda home, _: _save(home, _rows(home), lacking="Amount")}

    def calm(self, home: Path) -> None:
        """The column is put back."""
        _save(home, _rows(home))


def _not_there(what: str) -> NotSupported:
    return NotSupported(f"A file holds no {what}.", remedy="Take a source that does.")


def _file(home: Path) -> Path:
    return home / "budget"


def _known(home: Path) -> Path:
    return home / "known.json"


def _rows(home: Path) -> dict[tuple[str, LineKey], Decimal]:
    if not _known(home).exists():
        return {}
    kept: list[_Row] = json.loads(_known(home).read_text(encoding="utf-8"))["rows"]
    return {(job, LineKey(*key)): Decimal(amount) for job, *key, amount in kept}


def _save(home: Path, rows: Mapping[tuple[str, LineKey], Decimal], *, lacking: str = "") -> None:
    """Keep what is known, and save the budget without the column that lacks."""
    typed: list[_Row] = [
        (job, key.sub_job, key.cost_code, key.category, f"{amount:f}") for (job, key), amount in sorted(rows.items())
    ]
    saved = json.loads(_known(home).read_text(encoding="utf-8"))["saved"] + 1 if _known(home).exists() else 0
    _known(home).write_text(json.dumps({"saved": saved, "rows": typed}), encoding="utf-8")
    columns = [place for place, name in enumerate(_HEADER) if name != lacking]
    table = [[row[place] for place in columns] for row in (_HEADER, *typed)]
    write_atomically(_file(home), [_workbook(table) if saved % 2 else _csv(table)])


def _csv(table: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(table)
    return text.getvalue().encode()


def _workbook(table: Sequence[Sequence[str]]) -> bytes:
    """Codes are text, amounts are the spreadsheet's own numbers."""
    whole = io.BytesIO()
    book: Any = xlsxwriter.Workbook(whole, {"in_memory": True})
    sheet = book.add_worksheet("Budget")
    amounts = table[0].index("Amount") if "Amount" in table[0] else -1
    for number, row in enumerate(table):
        for place, cell in enumerate(row):
            if number and place == amounts:
                sheet.write_number(number, place, float(cell))
            else:
                sheet.write_string(number, place, cell)
    book.close()
    return whole.getvalue()
