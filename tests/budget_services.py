"""The services of a company whose projects go into books in memory, for the tests of several rooms."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from attrs import define, frozen
from memory_books import MemoryBooks
from memory_erp import NAME, MemoryAdapter, MemoryRegistry
from sqlalchemy import func, insert, select, update

from erp_bridge_core.approvals.items import ItemView
from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.budgets.changes import Changes
from erp_bridge_core.budgets.entries import LineEntry
from erp_bridge_core.budgets.lines import Budgets
from erp_bridge_core.budgets.projects import Projects
from erp_bridge_core.budgets.sending import Sending
from erp_bridge_core.connections.maps import Maps
from erp_bridge_core.connections.service import Connections
from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import conditions, exports, item_lines, items, projects
from erp_bridge_core.wire.redaction import Redactor

JOB = "24-001"
NUMBER = "P-1"
CODES = ("03-100", "03-200", "05-100", "09-900")


@frozen(kw_only=True)
class Services:
    """Every service of these rooms, over one database."""

    store: Store
    books: MemoryBooks
    adapter: MemoryAdapter
    registry: MemoryRegistry
    connections: Connections
    maps: Maps
    projects: Projects
    budgets: Budgets
    changes: Changes
    sending: Sending


def build_services(store: Store, audit: AuditTrail, home: Path, clock: Clock) -> Services:
    """The services, over books with the job 24-001: sub jobs A and B, four cost codes, three categories."""
    books = MemoryBooks()
    books.add_job(JOB, sub_jobs=("A", "B"), cost_codes=CODES, categories=("L", "M", "S"))
    adapter = MemoryAdapter(books=books)
    registry = MemoryRegistry({NAME: adapter})
    connections = Connections(
        store=store,
        audit=audit,
        registry=registry,
        redactor=Redactor(),
        home=home,
        installation_code="T3ST42",
        clocks=lambda _: clock,
    )
    return Services(
        store=store,
        books=books,
        adapter=adapter,
        registry=registry,
        connections=connections,
        maps=Maps(store, audit, connections),
        projects=Projects(store, audit, connections, clock),
        budgets=Budgets(store, audit, connections, clock),
        changes=Changes(store, audit, connections, clock),
        sending=Sending(store, audit, connections, registry, clock),
    )


def link_project(services: Services, administrator: Actor, grant_team: Callable[[int], None]) -> None:
    """Create the project P-1, give the team its permissions, link it to the job 24-001 and sync it."""
    services.connections.add(administrator, "books", erp=NAME, settings={})
    created = services.projects.create(administrator, NUMBER, name="Bridge over Bean Blossom Creek")
    grant_team(created.id)
    services.projects.link(administrator, NUMBER, "books", job=JOB)
    services.projects.sync(administrator, NUMBER)


@define
class Accountant:
    """Plays what comes after a send: approver, export and posting, by writing what they write."""

    store: Store
    at: Any

    def export(self, item: ItemView, *, arrived: bool = True) -> None:
        """The item was exported whole and waits to be posted."""
        with self.store.begin() as connection:
            connection.execute(update(items).where(items.c.id == item.id).values(state="waiting"))
            connection.execute(
                update(item_lines).where(item_lines.c.item_id == item.id).values(state="arrived" if arrived else "sent")
            )
            connection.execute(
                update(projects).where(projects.c.id == item.project_id).values(first_exported_at=self.at)
            )
            connection.execute(
                insert(exports).values(
                    company_id=item.company_id, item_id=item.id, erp=NAME, erp_company="BOOKS", job=item.job,
                    state="complete", started_by=3, started_at=self.at, finished_at=self.at, adapter_version="1.0",
                )
            )  # fmt: skip

    def post(self, item: ItemView) -> None:
        """Everything was posted and seen: all conditions hold."""
        with self.store.begin() as connection:
            connection.execute(update(items).where(items.c.id == item.id).values(state="synced"))
            connection.execute(
                insert(conditions).values(
                    company_id=item.company_id, item_id=item.id, kind="posted_by_hand", met_at=self.at, evidence={}
                )
            )

    def move(self, item: ItemView, state: str) -> None:
        """The item is in another state."""
        with self.store.begin() as connection:
            connection.execute(update(items).where(items.c.id == item.id).values(state=state))


def entry(cost_code: str = "03-100", category: str = "L", amount: str | None = "100.00", **values: Any) -> LineEntry:
    """A line as a person enters it."""
    return LineEntry(
        cost_code=cost_code, category=category, amount=None if amount is None else Decimal(amount), **values
    )


def count(store: Store, table: Any) -> int:
    """How many rows a table has."""
    with store.read() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())
