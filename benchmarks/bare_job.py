"""The floor of the main job: parse, bulk insert, post, read back and compare, with nothing around it."""

import csv
import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, Final

import requests
from attrs import define
from erp_bridge_bench.plugin import CHUNK

from erp_bridge_core.installation import create_home

_JSON: Final = {"Content-Type": "application/json"}
_BUDGET: Final = """
INSERT INTO budget_lines (company_id, project_id, sub_job, cost_code, category, description, quantity, unit, unit_cost,
  amount, removed, source)
VALUES (1, 1, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?)"""
_STAGE: Final = """
INSERT INTO item_lines (item_id, number, company_id, part, our_sub_job, our_cost_code, our_category, sub_job, cost_code,
  category, description, quantity, unit, unit_cost, amount, state)
SELECT 1, row_number() OVER (ORDER BY sub_job, cost_code, category), 1, 'original', sub_job, cost_code, category,
  sub_job, cost_code, category, description, quantity, unit, unit_cost, amount, 'staged'
FROM budget_lines WHERE project_id = 1"""
_CODE: Final = """
INSERT INTO master_cost_codes (company_id, reading_id, code, name, sub_job, standard, is_group, active)
VALUES (1, 1, ?, '', ?, 0, 0, 1)"""
_LINES: Final = (
    "SELECT number, sub_job, cost_code, category, amount, description, quantity, unit FROM item_lines ORDER BY number"
)
_SEEN: Final = """
INSERT INTO observations (verification_id, company_id, route, sub_job, cost_code, category, original, changes, total)
VALUES (1, 1, 'figures', ?, ?, ?, ?, 0, ?)"""
_COMPARE: Final = """
INSERT INTO key_outcomes (verification_id, company_id, sub_job, cost_code, category, sent_original, sent_changes,
  now_original, now_changes, now_total, times, outcome, route)
SELECT 1, 1, line.sub_job, line.cost_code, line.category, line.amount, 0, seen.original, 0, seen.total, 1,
  CASE WHEN seen.original = line.amount THEN 'synced' ELSE 'posted_with_another_amount' END, 'figures'
FROM item_lines AS line JOIN observations AS seen USING (sub_job, cost_code, category)
WHERE line.item_id = 1 AND seen.verification_id = 1"""


@define
class BareJob:
    """A database with the product's own tables, written to by plain statements (WAL, `synchronous=FULL`)."""

    connection: sqlite3.Connection
    session: requests.Session
    url: str

    @classmethod
    @contextmanager
    def prepared(cls, folder: Path, url: str) -> Iterator["BareJob"]:
        """Make the tables; what refers to rows that are not there is let pass."""
        create_home(
            folder, company_code="bench", company_name="Benchmark", time_zone="UTC", currency="USD",
            admin_login="administrator", admin_name="Administrator",
        ).close()  # fmt: skip
        connection = sqlite3.connect(next(folder.glob("*.db")), isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=OFF"):
            connection.execute(f"PRAGMA {pragma}")
        with requests.Session() as session:
            yield cls(connection, session, url)
        connection.close()

    def read(self, budget: Path) -> None:
        """Parse the file to Decimals, then whole units, and write a row a line."""
        with budget.open(encoding="utf-8", newline="") as stream:
            self._write((_BUDGET, _parsed(stream)))

    def send(self) -> None:
        """A snapshot of every line."""
        self._write((_STAGE, None))

    def accept(self) -> None:
        """The job's cost codes, read and kept, as the product does at accept and before the first write."""
        self._write((_CODE, self._cost_codes()))

    def export(self) -> None:
        """The same bodies to the same server, and which of them carries which line."""
        self.accept()
        rows = self.connection.execute(_LINES)
        number = 0
        carried: list[tuple[int, int]] = []
        while some := rows.fetchmany(CHUNK):
            number += 1
            body = b'{"reference":"floor-%d","lines":%b}' % (number, _body(some))
            answer = self.session.post(f"{self.url}/jobs/{_JOB}/entries", data=body, headers=_JSON)
            answer.raise_for_status()
            carried += [(number, line[0]) for line in some]
        self._write(
            ("INSERT INTO effect_lines (effect_id, line) VALUES (?, ?)", carried),
            ("UPDATE item_lines SET state = 'arrived'", None),
        )

    def verify(self) -> None:
        """The ERP's figures to Decimals, kept, and compared key by key."""
        self._write((_SEEN, self._figures()), (_COMPARE, None))
        odd = self.connection.execute("SELECT count(*) FROM key_outcomes WHERE outcome != 'synced'").fetchone()
        if odd != (0,):
            raise SystemExit(f"The floor found {odd[0]} keys with another figure.")

    def _write(self, *statements: tuple[str, Iterable[tuple[Any, ...]] | None]) -> None:
        self.connection.execute("BEGIN IMMEDIATE")
        for statement, rows in statements:
            if rows is None:
                self.connection.execute(statement)
            else:
                self.connection.executemany(statement, rows)
        self.connection.execute("COMMIT")

    def _cost_codes(self) -> Iterator[tuple[str, str]]:
        count = 0
        while rows := self._get("cost-codes", after=str(count)):
            count += len(rows)
            yield from ((code, sub_job) for sub_job, code in rows)

    def _figures(self) -> Iterator[tuple[Any, ...]]:
        after: list[str] = []
        while rows := self._get("figures", after=json.dumps(after)):
            for sub_job, code, category, cents in rows:
                amount = int(Decimal(cents).scaleb(-2).scaleb(2))
                yield sub_job, code, category, amount, amount
            after = rows[-1][:3]

    def _get(self, path: str, **asked: str) -> Any:
        answer = self.session.get(f"{self.url}/jobs/{_JOB}/{path}", params=asked)
        answer.raise_for_status()
        return answer.json()


_JOB: Final = "26-100"


def _parsed(stream: Iterable[str]) -> Iterator[tuple[Any, ...]]:
    reader = csv.reader(stream)
    for number, row in enumerate(islice(reader, 1, None), start=2):
        _, sub_job, code, category, text, quantity, unit, unit_cost, amount = row
        fine, cost, cents = (int(Decimal(figure).scaleb(places)) for figure, places in
                             ((quantity, 4), (unit_cost, 4), (amount, 2)))  # fmt: skip
        yield sub_job, code, category, text, fine, unit, cost, cents, f'{{"file": "budget.csv", "rows": [{number}]}}'


def _body(rows: Iterable[tuple[Any, ...]]) -> bytes:
    """The bytes that the adapter sends."""
    lines = [
        [number, *key, str(Decimal(cents).scaleb(-2)), text, str(Decimal(quantity).scaleb(-4)), unit]
        for number, *key, cents, text, quantity, unit in rows
    ]
    return json.dumps(lines, separators=(",", ":")).encode()
