"""The database's version: created, checked on opening, and upgraded by the migrations that the wheel carries."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, event, inspect, text

from erp_bridge_core.contract.errors import StorageError
from erp_bridge_core.store.database import Store

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

MIGRATIONS: Final = Path(__file__).parent / "migrations"
#: The last migration's revision. It stands here, too, so that a database that has it is opened without loading them.
HEAD: Final = "0001"


def create(store: Store) -> None:
    """Create every table in an empty database; raises `StorageError` when it holds any already."""
    with creating(store):
        pass


@contextmanager
def creating(store: Store) -> Iterator[Connection]:
    """Create every table in an empty database, and in the same transaction what the block writes there.

    Raises `StorageError` when it holds any table already.
    """
    with store.begin() as connection:
        make(connection)
        yield connection


def make(connection: Connection, version: str = "head") -> None:
    """Create every table of that version in an empty database, in the caller's transaction.

    Raises `StorageError` when it holds any table already.
    """
    tables = inspect(connection).get_table_names()
    if tables:
        raise StorageError(
            f"The database holds tables already ({', '.join(sorted(tables)[:3])} ...).",
            remedy="Choose an empty home folder or database, or open the one that is there.",
        )
    if connection.dialect.name == "postgresql":
        _require_order_of_bytes(connection)
    bring_up(connection, version)


def bring_up(connection: Connection, version: str = "head") -> None:
    """Bring the database to that version, this program's unless another is named, in the caller's transaction."""
    from alembic import command

    configuration = _configuration()
    configuration.attributes["connection"] = connection
    command.upgrade(configuration, version)


def _require_order_of_bytes(connection: Connection) -> None:
    """Codes are in order, page after page, as their letters count, here as in SQLite: never as a language has it."""
    words = "unnest(ARRAY['a', 'B', '-c', 'z', 'ab']) AS words(word)"
    ordered = "string_agg(word, ' ' ORDER BY word) = string_agg(word, ' ' ORDER BY word COLLATE \"C\")"
    asked = text(f"SELECT current_setting('server_encoding') = 'UTF8' AND {ordered} FROM {words}")  # noqa: S608 -- ours
    if not connection.execute(asked).scalar_one():
        raise StorageError(
            "The database does not keep text in UTF-8 and in the order of its letters' numbers.",
            remedy="Make it so: CREATE DATABASE name OWNER user ENCODING 'UTF8' LOCALE 'C' TEMPLATE template0",
        )


def upgrade(store: Store) -> None:
    """Bring the database to this program's version, in one transaction; does nothing when it is there already."""
    with store.begin() as connection:
        bring_up(connection)


def version(store: Store) -> str | None:
    """The version that the database says it has; None when it was never created."""
    with store.read() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def check(store: Store) -> None:
    """Raise `StorageError` unless the database has exactly this program's version."""
    _require_this(version(store))


def keep_checking(store: Store) -> None:
    """Check each new connection to a server, too: it may have been upgraded while this process had lost it.

    A file can't: whoever upgrades it has it alone.
    """
    if store.on_postgresql:
        event.listen(store.engine, "connect", _check_connection)


def _check_connection(connection: Any, _: object) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT version_num FROM alembic_version")
            found = cursor.fetchone()
            _require_this(found and found[0])
        connection.rollback()
    except StorageError:
        connection.close()
        raise


def _require_this(found: str | None) -> None:
    if _known(found) != HEAD:
        raise StorageError(
            f"The database has version {found}, older than this program's {HEAD}.",
            remedy="Upgrade it with `erp-bridge db upgrade`, which makes a backup first.",
        )


def known_version(store: Store) -> str:
    """The database's version, this program's or an older one.

    Raises `StorageError` for a database without our tables, and for one that a newer program wrote.
    """
    return _known(version(store))


def _known(found: str | None) -> str:
    if found is None:
        raise StorageError(
            "The database holds no tables of ERP Bridge.",
            remedy="Name the home's own in erp-bridge.toml, or restore a backup into it: `erp-bridge db restore FILE`.",
        )
    if is_known(found):
        return found
    raise StorageError(
        f"The database has version {found}, which this program (version {HEAD}) does not know: a newer one wrote it.",
        remedy="Install the newer ERP Bridge again. To go back to this one, end everything and restore the backup from "
        "before the upgrade, in the home's folder `backups`: `erp-bridge db restore FILE`.",
    )


def is_known(version: str) -> bool:
    """Whether it is this program's version of the database, or an older one."""
    return version == HEAD or version in {script.revision for script in _scripts().walk_revisions()}


def _configuration() -> "Config":
    from alembic.config import Config

    configuration = Config()
    configuration.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return configuration


def _scripts() -> "ScriptDirectory":
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(_configuration())
