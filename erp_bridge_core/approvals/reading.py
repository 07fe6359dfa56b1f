"""Looking at what was sent: the list, one item, its keys and lines, and why it can't be answered (A1, A2, B6)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from attrs import define, field
from sqlalchemy import Connection

from erp_bridge_core.approvals.accepting import Accepting, ConnectionsDoor, RegistryDoor
from erp_bridge_core.approvals.batches import count_keys, find_lines, load_batch, load_changes
from erp_bridge_core.approvals.details import (
    Details,
    ItemLines,
    ReviewLine,
    ReviewList,
    count_states,
    find_review_lines,
    review_lines,
    review_row,
    review_totals,
    stored_findings,
    stored_remarks,
)
from erp_bridge_core.approvals.items import ItemView, find_item, items_of_project
from erp_bridge_core.approvals.listing import ItemSearch, count_items, find_items
from erp_bridge_core.approvals.rules import FILTERS, Answer, state_faults
from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.budgets.masters import last_header
from erp_bridge_core.budgets.records import find_project
from erp_bridge_core.contract.budget import ChangeHeader
from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.contract.errors import Fault, NotFound
from erp_bridge_core.contract.fields import RevisionField
from erp_bridge_core.contract.profile import Thing
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.rights import granted_by_self, policy_of, rights_of
from erp_bridge_core.people.rules import (
    may_answer,
    may_look_at_items,
    may_see_history,
    require,
    separation_of_duties,
    signed_in_recently,
)
from erp_bridge_core.store.database import Store


class ExportsDoor(Protocol):
    """What the review asks of exporting."""

    def release(self, connection: Connection, item_id: int) -> int:
        """Give back what has not arrived; returns how many lines stay exported."""


@define
class ReviewReading:
    """Every method checks the actor's rights in his company.

    `more_to_know` gives what is to be known of an ERP's adapter beside what it says of itself (X5).
    """

    store: Store
    audit: AuditTrail
    connections: ConnectionsDoor
    registry: RegistryDoor
    exports: ExportsDoor
    clock: Clock
    more_to_know: Callable[[str], tuple[Thing, ...]] = field(default=lambda _: (), kw_only=True)
    accepting: Accepting = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Share the doors with the part that asks the ERP."""
        self.accepting = Accepting(self.store, self.connections, self.registry, self.clock)

    def list(
        self,
        actor: Actor,
        *,
        filter: ItemState | None = None,  # noqa: A002 - the field's word
        project: str | None = None,
        text: str = "",
        sort: str = "waits",
        offset: int = 0,
        limit: int | None = None,
    ) -> ReviewList:
        """The items that are under way, the longest waiting first, and the counts of every filter (A1).

        With every word of `text` in their row; in another order of `SORTS`; at most `limit` of them from `offset` on.
        """
        states = tuple(FILTERS) if filter is None else (filter,)
        with self.store.read() as connection:
            require(may_look_at_items(rights_of(connection, actor)))
            found = find_project(connection, actor, project)[0].id if project is not None else None
            wanted = ItemSearch(
                states=states, project_id=found, text=text, sort=sort, offset=max(0, offset), limit=limit
            )
            rows = find_items(connection, actor, wanted)
            total = count_items(connection, actor, wanted)
            counts = count_states(connection, actor)
        now = self.clock.now()
        return ReviewList(rows=tuple(review_row(item, now) for item in rows), total=total, counts=counts)

    def counts(self, actor: Actor) -> Mapping[str, int]:
        """How many items each filter of the list shows."""
        with self.store.read() as connection:
            require(may_look_at_items(rights_of(connection, actor)))
            return count_states(connection, actor)

    def show(self, actor: Actor, item_id: int, *, ask_fields: bool = True) -> Details:
        """One item in full: lines, totals, what differs from the last export, fields, things to know (A2, X5).

        For the fields the ERP may be asked; without `ask_fields` nothing is, and there are none.
        """
        with self.store.read() as connection:
            item = self._seen(connection, actor, item_id)
            findings, remarks = stored_findings(connection, item_id), stored_remarks(connection, item_id)
            header = last_header(connection, item.project_id)
            totals = review_totals(connection, item)
        batch = load_batch(self.store.read, item_id)
        profile = self.connections.profile_of(item.erp, item.connection)
        asks = item.state in {ItemState.READY, ItemState.ACCEPTED}
        return Details(
            item=item,
            lines=review_lines(batch),
            totals=totals,
            changes=batch.change_headers,
            remarks=remarks,
            findings=findings,
            fields=self.accepting.fields(item) if asks and ask_fields else (),
            header=header,
            import_closes=item.first_export and asks,
            difference_of_original=profile.difference_of_original,
            things_to_know=(*self.more_to_know(item.erp), *profile.things_to_know),
        )

    def keys(self, actor: Actor, item_id: int, *, offset: int = 0, limit: int) -> tuple[ReviewLine, ...]:
        """Some keys of an item as the reviewer reads them (A2)."""
        with self.store.read() as connection:
            self._seen(connection, actor, item_id)
            return find_review_lines(connection, item_id, offset=offset, limit=limit)

    def count_keys(self, actor: Actor, item_id: int) -> int:
        """How many keys an item holds."""
        with self.store.read() as connection:
            self._seen(connection, actor, item_id)
            return count_keys(connection, item_id)

    def lines(self, actor: Actor, item_id: int, *, change: str = "", offset: int = 0, limit: int) -> ItemLines:
        """Some lines of an item, or of a budget change in it; raises NotFound for a change that it does not hold."""
        with self.store.read() as connection:
            item = self._seen(connection, actor, item_id)
            header = _change(connection, item, change) if change else None
            return ItemLines(
                rows=find_lines(connection, item_id, change=change, offset=offset, limit=limit),
                total=header.lines if header else item.line_count,
                change=header,
                remarks=stored_remarks(connection, item_id),
            )

    def item(self, actor: Actor, item_id: int) -> ItemView:
        """One item as it stands, without what it holds."""
        with self.store.read() as connection:
            return self._seen(connection, actor, item_id)

    def fields(self, actor: Actor, item_id: int) -> tuple[RevisionField, ...]:
        """The revision fields of this ERP for this item, with choices and defaults (A3)."""
        return self.accepting.fields(self.item(actor, item_id))

    def why_not(self, actor: Actor, item_id: int, answer: Answer) -> tuple[Fault, ...]:
        """Every reason why the actor can't give that answer now, as far as the item and his rights tell; none: he may.

        A sign-in that is not recent is none: it is asked for when he answers.
        """
        return self.why_not_each(actor, item_id, (answer,))[answer]

    def why_not_each(
        self, actor: Actor, item_id: int, answers: Sequence[Answer] = tuple(Answer)
    ) -> Mapping[Answer, tuple[Fault, ...]]:
        """The same for several answers at once."""
        with self.store.read() as connection:
            item = self._seen(connection, actor, item_id)
            from_all = may_answer(rights_of(connection, actor, item.project_id))
            accepting = self.barred_from_accepting(connection, actor, item) if Answer.ACCEPT in answers else []
        barred = {Answer.ACCEPT: (*from_all, *(fault for fault in accepting if fault.where != "sign_in"))}
        return {
            answer: (*barred.get(answer, from_all), *state_faults(item.id, item.state, answer)) for answer in answers
        }

    def history(self, actor: Actor, project: str) -> tuple[ItemView, ...]:
        """Every item of a project, the latest first; here rejected is told from retrieved (B6)."""
        with self.store.read() as connection:
            found, rights = find_project(connection, actor, project)
            require(may_see_history(rights))
            return items_of_project(connection, actor.company_id, found.id)

    def barred_from_accepting(self, connection: Connection, actor: Actor, item: ItemView) -> Sequence[Fault]:
        """Why the actor may not accept an item that he may answer otherwise (P4)."""
        if actor.person_id is None:
            return []
        policy = policy_of(connection, actor.company_id)
        by_self = granted_by_self(connection, actor.company_id, actor.person_id, item.project_id)
        faults = separation_of_duties(
            actor.person_id, item.contributors, sender_id=item.sent_by_id, granted_by_self=by_self, policy=policy
        )
        if not actor.is_token:
            faults += signed_in_recently(actor.signed_in_at, self.clock.now(), minutes=policy.recent_minutes)
        return faults

    def _seen(self, connection: Connection, actor: Actor, item_id: int) -> ItemView:
        item = find_item(connection, actor, item_id)
        require(may_look_at_items(rights_of(connection, actor, item.project_id)))
        return item


def _change(connection: Connection, item: ItemView, number: str) -> ChangeHeader:
    for each in load_changes(connection, item.id, item.digits):
        if each.number == number:
            return each
    raise NotFound(f"Item {item.id} holds no budget change {number!r}.", remedy="Its page names those it holds.")
