"""How a request becomes an item: pulled, sent and compared with what it asks for, in one transaction or not at all.

Whatever ends the process leaves all of it or nothing; whoever comes second finds the item there and does nothing.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any, Final, Protocol

from attrs import define
from sqlalchemy import Connection, Row, select, update

from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.budgets.records import ProjectView, load_project
from erp_bridge_core.budgets.sending import Sending
from erp_bridge_core.connector.asking import Asked
from erp_bridge_core.connector.records import load_request
from erp_bridge_core.connector.transactions import (
    FREE,
    ON_ITS_WAY,
    carriers_of,
    count_standing,
    differences,
    note_arrived,
    note_asked,
)
from erp_bridge_core.connector.values import Difference, RequestState, RequestView
from erp_bridge_core.contract.errors import Changed, Fault, NotPossibleNow
from erp_bridge_core.contract.money import plain
from erp_bridge_core.contract.source import SourceRequest
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.pulling.spool import SpooledBudget
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import budget_changes, source_changes, source_requests

#: Differences that are named.
MOST_NAMED: Final = 50


class Pulls(Protocol):
    """What a pull does for the connector."""

    def read(self, company_id: int, connection_id: int, source_project: str) -> SpooledBudget:
        """Read a source's budget to its end, outside of any transaction."""

    def bring(self, connection: Connection, actor: Actor, project: ProjectView, spooled: SpooledBudget) -> object:
        """Take in what comes without a choice; raises NotPossibleNow naming each thing that a person must decide."""


@define(kw_only=True)
class Taking:
    """Makes items of requests, each in one transaction."""

    store: Store
    audit: AuditTrail
    sending: Sending
    pulling: Pulls
    now: Callable[[], datetime]

    def take(
        self,
        actor: Actor,
        view: RequestView,
        request: SourceRequest,
        *,
        acknowledge: Collection[str] = (),
    ) -> int | None:
        """Make the item of a request, in the actor's name; None where it has one already, or needs none.

        Raises what keeps it from becoming one, NotPossibleNow with every difference between what a send would hold and
        what the request asks for; then nothing is changed.
        """
        with Asked.of(request) as asked:
            if self._is_done(view, asked):
                return None
            project = self._linked(view)
            with self.pulling.read(view.company_id, view.connection_id, request.project) as budget:
                # Only a project that is linked and synced can be sent: told before anything is locked.
                erp = self.sending.open(actor, project.number)
                with self.store.begin() as connection:
                    row = self._again(connection, view)
                    if row is None:
                        return None
                    self._bring(connection, actor, load_project(connection, view.company_id, project.id), budget)
                    item = self.sending.send_within(connection, actor, project.number, erp, acknowledge=acknowledge)
                    numbers = _change_numbers(connection, project.id)
                    note_asked(connection, row, asked, item_id=item.id, digits=item.digits, numbers=numbers)
                    _require_same(connection, view, item.id, item.digits)
                    self._link(connection, actor, view, asked, {"item_id": item.id})
                    return item.id

    def _bring(self, connection: Connection, actor: Actor, project: ProjectView, budget: SpooledBudget) -> None:
        """Bring in what the source has; the budget is unlocked before where that needs it and every condition holds."""
        try:
            self.pulling.bring(connection, actor, project, budget)
        except NotPossibleNow:
            if not self.sending.unlock_within(connection, actor, project.number):
                raise
            self.pulling.bring(connection, actor, load_project(connection, project.company_id, project.id), budget)

    def _linked(self, view: RequestView) -> ProjectView:
        if view.project_id is None:
            raise not_linked(view)
        with self.store.read() as connection:
            project = load_project(connection, view.company_id, view.project_id)
        if view.job and project.job and view.job != project.job:
            message = f"At the source its project goes into job {view.job}, here project {project.number} does not."
            remedy = "Link the same job there and here; an administrator does it."
            fault = Fault("job", message, value=view.job, expected=project.job, remedy=remedy)
            raise NotPossibleNow(message, faults=[fault], remedy=remedy)
        return project

    def _is_done(self, view: RequestView, asked: Asked) -> bool:
        """Whether all that is asked for has arrived already, as where the source was never told; then it is noted.

        Raises NotPossibleNow where the request asks for nothing, or for what is on its way with another one's item.
        """
        if not asked.count:
            message = "The request asks for nothing."
            remedy = "Look at it at the source; have it closed there, or sent again."
            raise NotPossibleNow(message, faults=[Fault("request", message, remedy=remedy)], remedy=remedy)
        with self.store.read() as connection:
            counts = count_standing(connection, view.connection_id, asked)
            carriers = carriers_of(connection, view.connection_id, asked) if counts[ON_ITS_WAY] else []
        if carriers:
            items = ", ".join(map(str, carriers))
            message = f"Of what it asks for, {counts[ON_ITS_WAY]:,} are on their way: {items}."
            remedy = "It is tried again once that item is at its end."
            raise Changed(message, faults=[Fault("transactions", message, value=items, remedy=remedy)], remedy=remedy)
        if counts[FREE]:
            return False
        with self.store.begin() as connection:
            row = self._again(connection, view)
            if row is not None:
                note_arrived(connection, row, asked)
                self._link(connection, None, view, asked, {"done_at": self.now()})
        return True

    def _again(self, connection: Connection, view: RequestView) -> Row[Any] | None:
        """The request's row, where it is still to become an item."""
        if load_request(connection, view.company_id, view.number).state is not RequestState.RECEIVED:
            return None
        return connection.execute(select(source_requests).where(source_requests.c.id == view.number)).one()

    def _link(
        self, connection: Connection, actor: Actor | None, view: RequestView, asked: Asked, values: Mapping[str, Any]
    ) -> None:
        found = {"content_hash": asked.content_hash, "transactions": asked.count, "tried_at": self.now()}
        settled = {"reasons": [], "for_person": False, **found, **values}
        connection.execute(update(source_requests).where(source_requests.c.id == view.number).values(settled))
        if actor is not None:
            details = {
                "connection": view.connection, "request": view.request, "project": view.project,
                "transactions": asked.count, **values,
            }  # fmt: skip
            self.audit.record(
                connection, actor, "request.take", "request", view.number,
                from_state=RequestState.RECEIVED.value, to_state=RequestState.ITEM.value, details=details,
            )  # fmt: skip


def not_linked(view: RequestView) -> NotPossibleNow:
    """The error for a request of a project that nobody has linked with one of ours."""
    message = f"The source's project {view.source_project} is linked with no project here."
    link = f"`erp-bridge project link-source NUMBER {view.connection} {view.source_project}`"
    remedy = f"An administrator links it: {link}."
    fault = Fault("project", message, value=view.source_project, remedy=remedy)
    return NotPossibleNow(message, faults=[fault], remedy=remedy)


def _change_numbers(connection: Connection, project_id: int) -> dict[str, str]:
    """Our numbers of the source's changes that were taken."""
    query = (
        select(source_changes.c.source_id, budget_changes.c.number)
        .join(budget_changes, budget_changes.c.id == source_changes.c.change_id)
        .where(source_changes.c.project_id == project_id)
    )
    return {row.source_id: row.number for row in connection.execute(query)}


def _require_same(connection: Connection, view: RequestView, item_id: int, digits: int) -> None:
    found = differences(connection, item_id, digits, most=MOST_NAMED)
    if found:
        raise NotPossibleNow(
            f"What a send of project {view.project} would hold is not what the request asks for.",
            faults=[_named(each) for each in found],
            remedy="Have it sent again at the source, which asks for all that is new; or undo here what was changed.",
        )


def _named(found: Difference) -> Fault:
    asked, held = plain(found.asked), plain(found.held)
    return Fault(
        f"{found.key} ({found.part})",
        "is not what the request asks for",
        value=held,
        expected=asked,
        remedy=f"It asks for {asked}, a send would hold {held}: ask again at the source, or put it right here.",
    )
