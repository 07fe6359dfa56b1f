"""The first version of the tables of exports."""

import sqlalchemy as sa
from alembic import op


def exports() -> None:
    """Create the table of that name."""
    op.create_table(
        "exports",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("outcome_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("erp", sa.String(length=64), nullable=False),
        sa.Column("erp_company", sa.String(length=100), nullable=False),
        sa.Column("job", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=True),
        sa.Column("started_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("finished_at", sa.DateTime(), nullable=True),
        sa.Column("adapter_version", sa.String(length=64), nullable=False),
        sa.Column("planned", sa.Boolean(), nullable=False),
        sa.Column("failure", sa.JSON(), nullable=True),
        sa.Column("lease_owner", sa.String(length=100), nullable=True),
        sa.Column("lease_epoch", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.Float(), nullable=True),
        sa.Column("retries", sa.Integer(), nullable=False),
        sa.Column("held_as", sa.String(length=16), nullable=True),
        sa.Column("held_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("held_reason", sa.Text(), nullable=True),
        sa.Column("cause", sa.String(length=100), nullable=True),
        sa.CheckConstraint(
            "state IN ('running', 'offered', 'failed', 'unknown', 'conflict', 'complete')",
            name=op.f("ck_exports_state"),
        ),
        sa.CheckConstraint("(item_id IS NULL) <> (outcome_id IS NULL)", name=op.f("ck_exports_one")),
        sa.CheckConstraint("item_id IS NULL OR started_by IS NOT NULL", name=op.f("ck_exports_started_by")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_exports_company_id")),
        sa.ForeignKeyConstraint(["held_by"], ["people.id"], name=op.f("fk_exports_held_by")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_exports_item_id")),
        sa.ForeignKeyConstraint(["outcome_id"], ["outcomes.id"], name=op.f("fk_exports_outcome_id")),
        sa.ForeignKeyConstraint(["started_by"], ["people.id"], name=op.f("fk_exports_started_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exports")),
        sa.UniqueConstraint("item_id", name=op.f("uq_exports_item_id")),
        sa.UniqueConstraint("outcome_id", name=op.f("uq_exports_outcome_id")),
    )
    op.create_index(op.f("ix_exports_company_id"), "exports", ["company_id"], unique=False)
    op.create_index("ix_exports_erp_job", "exports", ["erp", "erp_company", "job"], unique=False)


def effects() -> None:
    """Create the table of that name."""
    op.create_table(
        "effects",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("export_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=800), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("operation", sa.String(length=64), nullable=False),
        sa.Column("safety", sa.String(length=16), nullable=False),
        sa.Column("group_name", sa.String(length=100), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("lane", sa.String(length=200), nullable=True),
        sa.Column("payload_hash", sa.String(length=64), nullable=False),
        sa.Column("request", sa.JSON(), nullable=False),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("erp_reference", sa.String(length=400), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("settled_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("settled_as", sa.String(length=16), nullable=True),
        sa.Column("settled_at", sa.DateTime(), nullable=True),
        sa.Column("settled_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('planned', 'open', 'confirmed', 'refused', 'unknown', 'conflict', 'settled', 'abandoned', 'duplicated', 'removed')",  # noqa: E501
            name=op.f("ck_effects_state"),
        ),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_effects_company_id")),
        sa.ForeignKeyConstraint(["export_id"], ["exports.id"], name=op.f("fk_effects_export_id")),
        sa.ForeignKeyConstraint(["settled_by"], ["people.id"], name=op.f("fk_effects_settled_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_effects")),
        sa.UniqueConstraint("export_id", "position", name=op.f("uq_effects_export_id_position")),
        sa.UniqueConstraint("key", name=op.f("uq_effects_key")),
        sa.UniqueConstraint("reference", name=op.f("uq_effects_reference")),
    )
    op.create_index(op.f("ix_effects_company_id"), "effects", ["company_id"], unique=False)
    op.create_index(op.f("ix_effects_export_id"), "effects", ["export_id"], unique=False)


def reserved() -> None:
    """Create the table of that name."""
    op.create_table(
        "reserved",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("export_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("value", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_reserved_company_id")),
        sa.ForeignKeyConstraint(["export_id"], ["exports.id"], name=op.f("fk_reserved_export_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reserved")),
        sa.UniqueConstraint("export_id", "name", name=op.f("uq_reserved_export_id_name")),
    )
    op.create_index(op.f("ix_reserved_company_id"), "reserved", ["company_id"], unique=False)
    op.create_index(op.f("ix_reserved_export_id"), "reserved", ["export_id"], unique=False)


def attempts() -> None:
    """Create the table of that name."""
    op.create_table(
        "attempts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("effect_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.Float(), nullable=False),
        sa.Column("deadline", sa.Float(), nullable=False),
        sa.Column("ended_at", sa.Float(), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('accepted', 'offered', 'not_sent', 'throttled', 'refused', 'doubtful')",
            name=op.f("ck_attempts_outcome"),
        ),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_attempts_company_id")),
        sa.ForeignKeyConstraint(["effect_id"], ["effects.id"], name=op.f("fk_attempts_effect_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
        sa.UniqueConstraint("effect_id", "number", name=op.f("uq_attempts_effect_id_number")),
    )
    op.create_index(op.f("ix_attempts_company_id"), "attempts", ["company_id"], unique=False)
    op.create_index(op.f("ix_attempts_effect_id"), "attempts", ["effect_id"], unique=False)


def effect_lines() -> None:
    """Create the table of that name."""
    op.create_table(
        "effect_lines",
        sa.Column("effect_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("meaning", sa.Text(), nullable=True),
        sa.Column("remedy", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["effect_id"], ["effects.id"], name=op.f("fk_effect_lines_effect_id")),
        sa.PrimaryKeyConstraint("effect_id", "line", name=op.f("pk_effect_lines")),
    )


def sightings() -> None:
    """Create the table of that name."""
    op.create_table(
        "sightings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("effect_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seen_at", sa.Float(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_sightings_company_id")),
        sa.ForeignKeyConstraint(["effect_id"], ["effects.id"], name=op.f("fk_sightings_effect_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sightings")),
    )
    op.create_index(op.f("ix_sightings_company_id"), "sightings", ["company_id"], unique=False)
    op.create_index(op.f("ix_sightings_effect_id"), "sightings", ["effect_id"], unique=False)
