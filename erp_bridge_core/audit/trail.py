"""The audit trail: every act, in the transaction that did it, chained so that tampering is found (X1)."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final, Protocol

from attrs import define, evolve, field
from sqlalchemy import Connection, Row, func, insert, or_, select, text

from erp_bridge_core.audit.chain import check_chain
from erp_bridge_core.audit.entries import AuditCheck, AuditEntry, AuditHead, seal
from erp_bridge_core.audit.mark import HighWaterMark
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.rights import rights_of
from erp_bridge_core.people.rules import may_look_at_company, require
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.row_security import everywhere
from erp_bridge_core.store.tables import audit_entries, installation

#: Any number that all processes share; PostgreSQL serialises the chain by it, SQLite by its one writer.
CHAIN_LOCK: Final = 7_314_621
MOST_SHOWN: Final = 10_000


class Cleaner(Protocol):
    """Whatever takes known secrets out of a value: the connections' redactor."""

    def clean_json(self, value: Any) -> Any:
        """The value without secrets."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


@define
class AuditTrail:
    """One chain over the whole installation; each company sees its own entries."""

    store: Store
    key: bytes = field(repr=False)
    mark: HighWaterMark
    now: Callable[[], datetime] = field(default=_utc_now, kw_only=True)
    redactor: Cleaner | None = field(default=None, kw_only=True)

    def record(
        self,
        connection: Connection,
        actor: Actor,
        verb: str,
        subject: str,
        subject_id: object,
        *,
        from_state: str | None = None,
        to_state: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> AuditEntry:
        """Append one act in the caller's write transaction: it stands if and only if the act does.

        The high-water mark is raised once that transaction is committed.
        """
        last = self._last(connection, lock=True)
        entry = AuditEntry(
            sequence=last.sequence + 1,
            company_id=actor.company_id,
            at=self.now().astimezone(UTC).isoformat(),
            person=actor.login,
            real_person=actor.real_login,
            os_user=actor.os_user,
            via=actor.via,
            verb=verb,
            subject=subject,
            subject_id=str(subject_id),
            from_state=from_state,
            to_state=to_state,
            details=self._details(details),
        )
        sealed = evolve(entry, mac=seal(self.key, last.mac, entry))
        connection.execute(insert(audit_entries).values(_values(sealed)))
        self._publish_after(connection, sealed)
        return sealed

    def head(self) -> AuditHead:
        """The last entry's number and seal, to be published outside; number 0 while there is none."""
        with self.store.read() as connection:
            return self._last(connection)

    def show(
        self,
        actor: Actor,
        *,
        subject: str | None = None,
        subject_id: object = None,
        verb: str | None = None,
        person: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        before: int | None = None,
        limit: int = 100,
    ) -> tuple[AuditEntry, ...]:
        """The newest entries of the actor's company, newest first; whoever may look at ERP Integrations may.

        `person` is a login, of whoever really acted or of whom he acted as; `since` is included, `until` is not;
        `before` is the number of the entry that a former page ended with.
        """
        query = select(audit_entries).where(audit_entries.c.company_id == actor.company_id)
        if person is not None:
            query = query.where(or_(audit_entries.c.person == person, audit_entries.c.real_person == person))
        if since is not None:
            query = query.where(audit_entries.c.at >= since.astimezone(UTC).isoformat())
        if until is not None:
            query = query.where(audit_entries.c.at < until.astimezone(UTC).isoformat())
        if before is not None:
            query = query.where(audit_entries.c.sequence < before)
        wanted = {"subject": subject, "subject_id": subject_id, "verb": verb}
        for name, value in wanted.items():
            if value is not None:
                query = query.where(audit_entries.c[name] == str(value))
        newest = query.order_by(audit_entries.c.sequence.desc()).limit(min(max(limit, 1), MOST_SHOWN))
        with self.store.read() as connection:
            require(may_look_at_company(rights_of(connection, actor)))
            return tuple(_entry(row) for row in connection.execute(newest))

    def inspect(self, actor: Actor) -> AuditCheck:
        """`check` the trail for whoever may look at ERP Integrations; every company's acts are in the one chain."""
        with self.store.read() as connection:
            require(may_look_at_company(rights_of(connection, actor)))
        return self.check()

    def latest(self, actor: Actor, *, subject: str, verb: str) -> dict[str, AuditEntry]:
        """The last act of that kind on each such thing of the actor's company, by the thing's id."""
        last = (
            select(func.max(audit_entries.c.sequence))
            .where(audit_entries.c.company_id == actor.company_id)
            .where(audit_entries.c.subject == subject, audit_entries.c.verb == verb)
            .group_by(audit_entries.c.subject_id)
        )
        with self.store.read() as connection:
            require(may_look_at_company(rights_of(connection, actor)))
            found = connection.execute(select(audit_entries).where(audit_entries.c.sequence.in_(last)))
            return {row.subject_id: _entry(row) for row in found}

    def check(self) -> AuditCheck:
        """Read the whole chain and compare it with the mark outside: finds edits, gaps, a cut tail, a swapped database.

        Raises `StorageError` when the mark itself can't be read.
        """
        mark = self.mark.read()
        with self.store.read() as connection, everywhere(connection):
            code = connection.execute(select(installation.c.code)).scalar_one_or_none()
            return check_chain(self.key, self._stream(connection), installation=code or "", mark=mark)

    def _stream(self, connection: Connection) -> Iterator[AuditEntry]:
        query = select(audit_entries).order_by(audit_entries.c.sequence).execution_options(yield_per=1000)
        return (_entry(row) for row in connection.execute(query))

    def _last(self, connection: Connection, *, lock: bool = False) -> AuditHead:
        if lock and connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": CHAIN_LOCK})
        columns = audit_entries.c.sequence, audit_entries.c.mac
        last = select(*columns).order_by(audit_entries.c.sequence.desc()).limit(1)
        with everywhere(connection):
            row = connection.execute(last).one_or_none()
        return AuditHead(sequence=0, mac="") if row is None else AuditHead(sequence=row.sequence, mac=row.mac)

    def _publish_after(self, connection: Connection, entry: AuditEntry) -> None:
        self.store.after_commit(
            connection, "audit", lambda: self.mark.raise_to(audit_sequence=entry.sequence, audit_mac=entry.mac)
        )

    def _details(self, details: Mapping[str, Any] | None) -> str:
        plain = dict(details or {})
        cleaned = plain if self.redactor is None else self.redactor.clean_json(plain)
        return json.dumps(cleaned, sort_keys=True, ensure_ascii=False, default=_plain)


def _values(entry: AuditEntry) -> dict[str, Any]:
    return {column.name: getattr(entry, column.name) for column in audit_entries.columns}


def _entry(row: Row[Any]) -> AuditEntry:
    return AuditEntry(**row._mapping)  # noqa: SLF001 -- SQLAlchemy's public name for the row as a mapping


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal | date):
        return str(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} is not JSON-able")
