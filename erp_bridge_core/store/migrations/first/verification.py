"""The first version of the tables of verification."""

import sqlalchemy as sa
from alembic import op


def adoptions() -> None:
    """Create the table of that name."""
    op.create_table(
        "adoptions",
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sub_job", sa.String(length=64), nullable=False),
        sa.Column("cost_code", sa.String(length=64), nullable=False),
        sa.Column("category", sa.String(length=64), nullable=False),
        sa.Column("original", sa.BigInteger(), nullable=False),
        sa.Column("changes", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_adoptions_company_id")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_adoptions_item_id")),
        sa.PrimaryKeyConstraint("item_id", "sub_job", "cost_code", "category", name=op.f("pk_adoptions")),
    )
    op.create_index(op.f("ix_adoptions_company_id"), "adoptions", ["company_id"], unique=False)


def baselines() -> None:
    """Create the table of that name."""
    op.create_table(
        "baselines",
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sub_job", sa.String(length=64), nullable=False),
        sa.Column("cost_code", sa.String(length=64), nullable=False),
        sa.Column("category", sa.String(length=64), nullable=False),
        sa.Column("original", sa.BigInteger(), nullable=True),
        sa.Column("changes", sa.BigInteger(), nullable=True),
        sa.Column("total", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_baselines_company_id")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_baselines_item_id")),
        sa.PrimaryKeyConstraint("item_id", "sub_job", "cost_code", "category", name=op.f("pk_baselines")),
    )
    op.create_index(op.f("ix_baselines_company_id"), "baselines", ["company_id"], unique=False)


def conditions() -> None:
    """Create the table of that name."""
    op.create_table(
        "conditions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("met_at", sa.DateTime(), nullable=False),
        sa.Column("met_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_conditions_company_id")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_conditions_item_id")),
        sa.ForeignKeyConstraint(["met_by"], ["people.id"], name=op.f("fk_conditions_met_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conditions")),
    )
    op.create_index(op.f("ix_conditions_company_id"), "conditions", ["company_id"], unique=False)
    op.create_index(op.f("ix_conditions_item_id"), "conditions", ["item_id"], unique=False)


def verifications() -> None:
    """Create the table of that name."""
    op.create_table(
        "verifications",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("taken_at", sa.DateTime(), nullable=False),
        sa.Column("taken_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("sights", sa.JSON(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_verifications_company_id")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_verifications_item_id")),
        sa.ForeignKeyConstraint(["taken_by"], ["people.id"], name=op.f("fk_verifications_taken_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verifications")),
    )
    op.create_index(op.f("ix_verifications_company_id"), "verifications", ["company_id"], unique=False)
    op.create_index(op.f("ix_verifications_item_id"), "verifications", ["item_id"], unique=False)


def key_outcomes() -> None:
    """Create the table of that name."""
    op.create_table(
        "key_outcomes",
        sa.Column("verification_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sub_job", sa.String(length=64), nullable=False),
        sa.Column("cost_code", sa.String(length=64), nullable=False),
        sa.Column("category", sa.String(length=64), nullable=False),
        sa.Column("before_original", sa.BigInteger(), nullable=True),
        sa.Column("before_changes", sa.BigInteger(), nullable=True),
        sa.Column("before_total", sa.BigInteger(), nullable=True),
        sa.Column("sent_original", sa.BigInteger(), nullable=False),
        sa.Column("sent_changes", sa.BigInteger(), nullable=False),
        sa.Column("now_original", sa.BigInteger(), nullable=True),
        sa.Column("now_changes", sa.BigInteger(), nullable=True),
        sa.Column("now_total", sa.BigInteger(), nullable=True),
        sa.Column("times", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("route", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_key_outcomes_company_id")),
        sa.ForeignKeyConstraint(
            ["verification_id"], ["verifications.id"], name=op.f("fk_key_outcomes_verification_id")
        ),
        sa.PrimaryKeyConstraint("verification_id", "sub_job", "cost_code", "category", name=op.f("pk_key_outcomes")),
    )
    op.create_index(op.f("ix_key_outcomes_company_id"), "key_outcomes", ["company_id"], unique=False)
    op.create_index("ix_key_outcomes_outcome", "key_outcomes", ["verification_id", "outcome"], unique=False)


def observations() -> None:
    """Create the table of that name."""
    op.create_table(
        "observations",
        sa.Column("verification_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("route", sa.String(length=64), nullable=False),
        sa.Column("sub_job", sa.String(length=64), nullable=False),
        sa.Column("cost_code", sa.String(length=64), nullable=False),
        sa.Column("category", sa.String(length=64), nullable=False),
        sa.Column("original", sa.BigInteger(), nullable=True),
        sa.Column("changes", sa.BigInteger(), nullable=True),
        sa.Column("total", sa.BigInteger(), nullable=True),
        sa.Column("unposted_original", sa.BigInteger(), nullable=True),
        sa.Column("unposted_changes", sa.BigInteger(), nullable=True),
        sa.Column("cannot_tell", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_observations_company_id")),
        sa.ForeignKeyConstraint(
            ["verification_id"], ["verifications.id"], name=op.f("fk_observations_verification_id")
        ),
        sa.PrimaryKeyConstraint(
            "verification_id", "route", "sub_job", "cost_code", "category", name=op.f("pk_observations")
        ),
    )
    op.create_index(op.f("ix_observations_company_id"), "observations", ["company_id"], unique=False)


def resolutions() -> None:
    """Create the table of that name."""
    op.create_table(
        "resolutions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("verification_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("resolved_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("resolved_at", sa.DateTime(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_resolutions_company_id")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_resolutions_item_id")),
        sa.ForeignKeyConstraint(["resolved_by"], ["people.id"], name=op.f("fk_resolutions_resolved_by")),
        sa.ForeignKeyConstraint(["verification_id"], ["verifications.id"], name=op.f("fk_resolutions_verification_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resolutions")),
    )
    op.create_index(op.f("ix_resolutions_company_id"), "resolutions", ["company_id"], unique=False)
    op.create_index(op.f("ix_resolutions_item_id"), "resolutions", ["item_id"], unique=False)
    op.create_index(op.f("ix_resolutions_verification_id"), "resolutions", ["verification_id"], unique=False)
