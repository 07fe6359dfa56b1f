"""Many rows at once: what SQLAlchemy does for each row of a bulk costs more than the database itself."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from attrs import define
from sqlalchemy import Boolean, Connection, Float, Insert, Integer, Select, String, Table
from sqlalchemy.exc import DBAPIError

from erp_bridge_core.store.paging import batched

PAGE: Final = 5_000
#: Fewer rows than this are soon gone through, whatever way is taken through them.
MANY: Final = 1_000


def insert_rows(connection: Connection, table: Table, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows of plain values (text, whole numbers, None) in the order of `names`, a page at a time.

    Values go to the driver as they are: a column whose type converts them (JSON, a moment) wants them converted.
    """
    counted = _Counted(rows)
    _insert(connection, table, names, counted)
    tell_planner(connection, table, counted.number)


def tell_planner(connection: Connection, table: Table, added: int) -> None:
    """After so many rows were added: have PostgreSQL look at the table anew, in the same transaction.

    It plans a query by what it knew of the table before: that next to no row is of a new item. A join of a large
    item's lines with themselves, planned so, goes through all of them for each. SQLite needs no telling.
    """
    if added >= MANY and connection.dialect.name == "postgresql":
        name = connection.dialect.identifier_preparer.quote(table.name)
        connection.exec_driver_sql(f"ANALYZE (SKIP_LOCKED) {name}")


def insert_selected(connection: Connection, statement: Insert) -> int:
    """Insert what a query finds, and have the planner know of it; how many rows."""
    assert isinstance(statement.table, Table)
    added = connection.execute(statement, execution_options={"preserve_rowcount": True}).rowcount
    tell_planner(connection, statement.table, added)
    return added


@define
class _Counted:
    """Rows on their way, and how many have passed."""

    rows: Iterable[Sequence[Any]]
    number: int = 0

    def __iter__(self) -> Iterator[Sequence[Any]]:
        for row in self.rows:
            self.number += 1
            yield row


def _insert(connection: Connection, table: Table, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    quote = connection.dialect.identifier_preparer.quote
    into = f"{quote(table.name)} ({', '.join(map(quote, names))})"
    if connection.dialect.name == "postgresql":
        if "TEMPORARY" in table._prefixes:  # noqa: SLF001 -- there is no other way to ask
            _copy(connection, f"COPY {into} FROM STDIN", rows)
        else:
            _insert_arrays(connection, into, [table.c[name].type for name in names], rows)
        return
    statement = f"INSERT INTO {into} VALUES ({', '.join('?' * len(names))})"  # noqa: S608 - names of our own columns
    for page in batched(rows, PAGE):
        connection.exec_driver_sql(statement, [*map(tuple, page)])


def _copy(connection: Connection, statement: str, rows: Iterable[Sequence[Any]]) -> None:
    """PostgreSQL's own way: a stream of rows, several times as fast as statements; refused where rows have policies."""
    driver: Any = connection.connection.driver_connection
    base = connection.dialect.loaded_dbapi.Error
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except base as error:
        # Told as whatever SQLAlchemy itself runs is told.
        raise DBAPIError.instance(statement, None, error, base) from error


def _insert_arrays(connection: Connection, into: str, kinds: Sequence[Any], rows: Iterable[Sequence[Any]]) -> None:
    """One statement a page, an array for each column."""
    values = [f"v{number}" for number in range(len(kinds))]
    given = ", ".join(f"%s::{_array(kind)}[]" for kind in kinds)
    # Text fits its column by itself, or is refused: a cast would cut it off unseen.
    taken = ", ".join(
        value if isinstance(kind, String) else f"{value}::{kind.compile(connection.dialect)}"
        for value, kind in zip(values, kinds, strict=True)
    )
    page_of = f"unnest({given}) AS page ({', '.join(values)})"
    statement = f"INSERT INTO {into} SELECT {taken} FROM {page_of}"  # noqa: S608 - names of our own columns
    for page in batched(rows, PAGE):
        connection.exec_driver_sql(statement, tuple(list(column) for column in zip(*page, strict=True)))


def _array(kind: Any) -> str:
    """The type of the array that carries a column's values: text stands for whatever is written as text."""
    if isinstance(kind, Boolean):
        return "boolean"
    if isinstance(kind, Integer):
        return "bigint"
    return "double precision" if isinstance(kind, Float) else "text"


def plain_rows(connection: Connection, query: Select[Any]) -> Sequence[tuple[Any, ...]]:
    """Rows as the driver gives them: for columns of text and whole numbers, whose values nothing converts."""
    with connection.execute(query) as result:
        return result.cursor.fetchall()
