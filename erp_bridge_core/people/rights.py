"""An actor's rights, read from the tables in the caller's transaction: checked where the act is done."""

from typing import Any, Final

from attrs import evolve, frozen
from sqlalchemy import ColumnElement, Connection, Select, bindparam, func, or_, select

from erp_bridge_core.contract.errors import NotFound
from erp_bridge_core.contract.structuring import structure
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.policy import CompanyPolicy
from erp_bridge_core.people.rules import PUSH, Level, Rights
from erp_bridge_core.store.database import once
from erp_bridge_core.store.row_security import narrow
from erp_bridge_core.store.tables import companies, memberships, people, privileges, project_permissions, projects
from erp_bridge_core.store.tables.columns import RowId


@frozen(kw_only=True)
class Approver:
    """A designated approver (P6)."""

    person_id: int
    login: str
    name: str
    email: str


def policy_of(connection: Connection, company_id: int) -> CompanyPolicy:
    """The company's policy; what was never set has its default."""
    return once(connection, ("policy", company_id), lambda: _read_policy(connection, company_id))


def _read_policy(connection: Connection, company_id: int) -> CompanyPolicy:
    stored = connection.execute(select(companies.c.policy).where(companies.c.id == company_id)).scalar_one_or_none()
    if stored is None:
        raise NotFound("No such company.")
    return structure(CompanyPolicy, stored, what="company's policy")


def rights_of(connection: Connection, actor: Actor, project_id: int | None = None) -> Rights:
    """What the actor may do in his company now, and on one of its projects where that is asked.

    From then on the transaction is his company's: on PostgreSQL there are no other's rows in it (`row_security`).

    An administrator has admin on Budget and on ERP Integrations; the privilege to push to accounting is apart, for him
    too. The installation itself may look at items. Raises `NotFound` for a project of another company, or one that
    the actor's token is not for.
    """
    narrow(connection, actor.company_id)
    return once(connection, ("rights", actor, project_id), lambda: _rights_of(connection, actor, project_id))


def _rights_of(connection: Connection, actor: Actor, project_id: int | None) -> Rights:
    _require_project(connection, actor, project_id)
    if actor.person_id is None:
        return Rights(integrations=Level.READ_ONLY)
    wanted = {"company": actor.company_id, "person": actor.person_id, "project": project_id}
    asked = ("member", actor.company_id, actor.person_id)
    member = once(connection, asked, lambda: connection.execute(_MEMBER, wanted).one_or_none())
    if member is None:
        return Rights(verbs=actor.token_verbs)
    rights = Rights(
        administrator=member.administrator,
        installation=member.administrator and member.first == actor.company_id,
        integrations=Level.ADMIN if member.administrator else Level(member.integrations),
        privileges=_privileges(connection, actor, project_id),
        verbs=_verbs(connection, actor),
        whole_company=actor.token_projects is None,
    )
    return _with_project(connection, actor, project_id, rights)


def approvers_of(
    connection: Connection, company_id: int, project_id: int | None, excluding: frozenset[int] = frozenset()
) -> tuple[Approver, ...]:
    """The designated approvers: active holders of the privilege who may also answer, by login (P3, P6)."""
    query = (
        select(people.c.id, people.c.login, people.c.name, people.c.email)
        .join(memberships, memberships.c.person_id == people.c.id)
        .where(
            memberships.c.company_id == company_id,
            people.c.active,
            or_(memberships.c.administrator, memberships.c.integrations.in_([Level.STANDARD, Level.ADMIN])),
            people.c.id.in_(_holders(company_id, project_id)),
            people.c.id.not_in(excluding),
        )
        .order_by(people.c.login)
    )
    return tuple(
        Approver(person_id=row.id, login=row.login, name=row.name, email=row.email) for row in connection.execute(query)
    )


def granted_by_self(connection: Connection, company_id: int, person_id: int, project_id: int | None) -> bool:
    """Whether every grant that lets the person push budgets to accounting was his own doing (P4)."""
    query = select(privileges.c.granted_by).where(
        privileges.c.person_id == person_id, *_in_force(company_id, project_id)
    )
    granters = connection.execute(query).scalars().all()
    return bool(granters) and all(granter == person_id for granter in granters)


def _require_project(connection: Connection, actor: Actor, project_id: int | None) -> None:
    if project_id is None:
        return
    wanted = {"company": actor.company_id, "project": project_id}
    found = connection.execute(_PROJECT, wanted).scalar_one_or_none()
    outside_token = actor.token_projects is not None and project_id not in actor.token_projects
    if found is None or outside_token:
        raise NotFound("No such project in this company.")


def _with_project(connection: Connection, actor: Actor, project_id: int | None, rights: Rights) -> Rights:
    if rights.administrator:
        return evolve(rights, budget=Level.ADMIN, may_send=True)
    if project_id is None:
        return rights
    wanted = {"project": project_id, "person": actor.person_id}
    row = connection.execute(_PERMISSION, wanted).one_or_none()
    return rights if row is None else evolve(rights, budget=Level(row.level), may_send=row.may_send)


def _privileges(connection: Connection, actor: Actor, project_id: int | None) -> frozenset[tuple[str, str]]:
    query = _PRIVILEGES if project_id is None else _PRIVILEGES_ON_PROJECT
    wanted = {"company": actor.company_id, "person": actor.person_id, "project": project_id}
    return frozenset((row.item_type, row.direction) for row in connection.execute(query, wanted))


def _holders(company_id: int, project_id: int | None) -> Select[Any]:
    return select(privileges.c.person_id).where(*_in_force(company_id, project_id))


def _in_force(company_id: int, project_id: int | None) -> tuple[ColumnElement[bool], ...]:
    return (
        privileges.c.company_id == company_id,
        privileges.c.item_type == PUSH[0],
        privileges.c.direction == PUSH[1],
        privileges.c.revoked_at.is_(None),
        _narrowed(project_id),
    )


def _narrowed(project_id: Any) -> ColumnElement[bool]:
    """A privilege without a project holds for all; asked without a project, a narrowed one counts as held somewhere."""
    if project_id is None:
        return privileges.c.id.is_not(None)
    return or_(privileges.c.project_id.is_(None), privileges.c.project_id == project_id)


def _verbs(connection: Connection, actor: Actor) -> frozenset[str] | None:
    """A token's verbs, without `answer` unless the company lets tokens approve (P5)."""
    if actor.token_verbs is None:
        return None
    if policy_of(connection, actor.company_id).approve_by_token:
        return actor.token_verbs
    return actor.token_verbs - {"answer"}


# What every request asks, made once: making a statement costs more than the database's answer.
_COMPANY: Final = bindparam("company", type_=RowId)
_PERSON: Final = bindparam("person", type_=RowId)
_ON_PROJECT: Final = bindparam("project", type_=RowId)
_PROJECT: Final = select(projects.c.id).where(projects.c.id == _ON_PROJECT, projects.c.company_id == _COMPANY)
_MEMBER: Final = (
    select(
        memberships.c.administrator,
        memberships.c.integrations,
        select(func.min(companies.c.id)).scalar_subquery().label("first"),
    )
    .join(people, people.c.id == memberships.c.person_id)
    .where(memberships.c.company_id == _COMPANY, memberships.c.person_id == _PERSON, people.c.active)
)
_PERMISSION: Final = select(project_permissions.c.level, project_permissions.c.may_send).where(
    project_permissions.c.project_id == _ON_PROJECT, project_permissions.c.person_id == _PERSON
)
_PRIVILEGES: Final = select(privileges.c.item_type, privileges.c.direction).where(
    privileges.c.person_id == _PERSON, privileges.c.company_id == _COMPANY, privileges.c.revoked_at.is_(None)
)
_PRIVILEGES_ON_PROJECT: Final = _PRIVILEGES.where(_narrowed(_ON_PROJECT))
