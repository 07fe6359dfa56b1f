"""Rows as plain values that are the same in SQLite and PostgreSQL, in an order that is the same in both.

A row is a JSON array. Moments, days and JSON are text exactly as they are stored, bytes are hex, so that a table's
digest tells whether two databases of either kind hold the same.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from graphlib import TopologicalSorter
from typing import Any, Final

from attrs import frozen
from sqlalchemy import Connection, inspect
from sqlalchemy import types as sql

from erp_bridge_core.contract.errors import StorageError
from erp_bridge_core.store.paging import batched
from erp_bridge_core.store.row_security import EVERYWHERE, SETTING

#: Alembic's own: the version stands in a backup's manifest.
VERSION_TABLE: Final = "alembic_version"
#: Rows that are read or written at once.
PAGE: Final = 2_000


class Kind(StrEnum):
    """What a column holds."""

    WHOLE = "whole"
    NUMBER = "number"
    YES_NO = "yes_no"
    TEXT = "text"
    MOMENT = "moment"
    DAY = "day"
    JSON = "json"
    BYTES = "bytes"


#: In the order in which a column's type is asked: the first that fits.
_KINDS: Final = (
    (sql.Boolean, Kind.YES_NO),
    (sql.Integer, Kind.WHOLE),
    (sql.Float, Kind.NUMBER),
    (sql.DateTime, Kind.MOMENT),
    (sql.Date, Kind.DAY),
    (sql.JSON, Kind.JSON),
    (sql.LargeBinary, Kind.BYTES),
    (sql.String, Kind.TEXT),
)


@frozen(kw_only=True)
class Shape:
    """A table: its columns with what each holds, and the columns of its key, which its rows are ordered by."""

    name: str
    columns: tuple[tuple[str, Kind], ...]
    key: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names."""
        return tuple(name for name, _ in self.columns)


def shapes(connection: Connection) -> tuple[Shape, ...]:
    """Every table of the database as it is, of whatever version; a table comes after those that it refers to."""
    _require_all_companies(connection)
    looked = inspect(connection)
    names = sorted(set(looked.get_table_names()) - {VERSION_TABLE})
    before = {
        name: {key["referred_table"] for key in looked.get_foreign_keys(name)} - {name} for name in names
    }  # fmt: skip
    found = {name: _shape(looked, name) for name in names}
    return tuple(found[name] for name in TopologicalSorter(before).static_order())


def _require_all_companies(connection: Connection) -> None:
    """A transaction that PostgreSQL shows one company's rows, or none, must not be taken for the whole database."""
    if connection.dialect.name != "postgresql":
        return
    seen = connection.exec_driver_sql(f"SELECT current_setting('{SETTING}', true)").scalar()
    if seen != EVERYWHERE:
        raise StorageError(
            "The database shows this transaction a part of its rows alone.", remedy="Report this as a defect."
        )  # fmt: skip


def _shape(looked: Any, name: str) -> Shape:
    columns = tuple((column["name"], _kind(name, column)) for column in looked.get_columns(name))
    return Shape(name=name, columns=columns, key=tuple(looked.get_pk_constraint(name)["constrained_columns"]))


def _kind(table: str, column: Mapping[str, Any]) -> Kind:
    for wanted, kind in _KINDS:
        if isinstance(column["type"], wanted):
            return kind
    raise StorageError(
        f"The column {table}.{column['name']} is of a type that ERP Bridge never makes: {column['type']!r}.",
        remedy="Find out who changed the database; keep it to ERP Bridge alone.",
    )


# -- reading ----------------------------------------------------------------------------------------------------------

#: How PostgreSQL says what SQLite holds as text.
_IN_POSTGRESQL: Final = {
    Kind.MOMENT: "to_char({name}, 'YYYY-MM-DD HH24:MI:SS.US')",
    Kind.DAY: "to_char({name}, 'YYYY-MM-DD')",
    Kind.JSON: "{name}::text",
    Kind.BYTES: "encode({name}, 'hex')",
}


def read_lines(connection: Connection, shape: Shape) -> Iterator[bytes]:
    """The table's rows as lines, by its key; memory stays flat however many there are."""
    postgresql = connection.dialect.name == "postgresql"
    question = _question(shape, postgresql=postgresql)
    plain = {place: _AS_PLAIN[kind] for place, (_, kind) in enumerate(shape.columns) if kind in _AS_PLAIN}
    # For this statement alone: an option of the connection would stay.
    streaming = {"stream_results": True, "max_row_buffer": PAGE}
    with connection.exec_driver_sql(question, execution_options=streaming) as found:
        for page in found.partitions(PAGE):
            for row in page:
                values = list(row)
                if not postgresql:
                    for place, convert in plain.items():
                        if values[place] is not None:
                            values[place] = convert(values[place])
                yield json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _question(shape: Shape, *, postgresql: bool) -> str:
    columns = [f'"{name}"' for name in shape.names]
    order = [f'"{name}"' for name in shape.key]
    if postgresql:
        kinds = dict(shape.columns)
        columns = [_IN_POSTGRESQL.get(kind, "{name}").format(name=f'"{name}"') for name, kind in shape.columns]
        order = [f'"{name}" COLLATE "C"' if kinds[name] is Kind.TEXT else f'"{name}"' for name in shape.key]
    return f'SELECT {", ".join(columns)} FROM "{shape.name}" ORDER BY {", ".join(order)}'  # noqa: S608 -- names of ours


def _json_text(value: Any) -> str:
    """SQLite keeps a JSON document that is a bare number as that number."""
    return value if isinstance(value, str) else json.dumps(value)


_AS_PLAIN: Final[Mapping[Kind, Callable[[Any], Any]]] = {
    Kind.YES_NO: bool,
    Kind.NUMBER: float,
    Kind.JSON: _json_text,
    Kind.BYTES: bytes.hex,
}


# -- writing ----------------------------------------------------------------------------------------------------------


def write_lines(connection: Connection, shape: Shape, lines: Iterable[bytes]) -> int:
    """Add rows to an empty table, in the caller's transaction; returns how many."""
    hexed = [place for place, (_, kind) in enumerate(shape.columns) if kind is Kind.BYTES]
    write = _copy_in if connection.dialect.name == "postgresql" else _insert
    count = 0
    for page in batched(_rows(lines, hexed), PAGE):
        rows = list(page)
        write(connection, shape, rows)
        count += len(rows)
    return count


def _rows(lines: Iterable[bytes], hexed: list[int]) -> Iterator[tuple[Any, ...]]:
    for line in lines:
        values = json.loads(line)
        for place in hexed:
            if values[place] is not None:
                values[place] = bytes.fromhex(values[place])
        yield tuple(values)


def _insert(connection: Connection, shape: Shape, rows: list[tuple[Any, ...]]) -> None:
    columns = ", ".join(f'"{name}"' for name in shape.names)
    places = ", ".join("?" * len(shape.columns))
    connection.exec_driver_sql(f'INSERT INTO "{shape.name}" ({columns}) VALUES ({places})', rows)  # noqa: S608 -- names of ours


def _copy_in(connection: Connection, shape: Shape, rows: list[tuple[Any, ...]]) -> None:
    import psycopg

    columns = ", ".join(f'"{name}"' for name in shape.names)
    driver = connection.connection.driver_connection
    assert driver is not None
    try:
        with driver.cursor() as cursor, cursor.copy(f'COPY "{shape.name}" ({columns}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row(row)
    except psycopg.Error as error:
        raise StorageError(
            f"The database does not take the rows of {shape.name}: {error}", remedy="Correct that, then run it again."
        ) from error


# -- around writing ---------------------------------------------------------------------------------------------------


def let_rows_in(connection: Connection) -> Callable[[], None]:
    """Keep triggers, the order of foreign keys and row-level security out of the way of whole tables.

    The answer undoes that. SQLite looks at foreign keys when the transaction is committed, PostgreSQL after each table.
    """
    if connection.dialect.name == "postgresql":
        return _open_postgresql(connection)
    connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    triggers = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all()
    for name, _ in triggers:
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')

    def put_back() -> None:
        for _, made_by in triggers:
            connection.exec_driver_sql(made_by)

    return put_back


def _open_postgresql(connection: Connection) -> Callable[[], None]:
    looked = inspect(connection)
    names = sorted(looked.get_table_names())
    counted = [name for name in names if any(column["name"] == "id" for column in looked.get_columns(name))]
    forced = connection.exec_driver_sql(
        "SELECT relname FROM pg_class WHERE relforcerowsecurity AND relnamespace = current_schema()::regnamespace"
    ).scalars()
    kept_apart = sorted(forced)

    def alter(tables: Iterable[str], how: str) -> None:
        for table in tables:
            connection.exec_driver_sql(f'ALTER TABLE "{table}" {how}')

    def put_back() -> None:
        alter(names, "ENABLE TRIGGER USER")
        alter(kept_apart, "FORCE ROW LEVEL SECURITY")
        for name in counted:
            _count_on(connection, name)

    alter(names, "DISABLE TRIGGER USER")
    alter(kept_apart, "NO FORCE ROW LEVEL SECURITY")
    return put_back


def _count_on(connection: Connection, name: str) -> None:
    """Number new rows behind those that came in."""
    connection.exec_driver_sql(
        f"SELECT setval(pg_get_serial_sequence('\"{name}\"', 'id'), max(id)) FROM \"{name}\" HAVING max(id) > 0"  # noqa: S608 -- a table of ours
    )
