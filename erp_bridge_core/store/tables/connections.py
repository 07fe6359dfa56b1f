"""Connections to ERPs and to budget sources, their maps, the ERP's jobs, and the masters last read per project."""

from sqlalchemy import JSON, Boolean, Column, Float, Integer, String, Table, UniqueConstraint

from erp_bridge_core.store.tables.columns import (
    Utc,
    company_id,
    key_columns,
    metadata,
    reference,
    row_id,
    units,
)

connections = Table(
    "connections",
    metadata,
    row_id(),
    company_id(),
    Column("name", String(64), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("plugin", String(64), nullable=False),
    Column("erp_company", String(100)),
    Column("live", Boolean),
    Column("hosts", JSON, nullable=False, default=list),
    Column("created_at", Utc, nullable=False),
)

maps = Table(
    "maps",
    metadata,
    row_id(),
    company_id(),
    reference("connection_id", "connections.id"),
    Column("kind", String(32), nullable=False),
    Column("ours", String(100), nullable=False),
    Column("theirs", String(100), nullable=False),
    UniqueConstraint("connection_id", "kind", "ours"),
)

adapter_state = Table(
    "adapter_state",
    metadata,
    row_id(),
    company_id(),
    reference("connection_id", "connections.id"),
    Column("name", String(100), nullable=False),
    Column("value", JSON),
    UniqueConstraint("connection_id", "name"),
)

erp_jobs = Table(
    "erp_jobs",
    metadata,
    row_id(),
    company_id(),
    Column("erp", String(64), nullable=False),
    Column("erp_company", String(100), nullable=False),
    Column("job", String(64), nullable=False),
    reference("project_id", "projects.id", nullable=True),
    Column("import_closed_at", Utc),
    UniqueConstraint("erp", "erp_company", "job"),
)

master_readings = Table(
    "master_readings",
    metadata,
    row_id(),
    company_id(),
    reference("project_id", "projects.id"),
    Column("taken_at", Utc, nullable=False),
    Column("header", JSON, nullable=False),
    Column("routes", JSON, nullable=False),
    Column("blind", JSON, nullable=False),
)

master_sub_jobs = Table(
    "master_sub_jobs",
    metadata,
    row_id(),
    company_id(),
    reference("reading_id", "master_readings.id"),
    Column("code", String(64), nullable=False),
    Column("name", String(200), nullable=False),
    Column("active", Boolean, nullable=False),
)

master_cost_codes = Table(
    "master_cost_codes",
    metadata,
    row_id(),
    company_id(),
    reference("reading_id", "master_readings.id"),
    Column("sub_job", String(64), nullable=False),
    Column("code", String(64), nullable=False),
    Column("name", String(200), nullable=False),
    Column("standard", Boolean, nullable=False),
    Column("is_group", Boolean, nullable=False),
    Column("active", Boolean, nullable=False),
)

master_categories = Table(
    "master_categories",
    metadata,
    row_id(),
    company_id(),
    reference("reading_id", "master_readings.id"),
    Column("sub_job", String(64), nullable=False),
    Column("cost_code", String(64), nullable=False),
    Column("code", String(64), nullable=False),
    Column("name", String(200), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("standard", Boolean, nullable=False),
    Column("active", Boolean, nullable=False),
)

master_figures = Table(
    "master_figures",
    metadata,
    row_id(),
    company_id(),
    reference("reading_id", "master_readings.id"),
    Column("route", String(64), nullable=False),
    *key_columns(),
    Column("description", String(200), nullable=False, default=""),
    Column("unit", String(32), nullable=False, default=""),
    units("quantity", nullable=True),
    units("original", nullable=True),
    units("changes", nullable=True),
    units("total", nullable=True),
    units("committed", nullable=True),
)

#: Which of the requests that an ERP host permits at once in one window are taken, by whom, and from when each may be
#: made again, in seconds of the database's clock; number 0 stands for all of them. Kept on PostgreSQL alone.
erp_turns = Table(
    "erp_turns",
    metadata,
    Column("host", String(260), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("holder", String(120)),
    Column("free_at", Float, nullable=False),
)
