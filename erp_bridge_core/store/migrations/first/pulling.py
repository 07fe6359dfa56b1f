"""The first version of the tables of pulling."""

import sqlalchemy as sa
from alembic import op


def source_lines() -> None:
    """Create the table of that name."""
    op.create_table(
        "source_lines",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("project_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sub_job", sa.String(length=64), nullable=False),
        sa.Column("cost_code", sa.String(length=64), nullable=False),
        sa.Column("category", sa.String(length=64), nullable=False),
        sa.Column("source_id", sa.String(length=200), nullable=False),
        sa.Column("description", sa.String(length=500), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=True),
        sa.Column("unit", sa.String(length=32), nullable=False),
        sa.Column("unit_cost", sa.BigInteger(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_source_lines_company_id")),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_source_lines_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_lines")),
        sa.UniqueConstraint(
            "project_id",
            "sub_job",
            "cost_code",
            "category",
            name=op.f("uq_source_lines_project_id_sub_job_cost_code_category"),
        ),
    )
    op.create_index(op.f("ix_source_lines_company_id"), "source_lines", ["company_id"], unique=False)
    op.create_index(op.f("ix_source_lines_project_id"), "source_lines", ["project_id"], unique=False)


def source_links() -> None:
    """Create the table of that name."""
    op.create_table(
        "source_links",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("project_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("connection_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source_project", sa.String(length=200), nullable=False),
        sa.Column("source_number", sa.String(length=200), nullable=False),
        sa.Column("source_name", sa.String(length=500), nullable=False),
        sa.Column("linked_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("linked_at", sa.DateTime(), nullable=False),
        sa.Column("taken_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("taken_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_source_links_company_id")),
        sa.ForeignKeyConstraint(["connection_id"], ["connections.id"], name=op.f("fk_source_links_connection_id")),
        sa.ForeignKeyConstraint(["linked_by"], ["people.id"], name=op.f("fk_source_links_linked_by")),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_source_links_project_id")),
        sa.ForeignKeyConstraint(["taken_by"], ["people.id"], name=op.f("fk_source_links_taken_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_links")),
        sa.UniqueConstraint(
            "connection_id", "source_project", name=op.f("uq_source_links_connection_id_source_project")
        ),
        sa.UniqueConstraint("project_id", name=op.f("uq_source_links_project_id")),
    )
    op.create_index(op.f("ix_source_links_company_id"), "source_links", ["company_id"], unique=False)
    op.create_index(op.f("ix_source_links_connection_id"), "source_links", ["connection_id"], unique=False)


def source_changes() -> None:
    """Create the table of that name."""
    op.create_table(
        "source_changes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("project_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source_id", sa.String(length=200), nullable=False),
        sa.Column("number", sa.String(length=200), nullable=False),
        sa.Column("date", sa.Date(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("change_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("taken_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["change_id"], ["budget_changes.id"], name=op.f("fk_source_changes_change_id")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_source_changes_company_id")),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_source_changes_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_changes")),
        sa.UniqueConstraint("project_id", "source_id", name=op.f("uq_source_changes_project_id_source_id")),
    )
    op.create_index(op.f("ix_source_changes_change_id"), "source_changes", ["change_id"], unique=False)
    op.create_index(op.f("ix_source_changes_company_id"), "source_changes", ["company_id"], unique=False)
    op.create_index(op.f("ix_source_changes_project_id"), "source_changes", ["project_id"], unique=False)
