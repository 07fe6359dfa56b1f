"""What the tables share: the metadata, column kinds, and the columns that recur."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, ForeignKey, Integer, MetaData, String, TypeDecorator
from sqlalchemy.engine import Dialect

from erp_bridge_core.following import stored_cause

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

#: Row ids: 64 bits on PostgreSQL; SQLite numbers rows by itself only for INTEGER.
RowId = BigInteger().with_variant(Integer(), "sqlite")


class Utc(TypeDecorator[datetime]):
    """An aware moment, stored in UTC without a zone, the same in both databases."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a moment without a zone: it would be a guess."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the moment its zone back."""
        del dialect
        return None if value is None else value.replace(tzinfo=UTC)


def row_id() -> Column[int]:
    """A primary key that the database counts up."""
    return Column("id", RowId, primary_key=True, autoincrement=True)


def company_id() -> Column[int]:
    """The company that the row belongs to (P0)."""
    return Column("company_id", RowId, ForeignKey("companies.id"), nullable=False, index=True)


def reference(name: str, target: str, *, nullable: bool = False, index: bool = True) -> Column[int]:
    """A foreign key to `table.id`."""
    return Column(name, RowId, ForeignKey(target), nullable=nullable, index=index)


def cause(*, of_changes: bool = False) -> Column[str]:
    """The act that wrote the row (with `of_changes`: that changed it last), for logs of whoever goes on with it."""
    return Column("cause", String(100), default=stored_cause, onupdate=stored_cause if of_changes else None)


def units(name: str, *, nullable: bool = False) -> Column[int]:
    """Whole minor units of the project's currency, or ten-thousandths of a quantity or unit cost."""
    return Column(name, BigInteger, nullable=nullable)


def key_columns(prefix: str = "") -> list[Column[Any]]:
    """The three parts of a line key; a blank sub job means the job itself, never NULL."""
    return [
        Column(f"{prefix}sub_job", String(64), nullable=False, default=""),
        Column(f"{prefix}cost_code", String(64), nullable=False),
        Column(f"{prefix}category", String(64), nullable=False),
    ]
