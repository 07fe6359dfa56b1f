"""A project's budget as one person stands before it: what he may do now, and every reason why not."""

from collections.abc import Mapping, Sequence
from typing import Final

from attrs import frozen

from erp_bridge_core.app import Application
from erp_bridge_core.budgets.records import ProjectView
from erp_bridge_core.budgets.sending import Readiness
from erp_bridge_core.contract.budget import LineKey
from erp_bridge_core.contract.errors import ErpBridgeError, Fault, PluginError
from erp_bridge_core.contract.profile import Words
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.rules import may_administer, may_edit, may_look_at_items, may_send
from erp_bridge_core.registry.things import short_things
from erp_bridge_core.web.addresses import path_to

#: A send of more lines than that is tried out on its own page alone, so that the budget's page answers at once.
TRIED_LINES: Final = 2000


@frozen(kw_only=True)
class Ways:
    """What is possible with a budget: for each act every reason why it is not; none means that it is."""

    send: Sequence[Fault]
    retrieve: Sequence[Fault]
    unlock: Sequence[Fault]
    edit: Sequence[Fault]
    change: Sequence[Fault]
    erp_import: Sequence[Fault]
    administer: Sequence[Fault]
    may_edit: Sequence[Fault]
    items: Sequence[Fault]


@frozen(kw_only=True)
class Desk:
    """The project, the ERP's words, how its budget stands, what is possible, and where its pages are."""

    project: ProjectView
    words: Words
    readiness: Readiness
    ways: Ways
    things: Sequence[str]

    def path(self, *rest: str, **query: str) -> str:
        """The address of one of the budget's pages."""
        return budget_path(self.project.number, *rest, **query)

    def line_path(self, act: str, key: LineKey) -> str:
        """The address of an act on one line."""
        return self.path("lines", act, sub_job=key.sub_job, cost_code=key.cost_code, category=key.category)

    @property
    def project_path(self) -> str:
        """The address of the project's own page."""
        return project_path(self.project.number)

    @property
    def send_label(self) -> str:
        """What sending is called now."""
        return "Send to ERP" if self.readiness.would_be == "send" else "Re-send to ERP"


def project_path(number: str) -> str:
    """The address of a project."""
    return path_to("projects", number)


def budget_path(number: str, *rest: str, **query: str) -> str:
    """The address of a page of a project's budget."""
    return path_to("projects", number, "budget", *rest, **query)


def desk(application: Application, actor: Actor, number: str, *, thorough: bool = False) -> Desk:
    """How a budget stands for somebody; `thorough` tries a send out, which takes a while for a large one."""
    project = application.projects.show(actor, number)
    readiness = application.sending.readiness(actor, number, thorough=thorough)
    return Desk(
        project=project,
        words=words_of(application, project),
        readiness=readiness,
        ways=_ways(application, actor, project, readiness),
        things=things_of(application, project),
    )


def words_of(application: Application, project: ProjectView) -> Words:
    """The ERP's own words; the general ones where no ERP is linked, or its plugin can't be used."""
    if not project.erp:
        return Words()
    try:
        words: Words = application.connections.profile_of(project.erp, project.connection).words
    except PluginError:  # a budget is shown without it; the page of plugins tells what is wrong
        return Words()
    return words


def renamed(error: ErpBridgeError, names: Mapping[str, str]) -> ErpBridgeError:
    """A service's error whose faults name the fields of a form: `line 1, amount` becomes what `names` has for it."""
    error.faults = tuple(
        Fault(
            names.get(fault.where, fault.where), fault.message, value=fault.value, expected=fault.expected,
            rule=fault.rule, remedy=fault.remedy,
        )
        for fault in error.faults
    )  # fmt: skip
    return error


def _ways(application: Application, actor: Actor, project: ProjectView, ready: Readiness) -> Ways:
    policy = application.companies.show(actor).policy
    with application.store.read() as connection:
        rights = application.people.rights(connection, actor, project.id)
    editing = may_edit(rights)
    return Ways(
        send=(*ready.not_allowed, *_not_taken(ready), *ready.reasons),
        retrieve=(*may_send(rights, first=True, resend_after_reject=False, policy=policy), *ready.retrieve_reasons),
        unlock=(*editing, *ready.unlock_reasons),
        edit=(*editing, *ready.edit_reasons),
        change=(*editing, *ready.change_reasons),
        erp_import=(*editing, *ready.import_not_supported, *ready.import_reasons),
        administer=may_administer(rights),
        may_edit=editing,
        items=may_look_at_items(rights),
    )


def _not_taken(ready: Readiness) -> tuple[Fault, ...]:
    """What the budget holds and the ERP never takes, without what is about importing from it."""
    return tuple(fault for fault in ready.not_supported if fault not in ready.import_not_supported)


def things_of(application: Application, project: ProjectView) -> tuple[str, ...]:
    """Things to know about the ERP that a project is linked to (X5); none where there is none."""
    if not project.erp:
        return ()
    try:
        profile = application.connections.profile_of(project.erp, project.connection)
    except PluginError as error:
        return (error.message,)
    return (*(thing.text for thing in application.certificates.things(project.erp)), *short_things(profile))
