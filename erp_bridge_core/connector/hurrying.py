"""Which companies have sources to look at, and which sources have hinted at something that nobody looked after yet."""

from collections.abc import Collection

from sqlalchemy import Connection, select

from erp_bridge_core.configuration.kinds import ConnectionKind
from erp_bridge_core.store.tables import connections, source_hints, source_polls


def companies_with_sources(connection: Connection) -> Collection[int]:
    """The companies that have a connection to a source."""
    query = select(connections.c.company_id).where(connections.c.kind == ConnectionKind.SOURCE)
    return frozenset(connection.execute(query.distinct()).scalars())


def hinted(connection: Connection, company_id: int) -> Collection[int]:
    """The connections of a company with hints to look after, by their ids."""
    query = select(source_hints.c.connection_id).where(*_UNREAD, source_hints.c.company_id == company_id)
    return set(connection.execute(query).scalars())


def companies_in_a_hurry(connection: Connection) -> frozenset[int]:
    """The companies with hints to look after now; a source that could not be read lately is let be until its time."""
    failing = select(source_polls.c.connection_id).where(source_polls.c.failures > 0)
    query = select(source_hints.c.company_id).where(*_UNREAD, source_hints.c.connection_id.not_in(failing))
    return frozenset(connection.execute(query.distinct()).scalars())


_UNREAD = (source_hints.c.read_at.is_(None), ~source_hints.c.echo)
