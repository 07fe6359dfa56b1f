"""The Budget tool: projects, sub jobs, lines, budget changes."""

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Integer,
    String,
    Table,
    UniqueConstraint,
)

from erp_bridge_core.store.tables.columns import (
    Utc,
    company_id,
    key_columns,
    metadata,
    reference,
    row_id,
    units,
)

projects = Table(
    "projects",
    metadata,
    row_id(),
    company_id(),
    Column("number", String(64), nullable=False),
    Column("name", String(200), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("digits", Integer, nullable=False),
    reference("connection_id", "connections.id", nullable=True),
    Column("job", String(64)),
    Column("locked", Boolean, nullable=False, default=False),
    Column("sends", Integer, nullable=False, default=0),
    Column("first_exported_at", Utc),
    # Who put the first thing into its budget: its creator, whom a reject tells (A5).
    reference("begun_by", "people.id", nullable=True, index=False),
    Column("created_at", Utc, nullable=False),
    UniqueConstraint("company_id", "number"),
)

sub_jobs = Table(
    "sub_jobs",
    metadata,
    row_id(),
    company_id(),
    reference("project_id", "projects.id"),
    Column("code", String(64), nullable=False),
    Column("name", String(200), nullable=False),
    UniqueConstraint("project_id", "code"),
)

budget_lines = Table(
    "budget_lines",
    metadata,
    row_id(),
    company_id(),
    reference("project_id", "projects.id"),
    *key_columns(),
    Column("description", String(500), nullable=False, default=""),
    units("quantity", nullable=True),
    Column("unit", String(32), nullable=False, default=""),
    units("unit_cost", nullable=True),
    units("amount"),
    Column("removed", Boolean, nullable=False, default=False),
    Column("source", JSON),
    UniqueConstraint("project_id", "sub_job", "cost_code", "category"),
)

budget_changes = Table(
    "budget_changes",
    metadata,
    row_id(),
    company_id(),
    reference("project_id", "projects.id"),
    Column("number", String(32), nullable=False),
    Column("date", Date, nullable=False),
    Column("description", String(500), nullable=False, default=""),
    Column("status", String(16), nullable=False),
    reference("reverses_id", "budget_changes.id", nullable=True),
    reference("created_by", "people.id", nullable=True, index=False),
    reference("approved_by", "people.id", nullable=True, index=False),
    Column("approved_at", Utc),
    UniqueConstraint("project_id", "number"),
    CheckConstraint("status IN ('draft', 'under_review', 'approved', 'void')", name="status"),
)

change_lines = Table(
    "change_lines",
    metadata,
    row_id(),
    company_id(),
    reference("change_id", "budget_changes.id"),
    *key_columns(),
    Column("description", String(500), nullable=False, default=""),
    units("quantity", nullable=True),
    Column("unit", String(32), nullable=False, default=""),
    units("unit_cost", nullable=True),
    units("amount"),
    UniqueConstraint("change_id", "sub_job", "cost_code", "category"),
)

#: Who edited or imported since the last send: those people do not approve it (separation of duties, P4).
contributions = Table(
    "contributions",
    metadata,
    row_id(),
    company_id(),
    reference("project_id", "projects.id"),
    reference("person_id", "people.id"),
    Column("what", String(16), nullable=False),
    UniqueConstraint("project_id", "person_id", "what"),
)

column_mappings = Table(
    "column_mappings",
    metadata,
    row_id(),
    company_id(),
    reference("project_id", "projects.id", nullable=True),
    Column("name", String(100), nullable=False),
    Column("mapping", JSON, nullable=False),
    Column("saved_at", Utc, nullable=False),
    UniqueConstraint("company_id", "project_id", "name"),
)
