"""API tokens: made by a signed-in person for himself, limited, hashed, expiring (P5)."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any, Final

from attrs import define
from sqlalchemy import ColumnElement, Connection, Select, insert, select, update

from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.contract.errors import BadInput, Fault, NotAllowed, NotFound
from erp_bridge_core.people.access import require_administrator
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.passwords import TOKEN_PREFIX, new_token, token_hash
from erp_bridge_core.people.rights import policy_of, rights_of
from erp_bridge_core.people.rules import TOKEN_VERBS, may_administer, require, signed_in_recently
from erp_bridge_core.people.texts import name_faults
from erp_bridge_core.people.views import HeldToken, Token
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import api_tokens, companies, memberships, people, projects

LONGEST_DAYS: Final = 366


@define
class Tokens:
    """A person's tokens; no token makes another or raises its own rights."""

    store: Store
    audit: AuditTrail
    clock: Clock

    def create(
        self,
        actor: Actor,
        name: str,
        *,
        companies: Collection[str],
        projects: Collection[str],
        verbs: Collection[str],
        days: int,
    ) -> str:
        """Make a token and return it, this once; without projects it is for all of the companies' projects."""
        person = _owner(actor)
        token, now = new_token(TOKEN_PREFIX), self.clock.now()
        limits = {"companies": sorted(set(companies)), "projects": sorted(set(projects)), "verbs": sorted(set(verbs))}
        with self.store.begin() as connection:
            minutes = policy_of(connection, actor.company_id).recent_minutes
            require(signed_in_recently(actor.signed_in_at, now, minutes=minutes))
            faults = [*_form_faults(name, verbs, days), *_limit_faults(connection, person, limits)]
            if connection.execute(select(api_tokens.c.id).where(*self._named(person, name))).first():
                faults.append(Fault("name", "is taken by another of your tokens", value=name))
            if faults:
                raise BadInput(f"The token {name!r} can't be made.", faults=faults)
            values = {"person_id": person, "name": name, "token_hash": token_hash(token), **limits}
            expires = now + timedelta(days=days)
            connection.execute(insert(api_tokens).values(**values, created_at=now, expires_at=expires))
            details = {**limits, "expires_at": expires}
            self.audit.record(connection, actor, "create token", "token", name, details=details)
        return token

    def list(self, actor: Actor) -> tuple[Token, ...]:
        """The actor's own tokens that are in force, by name."""
        with self.store.read() as connection:
            query = select(api_tokens).where(*self._in_force(_owner(actor))).order_by(api_tokens.c.name)
            return tuple(
                Token(
                    name=row.name,
                    companies=tuple(row.companies),
                    projects=tuple(row.projects),
                    verbs=tuple(row.verbs),
                    created_at=row.created_at,
                    expires_at=row.expires_at,
                )
                for row in connection.execute(query)
            )

    def revoke(self, actor: Actor, name: str) -> None:
        """End one of the actor's own tokens; raises `NotFound`."""
        with self.store.begin() as connection:
            found = update(api_tokens).where(*self._named(_owner(actor), name))
            if not connection.execute(found.values(revoked_at=self.clock.now())).rowcount:
                raise NotFound(f"You have no token {name!r} in force.")
            self.audit.record(connection, actor, "revoke token", "token", name)

    def of_company(self, actor: Actor) -> tuple[HeldToken, ...]:
        """All tokens in force that are for the actor's company, by owner and name; for its administrators."""
        with self.store.read() as connection:
            require(may_administer(rights_of(connection, actor)))
            found = connection.execute(self._held(actor.company_id).order_by(people.c.login, api_tokens.c.name))
            return tuple(
                HeldToken(
                    login=row.login,
                    name=row.name,
                    projects=tuple(row.projects),
                    verbs=tuple(row.verbs),
                    created_at=row.created_at,
                    expires_at=row.expires_at,
                )
                for row in found
                if actor.company in row.companies
            )

    def withdraw(self, actor: Actor, login: str, name: str) -> None:
        """Take the actor's company out of a person's token; one that is for no other ends. Raises `NotFound`."""
        with self.store.begin() as connection:
            require_administrator(connection, actor, self.clock.now())
            asked = self._held(actor.company_id).where(people.c.login == login, api_tokens.c.name == name)
            row = connection.execute(asked).one_or_none()
            if row is None or actor.company not in row.companies:
                raise NotFound(f"{login} has no token {name!r} in force for this company.")
            left = [code for code in row.companies if code != actor.company]
            values: dict[str, Any] = {"companies": left} if left else {"revoked_at": self.clock.now()}
            connection.execute(update(api_tokens).where(api_tokens.c.id == row.id).values(values))
            details = {"person": login}
            self.audit.record(connection, actor, "withdraw token", "token", name, details=details)

    def _held(self, company_id: int) -> Select[Any]:
        return (
            select(api_tokens, people.c.login)
            .join(people, people.c.id == api_tokens.c.person_id)
            .join(memberships, memberships.c.person_id == people.c.id)
            .where(
                memberships.c.company_id == company_id,
                api_tokens.c.revoked_at.is_(None),
                api_tokens.c.expires_at > self.clock.now(),
            )
        )

    def _named(self, person: int, name: str) -> tuple[ColumnElement[bool], ...]:
        return *self._in_force(person), api_tokens.c.name == name

    def _in_force(self, person: int) -> tuple[ColumnElement[bool], ...]:
        now = self.clock.now()
        return api_tokens.c.person_id == person, api_tokens.c.revoked_at.is_(None), api_tokens.c.expires_at > now


def _owner(actor: Actor) -> int:
    if actor.person_id is None or actor.is_token:
        raise NotAllowed(
            "API tokens are a signed-in person's business.",
            remedy="Sign in, then repeat it.",
            faults=[Fault("token", "can't make, list or end tokens", rule="P5")],
        )
    return actor.person_id


def _form_faults(name: str, verbs: Collection[str], days: int) -> list[Fault]:
    faults = name_faults(name)
    if not verbs or set(verbs) - set(TOKEN_VERBS):
        shown = ", ".join(sorted(verbs))
        faults.append(Fault("verbs", "are not right", value=shown, expected=f"one or more of {', '.join(TOKEN_VERBS)}"))
    if not 1 <= days <= LONGEST_DAYS:
        faults.append(Fault("days", "is out of bounds", value=str(days), expected=f"1 to {LONGEST_DAYS}"))
    return faults


def _limit_faults(connection: Connection, person: int, limits: Mapping[str, list[str]]) -> list[Fault]:
    own = _company_codes(connection, person)
    faults = [
        Fault(f"companies[{index}]", "is none of yours", value=code)
        for index, code in enumerate(limits["companies"])
        if code not in own
    ]
    known = _project_numbers(connection, [own[code] for code in limits["companies"] if code in own])
    faults += [
        Fault(f"projects[{index}]", "is not in those companies", value=number)
        for index, number in enumerate(limits["projects"])
        if number not in known
    ]
    if not limits["companies"]:
        faults.append(Fault("companies", "names none", expected="one or more of your companies"))
    return faults


def _company_codes(connection: Connection, person: int) -> dict[str, int]:
    query = (
        select(companies.c.code, companies.c.id)
        .join(memberships, memberships.c.company_id == companies.c.id)
        .where(memberships.c.person_id == person)
    )
    return {row.code: row.id for row in connection.execute(query)}


def _project_numbers(connection: Connection, company_ids: list[Any]) -> frozenset[str]:
    query = select(projects.c.number).where(projects.c.company_id.in_(company_ids))
    return frozenset(connection.execute(query).scalars())
