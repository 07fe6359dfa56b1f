"""The bench ERP's books, and the service over them: jobs by rule, entries of lines, each answer after a set time.

Run as a program it serves until its standard input ends, and answers `asked`, `forget`, `clear` and
`delay MILLISECONDS` there:

    python -m erp_bridge_bench.books FOLDER KEYS DELAY_MS

Every job has the cost codes of a budget file with so many keys. Nothing here is written durably: what an ERP's disk
takes is not what is measured.
"""

import json
import sqlite3
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar, Final
from urllib.parse import parse_qsl, urlsplit

import budget_file
from attrs import Factory, define

COMPANY: Final = "BENCH"
PAGE: Final = 5_000
CATEGORIES: Final = (("L", "Labor"), ("M", "Material"), ("S", "Subcontract"))
_SCHEMA: Final = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = OFF;
CREATE TABLE IF NOT EXISTS entry (reference TEXT PRIMARY KEY, job TEXT, hash TEXT, lines INTEGER) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS figure (
  job TEXT, sub_job TEXT, cost_code TEXT, category TEXT, cents INTEGER, PRIMARY KEY (job, sub_job, cost_code, category)
) WITHOUT ROWID;
"""
_ADD: Final = """
INSERT INTO figure VALUES (?, ?, ?, ?, ?)
ON CONFLICT (job, sub_job, cost_code, category) DO UPDATE SET cents = cents + excluded.cents"""


@define
class Books:
    """What the ERP holds, in a file: it has room for a million keys without memory for them."""

    folder: Path
    keys: int
    _guard: Any = Factory(threading.Lock)
    _open: Any = Factory(threading.local)

    def job(self, job: str) -> Mapping[str, Any]:
        """A job's header and short lists; each number of a job is one."""
        codes = [(code, code.title()) for code in budget_file.SUB_JOBS if code]
        return {"company": COMPANY, "job": job, "sub_jobs": codes, "categories": CATEGORIES}

    def cost_codes(self, after: int) -> list[tuple[str, str]]:
        """A page of cost codes with their sub jobs, from one on."""
        each = len(budget_file.SUB_JOBS)
        count = -(-self.keys // (each * len(budget_file.CATEGORIES))) * each
        numbers = range(after, min(after + PAGE, count))
        return [(budget_file.SUB_JOBS[number % each], budget_file.cost_code(number // each)) for number in numbers]

    def figures(self, job: str, after: tuple[str, ...]) -> list[tuple[Any, ...]]:
        """A page of a job's figures behind a key: the key, and cents."""
        query = "SELECT sub_job, cost_code, category, cents FROM figure WHERE job = ?"
        order = "ORDER BY sub_job, cost_code, category LIMIT ?"
        if after:
            query += " AND (sub_job, cost_code, category) > (?, ?, ?)"
        return self._database.execute(f"{query} {order}", (job, *after, PAGE)).fetchall()

    def entries(self, prefix: str, after: str) -> list[tuple[Any, ...]]:
        """A page of the entries whose references begin alike: the reference, and the hash of its lines."""
        query = "SELECT reference, hash FROM entry WHERE reference > ? AND reference < ? ORDER BY reference LIMIT ?"
        return self._database.execute(query, (max(after, prefix), f"{prefix}\x7f", PAGE)).fetchall()

    def take(self, job: str, reference: str, lines: list[list[Any]]) -> bool:
        """Enter lines under a reference that was never used; False where it was."""
        told = sha256(json.dumps(lines, separators=(",", ":")).encode()).hexdigest()
        rows = [(job, *line[1:4], int(line[4].replace(".", ""))) for line in lines]
        with self._guard, self._database as connection:
            connection.execute("BEGIN IMMEDIATE")
            row = (reference, job, told, len(lines))
            if connection.execute("INSERT OR IGNORE INTO entry VALUES (?, ?, ?, ?)", row).rowcount == 0:
                return False
            connection.executemany(_ADD, rows)
        return True

    def clear(self) -> None:
        """Forget all entries."""
        with self._guard, self._database as connection:
            connection.execute("DELETE FROM entry")
            connection.execute("DELETE FROM figure")

    def told(self) -> Mapping[str, Any]:
        """How many lines the books hold, and their amount in cents."""
        lines, cents = self._database.execute(
            "SELECT (SELECT sum(lines) FROM entry), sum(cents) FROM figure"
        ).fetchone()
        return {"lines": lines or 0, "cents": cents or 0}

    @property
    def _database(self) -> sqlite3.Connection:
        """The connection of this thread."""
        if not hasattr(self._open, "connection"):
            self._open.connection = sqlite3.connect(self.folder / "books.sqlite3", isolation_level=None, timeout=60)
            self._open.connection.executescript(_SCHEMA)
        connection: sqlite3.Connection = self._open.connection
        return connection


@define
class Log:
    """When each request began and ended, and whether it wrote."""

    rows: list[tuple[float, float, bool]] = Factory(list)
    guard: Any = Factory(threading.Lock)

    def add(self, began: float, *, write: bool) -> None:
        """Note a request that ends now."""
        with self.guard:
            self.rows.append((began, time.monotonic(), write))

    def asked(self) -> Mapping[str, Any]:
        """What was asked since it was forgotten; times are of this machine's monotonic clock."""
        writes = [row for row in self.rows if row[2]]
        begins = sorted(began for began, _, _ in self.rows)
        return {
            "requests": len(self.rows),
            "writes": len(writes),
            "first_write": min((began for began, _, _ in writes), default=0.0),
            "last_write": max((ended for _, ended, _ in writes), default=0.0),
            "first": begins[0] if begins else 0.0,
            "last": max((ended for _, ended, _ in self.rows), default=0.0),
            "in_a_second": _most_within(begins, 1.0),
        }


def _most_within(times: list[float], window: float) -> int:
    most, start = 0, 0
    for end, moment in enumerate(times):
        while times[start] <= moment - window:
            start += 1
        most = max(most, end - start + 1)
    return most


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    books: ClassVar[Books]
    log: ClassVar[Log]
    delay: ClassVar[float]

    def do_GET(self) -> None:
        began = time.monotonic()
        address = urlsplit(self.path)
        asked = dict(parse_qsl(address.query, keep_blank_values=True))
        _, _, job, *rest = address.path.split("/")
        match rest:
            case []:
                answer: Any = self.books.job(job)
            case ["cost-codes"]:
                answer = self.books.cost_codes(int(asked["after"]))
            case ["figures"]:
                answer = self.books.figures(job, tuple(json.loads(asked["after"])))
            case _:
                answer = self.books.entries(asked["prefix"], asked["after"])
        self._answer(200, answer, began)

    def do_POST(self) -> None:
        began = time.monotonic()
        given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        _, _, job, *_ = self.path.split("/")
        taken = self.books.take(job, given["reference"], given["lines"])
        answer = {"taken": len(given["lines"])} if taken else {"error": "The reference was used before."}
        self._answer(201 if taken else 409, answer, began, write=True)

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - the library's name
        """Nothing is told of single requests."""

    def _answer(self, status: int, answer: Any, began: float, *, write: bool = False) -> None:
        body = json.dumps(answer).encode()
        time.sleep(max(0.0, self.delay - (time.monotonic() - began)))
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()
        self.log.add(began, write=write)


class _Server(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True


@contextmanager
def _serving(books: Books, log: Log, delay: float) -> Iterator[int]:
    _Handler.books, _Handler.log, _Handler.delay = books, log, delay
    server = _Server(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()


def main(folder: Path, keys: int, delay_ms: float) -> None:
    """Serve until the input ends; each line of it is a question, answered by a line of JSON."""
    books, log = Books(folder, keys), Log()
    with _serving(books, log, delay_ms / 1000) as port:
        print(json.dumps(port), flush=True)
        for question in sys.stdin:
            if question.startswith("delay "):
                _Handler.delay = float(question.removeprefix("delay ")) / 1000
            if question.strip() in {"forget", "clear"}:
                log.rows.clear()
            if question.strip() == "clear":
                books.clear()
            print(json.dumps({**log.asked(), **books.told()}), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
