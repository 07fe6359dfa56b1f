"""A project as a value, loaded from its row: what every service of this room starts from."""

from datetime import datetime
from typing import Any

from attrs import evolve, frozen
from sqlalchemy import ColumnElement, Connection, Row, Select, select, update

from erp_bridge_core.contract.errors import NotFound
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.rights import rights_of
from erp_bridge_core.people.rules import Level, Rights, may_see_project
from erp_bridge_core.store.tables import connections, contributions, project_permissions, projects


@frozen(kw_only=True)
class ProjectView:
    """A project: its number and name here, and the ERP job it is linked to, if it is.

    `digits` are the decimals of its currency; `sends` counts its sends; `first_exported_at` is when a write of it may
    first have arrived in the ERP, which fixes connection, job and currency for good (P0).
    """

    id: int
    company_id: int
    number: str
    name: str
    currency: str
    digits: int
    connection_id: int | None = None
    connection: str | None = None
    erp: str | None = None
    erp_company: str | None = None
    live: bool | None = None
    job: str | None = None
    locked: bool = False
    sends: int = 0
    first_exported_at: datetime | None = None

    @property
    def is_linked(self) -> bool:
        """Whether it is linked to an ERP job."""
        return self.connection_id is not None


@frozen(kw_only=True)
class FoundProjects:
    """Some projects, and how many there are in all."""

    rows: tuple[ProjectView, ...]
    total: int


def select_projects(company_id: int) -> Select[Any]:
    """The query that `project_from_row` reads, of one company."""
    return (
        select(projects, connections.c.name.label("connection"), connections.c.plugin.label("erp"))
        .add_columns(connections.c.erp_company, connections.c.live)
        .outerjoin(connections, connections.c.id == projects.c.connection_id)
        .where(projects.c.company_id == company_id)
    )


def project_from_row(row: Row[Any]) -> ProjectView:
    """The value of one row of `select_projects`."""
    values = dict(row._mapping)  # noqa: SLF001 - public in SQLAlchemy, in spite of its name
    del values["begun_by"], values["created_at"]
    return ProjectView(**values)


def seen_by(connection: Connection, actor: Actor) -> tuple[ColumnElement[bool], ...]:
    """Which projects the actor may see, as conditions of a query: the rule is asked once a level, not per project."""
    rights = rights_of(connection, actor)
    levels = [
        each for each in Level if not may_see_project(rights if rights.administrator else evolve(rights, budget=each))
    ]
    conditions = [projects.c.company_id == actor.company_id]
    if actor.token_projects is not None:
        conditions.append(projects.c.id.in_(sorted(actor.token_projects)))
    if Level.NONE not in levels:
        granted = project_permissions.c
        held = select(granted.project_id).where(granted.person_id == actor.person_id, granted.level.in_(levels))
        conditions.append(projects.c.id.in_(held))
    return tuple(conditions)


def find_project(connection: Connection, actor: Actor, number: str) -> tuple[ProjectView, Rights]:
    """The project of that number in the actor's company, and what he may do there.

    Raises NotFound when there is none: another company's project and one outside an API token are told the same way.
    """
    row = connection.execute(select_projects(actor.company_id).where(projects.c.number == number)).one_or_none()
    outside_token = actor.token_projects is not None and (row is None or row.id not in actor.token_projects)
    if row is None or outside_token:
        raise NotFound(f"There is no project {number!r}.", remedy="List the projects: `erp-bridge project list`.")
    project = project_from_row(row)
    return project, rights_of(connection, actor, project.id)


def load_project(connection: Connection, company_id: int, project_id: int) -> ProjectView:
    """The project of that id; raises NotFound when the company has none."""
    row = connection.execute(select_projects(company_id).where(projects.c.id == project_id)).one_or_none()
    if row is None:
        raise NotFound("There is no such project.", remedy="List the projects: `erp-bridge project list`.")
    return project_from_row(row)


def note_contribution(connection: Connection, actor: Actor, project: ProjectView, what: str) -> None:
    """Remember who edited or imported since the last send: those people do not approve it (P4).

    Whoever does so first has created the budget, which a reject tells him of (A5); a project is made by others.
    """
    if actor.person_id is None:
        return
    unbegun = (projects.c.id == project.id, projects.c.begun_by.is_(None))
    connection.execute(update(projects).where(*unbegun).values(begun_by=actor.person_id))
    values = {"project_id": project.id, "person_id": actor.person_id, "what": what}
    known = select(contributions.c.id).filter_by(**values)
    if connection.execute(known).first() is None:
        connection.execute(contributions.insert().values(company_id=project.company_id, **values))


def change_lock(connection: Connection, project: ProjectView, *, locked: bool) -> None:
    """Lock or unlock a project's budget."""
    connection.execute(update(projects).where(projects.c.id == project.id).values(locked=locked))
