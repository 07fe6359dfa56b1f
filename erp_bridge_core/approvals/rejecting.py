"""Giving an item back: what has not arrived is released, what arrived stays exported (A5, B6, E3)."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from erp_bridge_core.approvals.items import ItemView
from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.contract.errors import BadInput, Fault
from erp_bridge_core.contract.profile import MailRecipient
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.store.tables import baselines, contributions, item_lines, people, projects

#: What the table of contributions says of people whose work an item held that was given back.
GIVEN_BACK = "given back"


def give_back(connection: Connection, item: ItemView, release: Callable[[Connection, int], int]) -> ItemState:
    """Release the item's lines and unlock its budget; returns the item's new state.

    What was exported in part goes on waiting to be posted. Raises NotPossibleNow while anything may still arrive.
    """
    arrived = 0
    if item.state in {ItemState.FAILED, ItemState.UNKNOWN}:
        arrived = release(connection, item.id)
    else:
        connection.execute(update(item_lines).where(item_lines.c.item_id == item.id).values(state="released"))
        connection.execute(delete(baselines).where(baselines.c.item_id == item.id))
    connection.execute(update(projects).where(projects.c.id == item.project_id).values(locked=False))
    _restore_contributors(connection, item)
    return ItemState.WAITING if arrived else ItemState.REJECTED


def _restore_contributors(connection: Connection, item: ItemView) -> None:
    """Who built what comes back still does not approve it when it is sent again (P4)."""
    query = select(contributions.c.person_id).where(contributions.c.project_id == item.project_id)
    known = set(connection.execute(query).scalars())
    rows = [
        {"company_id": item.company_id, "project_id": item.project_id, "person_id": person, "what": GIVEN_BACK}
        for person in item.contributors
        if person not in known
    ]
    if rows:
        connection.execute(insert(contributions), rows)


def write_remarks(connection: Connection, item_id: int, remarks: Mapping[int, str]) -> None:
    """Write remarks on lines; raises BadInput naming every line that the item does not have."""
    query = select(item_lines.c.number).where(item_lines.c.item_id == item_id, item_lines.c.number.in_(sorted(remarks)))
    known = set(connection.execute(query).scalars())
    missing = sorted(set(remarks) - known)
    if missing:
        faults = [Fault(f"line {number}", "the item has no such line", rule="A5") for number in missing]
        raise BadInput("Remarks name lines that the item does not have.", faults=faults)
    for number, remark in remarks.items():
        connection.execute(
            update(item_lines)
            .where(item_lines.c.item_id == item_id, item_lines.c.number == number)
            .values(remark=remark.strip())
        )


def reject_recipients(connection: Connection, item: ItemView, tells: Iterable[MailRecipient]) -> tuple[int, ...]:
    """Whom a reject tells, as the ERP's profile says; the sender where nobody is known as creator (A5)."""
    creator = connection.execute(select(projects.c.begun_by).where(projects.c.id == item.project_id)).scalar_one()
    told = {MailRecipient.CREATOR: creator or item.sent_by_id, MailRecipient.SENDER: item.sent_by_id}
    return tuple(dict.fromkeys(told[recipient] for recipient in tells))


def reject_payload(
    connection: Connection, item: ItemView, actor: Actor, *, reason: str, remarks: Mapping[int, str]
) -> dict[str, Any]:
    """What the notice holds: all reasons, who rejected and where to answer him."""
    reply = connection.execute(select(people.c.email).where(people.c.id == actor.person_id)).scalar_one_or_none()
    return {
        "item": item.id,
        "project": item.project,
        "project_name": item.project_name,
        "version": item.version,
        "job": item.job,
        "amount": str(item.amount),
        "currency": item.currency,
        "reason": reason.strip(),
        "remarks": {str(number): remark.strip() for number, remark in sorted(remarks.items())},
        "rejected_by": actor.name,
        "reply_to": reply or "",
    }
