"""Pages and lists of the API over a large company, measured beside a bare query and template of the same rows.

    python benchmarks/pages.py [--lines 100000] [--projects 1000] [--requests 30] [--json FILE] [--home FOLDER]

The product is served by its own server on the loopback address. The floor is served by the same server in the same
process: a handler that nobody has to sign in for, one SQL query through a bare driver, one small template. Both are
asked in turn, so that other work on the machine meets both alike.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, Final

import budget_file
from attrs import asdict, frozen
from large_home import ADMINISTRATOR, PASSWORD, fill
from machine import describe_machine
from page_floor import create_floor
from page_list import Page, pages_of
from product import STAGES, Product, prepared_product
from served import served
from simulated_erp import simulated_erp
from sqlalchemy import event

from erp_bridge_core.app import Application
from erp_bridge_core.web.server import create_server

#: Seconds that one page is measured at most, once it was asked three times.
_PATIENCE: Final = 20.0
_FEWEST: Final = 3


@frozen(kw_only=True)
class Measured:
    """One page: medians in milliseconds, statements, and bytes as they travel; `whole` is before compression."""

    page: str
    milliseconds: float
    floor: float
    ratio: float
    statements: int
    html: int
    whole: int


class Visitor:
    """One person's browser: one connection that is kept, his cookies, his token."""

    def __init__(self, port: int, headers: dict[str, str]) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=600)
        self._headers = headers

    def ask(self, path: str, **more: str) -> tuple[int, bytes]:
        """The status and the body as it travelled."""
        self._connection.request("GET", path, headers={**self._headers, **more})
        answer = self._connection.getresponse()
        return answer.status, answer.read()


@contextmanager
def counted(application: Application) -> Iterator[list[str]]:
    """The statements that the product gives to its database; the begin of a transaction is none."""
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            found.append(statement)

    event.listen(application.store.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(application.store.engine, "before_cursor_execute", note)


def measure(page: Page, product: Visitor, floor: Visitor, statements: list[str], requests: int) -> Measured:
    """Ask for a page and its floor in turn; raises SystemExit where either does not answer."""
    answers = [_required(visitor, path) for visitor, path in ((product, page.path), (floor, f"/{page.number}"))]
    statements.clear()
    _required(product, page.path)
    asked = len(statements)
    travels = _required(product, page.path, **{"Accept-Encoding": "gzip"})
    taken: tuple[list[float], list[float]] = ([], [])
    began = perf_counter()
    while len(taken[0]) < requests and (len(taken[0]) < _FEWEST or perf_counter() - began < _PATIENCE):
        for visitor, path, times in ((product, page.path, taken[0]), (floor, f"/{page.number}", taken[1])):
            start = perf_counter()
            visitor.ask(path)
            times.append(1000 * (perf_counter() - start))
    own, bare = median(taken[0]), median(taken[1])
    return Measured(
        page=page.title, milliseconds=round(own, 1), floor=round(bare, 1), ratio=round(own / bare, 1),
        statements=asked, html=len(travels), whole=len(answers[0]),
    )  # fmt: skip


def _required(visitor: Visitor, path: str, **headers: str) -> bytes:
    status, body = visitor.ask(path, **headers)
    if status != 200:  # noqa: PLR2004 -- what is measured is an answer
        raise SystemExit(f"{path} answered {status}: {body[:500].decode(errors='replace')}")
    return body


def measure_all(application: Application, pages: list[Page], requests: int) -> dict[str, Any]:
    """Serve product and floor, and measure each page."""
    session, _ = application.people.sign_in(ADMINISTRATOR, PASSWORD, "bench")
    cookies = f"erp-bridge-session={session}; erp-bridge-company=bench"
    database = application.home / "erp-bridge.db"
    with (
        served(create_server(application)) as port,
        served(create_floor(database, pages)) as floor_port,
        counted(application) as statements,
    ):
        product, floor = Visitor(port, {"Cookie": cookies}), Visitor(floor_port, {})
        files = {path: len(_required(product, path, **{"Accept-Encoding": "gzip"})) for path in
                 ("/static/erp-bridge.css", "/static/erp-bridge.js")}  # fmt: skip
        found = []
        for page in pages:
            found.append(measure(page, product, floor, statements, requests))
            print(_line(found[-1]), file=sys.stderr)
    return {"machine": describe_machine(), "files": files, "pages": [asdict(each) for each in found]}


def _line(found: Measured) -> str:
    return (
        f"{found.page:<44} {found.milliseconds:>9.1f} {found.floor:>8.1f} {found.ratio:>6.1f} {found.statements:>5} "
        f"{found.html / 1024:>8.1f} {found.whole / 1024:>8.1f}"
    )


@contextmanager
def prepared(home: Path, *, lines: int, projects: int) -> Iterator[Application]:
    """The large company in a folder: made, or as an earlier run has left it."""
    if (home / "product").exists():
        with Application.open(home / "product") as application:
            yield application
        return
    budget = budget_file.write_budget(home / "budget.csv", lines)
    with simulated_erp(home / "simulator", lines) as erp, prepared_product(home / "product", erp.served) as product:
        for stage in STAGES:
            if stage == "post":
                erp.post(product.handed)
            else:
                product.run(stage, budget)
        _add_spare(product, erp.served)
        fill(product, projects_wanted=projects)
        yield product.application


def _add_spare(product: Product, served_erp: Any) -> None:
    product.application.connections.add(
        product.cast.administrator, "spare", erp="sage300", settings=served_erp.settings,
        files_root=served_erp.files_root, hosts=served_erp.hosts, plain_http=True,
    )  # fmt: skip


def show(figures: dict[str, Any]) -> None:
    """Print the table."""
    print(f"{figures['machine']}\n")
    print(f"{'page':<44} {'ms':>9} {'floor':>8} {'ratio':>6} {'SQL':>5} {'KiB':>8} {'whole':>8}")
    for each in figures["pages"]:
        print(_line(Measured(**each)))
    files = sum(figures["files"].values())
    largest = max(each["html"] for each in figures["pages"])
    print(f"\nStyle and script: {files / 1024:.1f} KiB; with the largest page {(files + largest) / 1024:.1f} KiB.")


def main() -> None:
    """Read the arguments, measure, print, and write the JSON file."""
    parser = argparse.ArgumentParser(description="Measure pages beside a bare query and template of the same rows.")
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--projects", type=int, default=1_000)
    parser.add_argument("--requests", type=int, default=30)
    parser.add_argument("--only", default="", help="pages with this in their names")
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    parser.add_argument("--home", type=Path, help="a folder to work in, kept afterwards and used again")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() if given.home is None else nullcontext(given.home) as folder:
        home = Path(folder)
        home.mkdir(parents=True, exist_ok=True)
        with prepared(home, lines=given.lines, projects=given.projects) as application:
            pages = [page for page in pages_of(application) if given.only in page.title]
            figures = measure_all(application, pages, given.requests)
    show(figures)
    if given.json is not None:
        given.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
