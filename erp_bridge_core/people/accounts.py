"""A person's account: his name and mail address, whether he may sign in at all, and where he is signed in."""

from typing import Any

from attrs import define
from sqlalchemy import Connection, Row, select, update

from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.contract.errors import BadInput, NotAllowed, NotFound
from erp_bridge_core.people.access import (
    oneself_faults,
    require_administrator,
    require_other_administrator,
    require_over_person,
)
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.passwords import token_hash
from erp_bridge_core.people.queries import member_id
from erp_bridge_core.people.rules import require
from erp_bridge_core.people.texts import email_faults, locale_faults, name_faults, time_zone_faults
from erp_bridge_core.people.views import OpenSession
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.numbers import row_number
from erp_bridge_core.store.row_security import everywhere
from erp_bridge_core.store.tables import memberships, people, sessions


@define
class Accounts:
    """An account is the installation's, not a company's: only who administers all of a person's companies, or he."""

    store: Store
    audit: AuditTrail
    clock: Clock

    def change(self, actor: Actor, login: str, *, name: str, email: str) -> None:
        """Set a person's name and mail address; raises `BadInput` with every fault."""
        faults = [*name_faults(name), *email_faults(email)]
        with self.store.begin() as connection:
            person = member_id(connection, actor.company_id, login)
            require_over_person(connection, actor, person, self.clock.now())
            if faults:
                raise BadInput(f"The account of {login!r} can't be changed.", faults=faults)
            row = connection.execute(select(people).where(people.c.id == person)).one()
            connection.execute(update(people).where(people.c.id == person).values(name=name, email=email))
            details = {"from": {"name": row.name, "email": row.email}, "to": {"name": name, "email": email}}
            self.audit.record(connection, actor, "change person", "person", login, details=details)

    def set_formats(self, actor: Actor, *, locale: str | None, time_zone: str | None) -> None:
        """Set how oneself reads money, numbers and moments; None: as the browser says, and where the company is.

        Raises `BadInput` with every fault, and `NotAllowed` for an API token.
        """
        person = _oneself(actor)
        faults = [*(locale_faults(locale) if locale else ()), *(time_zone_faults(time_zone) if time_zone else ())]
        if faults:
            raise BadInput("Values can't be shown so.", faults=faults)
        wanted = {"locale": locale or None, "time_zone": time_zone or None}
        with self.store.begin() as connection:
            row = connection.execute(select(people.c.locale, people.c.time_zone).where(people.c.id == person)).one()
            connection.execute(update(people).where(people.c.id == person).values(wanted))
            details = {"from": {"locale": row.locale, "time_zone": row.time_zone}, "to": wanted}
            self.audit.record(connection, actor, "set formats", "person", actor.login, details=details)

    def deactivate(self, actor: Actor, login: str) -> None:
        """Let a person sign in no more: his sessions end, his tokens are refused; what was granted stays.

        Raises `NotAllowed` for oneself, and `NotPossibleNow` for the only administrator of one of his companies.
        """
        with self.store.begin() as connection:
            person = self._person_of(connection, actor, login)
            require(oneself_faults(actor, person))
            theirs = select(memberships.c.company_id).where(memberships.c.person_id == person)
            with everywhere(connection):
                for company in connection.execute(theirs).scalars().all():
                    require_other_administrator(connection, company, person)
            connection.execute(update(people).where(people.c.id == person).values(active=False))
            self._end(connection, person)
            self.audit.record(
                connection, actor, "deactivate person", "person", login, from_state="active", to_state="inactive"
            )

    def reactivate(self, actor: Actor, login: str) -> None:
        """Let a person sign in again, with what was granted before."""
        with self.store.begin() as connection:
            person = self._person_of(connection, actor, login)
            connection.execute(update(people).where(people.c.id == person).values(active=True, failed_sign_ins=[]))
            self.audit.record(
                connection, actor, "reactivate person", "person", login, from_state="inactive", to_state="active"
            )

    def sessions(self, actor: Actor, token: str = "") -> tuple[OpenSession, ...]:
        """Where the actor is signed in, the latest first; `token` is that of the session that asks."""
        query = select(sessions).where(
            sessions.c.person_id == _oneself(actor),
            sessions.c.ended_at.is_(None),
            sessions.c.expires_at > self.clock.now(),
        )
        with self.store.read() as connection:
            found = connection.execute(query.order_by(sessions.c.signed_in_at.desc(), sessions.c.id.desc()))
            return tuple(_session(row, token_hash(token)) for row in found)

    def end_session(self, actor: Actor, number: int) -> None:
        """End one of the actor's own sessions; raises `NotFound`."""
        with self.store.begin() as connection:
            if not self._end(connection, _oneself(actor), sessions.c.id == row_number(number)):
                raise NotFound("You have no such session.", remedy="It may have ended meanwhile.")
            self.audit.record(connection, actor, "sign-out", "person", actor.login)

    def end_sessions(self, actor: Actor) -> int:
        """End every session of the actor, this one too; answers how many there were."""
        with self.store.begin() as connection:
            ended = self._end(connection, _oneself(actor))
            details = {"sessions": ended}
            self.audit.record(connection, actor, "sign-out everywhere", "person", actor.login, details=details)
            return ended

    def _person_of(self, connection: Connection, actor: Actor, login: str) -> int:
        require_administrator(connection, actor, self.clock.now())
        person = member_id(connection, actor.company_id, login)
        require_over_person(connection, actor, person, self.clock.now())
        return person

    def _end(self, connection: Connection, person: int, *which: Any) -> int:
        still = sessions.c.person_id == person, sessions.c.ended_at.is_(None)
        ended = connection.execute(update(sessions).where(*still, *which).values(ended_at=self.clock.now()))
        return int(ended.rowcount)


def _oneself(actor: Actor) -> int:
    if actor.person_id is None or actor.is_token:
        raise NotAllowed("This is a signed-in person's own business.", remedy="Sign in, then repeat it.")
    return actor.person_id


def _session(row: Row[Any], asking: str) -> OpenSession:
    return OpenSession(
        number=row.id,
        signed_in_at=row.signed_in_at,
        expires_at=row.expires_at,
        is_asking=row.token_hash == asking,
    )
