"""What projects were taken from a budget source: which source project, and what it held when it was last taken."""

from sqlalchemy import Column, Date, String, Table, UniqueConstraint

from erp_bridge_core.store.tables.columns import (
    Utc,
    company_id,
    key_columns,
    metadata,
    reference,
    row_id,
    units,
)

#: The source project that a project's budget comes from: one project of ours each.
source_links = Table(
    "source_links",
    metadata,
    row_id(),
    company_id(),
    reference("project_id", "projects.id", index=False),
    reference("connection_id", "connections.id"),
    Column("source_project", String(200), nullable=False),
    Column("source_number", String(200), nullable=False),
    Column("source_name", String(500), nullable=False),
    reference("linked_by", "people.id", nullable=True, index=False),
    Column("linked_at", Utc, nullable=False),
    reference("taken_by", "people.id", nullable=True, index=False),
    Column("taken_at", Utc),
    UniqueConstraint("project_id"),
    UniqueConstraint("connection_id", "source_project"),
)

#: The source's lines as they were last taken: what each later difference is made against.
source_lines = Table(
    "source_lines",
    metadata,
    row_id(),
    company_id(),
    reference("project_id", "projects.id"),
    *key_columns(),
    Column("source_id", String(200), nullable=False),
    Column("description", String(500), nullable=False, default=""),
    units("quantity", nullable=True),
    Column("unit", String(32), nullable=False, default=""),
    units("unit_cost", nullable=True),
    units("amount"),
    UniqueConstraint("project_id", "sub_job", "cost_code", "category"),
)

#: The source's approved changes that were taken, and which change of ours each became. `content` is a hash over what
#: counts of it there; blank once it is gone there and a person keeps ours.
source_changes = Table(
    "source_changes",
    metadata,
    row_id(),
    company_id(),
    reference("project_id", "projects.id"),
    Column("source_id", String(200), nullable=False),
    Column("number", String(200), nullable=False),
    Column("date", Date),
    units("amount"),
    Column("content", String(64), nullable=False),
    reference("change_id", "budget_changes.id"),
    Column("taken_at", Utc, nullable=False),
    UniqueConstraint("project_id", "source_id"),
)
