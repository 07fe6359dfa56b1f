"""The first version of the tables of budgets."""

import sqlalchemy as sa
from alembic import op


def projects() -> None:
    """Create the table of that name."""
    op.create_table(
        "projects",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("digits", sa.Integer(), nullable=False),
        sa.Column("connection_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("job", sa.String(length=64), nullable=True),
        sa.Column("locked", sa.Boolean(), nullable=False),
        sa.Column("sends", sa.Integer(), nullable=False),
        sa.Column("first_exported_at", sa.DateTime(), nullable=True),
        sa.Column("begun_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["begun_by"], ["people.id"], name=op.f("fk_projects_begun_by")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_projects_company_id")),
        sa.ForeignKeyConstraint(["connection_id"], ["connections.id"], name=op.f("fk_projects_connection_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_projects")),
        sa.UniqueConstraint("company_id", "number", name=op.f("uq_projects_company_id_number")),
    )
    op.create_index(op.f("ix_projects_company_id"), "projects", ["company_id"], unique=False)
    op.create_index(op.f("ix_projects_connection_id"), "projects", ["connection_id"], unique=False)


def budget_changes() -> None:
    """Create the table of that name."""
    op.create_table(
        "budget_changes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("project_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("description", sa.String(length=500), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("reverses_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("approved_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("approved_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "status IN ('draft', 'under_review', 'approved', 'void')", name=op.f("ck_budget_changes_status")
        ),
        sa.ForeignKeyConstraint(["approved_by"], ["people.id"], name=op.f("fk_budget_changes_approved_by")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_budget_changes_company_id")),
        sa.ForeignKeyConstraint(["created_by"], ["people.id"], name=op.f("fk_budget_changes_created_by")),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_budget_changes_project_id")),
        sa.ForeignKeyConstraint(["reverses_id"], ["budget_changes.id"], name=op.f("fk_budget_changes_reverses_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget_changes")),
        sa.UniqueConstraint("project_id", "number", name=op.f("uq_budget_changes_project_id_number")),
    )
    op.create_index(op.f("ix_budget_changes_company_id"), "budget_changes", ["company_id"], unique=False)
    op.create_index(op.f("ix_budget_changes_project_id"), "budget_changes", ["project_id"], unique=False)
    op.create_index(op.f("ix_budget_changes_reverses_id"), "budget_changes", ["reverses_id"], unique=False)


def budget_lines() -> None:
    """Create the table of that name."""
    op.create_table(
        "budget_lines",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("project_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sub_job", sa.String(length=64), nullable=False),
        sa.Column("cost_code", sa.String(length=64), nullable=False),
        sa.Column("category", sa.String(length=64), nullable=False),
        sa.Column("description", sa.String(length=500), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=True),
        sa.Column("unit", sa.String(length=32), nullable=False),
        sa.Column("unit_cost", sa.BigInteger(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.Column("source", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_budget_lines_company_id")),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_budget_lines_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget_lines")),
        sa.UniqueConstraint(
            "project_id",
            "sub_job",
            "cost_code",
            "category",
            name=op.f("uq_budget_lines_project_id_sub_job_cost_code_category"),
        ),
    )
    op.create_index(op.f("ix_budget_lines_company_id"), "budget_lines", ["company_id"], unique=False)
    op.create_index(op.f("ix_budget_lines_project_id"), "budget_lines", ["project_id"], unique=False)


def column_mappings() -> None:
    """Create the table of that name."""
    op.create_table(
        "column_mappings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("project_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("saved_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_column_mappings_company_id")),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_column_mappings_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_column_mappings")),
        sa.UniqueConstraint(
            "company_id", "project_id", "name", name=op.f("uq_column_mappings_company_id_project_id_name")
        ),
    )
    op.create_index(op.f("ix_column_mappings_company_id"), "column_mappings", ["company_id"], unique=False)
    op.create_index(op.f("ix_column_mappings_project_id"), "column_mappings", ["project_id"], unique=False)


def contributions() -> None:
    """Create the table of that name."""
    op.create_table(
        "contributions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("project_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_contributions_company_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_contributions_person_id")),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_contributions_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contributions")),
        sa.UniqueConstraint("project_id", "person_id", "what", name=op.f("uq_contributions_project_id_person_id_what")),
    )
    op.create_index(op.f("ix_contributions_company_id"), "contributions", ["company_id"], unique=False)
    op.create_index(op.f("ix_contributions_person_id"), "contributions", ["person_id"], unique=False)
    op.create_index(op.f("ix_contributions_project_id"), "contributions", ["project_id"], unique=False)


def sub_jobs() -> None:
    """Create the table of that name."""
    op.create_table(
        "sub_jobs",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("project_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_sub_jobs_company_id")),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_sub_jobs_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sub_jobs")),
        sa.UniqueConstraint("project_id", "code", name=op.f("uq_sub_jobs_project_id_code")),
    )
    op.create_index(op.f("ix_sub_jobs_company_id"), "sub_jobs", ["company_id"], unique=False)
    op.create_index(op.f("ix_sub_jobs_project_id"), "sub_jobs", ["project_id"], unique=False)


def change_lines() -> None:
    """Create the table of that name."""
    op.create_table(
        "change_lines",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("change_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sub_job", sa.String(length=64), nullable=False),
        sa.Column("cost_code", sa.String(length=64), nullable=False),
        sa.Column("category", sa.String(length=64), nullable=False),
        sa.Column("description", sa.String(length=500), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=True),
        sa.Column("unit", sa.String(length=32), nullable=False),
        sa.Column("unit_cost", sa.BigInteger(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["change_id"], ["budget_changes.id"], name=op.f("fk_change_lines_change_id")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_change_lines_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_lines")),
        sa.UniqueConstraint(
            "change_id",
            "sub_job",
            "cost_code",
            "category",
            name=op.f("uq_change_lines_change_id_sub_job_cost_code_category"),
        ),
    )
    op.create_index(op.f("ix_change_lines_change_id"), "change_lines", ["change_id"], unique=False)
    op.create_index(op.f("ix_change_lines_company_id"), "change_lines", ["company_id"], unique=False)
