"""What the server keeps: the keys of the API's writes and what they were answered, and sign-ins that came back."""

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

#: The rounds to a provider of sign-ins that came back, by a hash of their state: none comes back twice.
provider_rounds = Table(
    "provider_rounds",
    metadata,
    row_id(),
    Column("state_hash", String(64), nullable=False, unique=True),
    Column("came_back_at", Utc, nullable=False, index=True),
)
