"""Budgets from a source: linked, looked at, taken in; the first time whole, later what is new there alone."""

from typing import Protocol

from attrs import define
from sqlalchemy import Connection, update

from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.budgets.lines import project_profile
from erp_bridge_core.budgets.records import ProjectView, find_project, note_contribution
from erp_bridge_core.budgets.rules import reasons_not_to_add_change, reasons_not_to_edit
from erp_bridge_core.budgets.state import load_state, require_possible
from erp_bridge_core.configuration.kinds import ConnectionKind
from erp_bridge_core.connections.service import Connections
from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.contract.errors import Changed, NotPossibleNow, NotSupported
from erp_bridge_core.contract.money import plain
from erp_bridge_core.contract.source import SourceCapability
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.rights import rights_of
from erp_bridge_core.people.rules import may_administer, may_edit, may_see_project, require
from erp_bridge_core.pulling.comparison import Comparison, undecided_fault
from erp_bridge_core.pulling.links import (
    find_link,
    forget_link,
    found_projects,
    keep_link,
    linked_project,
    require_currency,
    require_link,
    require_linkable,
    theirs_of,
)
from erp_bridge_core.pulling.reading import Reading, told_to_whom
from erp_bridge_core.pulling.spool import SpooledBudget
from erp_bridge_core.pulling.views import Choices, FoundSourceProject, Look, SourceLink, Taken
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import source_links


class LockThere(Protocol):
    """Locks a budget at its source, or unlocks it, by the ledger; raises what kept it from being so."""

    def __call__(self, company_id: int, connection_id: int, source_project: str, *, locked: bool) -> None:
        """Do it now."""


@define
class Pulling:
    """Budgets of a company's projects, taken from where they are made.

    An administrator links a project with a source's; whoever may edit its budget looks and takes it in (P2).
    """

    store: Store
    audit: AuditTrail
    connections: Connections
    clock: Clock
    lock_there: LockThere

    # -- which project comes from where -------------------------------------------------------------------------------

    def projects(self, actor: Actor, connection_name: str) -> tuple[FoundSourceProject, ...]:
        """The projects of a connection's source, by number; reads the source."""
        with self.store.read() as connection:
            require(may_administer(rights_of(connection, actor)))
            target = self.connections.find(connection, actor, connection_name, ConnectionKind.SOURCE)
        found = Reading(self.connections, target).projects()
        with self.store.read() as connection:
            return found_projects(connection, target, found)

    def link(self, actor: Actor, number: str, connection_name: str, *, source_project: str) -> SourceLink:
        """Link a project with one of a source's, by its id or number there; nothing is taken yet.

        Raises NotFound for one that the source does not show, BadInput where their currencies differ, NotPossibleNow
        where either is linked already.
        """
        with self.store.read() as connection:
            self._administered(connection, actor, number)
            target = self.connections.find(connection, actor, connection_name, ConnectionKind.SOURCE)
        theirs = theirs_of(Reading(self.connections, target).projects(), source_project)
        with self.store.begin() as connection:
            project = self._administered(connection, actor, number)
            # It may have been removed while the source was read.
            target = self.connections.find(connection, actor, connection_name, ConnectionKind.SOURCE)
            require_linkable(connection, project, target, theirs)
            link = keep_link(connection, project, target, theirs, by=actor.person_id, at=self.clock.now())
            details = {"connection": target.name, "source_project": theirs.id, "source_number": theirs.number}
            self.audit.record(connection, actor, "project.link_source", "project", project.id, details=details)
            return link

    def unlink(self, actor: Actor, number: str) -> None:
        """Take the link away. What was taken stays as it is here; linked anew, all of it is compared again."""
        with self.store.begin() as connection:
            project = self._administered(connection, actor, number)
            link = require_link(connection, project)
            forget_link(connection, project)
            details = {"connection": link.connection, "source_project": link.source_project}
            self.audit.record(connection, actor, "project.unlink_source", "project", project.id, details=details)

    def linked(self, actor: Actor, number: str) -> SourceLink | None:
        """Where a project's budget comes from; None where it is linked with no source."""
        with self.store.read() as connection:
            project, rights = find_project(connection, actor, number)
            require(may_see_project(rights))
            return find_link(connection, project)

    # -- looking, and taking in ---------------------------------------------------------------------------------------

    def look(self, actor: Actor, number: str) -> Look:
        """What taking the budget in would bring now; changes nothing. Reads the source."""
        with self._read(actor, number) as spooled, self.store.read() as connection:
            project, _ = self._editable(connection, actor, number)
            compared = self._opened(connection, actor, project, spooled)
            compared.look_at_all()
            return compared.look()

    def take(self, actor: Actor, number: str, *, look: str, choices: Choices | None = None) -> Taken:
        """Take the budget in as it was looked at, in one transaction; reads the source again.

        Args:
            actor: whoever takes it in; he has had a part in the budget then (P4).
            number: the project's.
            look: the `hash` of what was looked at.
            choices: whose is kept of what was edited in both places.

        Raises:
            Changed: where the source, or the budget here, is not what was looked at.
            BadInput: naming each that was edited in both places and not chosen for, or what a choice names in vain.
            NotPossibleNow: with every reason, where nothing of it can come now.
        """
        with self._read(actor, number) as spooled, self.store.begin() as connection:
            project, _ = self._editable(connection, actor, number)
            compared = self._opened(connection, actor, project, spooled)
            compared.take_all(choices or Choices())
            if compared.hash != look:
                raise Changed(
                    f"The budget of {project.number} is not what was looked at: it changed, here or at the source.",
                    remedy="Look at it again, then take it in.",
                )
            compared.require_good_choices()
            compared.require_decided()
            compared.require_some()
            return self._finish(compared)

    def lock(self, actor: Actor, number: str, *, locked: bool) -> None:
        """Lock the budget at its source, or unlock it there, now; ours is locked by a send alone.

        Raises NotSupported of a source whose budgets can't be locked from here, and what kept it from being so. Asked
        again, also after a crash, it goes on with what was begun.
        """
        with self.store.begin() as connection:
            project, link = self._editable(connection, actor, number)
            target = self.connections.by_id(connection, actor.company_id, link.connection_id)
            profile = self.connections.source_profile(target)
            if not profile.supports(SourceCapability.LOCK):
                raise NotSupported(
                    f"Budgets of {profile.title} can't be locked from here.", remedy="Lock it there, by hand."
                )
            verb = "budget.lock_source" if locked else "budget.unlock_source"
            details = {"connection": link.connection, "source_project": link.source_project}
            self.audit.record(connection, actor, verb, "project", project.id, details=details)
        with told_to_whom(target, profile.title):
            self.lock_there(actor.company_id, link.connection_id, link.source_project, locked=locked)

    # -- what the connector asks for ----------------------------------------------------------------------------------

    def read(self, company_id: int, connection_id: int, source_project: str) -> SpooledBudget:
        """Read a source's budget to its end, outside of any transaction, for `bring`; to be closed."""
        with self.store.read() as connection:
            target = self.connections.by_id(connection, company_id, connection_id)
        spooled = Reading(self.connections, target).budget(source_project)
        spooled.read_from = target.id, source_project
        return spooled

    def project_of(
        self, connection: Connection, company_id: int, connection_id: int, source_project: str
    ) -> ProjectView | None:
        """The project that is linked with a source's project; None where there is none."""
        return linked_project(connection, company_id, connection_id, source_project)

    def bring(self, connection: Connection, actor: Actor, project: ProjectView, spooled: SpooledBudget) -> Taken:
        """Take in what comes without a choice, in the caller's transaction.

        Raises NotPossibleNow with a fault for each that a person has to decide, or with every reason why what is new
        can't come now; nothing was changed then.
        """
        require(may_edit(rights_of(connection, actor, project.id)))
        compared = self._opened(connection, actor, project, spooled)
        compared.look_at_all()
        if undecided := compared.undecided:
            raise NotPossibleNow(
                f"What was edited in both places of project {project.number} is decided by a person first.",
                remedy=f"Look at the source's budget and decide: `erp-bridge budget pull {project.number}`.",
                faults=[undecided_fault(each) for each in undecided],
            )
        require_possible(compared.reasons, "Taking the source's budget in")
        compared = self._opened(connection, actor, project, spooled)
        compared.take_all(Choices())
        return self._finish(compared)

    # -- their parts --------------------------------------------------------------------------------------------------

    def _administered(self, connection: Connection, actor: Actor, number: str) -> ProjectView:
        project, rights = find_project(connection, actor, number)
        require(may_administer(rights))
        return project

    def _editable(self, connection: Connection, actor: Actor, number: str) -> tuple[ProjectView, SourceLink]:
        project, rights = find_project(connection, actor, number)
        require(may_edit(rights))
        return project, require_link(connection, project)

    def _read(self, actor: Actor, number: str) -> SpooledBudget:
        with self.store.read() as connection:
            _, link = self._editable(connection, actor, number)
        return self.read(actor.company_id, link.connection_id, link.source_project)

    def _opened(self, connection: Connection, actor: Actor, project: ProjectView, spooled: SpooledBudget) -> Comparison:
        """The budget beside its source's, not yet compared."""
        link = require_link(connection, project)
        if (link.connection_id, link.source_project) != spooled.read_from:
            raise Changed(
                f"Project {project.number} was linked with another of a source's while that was read.",
                remedy="Look at its link, then look at the budget again.",
            )
        require_currency(project, spooled.currency)
        state = load_state(connection, project, project_profile(self.connections, connection, project))
        return Comparison(
            connection=connection,
            actor=actor,
            project=project,
            link=link,
            spooled=spooled,
            line_reasons=reasons_not_to_edit(state),
            change_reasons=reasons_not_to_add_change(state),
            at=self.clock.now(),
            today=self.clock.today(),
        )

    def _finish(self, compared: Comparison) -> Taken:
        """Note who took what in, and when; the audit trail tells it where anything moved."""
        taken, project, connection, actor = compared.taken(), compared.project, compared.connection, compared.actor
        connection.execute(
            update(source_links)
            .where(source_links.c.project_id == project.id)
            .values(taken_by=actor.person_id, taken_at=compared.at)
        )
        if taken.moved:
            note_contribution(connection, actor, project, "import")
            details = {
                "connection": compared.link.connection, "source_project": compared.link.source_project,
                "lines": taken.lines, "removed": taken.removed, "changes": list(taken.changes[:100]),
                "change_count": len(taken.changes), "original": plain(taken.original),
                "change_total": plain(taken.change_total), "theirs": sorted(compared.choices.theirs)[:100],
                "ours": sorted(compared.choices.ours)[:100],
            }  # fmt: skip
            self.audit.record(connection, actor, "budget.pull", "project", project.id, details=details)
        return taken
