"""The people whom a connector acts for: of the company when they are named, and still there when it is checked."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from erp_bridge_core.configuration.connector import ConnectorConfig
from erp_bridge_core.connections.views import ConnectionView
from erp_bridge_core.contract.connection import Checked
from erp_bridge_core.contract.errors import BadSettings, Fault, NotFound
from erp_bridge_core.people.queries import member_id, members


def require_members(
    connection: Connection, target: ConnectionView, connector: ConnectorConfig, changes: Mapping[str, Any]
) -> None:
    """Raise `BadSettings` where a person who is newly named as one of a connector's is not of the company."""
    faults = []
    for name in ("act_as", "accept_as"):
        login = getattr(connector, name)
        if login and f"connector.{name}" in changes:
            try:
                member_id(connection, target.company_id, login)
            except NotFound as error:
                where = f"connections.{target.name}.connector.{name}"
                faults.append(Fault(where, "is nobody of this company", value=login, remedy=error.remedy))
    if faults:
        raise BadSettings("The connector's people can't be so.", remedy="Name people of this company.", faults=faults)


def look_at_connector(connection: Connection, company_id: int, connector: ConnectorConfig) -> Checked:
    """Whether the people whom a connector acts for can be acted for, and how often the source is asked."""
    polled = f"What no call tells is found by the poll, within {connector.poll_minutes} min."
    if not connector.is_on:
        told = "Nothing that is asked for there becomes an item by itself: connector.act_as names nobody."
        return Checked(name="connector", ok=True, message=f"{told} {polled}")
    named = {"act_as": connector.act_as, **({} if connector.approve else {"accept_as": connector.accept_as})}
    for setting, login in named.items():
        if not any(each.active for each in members(connection, company_id, login)):
            return Checked(
                name="connector",
                ok=False,
                message=f"{login}, whom connector.{setting} names, is nobody of this company who may sign in.",
                remedy="Name another person.",
            )
    how = "approved again here" if connector.approve else f"accepted in the name of {connector.accept_as}"
    told = f"What is asked for there is sent in the name of {connector.act_as}, and {how}. {polled}"
    return Checked(name="connector", ok=True, message=told)
