"""Many rows at once: what SQLAlchemy does for each row of a bulk costs more than the database itself."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Select, Table
from sqlalchemy.exc import DBAPIError

from erp_bridge_core.store.paging import batched

PAGE: Final = 5_000


def insert_rows(connection: Connection, table: Table, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows of plain values (text, whole numbers, None) in the order of `names`, a page at a time.

    Values go to the driver as they are: a column whose type converts them (JSON, a moment) wants them converted.
    """
    quote = connection.dialect.identifier_preparer.quote
    into = f"{quote(table.name)} ({', '.join(map(quote, names))})"
    if connection.dialect.name == "postgresql":
        _copy(connection, f"COPY {into} FROM STDIN", rows)
        return
    statement = f"INSERT INTO {into} VALUES ({', '.join('?' * len(names))})"  # noqa: S608 - names of our own columns
    for page in batched(rows, PAGE):
        connection.exec_driver_sql(statement, [*map(tuple, page)])


def _copy(connection: Connection, statement: str, rows: Iterable[Sequence[Any]]) -> None:
    """PostgreSQL's own way: a stream of rows, several times as fast as statements."""
    driver: Any = connection.connection.driver_connection
    base = connection.dialect.loaded_dbapi.Error
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except base as error:
        # Told as whatever SQLAlchemy itself runs is told.
        raise DBAPIError.instance(statement, None, error, base) from error


def plain_rows(connection: Connection, query: Select[Any]) -> Sequence[tuple[Any, ...]]:
    """Rows as the driver gives them: for columns of text and whole numbers, whose values nothing converts."""
    with connection.execute(query) as result:
        return result.cursor.fetchall()
