"""What handling one request needs: the books, the switches, the caller, and the moment."""

import sqlite3

from attrs import evolve, frozen

from erp_bridge_cmic.simulator.resource import Resource, renamed
from erp_bridge_cmic.simulator.switches import Settings, settings
from erp_bridge_core.simulation import now


@frozen(kw_only=True)
class Context:
    """One transaction on the books on behalf of a user."""

    connection: sqlite3.Connection
    settings: Settings
    user: str
    moment: float

    def named(self, resource: Resource) -> Resource:
        """The resource under the attribute names and permissions of this site."""
        attributes = renamed(resource.attributes, self.settings["attribute_names"])
        if resource.name == "cmmast" and self.settings["approve_by_patch"] == "no":
            attributes = tuple(
                evolve(attribute, updatable=attribute.updatable and attribute.column != "status")
                for attribute in attributes
            )
        return evolve(resource, attributes=attributes)

    def one(self, statement: str, *values: object) -> sqlite3.Row | None:
        """The first row of a statement, None where there is none."""
        row: sqlite3.Row | None = self.connection.execute(statement, values).fetchone()
        return row


def open_context(connection: sqlite3.Connection, user: str) -> Context:
    """A context on an open connection, with the switches as they stand."""
    connection.execute("PRAGMA case_sensitive_like = ON")  # as CMiC's own database has it
    return Context(connection=connection, settings=settings(connection), user=user, moment=now(connection))
