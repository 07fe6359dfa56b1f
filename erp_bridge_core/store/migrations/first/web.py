"""The first version of the tables of web."""

import sqlalchemy as sa
from alembic import op


def provider_rounds() -> None:
    """Create the table of that name."""
    op.create_table(
        "provider_rounds",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("state_hash", sa.String(length=64), nullable=False),
        sa.Column("came_back_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_rounds")),
        sa.UniqueConstraint("state_hash", name=op.f("uq_provider_rounds_state_hash")),
    )
    op.create_index(op.f("ix_provider_rounds_came_back_at"), "provider_rounds", ["came_back_at"], unique=False)


def idempotency_keys() -> None:
    """Create the table of that name."""
    op.create_table(
        "idempotency_keys",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("by_token", sa.Boolean(), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("taken_at", sa.DateTime(), nullable=False),
        sa.Column("taken_by", sa.String(length=32), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("headers", sa.JSON(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_idempotency_keys_company_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_idempotency_keys_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idempotency_keys")),
        sa.UniqueConstraint(
            "company_id",
            "person_id",
            "by_token",
            "key",
            name=op.f("uq_idempotency_keys_company_id_person_id_by_token_key"),
        ),
    )
    op.create_index(op.f("ix_idempotency_keys_company_id"), "idempotency_keys", ["company_id"], unique=False)
    op.create_index(op.f("ix_idempotency_keys_person_id"), "idempotency_keys", ["person_id"], unique=False)
    op.create_index("ix_idempotency_keys_taken_at", "idempotency_keys", ["taken_at"], unique=False)
