"""Webhooks: programs that are told when an item changes state, and one delivery for each of them.

Deliveries are written by a trigger of the database (`migrations/first/triggers.py`): in the transaction that moves the
item, whatever moves it.
"""

from sqlalchemy import Boolean, CheckConstraint, Column, Index, Integer, String, Table, Text

from erp_bridge_core.store.tables.columns import Utc, cause, company_id, metadata, reference, row_id

#: `salt` makes the secret together with a key that is kept outside the database.
webhooks = Table(
    "webhooks",
    metadata,
    row_id(),
    company_id(),
    Column("url", String(2000), nullable=False),
    Column("description", String(200), nullable=False, default=""),
    Column("salt", String(64), nullable=False),
    Column("active", Boolean, nullable=False, default=True),
    reference("created_by", "people.id", index=False),
    Column("created_at", Utc, nullable=False),
)

#: One change of an item's state, to be told to one webhook. `event` stays the same over all tries.
webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    row_id(),
    company_id(),
    reference("webhook_id", "webhooks.id"),
    reference("item_id", "items.id"),
    Column("event", String(36), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("from_state", String(16)),
    Column("to_state", String(16), nullable=False),
    Column("moved_at", Utc, nullable=False),
    Column("state", String(16), nullable=False, default="waiting"),
    Column("tries", Integer, nullable=False, default=0),
    Column("due_at", Utc, nullable=False),
    Column("claim", String(32)),
    Column("claimed_at", Utc),
    Column("sent_at", Utc),
    Column("status", Integer),
    Column("problem", Text),
    cause(),
    CheckConstraint("state IN ('waiting', 'sending', 'sent', 'given_up')", name="state"),
    Index("ix_webhook_deliveries_state_due_at", "state", "due_at"),
)
