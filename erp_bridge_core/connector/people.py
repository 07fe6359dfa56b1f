"""In whose name a connector acts: a person of the company, with no more than a program of his may do (P5)."""

from collections.abc import Collection

from attrs import evolve
from sqlalchemy import Connection

from erp_bridge_core.contract.errors import NotFound, NotPossibleNow
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.queries import actor_of, member_id

SENDING = frozenset({"read", "edit", "send"})
ACCEPTING = frozenset({"read", "answer"})


def person_of(
    connection: Connection, company_id: int, login: str, verbs: Collection[str], *, setting: str, source: str
) -> Actor:
    """The person whom a setting of a source's connection names, limited to what the connector does in his name.

    As an API token of his he answers only where the company's policy lets tokens do so. Raises NotPossibleNow where
    nobody is named, or nobody of that name is here any more.
    """
    if not login:
        raise NotPossibleNow(
            f"Nobody is named in whose name requests of {source} become items.",
            remedy=f"Take it in yourself; or name a person: `erp-bridge connection set {source} {setting}=LOGIN`.",
        )
    try:
        person = member_id(connection, company_id, login)
    except NotFound as error:
        raise NotPossibleNow(
            f"{login}, in whose name requests of {source} are dealt with, is no person of this company.",
            remedy=f"Name another: `erp-bridge connection set {source} {setting}=LOGIN`.",
        ) from error
    return evolve(actor_of(connection, person, company_id), token_verbs=frozenset(verbs))
