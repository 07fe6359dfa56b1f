"""Mail: what people must be told, and one delivery for each of them."""

from sqlalchemy import JSON, CheckConstraint, Column, Date, Index, Integer, String, Table, Text, UniqueConstraint

from erp_bridge_core.store.tables.columns import Utc, cause, company_id, metadata, reference, row_id

#: What people must be told, written in the transaction that made it true.
outbox = Table(
    "outbox",
    metadata,
    row_id(),
    company_id(),
    Column("kind", String(32), nullable=False),
    Column("recipients", JSON, nullable=False),
    Column("payload", JSON, nullable=False),
    cause(),
    Column("created_at", Utc, nullable=False),
)

#: One person's mail. `day` is that of a daily summary: one a person, company and day, whichever process makes it.
deliveries = Table(
    "deliveries",
    metadata,
    row_id(),
    company_id(),
    reference("outbox_id", "outbox.id"),
    reference("person_id", "people.id"),
    Column("day", Date),
    Column("message_id", String(100), nullable=False, unique=True),
    Column("state", String(16), nullable=False, default="waiting"),
    Column("tries", Integer, nullable=False, default=0),
    Column("due_at", Utc, nullable=False),
    Column("claim", String(32)),
    Column("claimed_at", Utc),
    Column("sent_at", Utc),
    Column("problem", Text),
    UniqueConstraint("company_id", "person_id", "day"),
    CheckConstraint("state IN ('waiting', 'sending', 'sent', 'given_up')", name="state"),
    Index("ix_deliveries_state_due_at", "state", "due_at"),
)
