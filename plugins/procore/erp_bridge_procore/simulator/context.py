"""What handling one request, or one act at the desk, needs: the books, who acts, and the moment."""

import json
import sqlite3
from datetime import UTC, datetime
from typing import Any

from attrs import frozen

from erp_bridge_core.simulation import Request, now
from erp_bridge_procore.simulator.amounts import units_of
from erp_bridge_procore.simulator.problems import Refusal, invalid, missing
from erp_bridge_procore.simulator.switches import SWITCHES
from erp_bridge_procore.simulator.wire import decode

Row = sqlite3.Row


@frozen(kw_only=True)
class Context:
    """One transaction on the books on behalf of a person; `app` is the number of the app that he uses, if any."""

    connection: sqlite3.Connection
    moment: float
    company: int
    person: int
    app: int | None = None
    request: Request | None = None

    def all(self, statement: str, *values: object) -> list[Row]:
        """The rows of a statement."""
        return self.connection.execute(statement, values).fetchall()

    def one(self, statement: str, *values: object) -> Row | None:
        """The first row of a statement, None where there is none."""
        row: Row | None = self.connection.execute(statement, values).fetchone()
        return row

    def run(self, statement: str, *values: object) -> int:
        """Do a statement; how many rows it concerned."""
        return self.connection.execute(statement, values).rowcount

    def add(self, table: str, **values: object) -> int:
        """Add a record; its number, from the one series that all records share."""
        number = self.connection.execute("INSERT INTO serial DEFAULT VALUES").lastrowid
        assert number is not None
        names = ", ".join(("id", *values))
        marks = ", ".join("?" * (len(values) + 1))
        self.connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", (number, *values.values()))  # noqa: S608 - names of our own
        return number

    def switch(self, name: str) -> str:
        """The value of a switch."""
        return SWITCHES.get(self.connection, name)

    def on(self, name: str) -> bool:
        """Whether a yes-or-no switch stands at yes."""
        return SWITCHES.on(self.connection, name)

    @property
    def body(self) -> dict[str, Any]:
        """The JSON object that was sent; raises Refusal."""
        assert self.request is not None, "acts at the desk send no body"
        return decode(self.request.body)

    def query(self, name: str) -> str:
        """A parameter of the query, blank where it was not given."""
        return self.request.query.get(name, "") if self.request else ""

    def project(self, number: object) -> Row:
        """A project of the caller's company; raises Refusal (404)."""
        row = self.one("SELECT * FROM project WHERE id = ? AND company = ?", whole(number), self.company)
        if row is None:
            raise missing("Project")
        return row

    def budget(self, project: int) -> Row:
        """The budget of a project."""
        row = self.one("SELECT * FROM budget WHERE project = ?", project)
        assert row is not None, "every project is set up with a budget"
        return row

    def units(self, given: dict[str, Any], name: str, *, decimals: int | None = None) -> int:
        """An amount that was sent, 0 where it was not; raises Refusal (422)."""
        value = given.get(name)
        if value is None:
            return 0
        try:
            return units_of(value, decimals=int(self.switch("decimals")) if decimals is None else decimals)
        except ValueError as error:
            raise invalid(**{name: str(error)}) from error


def open_context(
    connection: sqlite3.Connection,
    *,
    company: int,
    person: int,
    app: int | None = None,
    request: Request | None = None,
) -> Context:
    """A context on an open connection, at the simulator's time."""
    return Context(
        connection=connection, moment=now(connection), company=company, person=person, app=app, request=request
    )


def whole(value: object) -> int:
    """The number of a record as a path, a query or a body has it; raises Refusal (404) for what can't be one."""
    text = str(value)
    if not (text.isascii() and text.isdigit() and len(text) <= 18):  # noqa: PLR2004 - what the books can hold
        raise missing("Record")
    return int(text)


def stamp(moment: float) -> str:
    """A time as Procore writes it."""
    return datetime.fromtimestamp(moment, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def items_of(body: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The objects of a list in a body; raises Refusal (400)."""
    found = body.get(name)
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise Refusal(400, f"param is missing or the value is empty: {name}")
    return found


def kept(value: object) -> str | None:
    """A value as its column keeps it: text stays, anything else becomes JSON, nothing stays nothing."""
    return value if value is None or isinstance(value, str) else json.dumps(value, default=str)
