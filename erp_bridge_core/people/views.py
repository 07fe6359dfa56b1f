"""What people, grants and companies look like to whoever asks."""

from datetime import datetime

from attrs import frozen

from erp_bridge_core.people.policy import CompanyPolicy
from erp_bridge_core.people.rules import Level


@frozen(kw_only=True)
class ProjectGrant:
    """A permission on one project's budget."""

    project: str
    level: Level
    may_send: bool


@frozen(kw_only=True)
class PrivilegeGrant:
    """A privilege in force; without a project it holds for the whole company."""

    item_type: str
    direction: str
    project: str | None
    granted_by: str | None
    granted_at: datetime


@frozen(kw_only=True)
class Person:
    """A person as one company sees him.

    `one_time_password`: somebody else set his password, and he has to choose his own. `locale` and `time_zone` are how
    he reads values; None where he never said.
    """

    login: str
    name: str
    email: str
    active: bool
    has_password: bool
    one_time_password: bool
    administrator: bool
    integrations: Level
    locale: str | None = None
    time_zone: str | None = None
    projects: tuple[ProjectGrant, ...] = ()
    privileges: tuple[PrivilegeGrant, ...] = ()


@frozen(kw_only=True)
class PersonInList:
    """A person as a list of them tells him: how many permissions on budgets, and whether he holds some privilege."""

    login: str
    name: str
    email: str
    active: bool
    has_password: bool
    administrator: bool
    integrations: Level
    budgets: int
    pushes: bool


@frozen(kw_only=True)
class Token:
    """An API token, without itself: only its hash is kept."""

    name: str
    companies: tuple[str, ...]
    projects: tuple[str, ...]
    verbs: tuple[str, ...]
    created_at: datetime
    expires_at: datetime


@frozen(kw_only=True)
class HeldToken:
    """A token in force as an administrator of one of its companies sees it; other companies are not told."""

    login: str
    name: str
    projects: tuple[str, ...]
    verbs: tuple[str, ...]
    created_at: datetime
    expires_at: datetime


@frozen(kw_only=True)
class OpenSession:
    """A sign-in that has not ended; `is_asking` marks the one that asks."""

    number: int
    signed_in_at: datetime
    expires_at: datetime
    is_asking: bool


@frozen(kw_only=True)
class Identity:
    """Who a person is to a provider of sign-ins. `linked_by` is None for the host, and his own login for himself."""

    issuer: str
    subject: str
    linked_at: datetime
    linked_by: str | None


@frozen(kw_only=True)
class Company:
    """A company of this installation."""

    code: str
    name: str
    time_zone: str
    currency: str
    policy: CompanyPolicy
    created_at: datetime


@frozen(kw_only=True)
class FoundPeople:
    """Some people of a company, and how many there are in all."""

    rows: tuple[Person, ...]
    total: int


@frozen(kw_only=True)
class ListedPeople:
    """Some people of a company as a list tells them, and how many there are in all."""

    rows: tuple[PersonInList, ...]
    total: int
