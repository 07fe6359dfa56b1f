"""Send, Re-send, Retrieve and unlock: what may be done now, with every reason why not, and doing it (B3-B6, V1)."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from attrs import define, evolve, frozen
from sqlalchemy import Connection, delete, update

from erp_bridge_core.approvals.items import ItemView, latest_item, load_item
from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.budgets.lines import project_profile
from erp_bridge_core.budgets.masters import last_reading_at, load_masters
from erp_bridge_core.budgets.records import ProjectView, change_lock, find_project
from erp_bridge_core.budgets.rules import (
    Condition,
    SendState,
    reasons_import_not_supported,
    reasons_not_supported,
    reasons_not_to_add_change,
    reasons_not_to_edit,
    reasons_not_to_import,
    reasons_not_to_retrieve,
    reasons_not_to_send,
    reasons_not_to_unlock,
)
from erp_bridge_core.budgets.state import load_state, require_possible
from erp_bridge_core.budgets.validation import (
    Opened,
    Policies,
    Trial,
    Tried,
    keep_findings,
    require_acknowledged,
    require_no_errors,
)
from erp_bridge_core.connections.service import Connections
from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.contract.errors import AlreadyAnswered, Fault, NotSupported
from erp_bridge_core.contract.findings import Finding, Severity
from erp_bridge_core.mail.outbox import notify
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.rights import approvers_of, policy_of
from erp_bridge_core.people.rules import Rights, may_edit, may_see_project, may_send, require
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import contributions, item_lines, items, projects

SEND = "send"
RESEND = "resend"


@frozen(kw_only=True)
class Readiness:
    """What may be done with a budget now, and every reason why not.

    `action` is `send` or `resend`, None while neither is possible; `would_be` names the one that the reasons are
    about. `not_supported` tells what this ERP can't take at all from what is not possible now (`import_not_supported`
    is that of it which is about importing), `not_allowed` what this person lacks. `masters_at` is when the ERP's data
    was last read (B5).
    """

    project: str
    action: str | None
    would_be: str
    item_id: int | None
    item_state: ItemState | None
    locked: bool
    masters_at: datetime | None
    originals: int
    changes: int
    warnings: int
    reasons: tuple[Fault, ...]
    not_supported: tuple[Fault, ...]
    import_not_supported: tuple[Fault, ...]
    not_allowed: tuple[Fault, ...]
    retrieve_reasons: tuple[Fault, ...]
    unlock_reasons: tuple[Fault, ...]
    edit_reasons: tuple[Fault, ...]
    change_reasons: tuple[Fault, ...]
    import_reasons: tuple[Fault, ...]
    conditions: tuple[Condition, ...]


class _Undo(Exception):
    """Leaves a transaction without committing it."""


@define
class Sending:
    """Sending a company's budgets to its ERP Integrations."""

    store: Store
    audit: AuditTrail
    connections: Connections
    policies: Policies
    clock: Clock

    def readiness(self, actor: Actor, number: str, *, thorough: bool = True) -> Readiness:
        """What may be done now. Tries the send out where one could be made, and takes the trial back.

        Unless it is `thorough`, what a send would hold is not looked at: that takes a while for a large budget.
        """
        with self.store.read() as connection:
            project, rights = self._visible(connection, actor, number)
            state = self._state(connection, project)
            masters_at = last_reading_at(connection, project.id)
            not_allowed = tuple(self._not_allowed(connection, rights, project, state))
        tried = self._try(actor, number) if thorough and state.linked and state.synced else None
        if tried is not None:
            state = tried.complete(state)
        elif not thorough:
            state = evolve(state, new_originals=1)
        unsupported, no_import = reasons_not_supported(state), reasons_import_not_supported(state)
        reasons = reasons_not_to_send(state)
        would_be = RESEND if project.sends else SEND
        return Readiness(
            project=project.number,
            action=None if reasons or unsupported or not_allowed else would_be,
            would_be=would_be,
            item_id=state.item_id,
            item_state=state.item,
            locked=state.locked,
            masters_at=masters_at,
            originals=state.new_originals if thorough else 0,
            changes=state.new_changes,
            warnings=tried.count(Severity.WARNING) if tried else 0,
            reasons=reasons,
            not_supported=(*unsupported, *no_import),
            import_not_supported=no_import,
            not_allowed=not_allowed,
            retrieve_reasons=reasons_not_to_retrieve(state),
            unlock_reasons=reasons_not_to_unlock(state),
            edit_reasons=reasons_not_to_edit(state),
            change_reasons=reasons_not_to_add_change(state),
            import_reasons=reasons_not_to_import(state),
            conditions=state.conditions,
        )

    def preview(self, actor: Actor, number: str) -> tuple[Finding, ...]:
        """What a send would find now, a thousand of each rule in full; nothing is changed.

        Raises NotPossibleNow before link and sync.
        """
        with self.store.read() as connection:
            project, _ = self._visible(connection, actor, number)
            state = self._state(connection, project)
        if not (state.linked and state.synced):
            require_possible(reasons_not_to_send(state), "A preview")
        return self._try(actor, number).findings

    def send(self, actor: Actor, number: str, *, acknowledge: Collection[str] = ()) -> ItemView:
        """Stage the budget for the approver, and lock it.

        Raises NotAllowed, NotSupported or NotPossibleNow with every reason; BadInput with every error, or with every
        warning that is not in `acknowledge` (`rule`, `rule:line`, or `*`). Then nothing is changed.
        """
        opened = self.open(actor, number)
        with self.store.begin() as connection:
            return self.send_within(connection, actor, number, opened, acknowledge=acknowledge)

    def open(self, actor: Actor, number: str) -> Opened:
        """A project's ERP with the masters last read, for `send_within`; raises with every reason why it can't be."""
        with self.store.read() as connection:
            project, rights = self._visible(connection, actor, number)
            state = self._state(connection, project)
            masters = load_masters(connection, project.id) if project.is_linked else None
            if masters is None or not state.synced:
                require(self._not_allowed(connection, rights, project, state))
                require_possible(reasons_not_to_send(state), "Sending")
        assert masters is not None
        assert project.connection_id is not None
        adapter, erp = self.connections.erp(project.company_id, project.connection_id, project.job or "", masters)
        return Opened(
            adapter=adapter,
            erp=erp,
            policies=self.policies,
            masters_at=masters.taken_at,
            erp_company=masters.header.company,
            live=masters.header.live,
        )

    def send_within(
        self, connection: Connection, actor: Actor, number: str, opened: Opened, *, acknowledge: Collection[str] = ()
    ) -> ItemView:
        """The same within a transaction of the caller's, with the ERP `opened` before it began."""
        project, rights = find_project(connection, actor, number)
        state = self._state(connection, project)
        require(self._not_allowed(connection, rights, project, state))
        # What a send would hold is not known yet, and costs; what else stands in the way is told before.
        _require_unblocked(evolve(state, new_originals=1))
        now = self.clock.now()
        tried = Trial(connection=connection, actor=actor, project=project, opened=opened).run(now)
        state = tried.complete(state)
        _require_supported(state)
        _require_unblocked(state)
        require_no_errors(tried)
        require_acknowledged(tried, acknowledge)
        keep_findings(connection, actor, project, tried=tried, at=now)
        return self._sent(connection, actor, project, tried)

    def retrieve(self, actor: Actor, number: str) -> ItemView:
        """Take the waiting item back before it is answered: the budget is as it was before that send (B6)."""
        with self.store.begin() as connection:
            project, rights = find_project(connection, actor, number)
            policy = policy_of(connection, actor.company_id)
            require(may_send(rights, first=True, resend_after_reject=False, policy=policy))
            require_possible(reasons_not_to_retrieve(self._state(connection, project)), "Retrieving")
            item = latest_item(connection, project.company_id, project.id)
            assert item is not None
            _answer(connection, item, actor, self.clock.now())
            connection.execute(update(item_lines).where(item_lines.c.item_id == item.id).values(state="released"))
            change_lock(connection, project, locked=False)
            self.audit.record(
                connection, actor, "budget.retrieve", "item", item.id,
                from_state=ItemState.READY.value, to_state=ItemState.RETRIEVED.value,
                details={"project": project.number, "version": item.version},
            )  # fmt: skip
            return load_item(connection, project.company_id, item.id)

    def unlock(self, actor: Actor, number: str) -> None:
        """Unlock the budget after an export, once every condition of the ERP holds; raises with each that does not."""
        with self.store.begin() as connection:
            project, rights = find_project(connection, actor, number)
            require(may_edit(rights))
            require_possible(reasons_not_to_unlock(self._state(connection, project)), "Unlocking")
            self._unlock(connection, actor, project)

    def unlock_within(self, connection: Connection, actor: Actor, number: str) -> bool:
        """Unlock in the caller's transaction where every condition holds (V1); whether that was so. For editors."""
        project, rights = find_project(connection, actor, number)
        require(may_edit(rights))
        if not project.locked or reasons_not_to_unlock(self._state(connection, project)):
            return False
        self._unlock(connection, actor, project)
        return True

    def _unlock(self, connection: Connection, actor: Actor, project: ProjectView) -> None:
        change_lock(connection, project, locked=False)
        self.audit.record(
            connection, actor, "budget.unlock", "project", project.id, from_state="locked", to_state="unlocked"
        )

    def _visible(self, connection: Connection, actor: Actor, number: str) -> tuple[ProjectView, Rights]:
        project, rights = find_project(connection, actor, number)
        require(may_see_project(rights))
        return project, rights

    def _state(self, connection: Connection, project: ProjectView) -> SendState:
        return load_state(connection, project, project_profile(self.connections, connection, project))

    def _not_allowed(
        self, connection: Connection, rights: Rights, project: ProjectView, state: SendState
    ) -> list[Fault]:
        return may_send(
            rights,
            first=not project.sends,
            resend_after_reject=state.last is ItemState.REJECTED,
            policy=policy_of(connection, project.company_id),
        )

    def _try(self, actor: Actor, number: str) -> Tried:
        opened = self.open(actor, number)
        found: list[Tried] = []
        try:
            with self.store.begin() as connection:
                project, _ = find_project(connection, actor, number)
                trial = Trial(connection=connection, actor=actor, project=project, opened=opened)
                found.append(trial.run(self.clock.now()))
                raise _Undo  # noqa: TRY301 - leaving the block by an exception is what rolls back
        except _Undo:
            return found[0]

    def _sent(self, connection: Connection, actor: Actor, project: ProjectView, tried: Tried) -> ItemView:
        item_id = tried.staged.item_id
        connection.execute(update(items).where(items.c.id == item_id).values(contributors=list(tried.contributors)))
        connection.execute(
            update(projects).where(projects.c.id == project.id).values(sends=project.sends + 1, locked=True)
        )
        connection.execute(delete(contributions).where(contributions.c.project_id == project.id))
        item = load_item(connection, project.company_id, item_id)
        warned = {rule: count for (severity, rule), count in tried.counts.items() if severity is Severity.WARNING}
        details: dict[str, Any] = {"project": project.number, "version": item.version, "lines": item.line_count}
        details |= {"original": str(item.original), "changes": str(item.changes), "hash": item.content_hash}
        details |= {"acknowledged": warned}
        verb = "budget.resend" if project.sends else "budget.send"
        self.audit.record(connection, actor, verb, "item", item.id, to_state=item.state.value, details=details)
        if project.sends:
            self._tell_approvers(connection, project, item)
        return item

    def _tell_approvers(self, connection: Connection, project: ProjectView, item: ItemView) -> None:
        """A re-send is mailed to its designated approvers at once (M2)."""
        people = approvers_of(connection, project.company_id, project.id)
        notify(
            connection,
            project.company_id,
            kind="resent",
            people=[approver.person_id for approver in people],
            payload={"item": item.id, "project": project.number, "amount": str(item.amount), "sent_by": item.sent_by},
            at=item.sent_at,
        )


def _require_unblocked(state: SendState) -> None:
    """Raise with every reason when something other than errors in the content stands in the way."""
    if reasons_not_to_send(evolve(state, without_category=0, unmapped=0, refused=0)):
        require_possible(reasons_not_to_send(state), "Sending")


def _require_supported(state: SendState) -> None:
    if unsupported := reasons_not_supported(state):
        raise NotSupported(
            " ".join(reason.message for reason in unsupported),
            remedy=" ".join(dict.fromkeys(reason.remedy for reason in unsupported if reason.remedy)),
            faults=(*unsupported, *reasons_not_to_send(state)),
        )


def _answer(connection: Connection, item: ItemView, actor: Actor, at: datetime) -> None:
    """Retrieved, if nobody answered meanwhile (A6)."""
    values = {"state": ItemState.RETRIEVED.value, "revision": item.revision + 1}
    values |= {"answered_by": actor.person_id, "answered_at": at}
    where = (items.c.id == item.id, items.c.state == ItemState.READY.value, items.c.revision == item.revision)
    if not connection.execute(update(items).where(*where).values(**values)).rowcount:
        raise AlreadyAnswered(f"Item {item.id} was answered meanwhile.", remedy="Look at its answer.")
