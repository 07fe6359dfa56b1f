"""Items as values: what one send staged, who answered it and how, loaded from their rows."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from attrs import frozen
from sqlalchemy import ColumnElement, Connection, Row, Select, select

from erp_bridge_core.approvals.states import OPEN, ItemState
from erp_bridge_core.contract.errors import NotFound
from erp_bridge_core.contract.money import from_units
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.store.database import once
from erp_bridge_core.store.numbers import row_number
from erp_bridge_core.store.tables import connections, items, people, projects

_sender = people.alias("sender")
_accepter = people.alias("accepter")
_answerer = people.alias("answerer")


@frozen(kw_only=True)
class ItemView:
    """One item as it stands: amounts are decimals, people are logins (their ids beside them), moments are in UTC.

    `contributors` are the ids of those who edited or imported what it holds (P4). `revision` counts its state changes:
    whoever answers names the one he saw (A6).
    """

    id: int
    company_id: int
    project_id: int
    project: str
    project_name: str
    version: int
    state: ItemState
    revision: int
    connection_id: int
    connection: str
    erp: str
    job: str
    currency: str
    digits: int
    first_export: bool
    content_hash: str
    line_count: int
    original: Decimal
    changes: Decimal
    sent_by_id: int
    sent_by: str
    sent_by_name: str
    sent_at: datetime
    contributors: tuple[int, ...]
    masters_at: datetime | None = None
    accepted_by_id: int | None = None
    accepted_by: str | None = None
    accepted_at: datetime | None = None
    accept_hash: str | None = None
    field_values: Mapping[str, Any] | None = None
    description: str = ""
    adapter_version: str | None = None
    wheel_hash: str | None = None
    erp_company: str | None = None
    live: bool | None = None
    answered_by_id: int | None = None
    answered_by: str | None = None
    answered_at: datetime | None = None
    reason: str | None = None

    @property
    def amount(self) -> Decimal:
        """What the item moves the revised budget by."""
        return self.original + self.changes


def load_item(connection: Connection, company_id: int, item_id: int) -> ItemView:
    """The item of that number; raises NotFound when the company has none, be it another company's."""

    def read() -> ItemView | None:
        query = select_items(company_id).where(items.c.id == row_number(item_id))
        row = connection.execute(query).one_or_none()
        return None if row is None else item_from_row(row)

    item = once(connection, ("item", company_id, item_id), read)
    if item is None:
        raise _no_item(item_id)
    return item


def find_item(connection: Connection, actor: Actor, item_id: int) -> ItemView:
    """The item of that number in the actor's company; one outside an API token's projects is told as none (P0, P5)."""
    item = load_item(connection, actor.company_id, item_id)
    if actor.token_projects is not None and item.project_id not in actor.token_projects:
        raise _no_item(item_id)
    return item


def of_actor(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    """Which items whoever asks is told of: his company's, of an API token its projects' alone (P0, P5)."""
    company = items.c.company_id == actor.company_id
    if actor.token_projects is None:
        return (company,)
    return company, items.c.project_id.in_(sorted(actor.token_projects))


def items_of_project(connection: Connection, company_id: int, project_id: int) -> tuple[ItemView, ...]:
    """Every item of a project, the latest first: its history (A1, B6)."""
    query = select_items(company_id).where(items.c.project_id == project_id).order_by(items.c.version.desc())
    return tuple(item_from_row(row) for row in connection.execute(query))


def latest_item(connection: Connection, company_id: int, project_id: int) -> ItemView | None:
    """The last send of a project, whatever became of it, or None before the first."""
    query = select_items(company_id).where(items.c.project_id == project_id).order_by(items.c.version.desc()).limit(1)
    row = connection.execute(query).one_or_none()
    return None if row is None else item_from_row(row)


def open_item(connection: Connection, company_id: int, project_id: int) -> ItemView | None:
    """The item of a project that is on its way (at most one), or None."""
    query = select_items(company_id).where(items.c.project_id == project_id, items.c.state.in_(sorted(OPEN)))
    row = connection.execute(query.order_by(items.c.version.desc()).limit(1)).one_or_none()
    return None if row is None else item_from_row(row)


def select_items(company_id: int) -> Select[Any]:
    """The query that `item_from_row` reads, of one company; callers add their own conditions and order."""
    return (
        select(
            *(column for column in items.c if column is not items.c.cause),
            projects.c.number.label("project"),
            projects.c.name.label("project_name"),
            connections.c.name.label("connection"),
            connections.c.plugin.label("erp"),
            _sender.c.login.label("sender"),
            _sender.c.name.label("sender_name"),
            _accepter.c.login.label("accepter"),
            _answerer.c.login.label("answerer"),
        )
        .join(projects, projects.c.id == items.c.project_id)
        .join(connections, connections.c.id == items.c.connection_id)
        .join(_sender, _sender.c.id == items.c.sent_by)
        .outerjoin(_accepter, _accepter.c.id == items.c.accepted_by)
        .outerjoin(_answerer, _answerer.c.id == items.c.answered_by)
        # Version 0 is no send: it holds what an import found in the ERP.
        .where(items.c.company_id == company_id, items.c.version > 0)
    )


_RENAMED = {
    "sent_by": ("sent_by_id", "sender"),
    "accepted_by": ("accepted_by_id", "accepter"),
    "answered_by": ("answered_by_id", "answerer"),
}


def item_from_row(row: Row[Any]) -> ItemView:
    """The value of one row of `select_items`."""
    values = dict(row._mapping)  # noqa: SLF001 - public in SQLAlchemy, in spite of its name
    for name, (number, login) in _RENAMED.items():
        values[number] = values[name]
        values[name] = values.pop(login)
    values["sent_by_name"] = values.pop("sender_name")
    values["state"] = ItemState(values["state"])
    values["contributors"] = tuple(values["contributors"])
    values["original"] = from_units(values["original"], values["digits"])
    values["changes"] = from_units(values["changes"], values["digits"])
    return ItemView(**values)


def _no_item(item_id: int) -> NotFound:
    return NotFound(f"No item {item_id}.", remedy="List the items: `erp-bridge review list`.")
