"""Many rows at once: what SQLAlchemy does for each row of a bulk insert costs more than the database itself."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Table, insert

from erp_bridge_core.store.paging import batched

PAGE: Final = 5_000


def insert_rows(connection: Connection, table: Table, names: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Insert rows of plain values (text, whole numbers, None) in the order of `names`, a page at a time.

    Values go to the driver as they are: a column whose type converts them (JSON, a moment) wants them converted.
    """
    compiled = insert(table).compile(dialect=connection.dialect, column_keys=list(names))
    plain = compiled.positiontup == list(names)
    for page in batched(rows, PAGE):
        if plain:
            connection.exec_driver_sql(str(compiled), list(page))
        else:
            connection.execute(insert(table), [dict(zip(names, row, strict=True)) for row in page])
