"""The first version of the tables of connections."""

import sqlalchemy as sa
from alembic import op


def erp_turns() -> None:
    """Create the table of that name."""
    op.create_table(
        "erp_turns",
        sa.Column("host", sa.String(length=260), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("holder", sa.String(length=120), nullable=True),
        sa.Column("free_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("host", "number", name=op.f("pk_erp_turns")),
    )


def connections() -> None:
    """Create the table of that name."""
    op.create_table(
        "connections",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("plugin", sa.String(length=64), nullable=False),
        sa.Column("erp_company", sa.String(length=100), nullable=True),
        sa.Column("live", sa.Boolean(), nullable=True),
        sa.Column("hosts", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_connections_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connections")),
        sa.UniqueConstraint("name", name=op.f("uq_connections_name")),
    )
    op.create_index(op.f("ix_connections_company_id"), "connections", ["company_id"], unique=False)


def adapter_state() -> None:
    """Create the table of that name."""
    op.create_table(
        "adapter_state",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("connection_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("value", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_adapter_state_company_id")),
        sa.ForeignKeyConstraint(["connection_id"], ["connections.id"], name=op.f("fk_adapter_state_connection_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adapter_state")),
        sa.UniqueConstraint("connection_id", "name", name=op.f("uq_adapter_state_connection_id_name")),
    )
    op.create_index(op.f("ix_adapter_state_company_id"), "adapter_state", ["company_id"], unique=False)
    op.create_index(op.f("ix_adapter_state_connection_id"), "adapter_state", ["connection_id"], unique=False)


def maps() -> None:
    """Create the table of that name."""
    op.create_table(
        "maps",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("connection_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("ours", sa.String(length=100), nullable=False),
        sa.Column("theirs", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_maps_company_id")),
        sa.ForeignKeyConstraint(["connection_id"], ["connections.id"], name=op.f("fk_maps_connection_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_maps")),
        sa.UniqueConstraint("connection_id", "kind", "ours", name=op.f("uq_maps_connection_id_kind_ours")),
    )
    op.create_index(op.f("ix_maps_company_id"), "maps", ["company_id"], unique=False)
    op.create_index(op.f("ix_maps_connection_id"), "maps", ["connection_id"], unique=False)


def erp_jobs() -> None:
    """Create the table of that name."""
    op.create_table(
        "erp_jobs",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("erp", sa.String(length=64), nullable=False),
        sa.Column("erp_company", sa.String(length=100), nullable=False),
        sa.Column("job", sa.String(length=64), nullable=False),
        sa.Column("project_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("import_closed_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_erp_jobs_company_id")),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_erp_jobs_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erp_jobs")),
        sa.UniqueConstraint("erp", "erp_company", "job", name=op.f("uq_erp_jobs_erp_erp_company_job")),
    )
    op.create_index(op.f("ix_erp_jobs_company_id"), "erp_jobs", ["company_id"], unique=False)
    op.create_index(op.f("ix_erp_jobs_project_id"), "erp_jobs", ["project_id"], unique=False)


def master_readings() -> None:
    """Create the table of that name."""
    op.create_table(
        "master_readings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("project_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("taken_at", sa.DateTime(), nullable=False),
        sa.Column("header", sa.JSON(), nullable=False),
        sa.Column("routes", sa.JSON(), nullable=False),
        sa.Column("blind", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_master_readings_company_id")),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_master_readings_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_master_readings")),
    )
    op.create_index(op.f("ix_master_readings_company_id"), "master_readings", ["company_id"], unique=False)
    op.create_index(op.f("ix_master_readings_project_id"), "master_readings", ["project_id"], unique=False)


def master_categories() -> None:
    """Create the table of that name."""
    op.create_table(
        "master_categories",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reading_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sub_job", sa.String(length=64), nullable=False),
        sa.Column("cost_code", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("standard", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_master_categories_company_id")),
        sa.ForeignKeyConstraint(["reading_id"], ["master_readings.id"], name=op.f("fk_master_categories_reading_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_master_categories")),
    )
    op.create_index(op.f("ix_master_categories_company_id"), "master_categories", ["company_id"], unique=False)
    op.create_index(op.f("ix_master_categories_reading_id"), "master_categories", ["reading_id"], unique=False)


def master_cost_codes() -> None:
    """Create the table of that name."""
    op.create_table(
        "master_cost_codes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reading_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sub_job", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("standard", sa.Boolean(), nullable=False),
        sa.Column("is_group", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_master_cost_codes_company_id")),
        sa.ForeignKeyConstraint(["reading_id"], ["master_readings.id"], name=op.f("fk_master_cost_codes_reading_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_master_cost_codes")),
    )
    op.create_index(op.f("ix_master_cost_codes_company_id"), "master_cost_codes", ["company_id"], unique=False)
    op.create_index(op.f("ix_master_cost_codes_reading_id"), "master_cost_codes", ["reading_id"], unique=False)


def master_figures() -> None:
    """Create the table of that name."""
    op.create_table(
        "master_figures",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reading_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("route", sa.String(length=64), nullable=False),
        sa.Column("sub_job", sa.String(length=64), nullable=False),
        sa.Column("cost_code", sa.String(length=64), nullable=False),
        sa.Column("category", sa.String(length=64), nullable=False),
        sa.Column("description", sa.String(length=200), nullable=False),
        sa.Column("unit", sa.String(length=32), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=True),
        sa.Column("original", sa.BigInteger(), nullable=True),
        sa.Column("changes", sa.BigInteger(), nullable=True),
        sa.Column("total", sa.BigInteger(), nullable=True),
        sa.Column("committed", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_master_figures_company_id")),
        sa.ForeignKeyConstraint(["reading_id"], ["master_readings.id"], name=op.f("fk_master_figures_reading_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_master_figures")),
    )
    op.create_index(op.f("ix_master_figures_company_id"), "master_figures", ["company_id"], unique=False)
    op.create_index(op.f("ix_master_figures_reading_id"), "master_figures", ["reading_id"], unique=False)


def master_sub_jobs() -> None:
    """Create the table of that name."""
    op.create_table(
        "master_sub_jobs",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reading_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_master_sub_jobs_company_id")),
        sa.ForeignKeyConstraint(["reading_id"], ["master_readings.id"], name=op.f("fk_master_sub_jobs_reading_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_master_sub_jobs")),
    )
    op.create_index(op.f("ix_master_sub_jobs_company_id"), "master_sub_jobs", ["company_id"], unique=False)
    op.create_index(op.f("ix_master_sub_jobs_reading_id"), "master_sub_jobs", ["reading_id"], unique=False)
