"""PostgreSQL as the store uses it: one writer of the installation at a time by a lock of its own, commits durable."""

import os
import select
import socket
from functools import partial
from time import monotonic
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

from erp_bridge_core.contract.errors import BadSettings
from erp_bridge_core.store.prepared import told
from erp_bridge_core.store.row_security import EVERYWHERE, SETTING

#: How long a transaction waits for a lock, as long as in SQLite; how long one statement may take; and how long a
#: transaction may lie idle: somebody may be reading what it streams.
LOCK_SECONDS: Final = 30
STATEMENT_SECONDS: Final = 20 * 60
IDLE_SECONDS: Final = 20 * 60
#: Seconds after which a server that doesn't answer at all is given up.
CONNECT_SECONDS: Final = 10
#: A connection that was used within so many seconds is not tried again.
UNTRIED_SECONDS: Final = 10.0
_USED: Final = "erp_bridge_used"
#: Connections of a process that stay open, and those at once at most, unless the configuration says otherwise.
KEPT: Final = 8
MOST: Final = 40
#: The installation's write lock, that of its own work, and the first number of the locks of its exports.
_WRITER: Final = 0x4552_5042_0000_0000
_EXPORTS: Final = 0x4552_5042_0000_0001
_WORK: Final = 0x4552_5042_FFFF_FFFF
#: Where each commit of the one writer is told to the processes that listen.
CHANNEL: Final = "erp_bridge"
#: What this host's or role's settings say must not make a commit less durable (L14), nor the day another one.
_SESSION: Final = text(
    "SELECT set_config('synchronous_commit', CASE WHEN current_setting('synchronous_commit') IN ('off', 'local') "
    "THEN 'on' ELSE current_setting('synchronous_commit') END, false), set_config('timezone', 'UTC', false), "
    f"set_config('lock_timeout', '{LOCK_SECONDS}s', false), "
    f"set_config('statement_timeout', '{STATEMENT_SECONDS}s', false), "
    f"set_config('idle_in_transaction_session_timeout', '{IDLE_SECONDS}s', false), "
    f"set_config('{SETTING}', '{EVERYWHERE}', false)"
)
#: A row's expressions are worked out in their order, so that the time is that of having the locks.
_LOCK_OF_EXPORT: Final = (
    "BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock_shared({writer}), "
    "pg_advisory_xact_lock({export}), extract(epoch FROM clock_timestamp())::double precision"
)
_LOST: Final = "Look whether the database server runs and can be reached, then run it again."
_WHO: Final = "Check the user and `password` of `[database]` in erp-bridge.toml, and the server's pg_hba.conf."
_NO_DATABASE: Final = "Make the database on the server, or correct `url` of `[database]` in erp-bridge.toml."
_TOO_MANY: Final = "Raise the server's max_connections, or lower `connections` of `[database]` in erp-bridge.toml."
#: By the beginning of the failure's number; of several the first.
_REMEDIES: Final = {
    "08": _LOST,
    "57P": _LOST,
    "28": _WHO,
    "3D000": _NO_DATABASE,
    "53100": "Free space on the disk of the database server, then run it again. Nothing was sent unrecorded.",
    "53300": _TOO_MANY,
    "42P01": "The database has another version: upgrade it with `erp-bridge db upgrade`.",
    "42501": "The role may not do this: let it own the database's tables.",
    "25006": "The server takes no writes, as a standby does: name the one that does in `[database]`.",
    "55P03": "Another process holds the database for too long: end it, then run it again.",
    "57014": "It took longer than a statement may: look at the load of the database server, then run it again.",
}
#: Who isn't let in is told in words alone, without a number.
_REFUSALS: Final = {
    "authentication failed": _WHO,
    "pg_hba.conf": _WHO,
    "no password supplied": _WHO,
    "does not exist": _NO_DATABASE,
    "too many": _TOO_MANY,
    "connection slots": _TOO_MANY,
}


def engine_of(url: URL, *, most: int = MOST) -> Engine:
    """Connections that are tried where they may be lost, each with the settings that our promises need."""
    try:
        import psycopg  # noqa: F401 -- only whether it is there
    except ImportError:
        raise BadSettings(
            "A PostgreSQL database needs the postgres extra, which is not installed.",
            remedy="Install it: pip install 'erp-bridge-core[postgres]'.",
        ) from None
    # A driver that is told nothing of it finds only after hours that the server is gone.
    alive = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3, "tcp_user_timeout": 60_000}
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        isolation_level="READ COMMITTED",
        pool_size=min(KEPT, most), max_overflow=most - min(KEPT, most), pool_timeout=LOCK_SECONDS,
        connect_args={"connect_timeout": CONNECT_SECONDS, "application_name": _own_name(), **alive},
    )  # fmt: skip
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "checkin", _note_use)
    event.listen(engine, "checkout", partial(_try, engine.dialect))
    return engine


def _own_name() -> str:
    """By it the server's lists tell which process on which host a connection is of; it takes 63 bytes."""
    return f"erp-bridge, process {os.getpid()} on {socket.gethostname()[:30]}"


def options_of(*, writes: bool, begins_itself: bool = False) -> dict[str, Any]:
    """What a transaction is: a write sees what is committed at each statement, a read is of one moment.

    Who `begins_itself` sends the transaction's begin with its first statement, which the driver would send by itself.
    """
    if begins_itself:
        return {"isolation_level": "AUTOCOMMIT"}
    if writes:
        return {"postgresql_readonly": False}
    return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


def lock(connection: Connection, export: int | None, *, work: bool) -> float | None:
    """Become the installation's one writer, whose commit is told to all who listen.

    With `export` only that export's, beside those of other exports; with `work` only that of tasks and workers. Such a
    short step of an export begins here, and needs the server's clock once: all of it is one way to the server.
    """
    if work:
        connection.execute(text("SELECT pg_advisory_xact_lock(:work)"), {"work": _WORK})
        return None
    if export is None:
        given = {"writer": _WRITER, "channel": CHANNEL}
        connection.execute(text("SELECT pg_advisory_xact_lock(:writer), pg_notify(:channel, '')"), given)
        return None
    driver: Any = connection.connection.driver_connection
    with told(connection, driver):
        cursor = driver.execute(_LOCK_OF_EXPORT.format(writer=_WRITER, export=_EXPORTS + export))
        cursor.nextset()  # the first was the transaction's begin
        return float(cursor.fetchone()[-1])


def lost(error: DBAPIError) -> bool:
    """Whether the connection is gone: what was under way on it is rolled back, unless that was the commit."""
    state = getattr(error.orig, "sqlstate", None) or ""
    return error.connection_invalidated or state.startswith(("08", "57P"))


def remedy_of(error: BaseException | None) -> str | None:
    """What helps against a failure of the database; None for one that is not known."""
    state = getattr(error, "sqlstate", None)
    if state is None and type(error).__name__ in {"OperationalError", "InterfaceError"}:
        words = str(error)
        return next((remedy for part, remedy in _REFUSALS.items() if part in words), _LOST)
    if state is None:
        return None
    return next((remedy for begin, remedy in _REMEDIES.items() if state.startswith(begin)), None)


def _note_use(_: Any, record: ConnectionPoolEntry) -> None:
    record.info[_USED] = monotonic()


def _try(dialect: Any, connection: Any, record: ConnectionPoolEntry, _: Any) -> None:
    """Try a connection before it is used, where it lay idle or the server has ended it, which its socket tells at once.

    To try each one would cost a way to the server each time.
    """
    used = record.info.get(_USED)
    if used is None or (monotonic() - used < UNTRIED_SECONDS and not _has_something_to_read(connection)):
        return
    try:
        dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error as error:
        raise InvalidatePoolError from error


def _has_something_to_read(connection: Any) -> bool:
    """Whether the server said something unasked, or closed the line; where a host can't tell, it may have."""
    if not hasattr(select, "poll"):
        return True
    looking = select.poll()
    looking.register(connection.fileno(), select.POLLIN)
    return bool(looking.poll(0))


def _prepare(connection: Any, _: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_SESSION.text)
    connection.commit()
