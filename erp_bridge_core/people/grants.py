"""Granting and taking away: memberships, permissions on projects, privileges (P1-P4)."""

from typing import Any

from attrs import define
from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.contract.errors import BadInput, Fault, NotFound
from erp_bridge_core.people.access import own_privilege_faults, require_administrator, require_other_administrator
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.queries import member_id, project_id
from erp_bridge_core.people.rules import DIRECTIONS, ITEM_TYPES, Level, require
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import memberships, privileges, project_permissions


@define
class Grants:
    """What administrators give and take; each act is audited with what was before."""

    store: Store
    audit: AuditTrail
    clock: Clock

    def membership(self, actor: Actor, login: str, *, integrations: Level | None, administrator: bool | None) -> None:
        """Set a person's level on ERP Integrations, or whether he administers the company."""
        with self.store.begin() as connection:
            require_administrator(connection, actor, self.clock.now())
            person = member_id(connection, actor.company_id, login)
            if administrator is False:
                require_other_administrator(connection, actor.company_id, person)
            of_person = (memberships.c.company_id == actor.company_id, memberships.c.person_id == person)
            shown = select(memberships.c.administrator, memberships.c.integrations).where(*of_person)
            before = dict(connection.execute(shown).one()._mapping)  # noqa: SLF001 -- SQLAlchemy's public name
            wanted = {"administrator": administrator, "integrations": integrations}
            after = {**before, **{name: value for name, value in wanted.items() if value is not None}}
            connection.execute(update(memberships).where(*of_person).values(after))
            details = {"from": before, "to": after}
            self.audit.record(connection, actor, "grant membership", "person", login, details=details)

    def project(self, actor: Actor, login: str, number: str, *, level: Level | None, may_send: bool | None) -> None:
        """Set a person's level on one project's budget, or his grant to send and retrieve (P1, P2)."""
        with self.store.begin() as connection:
            require_administrator(connection, actor, self.clock.now())
            person = member_id(connection, actor.company_id, login)
            project = project_id(connection, actor.company_id, number)
            details = set_project_permission(
                connection, actor.company_id, project, person, level=level, may_send=may_send
            )
            details["project"] = number
            self.audit.record(connection, actor, "grant project", "person", login, details=details)

    def privilege(self, actor: Actor, login: str, *, item_type: str, direction: str, project: str | None) -> None:
        """Grant a privilege, for the company or one project; nobody grants it to himself (P4)."""
        with self.store.begin() as connection:
            self._check_privilege(connection, actor, item_type, direction)
            person = member_id(connection, actor.company_id, login)
            require(own_privilege_faults(actor, person))
            number = None if project is None else project_id(connection, actor.company_id, project)
            if connection.execute(
                select(privileges.c.id).where(*_same(actor, person, item_type, direction, number))
            ).first():
                return
            values = {"company_id": actor.company_id, "person_id": person, "item_type": item_type}
            values |= {"direction": direction, "project_id": number, "granted_by": actor.person_id}
            connection.execute(insert(privileges).values(**values, granted_at=self.clock.now()))
            details = {"item_type": item_type, "direction": direction, "project": project}
            self.audit.record(connection, actor, "grant privilege", "person", login, details=details)

    def revoke_privilege(
        self, actor: Actor, login: str, *, item_type: str, direction: str, project: str | None
    ) -> None:
        """Take a privilege away; raises `NotFound` when the person doesn't hold just that one."""
        with self.store.begin() as connection:
            self._check_privilege(connection, actor, item_type, direction)
            person = member_id(connection, actor.company_id, login)
            number = None if project is None else project_id(connection, actor.company_id, project)
            same = _same(actor, person, item_type, direction, number)
            revoked = connection.execute(update(privileges).where(*same).values(revoked_at=self.clock.now()))
            if not revoked.rowcount:
                where = "for the whole company" if project is None else f"for project {project}"
                raise NotFound(f"{login} does not hold the privilege {item_type}/{direction} {where}.")
            details = {"item_type": item_type, "direction": direction, "project": project}
            self.audit.record(connection, actor, "revoke privilege", "person", login, details=details)

    def remove(self, actor: Actor, login: str) -> None:
        """Take a person out of the company with all that was granted; what he did stays recorded."""
        with self.store.begin() as connection:
            require_administrator(connection, actor, self.clock.now())
            person = member_id(connection, actor.company_id, login)
            require_other_administrator(connection, actor.company_id, person)
            for table in (memberships, project_permissions):
                of_person = table.c.company_id == actor.company_id, table.c.person_id == person
                connection.execute(delete(table).where(*of_person))
            held = privileges.c.company_id == actor.company_id, privileges.c.person_id == person
            revoked = update(privileges).where(*held, privileges.c.revoked_at.is_(None))
            connection.execute(revoked.values(revoked_at=self.clock.now()))
            self.audit.record(connection, actor, "remove person", "person", login)

    def _check_privilege(self, connection: Connection, actor: Actor, item_type: str, direction: str) -> None:
        require_administrator(connection, actor, self.clock.now())
        faults = []
        if item_type not in ITEM_TYPES:
            faults.append(Fault("item_type", "is not known", value=item_type, expected=", ".join(ITEM_TYPES)))
        if direction not in DIRECTIONS:
            faults.append(Fault("direction", "is not known", value=direction, expected=", ".join(DIRECTIONS)))
        if faults:
            raise BadInput(f"There is no privilege {item_type}/{direction}.", faults=faults)


def set_project_permission(
    connection: Connection, company_id: int, project: int, person: int, *, level: Level | None, may_send: bool | None
) -> dict[str, Any]:
    """Set a permission on a project's budget in the caller's transaction; returns what was and what is.

    Whoever creates a project is given admin on it this way.
    """
    table = project_permissions
    of_person = table.c.project_id == project, table.c.person_id == person
    row = connection.execute(select(table.c.level, table.c.may_send).where(*of_person)).one_or_none()
    before = {"level": "none", "may_send": False} if row is None else {"level": row.level, "may_send": row.may_send}
    wanted = {"level": level, "may_send": may_send}
    after = {**before, **{name: value for name, value in wanted.items() if value is not None}}
    if row is None:
        connection.execute(insert(table).values(company_id=company_id, project_id=project, person_id=person, **after))
    else:
        connection.execute(update(table).where(*of_person).values(after))
    return {"from": before, "to": after}


def _same(
    actor: Actor, person: int, item_type: str, direction: str, project: int | None
) -> tuple[ColumnElement[bool], ...]:
    return (
        privileges.c.company_id == actor.company_id,
        privileges.c.person_id == person,
        privileges.c.item_type == item_type,
        privileges.c.direction == direction,
        privileges.c.project_id.is_not_distinct_from(project),
        privileges.c.revoked_at.is_(None),
    )
