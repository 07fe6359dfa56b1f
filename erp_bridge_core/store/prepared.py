"""Statements that are made once and go to the driver as they are, on as few ways to the server as can be.

For the few that are run for each effect of an export: what SQLAlchemy does around a statement takes longer than SQLite
does to answer it, and on PostgreSQL each way to the server and back counts.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property
from typing import Any

from attrs import define, field
from sqlalchemy import Connection, Double, Insert, Select, TextClause, Update, cast, extract, func
from sqlalchemy.exc import DBAPIError

Rows = Sequence[tuple[Any, ...]]
Values = Mapping[str, Any]
_Made = tuple[str, Mapping[str, Any], Sequence[str] | None]


@define(eq=False, slots=False)
class Prepared:
    """One statement, whose values go to the driver unconverted: plain text, numbers, and JSON as its text.

    `before` are statements that are run with it, each on a table of its own, and whose rows nobody asks for. PostgreSQL
    is given all of them as one. What stands fixed in a statement is given unconverted too.
    """

    statement: Insert | Update | Select[Any] | TextClause
    before: Sequence[Update] = ()
    _made: dict[str, list[_Made]] = field(factory=dict, init=False, repr=False)

    def rows(self, connection: Connection, values: Values) -> Rows:
        """Run it in the connection's transaction; the rows that it answers."""
        return run_together(connection, (self, values))[0]

    @cached_property
    def with_clock(self) -> "Prepared":
        """On PostgreSQL, the same question with the server's seconds as the last column of its answer."""
        assert isinstance(self.statement, Select)
        return Prepared(self.statement.add_columns(cast(extract("epoch", func.clock_timestamp()), Double)))

    def made_for(self, dialect: Any) -> list[_Made]:
        """The statements as the driver takes them, the values that stand fixed in each, and the order of all."""
        made = self._made.get(dialect.name)
        if made is None:
            made = self._made[dialect.name] = [_make(each, dialect) for each in self._parts(dialect)]
        return made

    def _parts(self, dialect: Any) -> Sequence[Any]:
        if not self.before or isinstance(self.statement, Select | TextClause) or dialect.name != "postgresql":
            return (*self.before, self.statement)
        return (self.statement.add_cte(*(each.cte(f"part_{number}") for number, each in enumerate(self.before))),)


def _make(statement: Any, dialect: Any) -> _Made:
    made = statement.compile(dialect=dialect)
    return made.string, made.params, made.positiontup if made.positional else None


def run_together(connection: Connection, *asked: tuple[Prepared, Values]) -> list[Rows]:
    """Run statements in their order, on PostgreSQL on one way, that of the transaction's begin too; the rows of each.

    Each sees what is committed when it begins, as if it had come alone. The first that fails is told as SQLAlchemy
    tells it, and nothing after it is done.
    """
    driver: Any = connection.connection.driver_connection
    base = connection.dialect.loaded_dbapi.Error
    text = ""
    try:
        with _on_one_way(connection.dialect.loaded_dbapi, driver, len(asked)):
            cursors = []
            for statement, values in asked:
                for text, fixed, order in statement.made_for(connection.dialect):
                    every = {**fixed, **values}
                    cursor = driver.cursor()
                    cursor.execute(text, every if order is None else tuple(every[name] for name in order))
                cursors.append(cursor)
        return [cursor.fetchall() if cursor.description else () for cursor in cursors]
    except base as error:
        if gone := connection.dialect.is_disconnect(error, driver, None):
            connection.invalidate(error)
        raise DBAPIError.instance(text, None, error, base, connection_invalidated=gone) from error


def _on_one_way(library: Any, driver: Any, count: int) -> AbstractContextManager[Any]:
    """The driver's pipeline, where there is more to send than one statement: a transaction's begin is sent with it."""
    if not hasattr(library, "Pipeline") or not library.Pipeline.is_supported():
        return nullcontext()
    alone = count == 1 and (driver.autocommit or driver.pgconn.transaction_status)
    return nullcontext() if alone else driver.pipeline()
