"""A scene for tests of reviews: a project linked to a job in memory, and an item as a send stages it."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from attrs import define
from memory_books import Entry, MemoryBooks
from memory_erp import MemoryAdapter, MemoryConnections, MemoryRegistry
from sqlalchemy import insert, select, update
from verification_scene import Scene, key

from erp_bridge_core.approvals.batches import content_hash
from erp_bridge_core.approvals.items import ItemView, load_item
from erp_bridge_core.approvals.reviews import Reviews
from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.contract import LineKey, Part
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import budget_changes, item_changes, item_lines, items, outbox, projects

SENT = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)


class NothingReleased:
    """Exports of which nothing arrived."""

    arrived = 0

    def release(self, connection: Any, item_id: int) -> int:
        connection.execute(
            update(item_lines)
            .where(item_lines.c.item_id == item_id, item_lines.c.state != "arrived")
            .values(state="released")
        )
        query = select(item_lines.c.number).where(item_lines.c.item_id == item_id, item_lines.c.state == "arrived")
        return len(connection.execute(query).all())


@define
class Review:
    """A ready item with one original line of 100.00 and one change of 30.00, and the service."""

    store: Store
    scene: Scene
    adapter: MemoryAdapter
    service: Reviews

    @classmethod
    def make(cls, store: Store, project_id: int, audit: AuditTrail, clock: Any) -> "Review":
        scene = Scene.make(
            store, project_id, state="ready", sent_at=SENT, accepted_by=None, accepted_at=None, erp_company=None
        )
        scene.send(key("01"), 10000, state="staged")
        scene.send(key("02", sub_job="2"), 0, 3000, state="staged")
        with store.begin() as connection:
            connection.execute(update(projects).values(locked=True, begun_by=1))
            changed = {"company_id": 1, "project_id": project_id, "number": "1", "date": date(2026, 2, 1)}
            change = connection.execute(
                insert(budget_changes).values(**changed, status="approved").returning(budget_changes.c.id)
            ).scalar_one()
            connection.execute(
                insert(item_changes).values(
                    company_id=1, item_id=scene.item_id, change_id=change, number="1", date=date(2026, 2, 1), lines=1,
                    amount=3000, transfer=False,
                )
            )  # fmt: skip
            connection.execute(update(items).values(line_count=2, original=10000, changes=3000))
            connection.execute(update(items).values(content_hash=content_hash(connection, scene.item_id)))
        books = MemoryBooks()
        books.add_job("J1", sub_jobs=["2"], cost_codes=["01", "02"], categories=["L"])
        adapter = MemoryAdapter(books=books)
        service = Reviews(
            store=store,
            audit=audit,
            connections=MemoryConnections(adapter, clock),
            registry=MemoryRegistry({"memory": adapter}),
            exports=NothingReleased(),
            clock=clock,
        )
        return cls(store=store, scene=scene, adapter=adapter, service=service)

    @property
    def item_id(self) -> int:
        return self.scene.item_id

    def item(self) -> ItemView:
        with self.store.read() as connection:
            return load_item(connection, 1, self.item_id)

    def set_item(self, **values: Any) -> None:
        """Change the item's row behind the service's back."""
        with self.store.begin() as connection:
            connection.execute(update(items).where(items.c.id == self.item_id).values(**values))

    def notices(self) -> Sequence[Any]:
        with self.store.read() as connection:
            return connection.execute(select(outbox)).all()

    def hold(self, of: tuple[str, str, str], amount: str) -> None:
        """Let the job hold a posted estimate already."""
        entry = Entry(reference="ERP", key=LineKey(*of), part=Part.ORIGINAL, amount=Decimal(amount))
        self.adapter.books.jobs["J1"].posted.append(entry)
