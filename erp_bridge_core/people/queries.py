"""Reading people and their grants as one company sees them: a person of another company is not found."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, exists, func, or_, select

from erp_bridge_core.contract.errors import NotFound
from erp_bridge_core.people.actor import SYSTEM, Actor
from erp_bridge_core.people.passwords import operating_system_user
from erp_bridge_core.people.rules import Level
from erp_bridge_core.people.views import Person, PersonInList, PrivilegeGrant, ProjectGrant
from erp_bridge_core.store.tables import companies, memberships, people, privileges, project_permissions, projects
from erp_bridge_core.store.text_search import contains


def member_id(connection: Connection, company_id: int, login: str) -> int:
    """The id of the company's member of that login; raises `NotFound`."""
    found = connection.execute(
        select(people.c.id)
        .join(memberships, memberships.c.person_id == people.c.id)
        .where(people.c.login == login, memberships.c.company_id == company_id)
    ).scalar_one_or_none()
    if found is None:
        raise NotFound(
            f"No person with the login {login!r} in this company.",
            remedy="`erp-bridge person list` shows them; `erp-bridge person add` adds one.",
        )
    return int(found)


def project_id(connection: Connection, company_id: int, number: str) -> int:
    """The id of the company's project of that number; raises `NotFound`."""
    found = connection.execute(
        select(projects.c.id).where(projects.c.number == number, projects.c.company_id == company_id)
    ).scalar_one_or_none()
    if found is None:
        raise NotFound(f"No project {number!r} in this company.", remedy="`erp-bridge project list` shows them.")
    return int(found)


def company_id_of(connection: Connection, code: str) -> int:
    """The id of the company of that code; raises `NotFound`."""
    found = connection.execute(select(companies.c.id).where(companies.c.code == code)).scalar_one_or_none()
    if found is None:
        raise NotFound(f"No company {code!r} here.", remedy="`erp-bridge company list` shows them.")
    return int(found)


def members(connection: Connection, company_id: int, login: str | None = None) -> tuple[Person, ...]:
    """The company's people by login, each with what was granted; or the one of that login."""
    query = _members(company_id)
    return _with_grants(connection, company_id, query if login is None else query.where(people.c.login == login))


def find_members(
    connection: Connection, company_id: int, *, text: str, offset: int, limit: int
) -> tuple[tuple[Person, ...], int]:
    """Those of them with a text in login, name or address: at most `limit` from `offset` on, and how many in all."""
    query = _members(company_id, text)
    return _with_grants(connection, company_id, query.limit(limit).offset(offset)), _total(connection, query)


def list_members(
    connection: Connection, company_id: int, *, text: str = "", offset: int = 0, limit: int | None = None
) -> tuple[tuple[PersonInList, ...], int]:
    """The same people without each of their grants, which are many: counted by the database."""
    query = _members(company_id, text)
    granted = (
        select(func.count())
        .where(project_permissions.c.company_id == company_id, project_permissions.c.person_id == people.c.id)
        .scalar_subquery()
    )
    held = exists().where(
        privileges.c.company_id == company_id, privileges.c.person_id == people.c.id, privileges.c.revoked_at.is_(None)
    )
    counted = query.add_columns(granted.label("budgets"), held.label("pushes")).limit(limit).offset(offset)
    rows = tuple(
        PersonInList(
            login=row.login,
            name=row.name,
            email=row.email,
            active=row.active,
            has_password=row.password_hash is not None,
            administrator=row.administrator,
            integrations=Level(row.integrations),
            budgets=row.budgets,
            pushes=bool(row.pushes),
        )
        for row in connection.execute(counted)
    )
    return rows, _total(connection, query)


def grants_on(connection: Connection, company_id: int, number: str) -> tuple[tuple[str, str, ProjectGrant], ...]:
    """The permissions on one budget, each with the login and name of who has it, by login."""
    query = (
        select(people.c.login, people.c.name, project_permissions.c.level, project_permissions.c.may_send)
        .join(project_permissions, project_permissions.c.person_id == people.c.id)
        .join(projects, projects.c.id == project_permissions.c.project_id)
        .join(memberships, memberships.c.person_id == people.c.id)
        .where(projects.c.company_id == company_id, projects.c.number == number, memberships.c.company_id == company_id)
        .order_by(people.c.login)
    )
    return tuple(
        (row.login, row.name, ProjectGrant(project=number, level=Level(row.level), may_send=row.may_send))
        for row in connection.execute(query)
    )


def _total(connection: Connection, query: Select[Any]) -> int:
    return int(connection.execute(select(func.count()).select_from(query.order_by(None).subquery())).scalar_one())


def _members(company_id: int, text: str = "") -> Select[Any]:
    query = (
        select(people, memberships.c.administrator, memberships.c.integrations)
        .join(memberships, memberships.c.person_id == people.c.id)
        .where(memberships.c.company_id == company_id)
        .order_by(people.c.login)
    )
    if not text:
        return query
    return query.where(or_(*(contains(people.c[name], text) for name in ("login", "name", "email"))))


def _with_grants(connection: Connection, company_id: int, query: Select[Any]) -> tuple[Person, ...]:
    rows = connection.execute(query).all()
    numbers = [row.id for row in rows]
    on_projects = _project_grants(connection, company_id, numbers)
    held = _privilege_grants(connection, company_id, numbers)
    return tuple(_person(row, tuple(on_projects.get(row.id, ())), tuple(held.get(row.id, ()))) for row in rows)


def actor_of(connection: Connection, person_id: int, company_id: int) -> Actor:
    """The person for whom a worker goes on with what he started; his rights are read where it does."""
    person = connection.execute(select(people.c.login, people.c.name).where(people.c.id == person_id)).one()
    company = connection.execute(select(companies.c.code).where(companies.c.id == company_id)).scalar_one()
    return Actor(
        person_id=person_id,
        login=person.login,
        name=person.name,
        company_id=company_id,
        company=company,
        real_login=person.login,
        os_user=operating_system_user(),
        via=SYSTEM,
    )


def _person(row: Row[Any], granted: tuple[ProjectGrant, ...], held: tuple[PrivilegeGrant, ...]) -> Person:
    return Person(
        login=row.login,
        name=row.name,
        email=row.email,
        active=row.active,
        has_password=row.password_hash is not None,
        one_time_password=row.one_time_password,
        administrator=row.administrator,
        integrations=Level(row.integrations),
        locale=row.locale,
        time_zone=row.time_zone,
        projects=granted,
        privileges=held,
    )


def _project_grants(connection: Connection, company_id: int, numbers: Sequence[int]) -> dict[int, list[ProjectGrant]]:
    grants: dict[int, list[ProjectGrant]] = {}
    query = (
        select(project_permissions, projects.c.number)
        .join(projects, projects.c.id == project_permissions.c.project_id)
        .where(project_permissions.c.company_id == company_id, project_permissions.c.person_id.in_(numbers))
        .order_by(projects.c.number)
    )
    for row in connection.execute(query):
        grant = ProjectGrant(project=row.number, level=Level(row.level), may_send=row.may_send)
        grants.setdefault(row.person_id, []).append(grant)
    return grants


def _privilege_grants(
    connection: Connection, company_id: int, numbers: Sequence[int]
) -> dict[int, list[PrivilegeGrant]]:
    grants: dict[int, list[PrivilegeGrant]] = {}
    granter = people.alias("granter")
    query = (
        select(privileges, projects.c.number, granter.c.login.label("granter"))
        .outerjoin(projects, projects.c.id == privileges.c.project_id)
        .outerjoin(granter, granter.c.id == privileges.c.granted_by)
        .where(privileges.c.company_id == company_id, privileges.c.revoked_at.is_(None))
        .where(privileges.c.person_id.in_(numbers))
        .order_by(privileges.c.id)
    )
    for row in connection.execute(query):
        grant = PrivilegeGrant(
            item_type=row.item_type,
            direction=row.direction,
            project=row.number,
            granted_by=row.granter,
            granted_at=row.granted_at,
        )
        grants.setdefault(row.person_id, []).append(grant)
    return grants
