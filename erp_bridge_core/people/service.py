"""The people of a company: added, shown, granted rights, signed in. One door over the rooms behind it."""

from collections.abc import Collection

from attrs import define, field
from sqlalchemy import Connection, insert, select, update

from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.contract.errors import BadInput, Fault
from erp_bridge_core.people.access import PersonWays, require_administrator, require_over_person, ways_with
from erp_bridge_core.people.accounts import Accounts
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.grants import Grants
from erp_bridge_core.people.identities import Identities
from erp_bridge_core.people.passwords import hashed, matches, operating_system_user
from erp_bridge_core.people.queries import find_members, grants_on, list_members, member_id, members
from erp_bridge_core.people.rights import Approver, approvers_of, granted_by_self, rights_of
from erp_bridge_core.people.rules import Level, Rights, may_administer, require
from erp_bridge_core.people.sign_in import SignIn
from erp_bridge_core.people.texts import email_faults, login_faults, name_faults, password_faults
from erp_bridge_core.people.tokens import Tokens
from erp_bridge_core.people.views import FoundPeople, ListedPeople, Person, ProjectGrant, Token
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import memberships, people, sessions


@define
class People:
    """Every method that changes something takes the actor first, checks him, and is audited."""

    store: Store
    audit: AuditTrail
    clock: Clock
    grants: Grants = field(init=False)
    tokens: Tokens = field(init=False)
    signing: SignIn = field(init=False)
    accounts: Accounts = field(init=False)
    identities: Identities = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Furnish the rooms behind the door with the same store, audit trail and clock."""
        self.grants = Grants(self.store, self.audit, self.clock)
        self.tokens = Tokens(self.store, self.audit, self.clock)
        self.signing = SignIn(self.store, self.audit, self.clock)
        self.accounts = Accounts(self.store, self.audit, self.clock)
        self.identities = Identities(self.store, self.audit, self.clock)

    def add(self, actor: Actor, login: str, name: str, *, email: str = "") -> Person:
        """Add a person to the actor's company, with no rights yet; one known to the installation joins with his login.

        Raises `BadInput` with every fault, and when he is a member already.
        """
        faults = [*login_faults(login), *name_faults(name), *email_faults(email)]
        with self.store.begin() as connection:
            require_administrator(connection, actor, self.clock.now())
            if members(connection, actor.company_id, login):
                faults.append(Fault("login", "is taken in this company", value=login, remedy="Choose another login."))
            if faults:
                raise BadInput(f"The person {login!r} can't be added.", faults=faults)
            person = self._known_or_new(connection, login, name, email)
            connection.execute(insert(memberships).values(company_id=actor.company_id, person_id=person))
            self.audit.record(connection, actor, "add person", "person", login, to_state="active")
            return members(connection, actor.company_id, login)[0]

    def set_password(self, actor: Actor, login: str, password: str, *, one_time: bool = False) -> None:
        """Set one's own password, or as administrator another's; ends all sessions of that person.

        An administrator may only where he administers every company that the person belongs to: else he could sign in
        to another company as him (P0). What he sets is good for one thing, choosing one's own; what the installation
        sets, on its host, only where `one_time` says so.
        """
        with self.store.begin() as connection:
            person = member_id(connection, actor.company_id, login)
            require_over_person(connection, actor, person, self.clock.now())
            handed = one_time or actor.person_id not in {None, person}
            faults = password_faults(password, login)
            if actor.one_time_password and person == actor.person_id:
                faults += _same_faults(connection, person, password)
            if faults:
                raise BadInput(f"The password of {login!r} can't be set.", faults=faults)
            values = {"password_hash": hashed(password), "failed_sign_ins": [], "one_time_password": handed}
            connection.execute(update(people).where(people.c.id == person).values(values))
            open_sessions = update(sessions).where(sessions.c.person_id == person, sessions.c.ended_at.is_(None))
            connection.execute(open_sessions.values(ended_at=self.clock.now()))
            self.audit.record(connection, actor, "set password", "person", login, details={"one_time": handed})

    def list(self, actor: Actor) -> tuple[Person, ...]:
        """The company's people, for its administrators."""
        with self.store.read() as connection:
            if not actor.is_system:
                require(may_administer(rights_of(connection, actor)))
            return members(connection, actor.company_id)

    def find(self, actor: Actor, *, text: str = "", offset: int = 0, limit: int) -> FoundPeople:
        """Some of them, with a text in login, name or address, for the company's administrators."""
        with self.store.read() as connection:
            if not actor.is_system:
                require(may_administer(rights_of(connection, actor)))
            rows, total = find_members(connection, actor.company_id, text=text, offset=max(0, offset), limit=limit)
            return FoundPeople(rows=rows, total=total)

    def overview(self, actor: Actor, *, text: str = "", offset: int = 0, limit: int | None = None) -> ListedPeople:
        """The same people as `find` tells, without each of their grants: for lists and choices."""
        with self.store.read() as connection:
            if not actor.is_system:
                require(may_administer(rights_of(connection, actor)))
            rows, total = list_members(connection, actor.company_id, text=text, offset=max(0, offset), limit=limit)
            return ListedPeople(rows=rows, total=total)

    def granted_on(self, actor: Actor, project_number: str) -> tuple[tuple[str, str, ProjectGrant], ...]:
        """Who may do what with one budget, as login, name and permission; for the company's administrators."""
        with self.store.read() as connection:
            if not actor.is_system:
                require(may_administer(rights_of(connection, actor)))
            return grants_on(connection, actor.company_id, project_number)

    def show(self, actor: Actor, login: str) -> Person:
        """One person and his grants, for himself and for administrators; raises `NotFound`."""
        with self.store.read() as connection:
            if login != actor.login and not actor.is_system:
                require(may_administer(rights_of(connection, actor)))
            member_id(connection, actor.company_id, login)
            return members(connection, actor.company_id, login)[0]

    def ways(self, actor: Actor, login: str) -> PersonWays:
        """What the actor can't do with a person now, with every reason; raises `NotFound`."""
        with self.store.read() as connection:
            return ways_with(connection, actor, member_id(connection, actor.company_id, login))

    def change(self, actor: Actor, login: str, *, name: str, email: str) -> Person:
        """Set a person's name and mail address: one's own, or as administrator of all of his companies."""
        self.accounts.change(actor, login, name=name, email=email)
        return self._shown(actor, login)

    def grant_membership(
        self, actor: Actor, login: str, *, integrations: Level | str | None = None, administrator: bool | None = None
    ) -> Person:
        """Set a person's level on ERP Integrations, or whether he administers the company (P1)."""
        level = _level(integrations)
        self.grants.membership(actor, login, integrations=level, administrator=administrator)
        return self._shown(actor, login)

    def grant_project(
        self,
        actor: Actor,
        login: str,
        project_number: str,
        *,
        level: Level | str | None = None,
        may_send: bool | None = None,
    ) -> Person:
        """Set a person's level on a project's budget, or his grant "send and retrieve" (P1, P2)."""
        self.grants.project(actor, login, project_number, level=_level(level), may_send=may_send)
        return self._shown(actor, login)

    def grant_privilege(
        self,
        actor: Actor,
        login: str,
        *,
        item_type: str = "budget",
        direction: str = "export",
        project: str | None = None,
    ) -> Person:
        """Grant the privilege to push to accounting; nobody grants it to himself (P4)."""
        self.grants.privilege(actor, login, item_type=item_type, direction=direction, project=project)
        return self._shown(actor, login)

    def revoke_privilege(
        self,
        actor: Actor,
        login: str,
        *,
        item_type: str = "budget",
        direction: str = "export",
        project: str | None = None,
    ) -> Person:
        """Take the privilege away; what was accepted with it fails its check when the export starts (P3)."""
        self.grants.revoke_privilege(actor, login, item_type=item_type, direction=direction, project=project)
        return self._shown(actor, login)

    def remove(self, actor: Actor, login: str) -> None:
        """Take a person out of the company with all that was granted."""
        self.grants.remove(actor, login)

    def sign_in(
        self, login: str, password: str, company: str, *, via: str = "cli", administrators_only: bool = False
    ) -> tuple[str, Actor]:
        """Open a session of twelve hours and return its token; all failures are told alike by `NotAllowed`."""
        return self.signing.by_password(login, password, company, via=via, administrators_only=administrators_only)

    def actor_from_session(self, token: str, company: str, *, via: str = "cli") -> Actor:
        """The person of a session, in one of his companies; raises `NotAllowed` when it is over."""
        return self.signing.by_session(token, company, via=via)

    def sign_out(self, token: str) -> None:
        """End a session."""
        self.signing.sign_out(token)

    def create_token(
        self,
        actor: Actor,
        name: str,
        *,
        companies: Collection[str],
        verbs: Collection[str],
        projects: Collection[str] = (),
        days: int = 90,
    ) -> str:
        """Make an API token for oneself and return it, this once (P5)."""
        return self.tokens.create(actor, name, companies=companies, projects=projects, verbs=verbs, days=days)

    def list_tokens(self, actor: Actor) -> tuple[Token, ...]:
        """One's own tokens that are in force."""
        return self.tokens.list(actor)

    def revoke_token(self, actor: Actor, name: str) -> None:
        """End one of one's own tokens."""
        self.tokens.revoke(actor, name)

    def actor_from_token(self, token: str, company: str, *, via: str = "api") -> Actor:
        """A token's owner, limited to what the token names; raises `NotAllowed` when it is not valid."""
        return self.signing.by_token(token, company, via=via)

    def actor_as(self, login: str, company: str, real_login: str = "", *, via: str = "cli") -> Actor:
        """Play a person, in a demo's home only; raises `NotAllowed` elsewhere."""
        real = real_login or operating_system_user()
        return self.signing.as_somebody(login, company, real_login=real, via=via)

    def rights(self, connection: Connection, actor: Actor, project_id: int | None = None) -> Rights:
        """What the actor may do now, read in the caller's transaction."""
        return rights_of(connection, actor, project_id)

    def require(self, faults: Collection[Fault]) -> None:
        """Raise `NotAllowed` with every reason, if there is any."""
        require(faults)

    def approvers(
        self,
        connection: Connection,
        company_id: int,
        project_id: int | None,
        excluding: Collection[int] = (),
    ) -> tuple[Approver, ...]:
        """The designated approvers of a project's items, without those excluded (P6)."""
        return approvers_of(connection, company_id, project_id, frozenset(excluding))

    def granted_by_self(self, connection: Connection, actor: Actor, project_id: int | None) -> bool:
        """Whether the actor's right to answer was his own grant (P4)."""
        if actor.person_id is None:
            return False
        return granted_by_self(connection, actor.company_id, actor.person_id, project_id)

    def _shown(self, actor: Actor, login: str) -> Person:
        with self.store.read() as connection:
            return members(connection, actor.company_id, login)[0]

    def _known_or_new(self, connection: Connection, login: str, name: str, email: str) -> int:
        known = connection.execute(select(people.c.id).where(people.c.login == login)).scalar_one_or_none()
        if known is not None:
            return int(known)
        values = {"login": login, "name": name, "email": email, "failed_sign_ins": []}
        added = insert(people).values(**values, created_at=self.clock.now()).returning(people.c.id)
        return int(connection.execute(added).scalar_one())


def _level(value: Level | str | None) -> Level | None:
    if value is None or isinstance(value, Level):
        return value
    try:
        return Level(value.replace("-", "_"))
    except ValueError:
        expected = ", ".join(level.replace("_", "-") for level in Level)
        faults = [Fault("level", "is not known", value=value, expected=expected)]
        raise BadInput(f"There is no level {value!r}.", faults=faults) from None


def _same_faults(connection: Connection, person: int, password: str) -> list[Fault]:
    """A password that somebody else knows is not kept."""
    stored = connection.execute(select(people.c.password_hash).where(people.c.id == person)).scalar_one()
    if not matches(stored, password):
        return []
    return [Fault("password", "is the one that was handed to you", remedy="Choose one that nobody else knows.")]
