"""A connection as a value, found by its name or number."""

from typing import Any

from attrs import frozen
from sqlalchemy import Connection, select

from erp_bridge_core.configuration.kinds import ConnectionKind
from erp_bridge_core.contract.errors import BadInput, Fault, NotFound
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.store.tables import connections


@frozen(kw_only=True)
class ConnectionView:
    """A connection: its name, which plugin's, and what the ERP said of its books when it was last asked.

    A source has no books: `erp_company` and `live` stay None.
    """

    id: int
    company_id: int
    name: str
    kind: ConnectionKind
    plugin: str
    erp_company: str | None = None
    live: bool | None = None
    hosts: tuple[str, ...] = ()

    def require(self, kind: ConnectionKind) -> None:
        """Raise `BadInput` for a connection of the other kind, by its name."""
        if self.kind is not kind:
            raise BadInput(
                f"The connection {self.name} leads to {self.kind.noun}, not to {kind.noun}.",
                remedy=f"Name a connection to {kind.noun}: `erp-bridge connection list --kind {kind}`.",
                faults=[Fault("connection", f"leads to {self.kind.noun}", value=self.name, expected=kind.noun)],
            )


def list_connections(
    connection: Connection, company_id: int, kind: ConnectionKind | None = None
) -> tuple[ConnectionView, ...]:
    """The connections of a company, by name; of both kinds or of one."""
    query = select(connections).where(connections.c.company_id == company_id).order_by(connections.c.name)
    if kind is not None:
        query = query.where(connections.c.kind == kind)
    return tuple(_view(row) for row in connection.execute(query))


def find_connection(
    connection: Connection, actor: Actor, name: str, kind: ConnectionKind | None = None
) -> ConnectionView:
    """The connection of that name in the actor's company; another company's is told as not found.

    Raises `BadInput` where it is of another kind than the one that is asked for.
    """
    query = select(connections).where(connections.c.company_id == actor.company_id, connections.c.name == name)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound(f"There is no connection {name!r}.", remedy="List them: `erp-bridge connection list`.")
    found = _view(row)
    if kind is not None:
        found.require(kind)
    return found


def connection_by_id(connection: Connection, company_id: int, connection_id: int) -> ConnectionView:
    """The connection of that id in a company; raises NotFound."""
    query = select(connections).where(connections.c.company_id == company_id, connections.c.id == connection_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound("There is no such connection.", remedy="List them: `erp-bridge connection list`.")
    return _view(row)


def _view(row: Any) -> ConnectionView:
    return ConnectionView(
        id=row.id,
        company_id=row.company_id,
        name=row.name,
        kind=ConnectionKind(row.kind),
        plugin=row.plugin,
        erp_company=row.erp_company,
        live=row.live,
        hosts=tuple(row.hosts),
    )
