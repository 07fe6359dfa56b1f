"""Signing in: by password or identity into a session, by API token, and, in a demo alone, as somebody else."""

from datetime import datetime, timedelta
from typing import Any, Final

from attrs import define
from sqlalchemy import Connection, Row, Select, insert, select, update

from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.contract.errors import NotAllowed
from erp_bridge_core.people.actor import Actor, system_actor
from erp_bridge_core.people.passwords import (
    ATTEMPTS,
    SESSION_HOURS,
    matches,
    new_token,
    operating_system_user,
    recent_attempts,
    token_hash,
)
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import (
    api_tokens,
    companies,
    identities,
    installation,
    memberships,
    people,
    projects,
    sessions,
)

#: One message for whatever is wrong, so that nobody learns which logins exist.
_REFUSED: Final = "The sign-in failed: login, password and company don't fit together, or there were too many attempts."
_AGAIN: Final = "Check all three; after five failures wait fifteen minutes, or ask an administrator to set a password."
_UNKNOWN: Final = "Nobody here is linked with the account that you signed in to."
_LINK_IT: Final = "Hand an administrator what stands below: he links you with it. Or sign in by password, and link it."
_CLOSED: Final = "Your account here is closed, or of no company any more."
_ENDED: Final = "The session or token is not valid, or not for this company."


@define
class SignIn:
    """Turns what a person or program shows into an `Actor`."""

    store: Store
    audit: AuditTrail
    clock: Clock

    def by_password(
        self, login: str, password: str, company: str, *, via: str, administrators_only: bool = False
    ) -> tuple[str, Actor]:
        """Open a session; all failures are told alike, and an attempt counts before the password is looked at.

        `administrators_only` refuses everybody else as it would a wrong password.
        """
        login = login.strip().lower()
        stored = self._count_attempt(login, company, administrators_only=administrators_only)
        if not matches(stored, password):
            raise NotAllowed(_REFUSED, remedy=_AGAIN)
        # Checking takes a while, in which the password may have been set anew and all sessions ended.
        still = _member_query(login, company).where(people.c.password_hash == stored)
        return self._open_session(still, via, proved_at=self.clock.now(), otherwise=(_REFUSED, _AGAIN))

    def by_identity(
        self, issuer: str, subject: str, *, company: str, via: str, proved_at: datetime | None
    ) -> tuple[str, Actor]:
        """Open a session for whoever is linked with an identity that a provider has just vouched for.

        In `company` where he belongs to it, else in his first. `proved_at` is when he showed the provider who he is,
        as far as it tells. Raises `NotAllowed` for an unknown identity and a closed account.
        """
        theirs = _members(identities.c.id.label("identity_id"))
        theirs = theirs.join(identities, identities.c.person_id == people.c.id)
        theirs = theirs.where(identities.c.issuer == issuer, identities.c.subject == subject)
        known = select(identities.c.id).where(identities.c.issuer == issuer, identities.c.subject == subject)
        with self.store.read() as connection:
            codes = sorted(row.company for row in connection.execute(theirs))
            is_known = connection.execute(known).first() is not None
        if not is_known:
            raise NotAllowed(_UNKNOWN, remedy=_LINK_IT)
        if not codes:
            raise NotAllowed(_CLOSED, remedy="Ask an administrator.")
        chosen = company if company in codes else codes[0]
        return self._open_session(theirs.where(companies.c.code == chosen), via, proved_at=proved_at, issuer=issuer)

    def by_session(self, token: str, company: str, *, via: str) -> Actor:
        """The person of a session, in one of his companies; raises `NotAllowed` when it ended or expired."""
        with self.store.read() as connection:
            row = connection.execute(self._session_query(token, company)).one_or_none()
        if row is None:
            raise NotAllowed(_ENDED, remedy="Sign in again.")
        return _actor(
            row,
            via=via,
            signed_in_at=row.proved_at,
            began_at=row.signed_in_at,
            by_identity=row.identity_id is not None,
        )

    def sign_out(self, token: str) -> None:
        """End a session; ending one that is over does nothing."""
        ended = update(sessions).where(sessions.c.token_hash == token_hash(token), sessions.c.ended_at.is_(None))
        with self.store.begin() as connection:
            connection.execute(ended.values(ended_at=self.clock.now()))

    def by_token(self, token: str, company: str, *, via: str) -> Actor:
        """An API token's owner, limited to what the token names (P5)."""
        with self.store.read() as connection:
            row = connection.execute(self._token_query(token, company)).one_or_none()
            if row is None or company not in row.companies:
                raise NotAllowed(_ENDED, remedy="Use another token, or sign in.")
            limits = _project_ids(connection, row) if row.projects else None
        codes = frozenset(row.companies)
        return _actor(row, via=via, token_verbs=frozenset(row.verbs), token_projects=limits, token_companies=codes)

    def as_somebody(self, login: str, company: str, *, real_login: str, via: str) -> Actor:
        """Play a person in a demo's home; everywhere else `NotAllowed`."""
        with self.store.read() as connection:
            demo = connection.execute(select(installation.c.demo)).scalar_one_or_none()
            row = connection.execute(_member_query(login, company)).one_or_none()
        if not demo:
            raise NotAllowed(
                "Acting as somebody else is for a demo's home only.", remedy="Sign in, or use an API token."
            )
        if row is None:
            raise NotAllowed(f"Nobody with the login {login!r} in company {company!r}.")
        return _actor(row, via=via, real_login=real_login, signed_in_at=self.clock.now())

    def _count_attempt(self, login: str, company: str, *, administrators_only: bool) -> str | None:
        now = self.clock.now()
        with self.store.begin() as connection:
            row = connection.execute(_member_query(login, company)).one_or_none()
            attempts = recent_attempts(row.failed_sign_ins, now) if row is not None else []
            if row is None or len(attempts) >= ATTEMPTS:
                return None
            counted = update(people).where(people.c.id == row.person_id)
            connection.execute(counted.values(failed_sign_ins=[*attempts, now.isoformat()]))
            if len(attempts) == ATTEMPTS - 1:
                details = {"attempts": ATTEMPTS}
                acting = system_actor(row.company_id, row.company, os_user=operating_system_user())
                self.audit.record(connection, acting, "sign-in throttle", "person", login, details=details)
            closed = row.password_hash is None or (administrators_only and not row.administrator)
            return None if closed else str(row.password_hash)

    def _open_session(
        self,
        whose: Select[Any],
        via: str,
        *,
        proved_at: datetime | None,
        issuer: str = "",
        otherwise: tuple[str, str] = (_CLOSED, "Ask an administrator."),
    ) -> tuple[str, Actor]:
        """Open a session for whom the query finds; raises NotAllowed with what is said `otherwise`, and its remedy."""
        token, now = new_token(), self.clock.now()
        with self.store.begin() as connection:
            row = connection.execute(whose).one_or_none()
            if row is None:  # since it was looked at he left, was deactivated or unlinked, or has another password
                raise NotAllowed(otherwise[0], remedy=otherwise[1])
            connection.execute(update(people).where(people.c.id == row.person_id).values(failed_sign_ins=[]))
            connection.execute(
                insert(sessions).values(
                    person_id=row.person_id,
                    token_hash=token_hash(token),
                    signed_in_at=now,
                    proved_at=proved_at,
                    identity_id=row.identity_id if issuer else None,
                    expires_at=now + timedelta(hours=SESSION_HOURS),
                )
            )
            actor = _actor(row, via=via, signed_in_at=proved_at, began_at=now, by_identity=bool(issuer))
            details = {"issuer": issuer} if issuer else None
            self.audit.record(connection, actor, "sign-in", "person", row.login, details=details)
        return token, actor

    def _session_query(self, token: str, company: str) -> Select[Any]:
        shown = sessions.c.signed_in_at, sessions.c.proved_at, sessions.c.identity_id
        query = _members(*shown).join(sessions, sessions.c.person_id == people.c.id)
        return query.where(
            companies.c.code == company,
            sessions.c.token_hash == token_hash(token),
            sessions.c.ended_at.is_(None),
            sessions.c.expires_at > self.clock.now(),
        )

    def _token_query(self, token: str, company: str) -> Select[Any]:
        shown = api_tokens.c.companies, api_tokens.c.projects, api_tokens.c.verbs
        query = _members(*shown).join(api_tokens, api_tokens.c.person_id == people.c.id)
        return query.where(
            companies.c.code == company,
            api_tokens.c.token_hash == token_hash(token),
            api_tokens.c.revoked_at.is_(None),
            api_tokens.c.expires_at > self.clock.now(),
        )


def _members(*columns: Any) -> Select[Any]:
    return (
        select(
            people.c.id.label("person_id"),
            people.c.login,
            people.c.name,
            people.c.password_hash,
            people.c.failed_sign_ins,
            memberships.c.administrator,
            people.c.one_time_password,
            people.c.locale,
            people.c.time_zone,
            companies.c.id.label("company_id"),
            companies.c.code.label("company"),
            *columns,
        )
        .select_from(people)
        .join(memberships, memberships.c.person_id == people.c.id)
        .join(companies, companies.c.id == memberships.c.company_id)
        .where(people.c.active)
    )


def _member_query(login: str, company: str) -> Select[Any]:
    return _members().where(people.c.login == login, companies.c.code == company)


def _project_ids(connection: Connection, row: Row[Any]) -> frozenset[int]:
    query = select(projects.c.id).where(projects.c.company_id == row.company_id, projects.c.number.in_(row.projects))
    return frozenset(connection.execute(query).scalars())


def _actor(
    row: Row[Any],
    *,
    via: str,
    real_login: str | None = None,
    signed_in_at: datetime | None = None,
    began_at: datetime | None = None,
    by_identity: bool = False,
    token_verbs: frozenset[str] | None = None,
    token_projects: frozenset[int] | None = None,
    token_companies: frozenset[str] | None = None,
) -> Actor:
    return Actor(
        person_id=row.person_id,
        login=row.login,
        name=row.name,
        company_id=row.company_id,
        company=row.company,
        real_login=real_login or row.login,
        os_user=operating_system_user(),
        via=via,
        locale=row.locale,
        time_zone=row.time_zone,
        one_time_password=row.one_time_password and began_at is not None and not by_identity,
        signed_in_at=signed_in_at,
        began_at=began_at,
        by_identity=by_identity,
        token_verbs=token_verbs,
        token_projects=token_projects,
        token_companies=token_companies,
    )
