"""The first version of the tables of approvals."""

import sqlalchemy as sa
from alembic import op


def items() -> None:
    """Create the table of that name."""
    op.create_table(
        "items",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("project_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("connection_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("job", sa.String(length=64), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("digits", sa.Integer(), nullable=False),
        sa.Column("first_export", sa.Boolean(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column("original", sa.BigInteger(), nullable=False),
        sa.Column("changes", sa.BigInteger(), nullable=False),
        sa.Column("sent_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sent_at", sa.DateTime(), nullable=False),
        sa.Column("contributors", sa.JSON(), nullable=False),
        sa.Column("masters_at", sa.DateTime(), nullable=True),
        sa.Column("accepted_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("accepted_at", sa.DateTime(), nullable=True),
        sa.Column("accept_hash", sa.String(length=64), nullable=True),
        sa.Column("field_values", sa.JSON(), nullable=True),
        sa.Column("description", sa.String(length=200), nullable=False),
        sa.Column("adapter_version", sa.String(length=64), nullable=True),
        sa.Column("wheel_hash", sa.String(length=64), nullable=True),
        sa.Column("erp_company", sa.String(length=100), nullable=True),
        sa.Column("live", sa.Boolean(), nullable=True),
        sa.Column("answered_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("cause", sa.String(length=100), nullable=True),
        sa.CheckConstraint(
            "state IN ('ready', 'accepted', 'exporting', 'failed', 'unknown', 'waiting', 'mismatch', 'synced', 'rejected', 'retrieved')",  # noqa: E501
            name=op.f("ck_items_state"),
        ),
        sa.ForeignKeyConstraint(["accepted_by"], ["people.id"], name=op.f("fk_items_accepted_by")),
        sa.ForeignKeyConstraint(["answered_by"], ["people.id"], name=op.f("fk_items_answered_by")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_items_company_id")),
        sa.ForeignKeyConstraint(["connection_id"], ["connections.id"], name=op.f("fk_items_connection_id")),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_items_project_id")),
        sa.ForeignKeyConstraint(["sent_by"], ["people.id"], name=op.f("fk_items_sent_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_items")),
        sa.UniqueConstraint("project_id", "version", name=op.f("uq_items_project_id_version")),
    )
    op.create_index(op.f("ix_items_company_id"), "items", ["company_id"], unique=False)
    op.create_index(op.f("ix_items_connection_id"), "items", ["connection_id"], unique=False)
    op.create_index(op.f("ix_items_project_id"), "items", ["project_id"], unique=False)
    op.create_index(op.f("ix_items_state"), "items", ["state"], unique=False)
    op.create_index("ix_items_waiting", "items", ["company_id", "state", "sent_at"], unique=False)


def item_changes() -> None:
    """Create the table of that name."""
    op.create_table(
        "item_changes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("change_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("description", sa.String(length=500), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("transfer", sa.Boolean(), nullable=False),
        sa.Column("recorded", sa.Boolean(), nullable=False),
        sa.Column("reverses", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["change_id"], ["budget_changes.id"], name=op.f("fk_item_changes_change_id")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_item_changes_company_id")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_item_changes_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_changes")),
    )
    op.create_index(op.f("ix_item_changes_change_id"), "item_changes", ["change_id"], unique=False)
    op.create_index(op.f("ix_item_changes_company_id"), "item_changes", ["company_id"], unique=False)
    op.create_index(op.f("ix_item_changes_item_id"), "item_changes", ["item_id"], unique=False)


def item_findings() -> None:
    """Create the table of that name."""
    op.create_table(
        "item_findings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("severity", sa.String(length=8), nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("field", sa.String(length=32), nullable=False),
        sa.Column("value", sa.String(length=500), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("remedy", sa.Text(), nullable=False),
        sa.Column("acknowledged_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["acknowledged_by"], ["people.id"], name=op.f("fk_item_findings_acknowledged_by")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_item_findings_company_id")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_item_findings_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_findings")),
    )
    op.create_index(op.f("ix_item_findings_company_id"), "item_findings", ["company_id"], unique=False)
    op.create_index(op.f("ix_item_findings_item_id"), "item_findings", ["item_id"], unique=False)


def item_lines() -> None:
    """Create the table of that name."""
    op.create_table(
        "item_lines",
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("part", sa.String(length=8), nullable=False),
        sa.Column("change_number", sa.String(length=32), nullable=True),
        sa.Column("our_sub_job", sa.String(length=64), nullable=False),
        sa.Column("our_cost_code", sa.String(length=64), nullable=False),
        sa.Column("our_category", sa.String(length=64), nullable=False),
        sa.Column("sub_job", sa.String(length=64), nullable=False),
        sa.Column("cost_code", sa.String(length=64), nullable=False),
        sa.Column("category", sa.String(length=64), nullable=False),
        sa.Column("description", sa.String(length=500), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=True),
        sa.Column("unit", sa.String(length=32), nullable=False),
        sa.Column("unit_cost", sa.BigInteger(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('staged', 'sent', 'arrived', 'refused', 'unknown', 'withdrawn', 'released', 'recorded')",
            name=op.f("ck_item_lines_state"),
        ),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_item_lines_company_id")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_item_lines_item_id")),
        sa.PrimaryKeyConstraint("item_id", "number", name=op.f("pk_item_lines")),
    )
    op.create_index(
        "ix_item_lines_change",
        "item_lines",
        ["item_id", "change_number"],
        unique=False,
        sqlite_where=sa.text("change_number IS NOT NULL"),
        postgresql_where=sa.text("change_number IS NOT NULL"),
    )
    op.create_index(op.f("ix_item_lines_company_id"), "item_lines", ["company_id"], unique=False)
    op.create_index("ix_item_lines_key", "item_lines", ["item_id", "sub_job", "cost_code", "category"], unique=False)
    op.create_index(
        "ix_item_lines_our_key", "item_lines", ["item_id", "our_sub_job", "our_cost_code", "our_category"], unique=False
    )
