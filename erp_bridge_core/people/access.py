"""What grants and other administrative acts ask of whoever does them, and of the person whom they are about."""

from datetime import datetime

from attrs import frozen
from sqlalchemy import Connection, select

from erp_bridge_core.contract.errors import Fault, NotPossibleNow
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.rights import policy_of, rights_of
from erp_bridge_core.people.rules import (
    may_administer,
    may_administer_installation,
    may_tend,
    require,
    require_own_password,
    signed_in_recently,
)
from erp_bridge_core.store.row_security import everywhere
from erp_bridge_core.store.tables import memberships, people


@frozen(kw_only=True)
class PersonWays:
    """What can't be done with one person now, each with every reason; nothing where it can.

    `account`: his name, mail address and password; `close`: no longer letting him sign in; `leave`: taking him out of
    the company, or its administration from him; `privilege`: granting him the privilege to push to accounting.
    """

    account: tuple[Fault, ...]
    close: tuple[Fault, ...]
    leave: tuple[Fault, ...]
    privilege: tuple[Fault, ...]


def require_administrator(connection: Connection, actor: Actor, now: datetime) -> None:
    """Raise `NotAllowed` unless an administrator acts who signed in recently, or the installation itself does."""
    if actor.is_system:
        return
    require_own_password(actor)
    minutes = policy_of(connection, actor.company_id).recent_minutes
    require(
        [
            *may_administer(rights_of(connection, actor)),
            *signed_in_recently(actor.signed_in_at, now, minutes=minutes),
        ]
    )


def require_installation_administrator(connection: Connection, actor: Actor, now: datetime) -> None:
    """The same for what concerns every company: an administrator of the installation's first one (P0)."""
    require_administrator(connection, actor, now)
    if not actor.is_system:
        require(may_administer_installation(rights_of(connection, actor)))


def require_tending(connection: Connection, actor: Actor) -> None:
    """Raise `NotAllowed` unless somebody acts who may send what is due, or the installation itself does."""
    if not actor.is_system:
        require(may_tend(rights_of(connection, actor)))


def require_over_person(connection: Connection, actor: Actor, person: int, now: datetime) -> None:
    """Raise `NotAllowed` unless the actor is the person, signed in recently, or administers all of his companies."""
    if actor.is_system:
        return
    if person == actor.person_id and not actor.is_token:
        require(signed_in_recently(actor.signed_in_at, now))
        return
    require_administrator(connection, actor, now)
    require(outside_faults(connection, actor, person))


def ways_with(connection: Connection, actor: Actor, person: int) -> PersonWays:
    """What the actor can't do with a person of his company."""
    administer = [] if actor.is_system else may_administer(rights_of(connection, actor))
    outside = [] if person == actor.person_id else outside_faults(connection, actor, person)
    last = sole_administrator_faults(connection, actor.company_id, person)
    return PersonWays(
        account=(*administer, *outside),
        close=(*administer, *outside, *oneself_faults(actor, person), *last),
        leave=(*administer, *last),
        privilege=(*administer, *own_privilege_faults(actor, person)),
    )


def outside_faults(connection: Connection, actor: Actor, person: int) -> list[Fault]:
    """Who could set another's password or mail address could sign in as him to each of his companies (P0)."""
    if actor.is_system:
        return []
    administered = select(memberships.c.company_id).where(
        memberships.c.person_id == actor.person_id, memberships.c.administrator
    )
    elsewhere = select(memberships.c.company_id).where(
        memberships.c.person_id == person, memberships.c.company_id.not_in(administered)
    )
    with everywhere(connection):
        found = connection.execute(elsewhere).first()
    if found is None:
        return []
    remedy = "He does it himself, or it is done on the host with `erp-bridge person password`."
    return [
        Fault("login", "This person belongs to a company that you don't administer.", rule="P0", remedy=remedy),
    ]


def oneself_faults(actor: Actor, person: int) -> list[Fault]:
    """Nobody locks himself out."""
    if person != actor.person_id:
        return []
    return [Fault("login", "This is you yourself.", remedy="Another administrator does it.")]


def own_privilege_faults(actor: Actor, person: int) -> list[Fault]:
    """Nobody grants a privilege to himself (P4)."""
    if actor.person_id is None or person != actor.person_id:
        return []
    remedy = "Another administrator must grant it."
    return [Fault("privilege", "Nobody grants a privilege to himself.", value=actor.login, rule="P4", remedy=remedy)]


def sole_administrator_faults(connection: Connection, company_id: int, person: int) -> list[Fault]:
    """A company keeps an administrator who can sign in."""
    administrators = (
        select(memberships.c.person_id)
        .join(people, people.c.id == memberships.c.person_id)
        .where(memberships.c.company_id == company_id, memberships.c.administrator, people.c.active)
    )
    if set(connection.execute(administrators).scalars()) != {person}:
        return []
    remedy = "Make somebody else an administrator first."
    return [Fault("administrator", "This is the company's only administrator.", rule="P1", remedy=remedy)]


def require_other_administrator(connection: Connection, company_id: int, person: int) -> None:
    """Raise `NotPossibleNow` where the person is the company's only administrator."""
    for fault in sole_administrator_faults(connection, company_id, person):
        raise NotPossibleNow(fault.message, remedy=fault.remedy or "", faults=[fault])
