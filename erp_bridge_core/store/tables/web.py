"""What the REST API keeps: the keys of writes, and what they were answered."""

from sqlalchemy import JSON, Boolean, Column, Index, Integer, LargeBinary, String, Table, UniqueConstraint

from erp_bridge_core.store.tables.columns import Utc, company_id, metadata, reference, row_id

#: Without a status the request is under way, or its server (`taken_by`) ended before it had answered.
idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    row_id(),
    company_id(),
    reference("person_id", "people.id"),
    Column("by_token", Boolean, nullable=False),
    Column("key", String(255), nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("taken_at", Utc, nullable=False),
    Column("taken_by", String(32), nullable=False),
    Column("status", Integer),
    Column("headers", JSON),
    Column("body", LargeBinary),
    UniqueConstraint("company_id", "person_id", "by_token", "key"),
    Index("ix_idempotency_keys_taken_at", "taken_at"),
)
