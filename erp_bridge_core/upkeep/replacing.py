"""Putting an SQLite database in another one's place: in one transaction of SQLite's own, the former kept aside."""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import update

from erp_bridge_core.connections.durable import sync_folder
from erp_bridge_core.contract.errors import StorageError
from erp_bridge_core.store import schema
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.sqlite import remedy_of
from erp_bridge_core.store.tables import installation
from erp_bridge_core.upkeep.alone import Damaged, alone

#: What SQLite keeps beside a database.
_BESIDE = ("-wal", "-shm")


def replace_database(live: Path, made: Path) -> tuple[Path, ...]:
    """Make `made` the content of `live`, whole or not at all; tells where the former content lies.

    Raises `InUse` while anybody has `live` open. One that is no database any more is set aside as it is.
    """
    if not live.exists():
        kept = set_aside(live, "before-restore")
        made.replace(live)
        sync_folder(live.parent)
        return kept
    aside = aside_of(live, "before-restore")
    store = Store.at(live)
    try:
        with alone(store), store.engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            with _told():
                _copy(driver, aside)
                with closing(sqlite3.connect(made)) as source:
                    source.backup(driver)
    except Damaged:
        kept = set_aside(live, "before-restore")
        made.replace(live)
        sync_folder(live.parent)
        return kept
    finally:
        store.close()
    return (aside,)


@contextmanager
def left(store: Store, because: str) -> Iterator[None]:
    """In the block a home leaves its database for another one: nobody has it open, and it is frozen in the end.

    One that can't be used any more is left as it is. Raises `InUse`.
    """
    with ExitStack() as stack:
        stack.callback(store.close)
        try:
            stack.enter_context(alone(store))
            usable = schema.version(store) is not None
        except StorageError:
            usable = False
        yield
        if usable:
            with store.begin() as connection:
                frozen = {"frozen_because": because, "frozen_at": datetime.now(UTC)}
                connection.execute(update(installation).values(frozen))


def set_aside(path: Path, words: str) -> tuple[Path, ...]:
    """Rename a database that nobody has open, with what lies beside it; tells what there was."""
    aside = aside_of(path, words)
    kept = []
    # The log first: it must never lie beside a database that it is not of.
    for end in (*_BESIDE, ""):
        one = path.with_name(path.name + end)
        if one.exists():
            kept.append(one.replace(aside.with_name(aside.name + end)))
    return tuple(kept)


def aside_of(path: Path, words: str) -> Path:
    """The name of a file that is kept of a database, which nothing has yet."""
    stamp = f"{datetime.now(UTC):%Y%m%d-%H%M%S-%f}"
    return path.with_name(f"{path.name}.{words}-{stamp}")


def _copy(driver: sqlite3.Connection, aside: Path) -> None:
    aside.touch(mode=0o600, exist_ok=False)
    try:
        with closing(sqlite3.connect(aside)) as copy:
            driver.backup(copy)
        sync_folder(aside.parent)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise StorageError(
            f"The database can't be replaced: {error}. It is as it was.",
            remedy=remedy_of(error) or "Look at the disk that holds it.",
        ) from error
