"""The effects ledger: committed before each call, the truth that an engine resumes from."""

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from erp_bridge_core.store.tables.columns import RowId, Utc, cause, company_id, metadata, reference, row_id

#: What is brought somewhere exactly once: an item into an ERP, or an outcome to a budget source. Of an outcome `erp` is
#: the source's name, `erp_company` our connection to it, and `job` its project; nobody has started it. `held_as` is
#: `paused` or `cancelled` by a person, or `replaced` by a later outcome.
exports = Table(
    "exports",
    metadata,
    row_id(),
    company_id(),
    reference("item_id", "items.id", nullable=True, index=False),
    reference("outcome_id", "outcomes.id", nullable=True, index=False),
    Column("erp", String(64), nullable=False),
    Column("erp_company", String(100), nullable=False),
    Column("job", String(200), nullable=False),
    Column("state", String(16), nullable=False),
    Column("stage", String(16)),
    reference("started_by", "people.id", nullable=True, index=False),
    Column("started_at", Utc, nullable=False),
    Column("finished_at", Utc),
    Column("adapter_version", String(64), nullable=False),
    # The adapter has planned all of it: only then can it be complete.
    Column("planned", Boolean, nullable=False, default=False),
    Column("failure", JSON),
    Column("lease_owner", String(100)),
    Column("lease_epoch", Integer, nullable=False, default=0),
    Column("lease_until", Float),
    Column("retries", Integer, nullable=False, default=0),
    Column("held_as", String(16)),
    reference("held_by", "people.id", nullable=True, index=False),
    Column("held_reason", Text),
    cause(),
    UniqueConstraint("item_id"),
    UniqueConstraint("outcome_id"),
    CheckConstraint("(item_id IS NULL) <> (outcome_id IS NULL)", name="one"),
    CheckConstraint("item_id IS NULL OR started_by IS NOT NULL", name="started_by"),
    Index("ix_exports_erp_job", "erp", "erp_company", "job"),
    CheckConstraint(
        "state IN ('running', 'offered', 'failed', 'unknown', 'conflict', 'complete')",
        name="state",
    ),
)

effects = Table(
    "effects",
    metadata,
    row_id(),
    company_id(),
    reference("export_id", "exports.id"),
    Column("key", String(800), nullable=False, unique=True),
    Column("reference", String(40), nullable=False, unique=True),
    Column("position", Integer, nullable=False),
    Column("operation", String(64), nullable=False),
    Column("safety", String(16), nullable=False),
    Column("group_name", String(100), nullable=False),
    Column("generation", Integer, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("lane", String(200)),
    Column("payload_hash", String(64), nullable=False),
    Column("request", JSON, nullable=False),
    Column("line_count", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("erp_reference", String(400), nullable=False, default=""),
    Column("evidence", JSON, nullable=False),
    Column("settled_by", RowId, ForeignKey("people.id")),
    Column("settled_as", String(16)),
    Column("settled_at", Utc),
    Column("settled_reason", Text),
    UniqueConstraint("export_id", "position"),
    CheckConstraint(
        "state IN ('planned', 'open', 'confirmed', 'refused', 'unknown', 'conflict', 'settled', 'abandoned', "
        "'duplicated', 'removed')",
        name="state",
    ),
)

effect_lines = Table(
    "effect_lines",
    metadata,
    Column("effect_id", RowId, ForeignKey("effects.id"), nullable=False),
    Column("line", Integer, nullable=False),
    Column("outcome", String(16)),
    Column("words", Text),
    Column("meaning", Text),
    Column("remedy", Text),
    PrimaryKeyConstraint("effect_id", "line"),
)

attempts = Table(
    "attempts",
    metadata,
    row_id(),
    company_id(),
    reference("effect_id", "effects.id"),
    Column("number", Integer, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("started_at", Float, nullable=False),
    Column("deadline", Float, nullable=False),
    Column("ended_at", Float),
    Column("outcome", String(16)),
    Column("evidence", JSON, nullable=False),
    UniqueConstraint("effect_id", "number"),
    CheckConstraint(
        "outcome IN ('accepted', 'offered', 'not_sent', 'throttled', 'refused', 'doubtful')", name="outcome"
    ),
)

sightings = Table(
    "sightings",
    metadata,
    row_id(),
    company_id(),
    reference("effect_id", "effects.id"),
    Column("seen_at", Float, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("evidence", JSON, nullable=False),
)

reserved = Table(
    "reserved",
    metadata,
    row_id(),
    company_id(),
    reference("export_id", "exports.id"),
    Column("name", String(100), nullable=False),
    Column("value", String(100), nullable=False),
    UniqueConstraint("export_id", "name"),
)
