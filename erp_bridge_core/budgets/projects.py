"""Projects: created, linked to an ERP job, synced with its masters (P0, B4, B5)."""

from typing import Any

from attrs import define
from sqlalchemy import Connection, func, insert, or_, select, update

from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.budgets.currencies import minor_unit_digits
from erp_bridge_core.budgets.masters import MasterReading, spool_reading, store_reading
from erp_bridge_core.budgets.records import (
    FoundProjects,
    ProjectView,
    find_project,
    load_project,
    project_from_row,
    seen_by,
    select_projects,
)
from erp_bridge_core.configuration.kinds import ConnectionKind
from erp_bridge_core.connections.service import Connections
from erp_bridge_core.connections.views import ConnectionView
from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.contract.errors import BadInput, Changed, Fault, NotFound, NotPossibleNow
from erp_bridge_core.contract.masters import JobHeader, JobReading, JobStatus
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.rights import rights_of
from erp_bridge_core.people.rules import may_administer, may_see_project, require
from erp_bridge_core.sources.text import parse_code, parse_text
from erp_bridge_core.sources.values import BadValue
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.row_security import everywhere
from erp_bridge_core.store.tables import companies, connections, erp_jobs, items, projects
from erp_bridge_core.store.text_search import contains

_TAKES_LINKS = frozenset({JobStatus.OPEN, JobStatus.PENDING, JobStatus.HELD})


@define
class Projects:
    """The projects of a company. An administrator creates and links them; whoever sees a budget may sync it."""

    store: Store
    audit: AuditTrail
    connections: Connections
    clock: Clock

    def create(self, actor: Actor, number: str, *, name: str, currency: str | None = None) -> ProjectView:
        """Create a project; its currency is the company's unless given. Raises BadInput with every fault at once."""
        with self.store.begin() as connection:
            require(may_administer(rights_of(connection, actor)))
            _require_names(number, name)
            _require_free(connection, actor, number)
            company = connection.execute(select(companies).where(companies.c.id == actor.company_id)).one()
            chosen = currency or company.currency
            values = {"number": number, "name": name, "currency": chosen, "digits": minor_unit_digits(chosen)}
            connection.execute(
                insert(projects).values(**values, company_id=actor.company_id, created_at=self.clock.now())
            )
            project, _ = find_project(connection, actor, number)
            self.audit.record(connection, actor, "project.create", "project", project.id, details=values)
            return project

    def list(self, actor: Actor) -> tuple[ProjectView, ...]:
        """The projects whose budgets the actor may see, by number."""
        return self.find(actor).rows

    def find(self, actor: Actor, *, text: str = "", offset: int = 0, limit: int | None = None) -> FoundProjects:
        """Those of them with a text in their number, name or job: at most `limit` from `offset` on, and how many."""
        with self.store.read() as connection:
            wanted = seen_by(connection, actor)
            if text:
                wanted += (or_(*(contains(projects.c[name], text) for name in ("number", "name", "job"))),)
            query = select_projects(actor.company_id).where(*wanted).order_by(projects.c.number)
            rows = connection.execute(query.limit(limit).offset(max(0, offset)))
            total = connection.execute(select(func.count()).select_from(projects).where(*wanted)).scalar_one()
            return FoundProjects(rows=tuple(project_from_row(row) for row in rows), total=total)

    def numbers(self, actor: Actor, *, connection: str | None = None) -> tuple[str, ...]:
        """The numbers of the projects whose budgets the actor may see, of all or of those linked by one connection."""
        with self.store.read() as reading:
            query = select(projects.c.number).where(*seen_by(reading, actor)).order_by(projects.c.number)
            if connection is not None:
                linked = select(connections.c.id).where(
                    connections.c.company_id == actor.company_id, connections.c.name == connection
                )
                query = query.where(projects.c.connection_id.in_(linked))
            return tuple(reading.execute(query).scalars())

    def show(self, actor: Actor, number: str) -> ProjectView:
        """One project; raises NotFound, and NotAllowed for who may not see its budget."""
        with self.store.read() as connection:
            project, rights = find_project(connection, actor, number)
            require(may_see_project(rights))
            return project

    def link(self, actor: Actor, number: str, connection_name: str, *, job: str) -> ProjectView:
        """Link a project to an ERP job, having read the job.

        Raises NotFound for a job that the ERP does not know, NotPossibleNow for one that is closed or linked to
        another project, and for a project that was exported once: its job is fixed then (P0).
        """
        with self.store.read() as connection:
            project = self._administered(connection, actor, number)
            target = self.connections.find(connection, actor, connection_name, ConnectionKind.ERP)
        _require_unfixed(project, target, job)
        header = self._header(actor, target, job)
        with self.store.begin() as connection:
            project = self._administered(connection, actor, number)
            # It may have been removed while the job was read, or lead to other books by now.
            target = self.connections.find(connection, actor, connection_name, ConnectionKind.ERP)
            _require_unfixed(project, target, job)
            _require_nothing_open(connection, project)
            self.connections.note_company(connection, target, header)
            _claim_job(connection, project, target, header)
            connection.execute(
                update(projects).where(projects.c.id == project.id).values(connection_id=target.id, job=header.job)
            )
            details = {"connection": target.name, "erp_company": header.company, "job": header.job}
            self.audit.record(connection, actor, "project.link", "project", project.id, details=details)
            return load_project(connection, actor.company_id, project.id)

    def unlink(self, actor: Actor, number: str) -> ProjectView:
        """Take the link away. Not once it was exported; and a job's closed import stays closed (R1)."""
        with self.store.begin() as connection:
            project = self._administered(connection, actor, number)
            if project.first_exported_at is not None:
                raise _fixed(project)
            _require_nothing_open(connection, project)
            connection.execute(update(erp_jobs).where(erp_jobs.c.project_id == project.id).values(project_id=None))
            connection.execute(update(projects).where(projects.c.id == project.id).values(connection_id=None, job=None))
            details = {"connection": project.connection, "job": project.job}
            self.audit.record(connection, actor, "project.unlink", "project", project.id, details=details)
            return load_project(connection, actor.company_id, project.id)

    def sync(self, actor: Actor, number: str) -> MasterReading:
        """Read the job's masters and figures from the ERP, whole, and replace the ones last read by them.

        Raises what reading raises, `ReadFailed` when it was cut short; then the former masters stay.
        """
        with self.store.read() as connection:
            project, rights = find_project(connection, actor, number)
            require(may_see_project(rights))
        spooled = spool_reading(open_job(self.connections, project), project.digits)
        try:
            with self.store.begin() as connection:
                require_still_linked(project, load_project(connection, project.company_id, project.id))
                reading = store_reading(
                    connection, project.company_id, project.id, reading=spooled, at=self.clock.now()
                )
                details = {"cost_codes": reading.cost_codes, "categories": reading.categories}
                self.audit.record(connection, actor, "project.sync", "project", project.id, details=details)
                return reading
        finally:
            spooled.close()

    def _header(self, actor: Actor, target: ConnectionView, job: str) -> JobHeader:
        adapter, erp = self.connections.erp(actor.company_id, target.id, job)
        header: JobHeader = adapter.read_job(job, erp).header
        if header.status not in _TAKES_LINKS:
            raise NotPossibleNow(
                f"The job {job} is {header.status} in {target.name}.",
                remedy="Have it opened in the ERP, or link another job.",
            )
        return header

    def _administered(self, connection: Connection, actor: Actor, number: str) -> ProjectView:
        project, rights = find_project(connection, actor, number)
        require(may_administer(rights))
        return project


def open_job(connections: Connections, project: ProjectView) -> JobReading:
    """Read a linked project's job from the ERP now; raises NotPossibleNow for one that is not linked."""
    if project.connection_id is None or project.job is None:
        raise NotPossibleNow(
            f"Project {project.number} is not linked to an ERP job.", remedy="Link it: `erp-bridge project link`."
        )
    adapter, erp = connections.erp(project.company_id, project.connection_id, project.job)
    reading: JobReading = adapter.read_job(project.job, erp)
    return reading


def require_still_linked(read: ProjectView, project: ProjectView) -> None:
    """Raise Changed where a project was linked elsewhere while its job was read: that is not its job any more."""
    if (read.connection_id, read.job) != (project.connection_id, project.job):
        raise Changed(
            f"Project {project.number} was linked elsewhere while job {read.job} was read. Nothing was kept.",
            remedy="Look at its link, then do it again.",
        )


def _require_names(number: str, name: str) -> None:
    faults = []
    for field, value, parse in (("number", number, parse_code), ("name", name, parse_text)):
        try:
            if not parse(value):
                faults.append(Fault(field, "is blank", expected="some text", remedy=f"Give the project a {field}."))
        except BadValue as error:
            faults.append(Fault(field, error.message, value=value, expected=error.expected, remedy=error.remedy))
    if number in {".", ".."}:  # every browser takes them out of an address
        faults.append(Fault("number", "is of dots alone", value=number, expected="some letter or digit"))
    if faults:
        raise BadInput("The project can't be created.", remedy="Correct what is named.", faults=faults)


def _require_free(connection: Connection, actor: Actor, number: str) -> None:
    taken = select(projects.c.id).where(projects.c.company_id == actor.company_id, projects.c.number == number)
    if connection.execute(taken).first() is not None:
        raise BadInput(f"There is a project {number!r} already.", remedy="Choose another number.")


def _fixed(project: ProjectView) -> NotPossibleNow:
    return NotPossibleNow(
        f"Project {project.number} was exported to {project.connection}, job {project.job}: that is fixed for good.",
        remedy="Use another project for another job.",
        faults=[Fault(f"project {project.number}", "was exported once", rule="P0")],
    )


def _require_unfixed(project: ProjectView, target: ConnectionView, job: str) -> None:
    if project.first_exported_at is not None and (project.connection_id, project.job) != (target.id, job):
        raise _fixed(project)


def _require_nothing_open(connection: Connection, project: ProjectView) -> None:
    open_states = ("ready", "accepted", "exporting", "failed", "unknown")
    query = select(items.c.id).where(items.c.project_id == project.id, items.c.state.in_(open_states))
    if (item := connection.execute(query).scalars().first()) is not None:
        raise NotPossibleNow(
            f"Item {item} of project {project.number} is on its way.", remedy="Retrieve it, or wait for its end."
        )


def _claim_job(connection: Connection, project: ProjectView, target: ConnectionView, header: JobHeader) -> None:
    """Tie the ERP job to the project: one project a job over all connections to the same books."""
    key: dict[str, Any] = {"erp": target.plugin, "erp_company": header.company, "job": header.job}
    # The books of an ERP may be those of several of our companies.
    with everywhere(connection):
        row = connection.execute(select(erp_jobs).filter_by(**key)).one_or_none()
        if row is not None and row.project_id not in {None, project.id}:
            raise NotPossibleNow(
                f"The job {header.job} of {header.company} is linked to {_whose(connection, row, project)}.",
                remedy="Unlink it there, or choose another job.",
            )
        others = erp_jobs.c.project_id == project.id, erp_jobs.c.job != header.job
        connection.execute(update(erp_jobs).where(*others).values(project_id=None))
        ours = {"company_id": project.company_id, "project_id": project.id}
        if row is None:
            connection.execute(insert(erp_jobs).values(**key, **ours))
        else:
            connection.execute(update(erp_jobs).where(erp_jobs.c.id == row.id).values(ours))


def _whose(connection: Connection, row: Any, project: ProjectView) -> str:
    """Another company's project is not named (P0)."""
    if row.company_id != project.company_id:
        return "a project of another company"
    try:
        return f"project {load_project(connection, project.company_id, row.project_id).number}"
    except NotFound:
        return "another project"
