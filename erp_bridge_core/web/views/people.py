"""What the pages of people show: a person, what can't be done with him and why, and where duties meet."""

from collections.abc import Sequence

from attrs import frozen

from erp_bridge_core.app import Application
from erp_bridge_core.contract.errors import Changed
from erp_bridge_core.people.access import PersonWays
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.rules import PUSH, Level
from erp_bridge_core.people.views import Identity, Person
from erp_bridge_core.web.addresses import path_to
from erp_bridge_core.web.api.etags import content_tag

LEVELS = tuple((level.value, level.value.replace("_", "-")) for level in Level)


@frozen(kw_only=True)
class PersonDesk:
    """One person's page. `seen` stands in its forms, so that one filled in over an older state is refused."""

    person: Person
    ways: PersonWays
    is_oneself: bool
    path: str
    seen: str
    duties: Sequence[str]
    projects: Sequence[str]
    identities: Sequence[Identity]

    def require_seen(self, seen: str) -> None:
        """Raise `Changed` where the form was filled in over another state than that of now."""
        if seen != self.seen:
            raise Changed(
                f"{self.person.name} was changed since you opened this page. Nothing was done.",
                remedy="The page shows what is there now; what you chose is kept. Send it again if it is still right.",
            )


def person_path(login: str) -> str:
    """The page of a person."""
    return path_to("people", login)


def person_desk(application: Application, actor: Actor, login: str) -> PersonDesk:
    """All that a person's page needs; raises `NotFound` and `NotAllowed` as the services do."""
    person = application.people.show(actor, login)
    return PersonDesk(
        person=person,
        ways=application.people.ways(actor, login),
        is_oneself=login == actor.login,
        path=person_path(login),
        seen=content_tag(person).strip('"'),
        duties=tuple(_duties(person, separated=application.companies.show(actor).policy.separation_of_duties)),
        projects=application.projects.numbers(actor),
        identities=application.people.identities.of(actor, login),
    )


def _duties(person: Person, *, separated: bool) -> list[str]:
    """Where one person has both ends of an approval in his hands, and the hands that are missing."""
    pushes = any((held.item_type, held.direction) == PUSH for held in person.privileges)
    works = [grant.project for grant in person.projects if grant.may_send or grant.level.reaches(Level.STANDARD)]
    told = []
    if pushes and (works or person.administrator):
        where = "every budget" if person.administrator else f"the budgets of {', '.join(works)}"
        told.append(
            f"May work on {where} and answer items. Separation of duties is on: what he edited, imported or sent,"
            " somebody else approves."
            if separated
            else f"May work on {where} and answer items. Separation of duties is off: he can approve his own work."
        )
    if pushes and not (person.administrator or person.integrations.reaches(Level.STANDARD)):
        told.append("Holds the privilege, but needs standard on ERP Integrations, too, to answer items.")
    if any(held.granted_by == person.login for held in person.privileges):
        told.append("Granted himself the privilege: with separation of duties he can't use it.")
    return told
