"""A company as it is after some years: 1,000 projects, 10,000 items in every state, people, mail, maps, an audit trail.

The one budget of 100,000 lines goes its way by the services, into the simulated ERP and back. Everything around it is
written as rows that the services read: making 10,000 items one by one would take hours and show nothing else.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from attrs import frozen
from product import CONNECTION, PROJECT, Product
from sqlalchemy import Connection, Table, insert, select

from erp_bridge_core.app import Application
from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.connections.maps import MapEntry
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.store.tables import (
    budget_changes,
    budget_lines,
    change_lines,
    connections,
    deliveries,
    exports,
    item_lines,
    items,
    key_outcomes,
    memberships,
    outbox,
    people,
    project_permissions,
    projects,
    verifications,
)

PASSWORD: Final = "several quiet words"
ADMINISTRATOR: Final = "administrator"
SENDS: Final = 10
LINES: Final = 3
PEOPLE: Final = 200
CHANGES: Final = 300
#: What the last send of a project became, in turn; those before it were rejected, retrieved, or arrived.
LAST_STATES: Final = tuple(ItemState)
EARLIER_STATES: Final = (ItemState.SYNCED, ItemState.REJECTED, ItemState.RETRIEVED)
_EXPORTED: Final = {
    ItemState.EXPORTING: "running",
    ItemState.FAILED: "failed",
    ItemState.UNKNOWN: "unknown",
    ItemState.WAITING: "complete",
    ItemState.MISMATCH: "complete",
    ItemState.SYNCED: "complete",
}
_VERIFIED: Final = {
    ItemState.WAITING: "unposted",
    ItemState.MISMATCH: "posted_with_another_amount",
    ItemState.SYNCED: "synced",
}
_START: Final = datetime(2024, 1, 2, 8, tzinfo=UTC)
_CENTS: Final = 123_456


@frozen(kw_only=True)
class LargeHome:
    """What the pages of it are asked for."""

    application: Application
    item: int
    failed_item: int


def fill(product: Product, *, projects_wanted: int) -> LargeHome:
    """Write the rows around the product's one large budget; answers where to look."""
    application, administrator = product.application, product.cast.administrator
    with application.store.begin() as connection:
        filler = _Filler(connection, administrator.company_id, projects_wanted)
        filler.fill()
    _act(application, administrator, filler.numbers)
    people_ = application.people
    people_.set_password(application.companies.system("bench"), ADMINISTRATOR, PASSWORD)
    rows = [MapEntry(kind="cost_code", ours=f"OLD-{each:05d}", theirs=f"NEW-{each:05d}") for each in range(1_000)]
    application.maps.load(administrator, "spare", rows=rows)
    return LargeHome(application=application, item=product.item, failed_item=filler.failed_item)


def _act(application: Application, actor: Actor, numbers: Mapping[int, ItemState]) -> None:
    """What the trail has of every item: sent, and answered."""
    with application.store.begin() as connection:
        for number, state in numbers.items():
            application.audit.record(connection, actor, "budget.send", "item", number, to_state="ready")
            if state is not ItemState.READY:
                application.audit.record(
                    connection, actor, "review.accept", "item", number, from_state="ready", to_state=state.value
                )


class _Filler:
    def __init__(self, connection: Connection, company_id: int, projects_wanted: int) -> None:
        self.connection = connection
        self.company_id = company_id
        self.wanted = projects_wanted
        self.large = connection.execute(select(projects.c.id).where(projects.c.number == PROJECT)).scalar_one()
        self.erp = connection.execute(select(connections).where(connections.c.name == CONNECTION)).one()
        self.sender = connection.execute(select(people.c.id).where(people.c.login == "manager")).scalar_one()
        self.numbers: dict[int, ItemState] = {}
        self.failed_item = 0

    def fill(self) -> None:
        """All of it."""
        new = self._projects()
        self._people(new)
        self._items(new)
        self._mail()
        self._budget_changes()

    def _projects(self) -> list[int]:
        rows = [
            {
                "company_id": self.company_id, "number": f"P-{number:05d}", "name": f"Road contract {number}",
                "currency": "USD", "digits": 2, "connection_id": self.erp.id, "job": f"90-{number:05d}",
                "locked": True, "sends": SENDS, "first_exported_at": _START, "created_by": self.sender,
                "created_at": _START,
            }
            for number in range(1, self.wanted)
        ]  # fmt: skip
        self.connection.execute(insert(projects), rows)
        found = select(projects.c.id).where(projects.c.id != self.large).order_by(projects.c.id)
        return list(self.connection.execute(found).scalars())

    def _people(self, new: list[int]) -> None:
        base = {"email": "", "failed_sign_ins": [], "active": True, "created_at": _START}
        rows = [{**base, "login": f"person{number:04d}", "name": f"Person {number}"} for number in range(PEOPLE)]
        self.connection.execute(insert(people), rows)
        query = select(people.c.id).where(people.c.login.startswith("person")).order_by(people.c.id)
        hired = list(self.connection.execute(query).scalars())
        self._insert(memberships, ({"person_id": each, "integrations": "read_only"} for each in hired))
        self._insert(
            project_permissions,
            (
                {"project_id": project, "person_id": hired[(place * 7 + step) % PEOPLE], "level": "standard"}
                for place, project in enumerate(new)
                for step in range(5)
            ),
        )
        self._insert(
            project_permissions,
            ({"project_id": project, "person_id": self.sender, "level": "standard"} for project in new),
        )

    def _items(self, new: list[int]) -> None:
        first = 1 + int(self.connection.execute(select(items.c.id).order_by(items.c.id.desc())).scalars().first() or 0)
        for place in range(len(new)):
            for version in range(1, SENDS + 1):
                pool = LAST_STATES if version == SENDS else EARLIER_STATES
                self.numbers[first + place * SENDS + version - 1] = pool[(place + version) % len(pool)]
        known = list(self.numbers.items())
        self.failed_item = next(number for number, state in known if state is ItemState.FAILED)
        self._insert(items, (self._item(new, first, number, state) for number, state in known))
        keys = [
            {"cost_code": f"{100 + line}-00001", "category": "L", "our_cost_code": f"{100 + line}-00001"}
            for line in range(LINES)
        ]
        self._insert(item_lines, (row for number, state in known for row in _lines(number, state, keys)))
        self._insert(budget_lines, (self._budget_line(project, key) for project in new for key in keys))
        self._insert(exports, (self._export(new, first, number, _EXPORTED[state]) for number, state in known
                               if state in _EXPORTED))  # fmt: skip
        verified = [(number, state) for number, state in known if state in _VERIFIED]
        start = 1 + int(
            self.connection.execute(select(verifications.c.id).order_by(verifications.c.id.desc())).scalars().first()
            or 0
        )
        self._insert(verifications, (_verification(start + place, number, _VERIFIED[state])
                                     for place, (number, state) in enumerate(verified)))  # fmt: skip
        self._insert(
            key_outcomes,
            (
                _outcome(start + place, key, _VERIFIED[state])
                for place, (_, state) in enumerate(verified)
                for key in keys
            ),
        )

    def _item(self, new: list[int], first: int, number: int, state: ItemState) -> dict[str, Any]:
        place, version = divmod(number - first, SENDS)
        answered = state in {ItemState.REJECTED, ItemState.RETRIEVED}
        sent_at = _START + timedelta(days=version * 60, minutes=place)
        return {
            "id": number, "project_id": new[place], "version": version + 1, "state": state.value, "revision": 2,
            "connection_id": self.erp.id, "job": f"90-{place + 1:05d}", "currency": "USD", "digits": 2,
            "first_export": version == 0, "content_hash": "0" * 64, "line_count": LINES, "original": LINES * _CENTS,
            "changes": 0, "sent_by": self.sender, "sent_at": sent_at, "contributors": [self.sender],
            "masters_at": sent_at, "answered_by": self.sender if answered else None,
            "answered_at": sent_at if answered else None, "reason": "Wrong" if state is ItemState.REJECTED else None,
        }  # fmt: skip

    def _export(self, new: list[int], first: int, number: int, state: str) -> dict[str, Any]:
        del new
        place = (number - first) // SENDS
        return {
            "item_id": number, "erp": self.erp.plugin, "erp_company": "", "job": f"90-{place + 1:05d}", "state": state,
            "stage": "exported", "started_by": self.sender, "started_at": _START, "finished_at": _START,
            "adapter_version": "1", "failure": {"message": "The ERP refused it."} if state == "failed" else None,
            "lease_epoch": 0, "retries": 0,
        }  # fmt: skip

    def _budget_line(self, project: int, key: Mapping[str, str]) -> dict[str, Any]:
        return {
            "project_id": project, "sub_job": "", "cost_code": key["cost_code"], "category": key["category"],
            "description": "Paving", "quantity": 10_000, "unit": "TON", "unit_cost": 10_000, "amount": _CENTS,
            "removed": False,
        }  # fmt: skip

    def _mail(self) -> None:
        said = {"project": PROJECT, "project_name": PROJECT, "version": 1, "job": "90-00001", "amount": "1.00"}
        said |= {"currency": "USD", "reason": "Wrong", "remarks": {}, "rejected_by": "approver", "reply_to": ""}
        told = (
            {"kind": "reject", "recipients": [self.sender], "payload": {"item": number, **said}, "created_at": _START}
            for number in self.numbers
        )
        self._insert(outbox, told)
        written = list(self.connection.execute(select(outbox.c.id).order_by(outbox.c.id)).scalars())
        states = ("sent", "sent", "sent", "given_up", "waiting")
        self._insert(
            deliveries,
            (
                {
                    "outbox_id": number, "person_id": self.sender, "message_id": f"<{number}@bench.invalid>",
                    "state": states[number % len(states)], "tries": 1, "due_at": _START,
                    "sent_at": _START if states[number % len(states)] == "sent" else None,
                }
                for number in written[-len(self.numbers) :]
            ),
        )  # fmt: skip

    def _budget_changes(self) -> None:
        day = date(2026, 1, 5)
        self._insert(
            budget_changes,
            (
                {"project_id": self.large, "number": f"BC-{number:04d}", "date": day + timedelta(days=number % 300),
                 "description": f"Change {number}", "status": ("draft", "void", "under_review")[number % 3],
                 "created_by": self.sender}
                for number in range(CHANGES)
            ),
        )  # fmt: skip
        query = select(budget_changes.c.id).where(budget_changes.c.project_id == self.large)
        ids = list(self.connection.execute(query.order_by(budget_changes.c.id)).scalars())
        line = {"cost_code": "100-00001", "category": "L", "sub_job": "", "description": "More", "amount": _CENTS}
        self._insert(change_lines, ({"change_id": each, **line} for each in ids))

    def _insert(self, table: Table, rows: Iterator[dict[str, Any]]) -> None:
        whole = [{"company_id": self.company_id, **row} for row in rows]
        if whole:
            self.connection.execute(insert(table), whole)


def _lines(number: int, state: ItemState, keys: list[dict[str, str]]) -> Iterator[dict[str, Any]]:
    became = {ItemState.SYNCED: "arrived", ItemState.WAITING: "arrived", ItemState.MISMATCH: "arrived",
              ItemState.FAILED: "refused", ItemState.UNKNOWN: "unknown", ItemState.REJECTED: "released",
              ItemState.RETRIEVED: "released"}  # fmt: skip
    for line, key in enumerate(keys, start=1):
        yield {
            "item_id": number, "number": line, "part": "original", **key, "our_category": key["category"],
            "our_sub_job": "", "sub_job": "", "description": "Paving", "quantity": 10_000, "unit": "TON",
            "unit_cost": 10_000, "amount": _CENTS, "state": became.get(state, "staged"),
        }  # fmt: skip


def _verification(number: int, item: int, outcome: str) -> dict[str, Any]:
    return {
        "id": number, "item_id": item, "taken_at": _START, "outcome": outcome, "counts": {outcome: LINES},
        "sights": [], "first_seen_at": _START,
    }  # fmt: skip


def _outcome(verification: int, key: Mapping[str, str], outcome: str) -> dict[str, Any]:
    now = _CENTS + (1 if outcome == _VERIFIED[ItemState.MISMATCH] else 0)
    return {
        "verification_id": verification, "sub_job": "", "cost_code": key["cost_code"], "category": key["category"],
        "before_original": 0, "before_changes": 0, "before_total": 0, "sent_original": _CENTS, "sent_changes": 0,
        "now_original": now, "now_changes": 0, "now_total": now, "times": 1, "outcome": outcome, "route": "report",
    }  # fmt: skip


def home_of(folder: Path) -> Path:
    """Where the product's home is in the benchmark's folder."""
    return folder / "product"
