"""Who a person is to a provider of sign-ins: linked by issuer and subject, never by mail address."""

from datetime import datetime
from typing import Any, Final

from attrs import define
from sqlalchemy import Connection, Select, delete, insert, select, update

from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.contract.errors import BadInput, Fault, NotFound
from erp_bridge_core.mail.outbox import notify
from erp_bridge_core.people.access import outside_faults, require_administrator, require_over_person
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.queries import member_id
from erp_bridge_core.people.rights import rights_of
from erp_bridge_core.people.rules import may_administer, require, signed_in_recently
from erp_bridge_core.people.texts import identity_faults
from erp_bridge_core.people.views import Identity
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import identities, people, sessions

#: The kind of the notice that tells somebody of an identity that another person linked with his account.
LINKED: Final = "identity_linked"


@define
class Identities:
    """The identities that people sign in with. One belongs to one person; a person may have several."""

    store: Store
    audit: AuditTrail
    clock: Clock

    def of(self, actor: Actor, login: str) -> tuple[Identity, ...]:
        """A person's identities, for himself and for administrators; raises `NotFound`."""
        with self.store.read() as connection:
            if login != actor.login and not actor.is_system:
                require(may_administer(rights_of(connection, actor)))
            person = member_id(connection, actor.company_id, login)
            return tuple(Identity(**row) for row in connection.execute(_query(person)).mappings())

    def link(self, actor: Actor, login: str, *, issuer: str, subject: str) -> Identity:
        """Link a person of the company, as an administrator of all of his companies.

        Whoever has the identity signs in as him from now on, so he is told by mail when it was somebody else who linked
        him. Raises `BadInput` for what is no identity, and for one
        that is taken.
        """
        with self.store.begin() as connection:
            require_administrator(connection, actor, self.clock.now())
            person = member_id(connection, actor.company_id, login)
            if person != actor.person_id:
                require(outside_faults(connection, actor, person))
            linked = self._add(connection, actor, (person, login), issuer, subject)
            if person != actor.person_id:
                told = {"login": login, "linked_by": actor.login, "issuer": issuer, "subject": subject}
                notify(connection, actor.company_id, kind=LINKED, people=[person], payload=told, at=linked.linked_at)
            return linked

    def link_own(self, actor: Actor, *, issuer: str, subject: str) -> Identity:
        """Link the actor, to whom the provider just gave this identity: he signed in by password a short while ago."""
        require(own_link_faults(actor, self.clock.now()))
        assert actor.person_id is not None
        with self.store.begin() as connection:
            return self._add(connection, actor, (actor.person_id, actor.login), issuer, subject)

    def unlink(self, actor: Actor, login: str, *, issuer: str, subject: str) -> None:
        """Take an identity from a person, oneself too; what was signed in with it ends. Raises `NotFound`."""
        with self.store.begin() as connection:
            person = member_id(connection, actor.company_id, login)
            require_over_person(connection, actor, person, self.clock.now())
            named = identities.c.person_id == person, identities.c.issuer == issuer, identities.c.subject == subject
            number = connection.execute(select(identities.c.id).where(*named)).scalar_one_or_none()
            if number is None:
                raise NotFound(f"{login} has no such identity.", remedy="It may have been unlinked meanwhile.")
            with_it = update(sessions).where(sessions.c.identity_id == number)
            connection.execute(with_it.where(sessions.c.ended_at.is_(None)).values(ended_at=self.clock.now()))
            connection.execute(with_it.values(identity_id=None))
            connection.execute(delete(identities).where(identities.c.id == number))
            details = {"issuer": issuer, "subject": subject}
            self.audit.record(connection, actor, "unlink identity", "person", login, details=details)

    def _add(self, connection: Connection, actor: Actor, whose: tuple[int, str], issuer: str, subject: str) -> Identity:
        person, login = whose
        faults = identity_faults(issuer, subject)
        taken = select(identities.c.id).where(identities.c.issuer == issuer, identities.c.subject == subject)
        if not faults and connection.execute(taken).first():
            # Whose it is may be another company's business.
            remedy = "Look whether it is this person's already; another's is unlinked from him first."
            faults.append(Fault("subject", "is linked already", value=subject, remedy=remedy))
        if faults:
            raise BadInput(f"{login} can't be linked with this identity.", faults=faults)
        values = {"person_id": person, "issuer": issuer, "subject": subject}
        by = {"linked_at": self.clock.now(), "linked_by": actor.person_id}
        connection.execute(insert(identities).values(**values, **by))
        details = {"issuer": issuer, "subject": subject}
        self.audit.record(connection, actor, "link identity", "person", login, details=details)
        query = _query(person).where(identities.c.issuer == issuer, identities.c.subject == subject)
        return Identity(**connection.execute(query).mappings().one())


def own_link_faults(actor: Actor, now: datetime) -> list[Fault]:
    """Why somebody can't link himself now: a sign-in through one identity, or an old one, is not proof enough."""
    if actor.person_id is None or actor.is_token or actor.by_identity:
        remedy = "Sign in by password, then link it; or an administrator links it."
        return [Fault("password", "Linking oneself asks for a sign-in by password.", remedy=remedy)]
    return signed_in_recently(actor.signed_in_at, now)


def _query(person: int) -> Select[Any]:
    linker = people.alias("linker")
    return (
        select(identities.c.issuer, identities.c.subject, identities.c.linked_at, linker.c.login.label("linked_by"))
        .outerjoin(linker, linker.c.id == identities.c.linked_by)
        .where(identities.c.person_id == person)
        .order_by(identities.c.issuer, identities.c.subject)
    )
