"""Statements that are made once and go to the driver as they are, on PostgreSQL several as one.

For the few that are run for each effect of an export: what SQLAlchemy does around a statement takes longer than SQLite
does to answer it, and on PostgreSQL each way to the server and back counts.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
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
        """Run it in the connection's transaction; the rows that it answers.

        A failure is told as SQLAlchemy tells it.
        """
        driver: Any = connection.connection.driver_connection
        cursor = driver.cursor()
        with told(connection, driver):
            for text, fixed, order in self.made_for(connection.dialect):
                every = {**fixed, **values}
                cursor.execute(text, every if order is None else tuple(every[name] for name in order))
            return cursor.fetchall() if cursor.description else ()

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


@contextmanager
def told(connection: Connection, driver: Any) -> Iterator[None]:
    """What the driver raises in the block is told as SQLAlchemy tells it; a connection that is lost is given up."""
    base = connection.dialect.loaded_dbapi.Error
    try:
        yield
    except base as error:
        if gone := connection.dialect.is_disconnect(error, driver, None):
            connection.invalidate(error)
        raise DBAPIError.instance("", None, error, base, connection_invalidated=gone) from error
