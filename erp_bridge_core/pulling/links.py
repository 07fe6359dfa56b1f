"""Which project's budget comes from which source project: one of ours for one of theirs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, insert, or_, select

from erp_bridge_core.budgets.records import ProjectView, load_project
from erp_bridge_core.connections.service import ConnectionView
from erp_bridge_core.contract.errors import BadInput, Fault, NotFound, NotPossibleNow
from erp_bridge_core.contract.source import SourceProject
from erp_bridge_core.pulling.views import FoundSourceProject, SourceLink
from erp_bridge_core.store.row_security import everywhere
from erp_bridge_core.store.tables import connections, projects, source_changes, source_lines, source_links


def find_link(connection: Connection, project: ProjectView) -> SourceLink | None:
    """Where a project's budget comes from; None of one that is linked with no source."""
    query = (
        select(source_links, connections.c.name.label("connection"))
        .join(connections, connections.c.id == source_links.c.connection_id)
        .where(source_links.c.project_id == project.id)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else _view(row)


def require_link(connection: Connection, project: ProjectView) -> SourceLink:
    """Where a project's budget comes from; raises NotPossibleNow of one that is linked with no source."""
    link = find_link(connection, project)
    if link is None:
        raise NotPossibleNow(
            f"Project {project.number} is linked with no project of a source.",
            remedy="An administrator links it: `erp-bridge project link-source`.",
        )
    return link


def linked_project(
    connection: Connection, company_id: int, connection_id: int, source_project: str
) -> ProjectView | None:
    """The project that is linked with a source's project; None where there is none."""
    own = source_links.c
    query = select(own.project_id).where(own.connection_id == connection_id, own.source_project == source_project)
    project_id = connection.execute(query.where(own.company_id == company_id)).scalar_one_or_none()
    return None if project_id is None else load_project(connection, company_id, project_id)


def found_projects(
    connection: Connection, target: ConnectionView, found: Sequence[SourceProject]
) -> tuple[FoundSourceProject, ...]:
    """The source's projects, by number, with the project of ours that is linked with each."""
    own = source_links.c
    query = (
        select(own.source_project, projects.c.number)
        .join(projects, projects.c.id == own.project_id)
        .where(own.connection_id == target.id)
    )
    linked = {row.source_project: row.number for row in connection.execute(query)}
    return tuple(
        FoundSourceProject(
            id=each.id,
            number=each.number,
            name=each.name,
            currency=each.currency,
            job=each.job,
            active=each.active,
            project=linked.get(each.id),
        )
        for each in sorted(found, key=lambda one: (one.number, one.id))
    )


def require_linkable(
    connection: Connection, project: ProjectView, target: ConnectionView, theirs: SourceProject
) -> None:
    """Raise NotPossibleNow where either is linked already, BadInput where they can't go together."""
    link = find_link(connection, project)
    if link is not None and (link.connection_id, link.source_project) != (target.id, theirs.id):
        raise NotPossibleNow(
            f"Project {project.number} is linked with {link.source_number} of {link.connection}.",
            remedy=f"Unlink it first: `erp-bridge project unlink-source {project.number}`.",
        )
    faults = []
    if theirs.currency and theirs.currency != project.currency:
        faults.append(_currency_fault(project, theirs.currency))
    if not theirs.active:
        faults.append(Fault(f"project {theirs.number}", "is not active at the source", remedy="Activate it there."))
    if faults:
        raise BadInput(
            f"{theirs.number} can't be linked with project {project.number}.",
            remedy=" ".join(dict.fromkeys(fault.remedy or "" for fault in faults)),
            faults=faults,
        )
    _require_free(connection, project, target, theirs)


def require_currency(project: ProjectView, currency: str) -> None:
    """Raise BadInput for a budget in another currency than the project's: nothing is ever converted."""
    if currency != project.currency:
        fault = _currency_fault(project, currency)
        raise BadInput(f"The source's budget is in {currency}.", remedy=fault.remedy or "", faults=[fault])


def keep_link(
    connection: Connection,
    project: ProjectView,
    target: ConnectionView,
    theirs: SourceProject,
    *,
    by: int | None,
    at: datetime,
) -> SourceLink:
    """Keep where a project's budget comes from."""
    if (link := find_link(connection, project)) is not None:
        return link
    connection.execute(
        insert(source_links).values(
            company_id=project.company_id, project_id=project.id, connection_id=target.id, source_project=theirs.id,
            source_number=theirs.number, source_name=theirs.name, linked_by=by, linked_at=at,
        )
    )  # fmt: skip
    return require_link(connection, project)


def forget_link(connection: Connection, project: ProjectView) -> None:
    """Forget it, and what was last taken: lines and changes stay here, as if they had been typed."""
    for table in (source_changes, source_lines, source_links):
        connection.execute(delete(table).where(table.c.project_id == project.id))


def theirs_of(found: Sequence[SourceProject], wanted: str) -> SourceProject:
    """The source's project of that id or, where no other has it, of that number; raises NotFound."""
    matching = [each for each in found if each.id == wanted] or [each for each in found if each.number == wanted]
    if len(matching) == 1:
        return matching[0]
    if matching:
        ids = ", ".join(each.id for each in matching)
        raise BadInput(f"Several projects of the source have the number {wanted}.", remedy=f"Name its id: {ids}.")
    raise NotFound(f"The source has no project {wanted!r}.", remedy="List them: `erp-bridge project source-projects`.")


def _require_free(connection: Connection, project: ProjectView, target: ConnectionView, theirs: SourceProject) -> None:
    # Several of our companies may have a connection to the same source.
    with everywhere(connection):
        row = connection.execute(_others(target, theirs)).first()
        if row is None or row.project_id == project.id:
            return
        whose = f"project {row.number}" if row.company_id == project.company_id else "a project of another company"
    raise NotPossibleNow(
        f"{theirs.number} of {target.name} is linked with {whose}.",
        remedy="Unlink it there, or choose another of the source's projects.",
    )


def _others(target: ConnectionView, theirs: SourceProject) -> Any:
    """Links with that project, by this connection or another of the same source that shows just the same."""
    own = source_links.c
    same = (connections.c.plugin == target.plugin, own.source_number == theirs.number, own.source_name == theirs.name)
    return (
        select(own.project_id, own.company_id, projects.c.number)
        .join(connections, connections.c.id == own.connection_id)
        .join(projects, projects.c.id == own.project_id)
        .where(own.source_project == theirs.id, or_(connections.c.id == target.id, and_(*same)))
    )


def _currency_fault(project: ProjectView, currency: str) -> Fault:
    return Fault(
        f"project {project.number}",
        f"is in {project.currency}, and the source's budget in {currency}",
        value=currency,
        expected=project.currency,
        remedy="Take another project, of the budget's own currency: nothing is ever converted.",
    )


def _view(row: Any) -> SourceLink:
    return SourceLink(
        project_id=row.project_id,
        connection_id=row.connection_id,
        connection=row.connection,
        source_project=row.source_project,
        source_number=row.source_number,
        source_name=row.source_name,
        linked_at=row.linked_at,
        taken_at=row.taken_at,
    )
