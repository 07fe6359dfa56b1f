"""The first version of the tables of connector."""

import sqlalchemy as sa
from alembic import op


def source_hints() -> None:
    """Create the table of that name."""
    op.create_table(
        "source_hints",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("connection_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hint", sa.String(length=200), nullable=False),
        sa.Column("request", sa.String(length=200), nullable=False),
        sa.Column("project", sa.String(length=200), nullable=False),
        sa.Column("echo", sa.Boolean(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(), nullable=False),
        sa.Column("last_at", sa.DateTime(), nullable=False),
        sa.Column("read_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_source_hints_company_id")),
        sa.ForeignKeyConstraint(["connection_id"], ["connections.id"], name=op.f("fk_source_hints_connection_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_hints")),
        sa.UniqueConstraint("connection_id", "hint", name=op.f("uq_source_hints_connection_id_hint")),
    )
    op.create_index(op.f("ix_source_hints_company_id"), "source_hints", ["company_id"], unique=False)
    op.create_index("ix_source_hints_company_id_read_at", "source_hints", ["company_id", "read_at"], unique=False)
    op.create_index(op.f("ix_source_hints_connection_id"), "source_hints", ["connection_id"], unique=False)


def source_polls() -> None:
    """Create the table of that name."""
    op.create_table(
        "source_polls",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("connection_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("begun_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("problem", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_source_polls_company_id")),
        sa.ForeignKeyConstraint(["connection_id"], ["connections.id"], name=op.f("fk_source_polls_connection_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_polls")),
        sa.UniqueConstraint("connection_id", name=op.f("uq_source_polls_connection_id")),
    )
    op.create_index(op.f("ix_source_polls_company_id"), "source_polls", ["company_id"], unique=False)
    op.create_index(op.f("ix_source_polls_connection_id"), "source_polls", ["connection_id"], unique=False)


def source_requests() -> None:
    """Create the table of that name."""
    op.create_table(
        "source_requests",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("connection_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("request", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("source_project", sa.String(length=200), nullable=False),
        sa.Column("job", sa.String(length=64), nullable=False),
        sa.Column("asked_by", sa.String(length=200), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=True),
        sa.Column("custom_fields", sa.JSON(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("found_by", sa.String(length=8), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("project_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("transactions", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("for_person", sa.Boolean(), nullable=False),
        sa.Column("tried_at", sa.DateTime(), nullable=True),
        sa.Column("done_at", sa.DateTime(), nullable=True),
        sa.Column("hands_off", sa.Boolean(), nullable=False),
        sa.Column("cause", sa.String(length=100), nullable=True),
        sa.CheckConstraint("found_by IN ('hint', 'poll')", name=op.f("ck_source_requests_found_by")),
        sa.CheckConstraint("kind IN ('create', 'update')", name=op.f("ck_source_requests_kind")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_source_requests_company_id")),
        sa.ForeignKeyConstraint(["connection_id"], ["connections.id"], name=op.f("fk_source_requests_connection_id")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_source_requests_item_id")),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_source_requests_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_requests")),
        sa.UniqueConstraint("connection_id", "request", name=op.f("uq_source_requests_connection_id_request")),
    )
    op.create_index(op.f("ix_source_requests_company_id"), "source_requests", ["company_id"], unique=False)
    op.create_index(op.f("ix_source_requests_connection_id"), "source_requests", ["connection_id"], unique=False)
    op.create_index(op.f("ix_source_requests_item_id"), "source_requests", ["item_id"], unique=False)
    op.create_index(op.f("ix_source_requests_project_id"), "source_requests", ["project_id"], unique=False)


def source_transactions() -> None:
    """Create the table of that name."""
    op.create_table(
        "source_transactions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("connection_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("transaction", sa.String(length=200), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("our_sub_job", sa.String(length=64), nullable=False),
        sa.Column("our_cost_code", sa.String(length=64), nullable=False),
        sa.Column("our_category", sa.String(length=64), nullable=False),
        sa.Column("part", sa.String(length=8), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("change", sa.String(length=200), nullable=False),
        sa.Column("change_number", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_source_transactions_company_id")),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name=op.f("fk_source_transactions_connection_id")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_source_transactions_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_transactions")),
        sa.UniqueConstraint(
            "connection_id", "transaction", name=op.f("uq_source_transactions_connection_id_transaction")
        ),
    )
    op.create_index(op.f("ix_source_transactions_company_id"), "source_transactions", ["company_id"], unique=False)
    op.create_index(
        op.f("ix_source_transactions_connection_id"), "source_transactions", ["connection_id"], unique=False
    )
    op.create_index(op.f("ix_source_transactions_item_id"), "source_transactions", ["item_id"], unique=False)


def outcome_looks() -> None:
    """Create the table of that name."""
    op.create_table(
        "outcome_looks",
        sa.Column("request_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("tried_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_outcome_looks_company_id")),
        sa.ForeignKeyConstraint(["request_id"], ["source_requests.id"], name=op.f("fk_outcome_looks_request_id")),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_outcome_looks")),
    )
    op.create_index(op.f("ix_outcome_looks_company_id"), "outcome_looks", ["company_id"], unique=False)


def outcomes() -> None:
    """Create the table of that name."""
    op.create_table(
        "outcomes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("connection_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("request_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("source_project", sa.String(length=200), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=True),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("cause", sa.String(length=100), nullable=True),
        sa.CheckConstraint("kind IN ('report', 'lock')", name=op.f("ck_outcomes_kind")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_outcomes_company_id")),
        sa.ForeignKeyConstraint(["connection_id"], ["connections.id"], name=op.f("fk_outcomes_connection_id")),
        sa.ForeignKeyConstraint(["request_id"], ["source_requests.id"], name=op.f("fk_outcomes_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcomes")),
        sa.UniqueConstraint(
            "connection_id", "kind", "subject", "number", name=op.f("uq_outcomes_connection_id_kind_subject_number")
        ),
    )
    op.create_index(op.f("ix_outcomes_company_id"), "outcomes", ["company_id"], unique=False)
    op.create_index(op.f("ix_outcomes_connection_id"), "outcomes", ["connection_id"], unique=False)
    op.create_index(op.f("ix_outcomes_request_id"), "outcomes", ["request_id"], unique=False)


def source_asked() -> None:
    """Create the table of that name."""
    op.create_table(
        "source_asked",
        sa.Column("request_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("transaction_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_source_asked_company_id")),
        sa.ForeignKeyConstraint(["request_id"], ["source_requests.id"], name=op.f("fk_source_asked_request_id")),
        sa.ForeignKeyConstraint(
            ["transaction_id"], ["source_transactions.id"], name=op.f("fk_source_asked_transaction_id")
        ),
        sa.PrimaryKeyConstraint("request_id", "transaction_id", name=op.f("pk_source_asked")),
    )
    op.create_index(op.f("ix_source_asked_company_id"), "source_asked", ["company_id"], unique=False)
    op.create_index(op.f("ix_source_asked_transaction_id"), "source_asked", ["transaction_id"], unique=False)


def outcome_transactions() -> None:
    """Create the table of that name."""
    op.create_table(
        "outcome_transactions",
        sa.Column("outcome_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("transaction_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("arrived", sa.Boolean(), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_outcome_transactions_company_id")),
        sa.ForeignKeyConstraint(["outcome_id"], ["outcomes.id"], name=op.f("fk_outcome_transactions_outcome_id")),
        sa.ForeignKeyConstraint(
            ["transaction_id"], ["source_transactions.id"], name=op.f("fk_outcome_transactions_transaction_id")
        ),
        sa.PrimaryKeyConstraint("outcome_id", "transaction_id", name=op.f("pk_outcome_transactions")),
    )
    op.create_index(op.f("ix_outcome_transactions_company_id"), "outcome_transactions", ["company_id"], unique=False)
    op.create_index(
        op.f("ix_outcome_transactions_transaction_id"), "outcome_transactions", ["transaction_id"], unique=False
    )
