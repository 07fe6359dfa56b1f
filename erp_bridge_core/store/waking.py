"""Hearing of commits of other processes: what one of them has committed need not wait for the next look."""

from collections.abc import Callable
from threading import Event
from typing import Any, Final

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from erp_bridge_core.contract.errors import StorageError
from erp_bridge_core.store.postgresql import CHANNEL

#: Seconds between two looks at a file, and in which an end is heeded.
_LOOK: Final = 0.2
_HEED_END: Final = 0.5


def heed(engine: Engine, heard: Callable[[], object], ended: Event) -> None:
    """Until the end, say when another process has committed something; raises `StorageError` once it can't be heard."""
    listen = _hear_server if engine.dialect.name == "postgresql" else _watch_file
    try:
        connection = engine.raw_connection()
        driver: Any = connection.driver_connection  # what is detached no longer tells it
        connection.detach()
        try:
            listen(driver, heard, ended)
        finally:
            driver.close()  # the pool would roll back first, and log that one whose server is gone can't be
            connection.invalidate()
    except (SQLAlchemyError, engine.dialect.loaded_dbapi.Error) as error:
        raise StorageError(f"The database can't be used: {error}", remedy="It is listened to again.") from error


def _hear_server(connection: Any, heard: Callable[[], object], ended: Event) -> None:
    connection.autocommit = True
    connection.execute(f"LISTEN {CHANNEL}")
    heard()  # of whatever was committed until now
    while not ended.is_set():
        for _ in connection.notifies(timeout=_HEED_END, stop_after=1):
            heard()


def _watch_file(connection: Any, heard: Callable[[], object], ended: Event) -> None:
    seen = None
    while not ended.wait(_LOOK):
        version = connection.execute("PRAGMA data_version").fetchone()
        if version != seen:
            seen = version
            heard()
