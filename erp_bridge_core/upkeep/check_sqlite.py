"""What is looked at in an SQLite database alone: the file's own integrity, and how it is written."""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from erp_bridge_core.upkeep.findings import Looked, failed, fine

_MOST: Final = 10
_RESTORE: Final = "Stop exporting, keep the file as it is, and restore a backup: `erp-bridge db restore FILE`."


def look_at_sqlite(connection: Connection) -> Iterator[Looked]:
    """The pages and indexes of the file, its foreign keys, and that commits are synced (L14)."""
    try:
        said = connection.exec_driver_sql(f"PRAGMA integrity_check({_MOST})").scalars().all()
    except DatabaseError as error:
        said = [str(error.orig)]
    if list(said) == ["ok"]:
        yield fine("integrity", "Every page and index of the file is right.")
    else:
        yield failed("integrity", f"The file is damaged: {'; '.join(map(str, said))}.", remedy=_RESTORE)
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        where = ", ".join(sorted({f"{row[0]} -> {row[2]}" for row in broken})[:_MOST])
        yield failed("references", f"{len(broken)} rows refer to rows that are not there: {where}.", remedy=_RESTORE)
    else:
        yield fine("references", "Every row that another refers to is there.")
    journal = connection.exec_driver_sql("PRAGMA journal_mode").scalar()
    synchronous = connection.exec_driver_sql("PRAGMA synchronous").scalar()
    told = f"Journal {journal}, synchronous {synchronous}."
    if (journal, synchronous) == ("wal", 2):
        yield fine("durability", told)
    else:
        yield failed(
            "durability", f"{told} A commit could be lost.", remedy="Put the home on a disk where SQLite's WAL works."
        )  # fmt: skip
