"""What is looked at in a PostgreSQL database alone: durable settings, an ordinary role, constraints and indexes."""

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from erp_bridge_core.store.row_security import ORDINARY_ROLE, bypassed_by
from erp_bridge_core.upkeep.findings import Looked, failed, fine, warning

_RESTORE: Final = "Stop exporting, keep the database as it is, and restore a backup into an empty one."
_SETTINGS: Final = text(
    "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') "
    "ORDER BY name"
)
_UNCHECKED: Final = text(
    "SELECT conname FROM pg_constraint WHERE NOT convalidated AND connamespace = current_schema()::regnamespace"
)
_INVALID: Final = text(
    "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE NOT i.indisvalid "
    "AND c.relnamespace = current_schema()::regnamespace"
)
_NOT_APART: Final = text(
    "SELECT relname FROM pg_class WHERE oid IN (SELECT polrelid FROM pg_policy) "
    "AND relnamespace = current_schema()::regnamespace AND NOT (relrowsecurity AND relforcerowsecurity)"
)
_HAS_AMCHECK: Final = text("SELECT count(*) FROM pg_extension WHERE extname = 'amcheck'")
_AMCHECK: Final = text(
    "SELECT count(bt_index_check(c.oid, true)) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
    "JOIN pg_am a ON a.oid = c.relam WHERE a.amname = 'btree' AND i.indisvalid "
    "AND c.relnamespace = current_schema()::regnamespace"
)


def look_at_postgresql(connection: Connection) -> Iterator[Looked]:
    """Settings, role, constraints, indexes."""
    yield _durability(connection)
    yield _role(connection)
    if open_tables := sorted(connection.execute(_NOT_APART).scalars()):
        yield failed(
            "companies", f"Companies are not kept apart in {', '.join(open_tables)}: row-level security is off.",
            remedy="Let the database's owner ENABLE and FORCE ROW LEVEL SECURITY on them, and find out who did that.",
        )  # fmt: skip
    else:
        yield fine("companies", "The database itself keeps companies apart.")
    loose = [*connection.execute(_UNCHECKED).scalars(), *connection.execute(_INVALID).scalars()]
    if loose:
        yield failed(
            "references", f"Not held by the database: {', '.join(sorted(loose))}.",
            remedy="Let the database's owner validate those constraints, or reindex.",
        )  # fmt: skip
    else:
        yield fine("references", "Every constraint and index is held by the database.")
    yield _integrity(connection)


def _durability(connection: Connection) -> Looked:
    found: dict[str, Any] = {row.name: row.setting for row in connection.execute(_SETTINGS)}
    told = ", ".join(f"{name} {value}" for name, value in found.items())
    off = [name for name in ("fsync", "full_page_writes") if found[name] != "on"]
    if found["synchronous_commit"] in {"off", "local"}:
        off.append("synchronous_commit")
    if off:
        return failed(
            "durability", f"A commit could be lost: {told}.", remedy=f"Set {', '.join(off)} = on on the server."
        )  # fmt: skip
    return fine("durability", f"Commits are on the disk: {told}.")


def _role(connection: Connection) -> Looked:
    if told := bypassed_by(connection):
        return warning("role", f"{told}: the database does not keep companies apart.", remedy=ORDINARY_ROLE)
    return fine("role", "The role is an ordinary one.")


def _integrity(connection: Connection) -> Looked:
    if not connection.execute(_HAS_AMCHECK).scalar_one():
        return fine("integrity", "The extension amcheck is not there: indexes were not compared with their tables.")
    try:
        with connection.begin_nested():
            count = connection.execute(_AMCHECK).scalar_one()
    except DBAPIError as error:
        if "permission" in str(error.orig):
            return fine("integrity", "The role may not use amcheck: indexes were not compared with their tables.")
        return failed("integrity", f"An index is damaged: {error.orig}", remedy=_RESTORE)
    return fine("integrity", f"All {count} indexes agree with their tables.")
