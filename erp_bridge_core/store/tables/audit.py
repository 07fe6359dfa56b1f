"""The audit trail, and the installation itself."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from erp_bridge_core.store.tables.columns import RowId, Utc, metadata

audit_entries = Table(
    "audit_entries",
    metadata,
    Column("sequence", RowId, primary_key=True, autoincrement=False),
    Column("company_id", RowId, ForeignKey("companies.id"), index=True),
    Column("at", String(40), nullable=False),
    Column("person", String(100), nullable=False),
    Column("real_person", String(100), nullable=False),
    Column("os_user", String(100), nullable=False),
    Column("via", String(16), nullable=False),
    Column("verb", String(64), nullable=False, index=True),
    Column("subject", String(64), nullable=False),
    Column("subject_id", String(100), nullable=False),
    Column("from_state", String(64)),
    Column("to_state", String(64)),
    Column("details", Text, nullable=False),
    Column("mac", String(64), nullable=False),
    Index("ix_audit_entries_subject", "company_id", "subject", "subject_id", "sequence"),
)

installation = Table(
    "installation",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("code", String(16), nullable=False),
    Column("demo", Boolean, nullable=False, default=False),
    Column("created_at", Utc, nullable=False),
    Column("frozen_because", Text),
    Column("frozen_at", Utc),
)
