"""The daily summary: one a day, person and company, however many processes make it; for who has something waiting."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

from attrs import Factory, frozen
from sqlalchemy import Connection, select

from erp_bridge_core.approvals.items import ItemView, item_from_row, select_items
from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.audit.entries import AuditHead
from erp_bridge_core.connector.troubles import RequestTrouble, find_troubles
from erp_bridge_core.mail.outbox import notify
from erp_bridge_core.people.rights import Approver, approvers_of, policy_of
from erp_bridge_core.store.tables import companies, deliveries, items

KIND: Final = "summary"
WAITING: Final = frozenset({ItemState.READY})
TROUBLED: Final = frozenset({ItemState.FAILED, ItemState.UNKNOWN, ItemState.MISMATCH})


@frozen(kw_only=True)
class Summary:
    """One person's summary of a day: the numbers of the items in its two sections, and of requests of a source."""

    person_id: int
    login: str
    day: date
    waiting: tuple[int, ...]
    troubled: tuple[int, ...]
    requests: tuple[int, ...]


@frozen
class Hour:
    """A company's day, and the moment of that day from which its summary is due."""

    day: date
    moment: datetime


def hour_of(connection: Connection, company_id: int, now: datetime) -> Hour:
    """Today and its summary's moment, in the company's time zone and at the hour of its policy (M1)."""
    zone = connection.execute(select(companies.c.time_zone).where(companies.c.id == company_id)).scalar_one()
    there = ZoneInfo(zone)
    day = now.astimezone(there).date()
    hour = policy_of(connection, company_id).daily_summary_hour
    return Hour(day=day, moment=datetime.combine(day, time(hour), there))


def make_summaries(connection: Connection, company_id: int, now: datetime, head: AuditHead) -> tuple[Summary, ...]:
    """Write the summaries that are due and not yet made, in the caller's write transaction; returns them.

    One is due for each designated approver (P6) of an item, or of a request of a source, that already waited at the
    day's hour; it lists all that waits now, the longest first. `head` is the audit trail's, published with it (X1).
    """
    hour = hour_of(connection, company_id, now)
    if now < hour.moment:
        return ()
    made = _made(connection, company_id, hour.day)
    summaries = []
    for person, own in sorted(_by_approver(connection, company_id).items()):
        if person in made or all(since > hour.moment for since in own.since()):
            continue
        waiting = [item for item in own.items if item.state in WAITING]
        troubled = [item for item in own.items if item.state in TROUBLED]
        payload = {
            "waiting": [_entry(item) for item in waiting],
            "troubled": [_entry(item) for item in troubled],
            "requests": [_request(each) for each in own.requests],
            "audit_head": {"sequence": head.sequence, "mac": head.mac},
        }
        notify(connection, company_id, kind=KIND, people=[person], payload=payload, at=now, day=hour.day)
        summaries.append(
            Summary(
                person_id=person,
                login=own.login,
                day=hour.day,
                waiting=tuple(item.id for item in waiting),
                troubled=tuple(item.id for item in troubled),
                requests=tuple(each.request.number for each in own.requests),
            )
        )
    return tuple(summaries)


def _made(connection: Connection, company_id: int, day: date) -> frozenset[int]:
    query = select(deliveries.c.person_id).where(deliveries.c.company_id == company_id, deliveries.c.day == day)
    return frozenset(connection.execute(query).scalars())


@frozen
class _Own:
    """What waits for one approver: the longest waiting first."""

    login: str
    items: list[ItemView] = Factory(list)
    requests: list[RequestTrouble] = Factory(list)

    def since(self) -> Iterator[datetime]:
        """Since when each waits."""
        yield from (item.sent_at for item in self.items)
        yield from (each.since for each in self.requests)


def _by_approver(connection: Connection, company_id: int) -> Mapping[int, _Own]:
    """What waits for each designated approver; those of the company for what belongs to no project yet."""
    states = sorted(state.value for state in WAITING | TROUBLED)
    query = select_items(company_id).where(items.c.state.in_(states)).order_by(items.c.sent_at, items.c.id)
    approvers: dict[int | None, tuple[Approver, ...]] = {}
    found: dict[int, _Own] = {}

    def of(project_id: int | None) -> Iterator[_Own]:
        if project_id not in approvers:
            approvers[project_id] = approvers_of(connection, company_id, project_id)
        for approver in approvers[project_id]:
            yield found.setdefault(approver.person_id, _Own(approver.login))

    for item in [item_from_row(row) for row in connection.execute(query)]:
        for own in of(item.project_id):
            own.items.append(item)
    for trouble in sorted(find_troubles(connection, company_id), key=lambda each: each.since):
        for own in of(trouble.request.project_id):
            own.requests.append(trouble)
    return found


def _request(trouble: RequestTrouble) -> dict[str, Any]:
    asked = trouble.request
    return {
        "request": asked.number, "source": asked.connection, "id": asked.request, "project": asked.project or "",
        "what": trouble.what, "way_out": trouble.way_out, "since": trouble.since.isoformat(),
    }  # fmt: skip


def _entry(item: ItemView) -> dict[str, Any]:
    return {
        "item": item.id, "project": item.project, "project_name": item.project_name, "job": item.job,
        "amount": str(item.amount), "currency": item.currency, "state": item.state.value,
        "sent_by": item.sent_by_name, "sent_at": item.sent_at.isoformat(),
    }  # fmt: skip
