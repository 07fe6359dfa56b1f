"""The installation's own work: what is to be done when and by whom, and the workers that do it.

Moments here are seconds of the database's clock (L13), so that workers on several hosts agree on them.
"""

from sqlalchemy import JSON, Column, Float, ForeignKey, Index, Integer, String, Table

from erp_bridge_core.store.tables.columns import RowId, Utc, cause, metadata, reference, row_id

#: `key` names what is done, for whom: `verify:hoosier`, `export:12`. Of one `turn` one task is done at a time.
tasks = Table(
    "tasks",
    metadata,
    row_id(),
    Column("company_id", RowId, ForeignKey("companies.id"), index=True),
    Column("key", String(120), nullable=False, unique=True),
    Column("job", String(32), nullable=False),
    Column("turn", String(120), nullable=False),
    reference("item_id", "items.id", nullable=True, index=False),
    reference("asked_by", "people.id", nullable=True, index=False),
    Column("due_at", Float, nullable=False),
    Column("owner", String(120)),
    Column("epoch", Integer, nullable=False, default=0),
    Column("lease_until", Float),
    Column("failures", Integer, nullable=False, default=0),
    Column("started_at", Utc),
    Column("ended_at", Utc),
    Column("told", String(400), nullable=False, default=""),
    Column("problem", JSON),
    cause(),
    Index("ix_tasks_due_at", "due_at"),
)

workers = Table(
    "workers",
    metadata,
    Column("name", String(120), primary_key=True),
    Column("host", String(100), nullable=False),
    Column("pid", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("version", String(40), nullable=False),
    Column("started_at", Utc, nullable=False),
    Column("seen_at", Float, nullable=False),
    Column("ended_at", Utc),
)
