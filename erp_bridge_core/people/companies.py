"""The companies of an installation: their names, time zones, currencies and policies (P0)."""

from collections.abc import Mapping
from typing import Any

from attrs import asdict, define, evolve
from sqlalchemy import Connection, Row, insert, select, update

from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.contract.errors import BadInput, Fault, NotFound, UsageError
from erp_bridge_core.contract.structuring import structure
from erp_bridge_core.people.access import require_administrator, require_installation_administrator
from erp_bridge_core.people.actor import Actor, system_actor
from erp_bridge_core.people.clocks import ZonedClock
from erp_bridge_core.people.policy import CompanyPolicy
from erp_bridge_core.people.rights import policy_of
from erp_bridge_core.people.texts import code_faults, currency_faults, name_faults, time_zone_faults
from erp_bridge_core.people.views import Company
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.row_security import everywhere
from erp_bridge_core.store.tables import companies, memberships, people


@define
class Companies:
    """One company is the default, several are normal; nobody sees one that he doesn't belong to."""

    store: Store
    audit: AuditTrail
    clock: Clock

    def add(
        self, actor: Actor, code: str, *, name: str, time_zone: str, currency: str, administrator: str | None = None
    ) -> Company:
        """Add a company; its first administrator is whoever adds it, unless another login of his company is named.

        Raises `BadInput` with every fault, `NotAllowed` for anybody but an administrator of the
        installation's first company.
        """
        with self.store.begin() as connection:
            require_installation_administrator(connection, actor, self.clock.now())
            self._check_new(connection, code, name, time_zone, currency)
            first = self._first_administrator(connection, actor, administrator)
            company_id = self._insert(connection, code, name=name, time_zone=time_zone, currency=currency)
            joined = {"company_id": company_id, "person_id": first, "administrator": True, "integrations": "none"}
            with everywhere(connection):
                connection.execute(insert(memberships).values(joined))
            self.audit.record(connection, actor, "company add", "company", code, to_state="active")
            return _company(self._row(connection, code))

    def list(self, actor: Actor) -> tuple[Company, ...]:
        """The companies that the actor belongs to, by code, and his token is for; all for the installation itself."""
        query = select(companies).order_by(companies.c.code)
        if not actor.is_system:
            of_person = select(memberships.c.company_id).where(memberships.c.person_id == actor.person_id)
            query = query.where(companies.c.id.in_(of_person))
        if actor.token_companies is not None:
            query = query.where(companies.c.code.in_(sorted(actor.token_companies)))
        with self.store.read() as connection, everywhere(connection):
            return tuple(_company(row) for row in connection.execute(query))

    def show(self, actor: Actor) -> Company:
        """The actor's own company."""
        with self.store.read() as connection:
            return _company(self._row(connection, actor.company))

    def set_policy(self, actor: Actor, **values: Any) -> CompanyPolicy:
        """Change some of the company's policies, audited with what they were; raises `BadInput` with every fault."""
        with self.store.begin() as connection:
            require_administrator(connection, actor, self.clock.now())
            before = asdict(policy_of(connection, actor.company_id))
            policy = _policy_with(before, values)
            changed = {name: value for name, value in asdict(policy).items() if before[name] != value}
            connection.execute(
                update(companies).where(companies.c.id == actor.company_id).values(policy=asdict(policy))
            )
            was = {name: before[name] for name in changed}
            details = {"from": was, "to": changed}
            self.audit.record(connection, actor, "company policy", "company", actor.company, details=details)
            return policy

    def policy(self, connection: Connection, company_id: int) -> CompanyPolicy:
        """A company's policies, in the caller's transaction."""
        return policy_of(connection, company_id)

    def clock_of(self, company_id: int) -> Clock:
        """A clock whose dates are those of the company's time zone."""
        with self.store.read() as connection:
            query = select(companies.c.time_zone).where(companies.c.id == company_id)
            zone = connection.execute(query).scalar_one_or_none()
        if zone is None:
            raise NotFound("No such company.")
        return ZonedClock(self.clock, zone)

    def system(self, code: str) -> Actor:
        """The installation itself as an actor in a company: for schedules and for set-up on the host."""
        with self.store.read() as connection:
            return system_actor(self._row(connection, code).id, code)

    def _row(self, connection: Connection, code: str) -> Row[Any]:
        row = connection.execute(select(companies).where(companies.c.code == code)).one_or_none()
        if row is None:
            raise NotFound(f"No company {code!r} here.", remedy="`erp-bridge company list` shows them.")
        return row

    def _insert(self, connection: Connection, code: str, *, name: str, time_zone: str, currency: str) -> int:
        values = {"code": code, "name": name, "time_zone": time_zone, "currency": currency, "policy": {}}
        added = insert(companies).values(**values, created_at=self.clock.now()).returning(companies.c.id)
        return int(connection.execute(added).scalar_one())

    def _check_new(self, connection: Connection, code: str, name: str, time_zone: str, currency: str) -> None:
        faults = company_faults(code, name=name, time_zone=time_zone, currency=currency)
        if connection.execute(select(companies.c.id).where(companies.c.code == code)).first():
            faults.append(Fault("code", "is taken by another company", value=code, remedy="Choose another code."))
        if faults:
            raise BadInput(f"The company {code!r} can't be added.", faults=faults)

    def _first_administrator(self, connection: Connection, actor: Actor, login: str | None) -> int:
        if login is None:
            if actor.person_id is None:
                raise UsageError("A new company needs an administrator.", remedy="Name a person's login for it.")
            return actor.person_id
        query = select(people.c.id).where(people.c.login == login, people.c.active)
        if not actor.is_system:
            in_company = select(memberships.c.person_id).where(memberships.c.company_id == actor.company_id)
            query = query.where(people.c.id.in_(in_company))
        found = connection.execute(query).scalar_one_or_none()
        if found is None:
            raise NotFound(f"No person with the login {login!r} in this company.")
        return int(found)


def company_faults(code: str, *, name: str, time_zone: str, currency: str) -> list[Fault]:
    """What is wrong with the facts of a new company."""
    return [*code_faults(code), *name_faults(name), *time_zone_faults(time_zone), *currency_faults(currency)]


def _policy_with(before: Mapping[str, Any], values: Mapping[str, Any]) -> CompanyPolicy:
    """The policies with some of them set; each is looked at by itself, so that every fault names its own."""
    faults = []
    for name, value in values.items():
        try:
            structure(CompanyPolicy, {**before, name: value}, what="company's policy")
        except BadInput as error:
            faults += [evolve(fault, where=name if fault.where == "." else fault.where) for fault in error.faults]
    if faults:
        raise BadInput("The company's policies can't be set so.", faults=faults)
    return structure(CompanyPolicy, {**before, **values}, what="company's policy")


def _company(row: Row[Any]) -> Company:
    return Company(
        code=row.code,
        name=row.name,
        time_zone=row.time_zone,
        currency=row.currency,
        policy=structure(CompanyPolicy, row.policy, what="company's policy"),
        created_at=row.created_at,
    )
