"""No page asks the database more often because there is more to show: over one of everything, and over several."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any, Final

import pytest
from litestar.routes import HTTPRoute
from litestar.testing import TestClient
from sqlalchemy import Connection, Table, event, insert, select
from web_items import books, exported, person, press
from web_site import PROJECT, Browser

from erp_bridge_core.app import Application
from erp_bridge_core.budgets.entries import LineEntry
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.store.tables import exports, item_lines, items, key_outcomes, projects, verifications

#: The item that went all the way, and what stands for the other parts of a path.
ITEM: Final = 1
NAMED: Final = {
    "item_id": str(ITEM), "number": PROJECT, "login": "mia", "name": "books", "change": "BC-0", "reference": "x",
    "key": "x", "code": "A", "sha256": "0" * 64, "erp_connection": "books",
}  # fmt: skip
QUERIES: Final = {
    "/api/v1/projects/{number}/budget/line": "?cost_code=01-100&category=L",
    "/projects/{number}/budget/changes/show": "?change=BC-0",
    "/projects/{number}/budget/changes/edit": "?change=BC-0",
    "/projects/{number}/budget/lines/edit": "?cost_code=01-100&category=L",
}
#: Files of whole reports, and answers that need no sign-in.
LEFT_OUT: Final = re.compile(r"/(static|schema|sign-in|healthz|readyz|metrics|\{path\}).*|.*/(csv|xlsx)")
STATES: Final = ("ready", "failed", "unknown", "waiting", "mismatch", "synced", "exporting")
#: How the export of an item in each of these states stands; in the others it is over.
EXPORTS: Final = {"exporting": "running", "failed": "failed", "unknown": "unknown"}


@contextmanager
def counting(application: Application) -> Iterator[list[str]]:
    """The statements that are given to the database meanwhile."""
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        found.append(statement)

    event.listen(application.store.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(application.store.engine, "before_cursor_execute", note)


def pages(server: TestClient[Any]) -> Sequence[str]:
    """The path of every page and every answer of the API, as the application has them."""
    patterns = {
        route.path_format for route in server.app.routes if isinstance(route, HTTPRoute) and "GET" in route.methods
    }
    return sorted(each for each in patterns if not LEFT_OUT.fullmatch(each))


def asked(browser: Browser, application: Application, patterns: Sequence[str]) -> dict[str, list[str]]:
    """The statements behind every page that is there."""
    found = {}
    for pattern in patterns:
        path = pattern.format_map({**NAMED, "name": "memory" if "/plugins/" in pattern else "books"})
        path += QUERIES.get(pattern, "")
        browser.get(path)  # whatever is read once in a process is read now
        with counting(application) as statements:
            status = browser.get(path).status_code
        if status == 200:
            found[pattern] = list(statements)
    return found


def copied(connection: Connection, table: Table, where: Any, **other: Any) -> list[int]:
    """Copies of some rows with other values; answers their ids, where they have some."""
    made = []
    for row in connection.execute(select(table).where(where)).mappings().all():
        values = {name: value for name, value in row.items() if name != "id"}
        key = connection.execute(insert(table).values(**{**values, **other})).inserted_primary_key
        made.append(int(key[0]) if key else 0)
    return made


def one_more(application: Application, actor: Actor, number: int) -> None:
    """One more of everything: a project with an item in each state, lines, changes, people, entries of a map."""
    application.people.add(actor, f"person{number}", f"Person {number}")
    application.people.grant_project(actor, f"person{number}", PROJECT, level="standard")
    application.connections.add(actor, f"other-{number}", erp="memory", settings={})
    application.maps.set(actor, "books", kind="unit", ours=f"U{number}", theirs="EA")
    lines = [LineEntry(cost_code="01-100", category="L", amount=Decimal(number + 1))]
    for place in range(number + 1):
        change = f"BC-{number}{place or ''}"
        application.changes.add(actor, PROJECT, number=change, day=date(2026, 2, 1), lines=lines)
    for state in STATES:
        made = application.projects.create(actor, f"P-{number}-{state}", name=state)
        with application.store.begin() as connection:
            _send(connection, made.id, state)


def _send(connection: Connection, project: int, state: str) -> None:
    linked = connection.execute(select(projects.c.connection_id).where(projects.c.number == PROJECT)).scalar_one()
    connection.execute(projects.update().where(projects.c.id == project).values(connection_id=linked, job="x"))
    (item,) = copied(connection, items, items.c.id == ITEM, project_id=project, state=state)
    copied(connection, item_lines, item_lines.c.item_id == ITEM, item_id=item)
    copied(connection, exports, exports.c.item_id == ITEM, item_id=item, state=EXPORTS.get(state, "complete"))
    verified = connection.execute(select(verifications.c.id).where(verifications.c.item_id == ITEM)).scalars().all()
    (copy,) = copied(connection, verifications, verifications.c.id == verified[-1], item_id=item)
    copied(connection, key_outcomes, key_outcomes.c.verification_id == verified[-1], verification_id=copy)


@pytest.fixture
def posted(abe: Browser, application: Application) -> Browser:
    """The browser of an administrator, once item 1 went all the way and there is one of everything else."""
    exported(abe)
    books(application).jobs[PROJECT].post()
    assert 303 == press(abe, "verify").status_code
    one_more(application, person(application, "ada"), 0)
    abe.send("/sign-out", {}, page="/")
    assert 303 == abe.sign_in("ada").status_code
    return abe


def test_no_page_asks_more_often_for_more_rows(
    posted: Browser, application: Application, server: TestClient[Any]
) -> None:
    """Every page and every answer of the API gives as many statements over several of everything as over one."""
    patterns = pages(server)
    before = asked(posted, application, patterns)
    for number in (1, 2, 3):
        one_more(application, person(application, "ada"), number)
    after = asked(posted, application, patterns)

    assert 60 < len(before)
    assert {} == {
        pattern: (len(before[pattern]), len(after[pattern]), _more(before[pattern], after[pattern]))
        for pattern in before
        if len(before[pattern]) != len(after[pattern])
    }


def _more(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """The statements that there are more of, to be found by whoever reads the failure."""
    return sorted({each[:200] for each in after if after.count(each) > before.count(each)})
