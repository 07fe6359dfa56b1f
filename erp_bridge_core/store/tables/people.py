"""Companies, people, what they may do, and how they sign in."""

from sqlalchemy import JSON, Boolean, CheckConstraint, Column, String, Table, UniqueConstraint

from erp_bridge_core.store.tables.columns import Utc, company_id, metadata, reference, row_id

LEVELS = "('none', 'read_only', 'standard', 'admin')"

companies = Table(
    "companies",
    metadata,
    row_id(),
    Column("code", String(64), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("time_zone", String(64), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("policy", JSON, nullable=False),
    Column("created_at", Utc, nullable=False),
)

people = Table(
    "people",
    metadata,
    row_id(),
    Column("login", String(100), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("email", String(254), nullable=False, default=""),
    Column("password_hash", String(300)),
    #: Somebody else set the password: it opens nothing but the way to one's own.
    Column("one_time_password", Boolean, nullable=False, default=False),
    Column("failed_sign_ins", JSON, nullable=False, default=list),
    Column("active", Boolean, nullable=False, default=True),
    #: How he reads money, numbers and moments; NULL: as his browser says, and where the company is.
    Column("locale", String(20)),
    Column("time_zone", String(64)),
    Column("created_at", Utc, nullable=False),
)

memberships = Table(
    "memberships",
    metadata,
    row_id(),
    company_id(),
    reference("person_id", "people.id"),
    Column("administrator", Boolean, nullable=False, default=False),
    Column("integrations", String(16), nullable=False, default="none"),
    UniqueConstraint("company_id", "person_id"),
    CheckConstraint(f"integrations IN {LEVELS}", name="integrations"),
)

project_permissions = Table(
    "project_permissions",
    metadata,
    row_id(),
    company_id(),
    reference("project_id", "projects.id"),
    reference("person_id", "people.id"),
    Column("level", String(16), nullable=False),
    Column("may_send", Boolean, nullable=False, default=False),
    UniqueConstraint("project_id", "person_id"),
    CheckConstraint(f"level IN {LEVELS}", name="level"),
)

privileges = Table(
    "privileges",
    metadata,
    row_id(),
    company_id(),
    reference("person_id", "people.id"),
    Column("item_type", String(32), nullable=False),
    Column("direction", String(16), nullable=False),
    reference("project_id", "projects.id", nullable=True),
    reference("granted_by", "people.id", nullable=True, index=False),
    Column("granted_at", Utc, nullable=False),
    Column("revoked_at", Utc),
)

#: Who a person is to a provider of sign-ins: by issuer and subject, never by mail address.
identities = Table(
    "identities",
    metadata,
    row_id(),
    reference("person_id", "people.id"),
    Column("issuer", String(500), nullable=False),
    Column("subject", String(255), nullable=False),
    Column("linked_at", Utc, nullable=False),
    reference("linked_by", "people.id", nullable=True, index=False),
    UniqueConstraint("issuer", "subject"),
)

sessions = Table(
    "sessions",
    metadata,
    row_id(),
    reference("person_id", "people.id"),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("signed_in_at", Utc, nullable=False),
    # When the person last showed who he is: by password, or as a provider tells it; NULL where it does not.
    Column("proved_at", Utc),
    reference("identity_id", "identities.id", nullable=True),
    Column("expires_at", Utc, nullable=False),
    Column("ended_at", Utc),
)

api_tokens = Table(
    "api_tokens",
    metadata,
    row_id(),
    reference("person_id", "people.id"),
    Column("name", String(100), nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("companies", JSON, nullable=False),
    Column("projects", JSON, nullable=False),
    Column("verbs", JSON, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
    Column("revoked_at", Utc),
)
