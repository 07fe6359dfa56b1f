"""Baselines, what was seen in the ERP, what was made of it, and what people decided about it."""

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, String, Table, Text

from erp_bridge_core.store.tables.columns import (
    RowId,
    Utc,
    company_id,
    key_columns,
    metadata,
    reference,
    row_id,
    units,
)

#: The ERP's own figures of the whole job as read at accept, per key: what every later comparison starts from.
baselines = Table(
    "baselines",
    metadata,
    Column("item_id", RowId, ForeignKey("items.id"), nullable=False),
    company_id(),
    *key_columns(),
    units("original", nullable=True),
    units("changes", nullable=True),
    units("total", nullable=True),
    PrimaryKeyConstraint("item_id", "sub_job", "cost_code", "category"),
)

verifications = Table(
    "verifications",
    metadata,
    row_id(),
    company_id(),
    reference("item_id", "items.id"),
    Column("taken_at", Utc, nullable=False),
    reference("taken_by", "people.id", nullable=True, index=False),
    Column("outcome", String(32), nullable=False),
    Column("counts", JSON, nullable=False),
    Column("sights", JSON, nullable=False),
    Column("first_seen_at", Utc, nullable=False),
)

observations = Table(
    "observations",
    metadata,
    Column("verification_id", RowId, ForeignKey("verifications.id"), nullable=False),
    company_id(),
    Column("route", String(64), nullable=False),
    *key_columns(),
    units("original", nullable=True),
    units("changes", nullable=True),
    units("total", nullable=True),
    units("unposted_original", nullable=True),
    units("unposted_changes", nullable=True),
    Column("cannot_tell", Text),
    PrimaryKeyConstraint("verification_id", "route", "sub_job", "cost_code", "category"),
)

key_outcomes = Table(
    "key_outcomes",
    metadata,
    Column("verification_id", RowId, ForeignKey("verifications.id"), nullable=False),
    company_id(),
    *key_columns(),
    units("before_original", nullable=True),
    units("before_changes", nullable=True),
    units("before_total", nullable=True),
    units("sent_original"),
    units("sent_changes"),
    units("now_original", nullable=True),
    units("now_changes", nullable=True),
    units("now_total", nullable=True),
    Column("times", Integer),
    Column("outcome", String(32), nullable=False),
    Column("route", String(64), nullable=False, default=""),
    PrimaryKeyConstraint("verification_id", "sub_job", "cost_code", "category"),
    Index("ix_key_outcomes_outcome", "verification_id", "outcome"),
)

#: A difference that a person adopted as the new baseline: what was expected is moved by it (V5).
adoptions = Table(
    "adoptions",
    metadata,
    Column("item_id", RowId, ForeignKey("items.id"), nullable=False),
    company_id(),
    *key_columns(),
    units("original"),
    units("changes"),
    PrimaryKeyConstraint("item_id", "sub_job", "cost_code", "category"),
)

resolutions = Table(
    "resolutions",
    metadata,
    row_id(),
    company_id(),
    reference("item_id", "items.id"),
    reference("verification_id", "verifications.id"),
    Column("action", String(16), nullable=False),
    reference("resolved_by", "people.id", index=False),
    Column("resolved_at", Utc, nullable=False),
    Column("reason", Text, nullable=False),
)

conditions = Table(
    "conditions",
    metadata,
    row_id(),
    company_id(),
    reference("item_id", "items.id"),
    Column("kind", String(32), nullable=False),
    Column("met_at", Utc, nullable=False),
    reference("met_by", "people.id", nullable=True, index=False),
    Column("evidence", JSON, nullable=False),
)
