"""What the pages of people show: a person, what can't be done with him and why, and where duties meet."""

from collections.abc import Sequence
from typing import Final

from attrs import frozen

from erp_bridge_core.app import Application
from erp_bridge_core.contract.errors import Changed
from erp_bridge_core.people.access import PersonWays
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.rules import PUSH, Level
from erp_bridge_core.people.views import Identity, Person, PrivilegeGrant, ProjectGrant
from erp_bridge_core.web.addresses import path_to
from erp_bridge_core.web.api.etags import content_tag
from erp_bridge_core.web.paging import Slice, page_number, slice_of_page

LEVELS = tuple((level.value, level.value.replace("_", "-")) for level in Level)


#: Projects that a form offers to choose from; of more, one is named by its number.
MOST_CHOICES: Final = 50
#: Budgets that a sentence names.
_NAMED: Final = 5


@frozen(kw_only=True)
class GrantPages:
    """A page of a person's permissions on budgets, and one of his privileges; `path` is the page that shows them."""

    path: str
    budgets: Slice[ProjectGrant]
    privileges: Slice[PrivilegeGrant]

    def to_budgets(self, offset: int | None) -> int | None:
        """The number of the page of permissions that begins there."""
        return page_number(self.budgets, offset)

    def to_privileges(self, offset: int | None) -> int | None:
        """The number of the page of privileges that begins there."""
        return page_number(self.privileges, offset)


def grant_pages(person: Person, path: str, *, budgets: int = 1, privileges: int = 1) -> GrantPages:
    """What was granted to a person, by the numbers of the two pages."""
    return GrantPages(
        path=path,
        budgets=slice_of_page(person.projects, budgets),
        privileges=slice_of_page(person.privileges, privileges),
    )


@frozen(kw_only=True)
class PersonDesk:
    """One person's page. `seen` stands in its forms, so that one filled in over an older state is refused."""

    person: Person
    grants: GrantPages
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


def person_desk(application: Application, actor: Actor, login: str, *, shown: tuple[int, int] = (1, 1)) -> PersonDesk:
    """All that a person's page needs; raises `NotFound` and `NotAllowed` as the services do.

    `shown` are the pages of his permissions and of his privileges that are looked at.
    """
    person = application.people.show(actor, login)
    return PersonDesk(
        person=person,
        grants=grant_pages(person, f"{person_path(login)}/settings", budgets=shown[0], privileges=shown[1]),
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
        where = "every budget" if person.administrator else f"the budgets of {_listed(works)}"
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


def _listed(numbers: Sequence[str]) -> str:
    """The first of some projects, and how many more there are."""
    more = len(numbers) - _NAMED
    return ", ".join(numbers[:_NAMED]) + (f" and {more} more projects" if more > 0 else "")
