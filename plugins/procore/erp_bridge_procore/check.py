"""Whether a connection works: log-in, company, rights, view and columns, ERP tool, webhook. Looks only."""

from collections.abc import Callable, Iterator
from typing import Final

from attrs import define, field

from erp_bridge_core.contract import Checked, SignInMemory
from erp_bridge_core.contract.errors import ErpBridgeError, NotAllowed, NotFound
from erp_bridge_procore.client import ProcoreClient
from erp_bridge_procore.client.budgets import MODIFICATIONS, ORIGINAL
from erp_bridge_procore.client.values import Project
from erp_bridge_procore.connection import ProcoreConnection, connect, told
from erp_bridge_procore.operations import listed_transactions
from erp_bridge_procore.reading import choose_view

_WEBHOOK: Final = "webhook"
_POLLED: Final = "Requests are found by the poll alone, within the minutes that connector tells."


def check_source(source: ProcoreConnection) -> Iterator[Checked]:
    """Yield one `Checked` per thing looked at, good ones too; the rest is not looked at without a log-in."""
    try:
        check = _Check(source, connect(source, by_person=True))
    except ErpBridgeError as error:
        yield _bad("log-in", error)
        return
    signed_in = check.look("log-in", check.signs_in)
    yield signed_in
    if not signed_in.ok:
        return
    yield check.look("company", check.sees_company)
    yield check.look("projects", check.sees_projects)
    yield check.look("budget view", check.reads_by_view)
    yield check.look("ERP Integrations", check.sees_requests)
    yield check.look("transactions", check.sees_transactions)
    yield check.sees_hook()


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _bad(name: str, error: ErpBridgeError) -> Checked:
    return Checked(name=name, ok=False, message=error.message, remedy=error.remedy)


@define
class _Check:
    """What one check has seen so far."""

    source: ProcoreConnection
    client: ProcoreClient
    projects: tuple[Project, ...] = field(init=False, default=())

    def look(self, name: str, look: Callable[[], str]) -> Checked:
        """One look: what was seen, or what is in the way."""
        try:
            with told(self.source):
                return Checked(name=name, ok=True, message=look())
        except ErpBridgeError as error:
            return _bad(name, error)

    def signs_in(self) -> str:
        """Whether Procore lets the app in; one that was turned away before is looked at anew."""
        assert self.client.sign_in.header
        memory = SignInMemory(self.source.state, by_person=True)
        memory.require()
        memory.accepted()
        return "Procore gave an access token."

    def sees_company(self) -> str:
        """Whether the app is connected to the company."""
        wanted = self.source.settings.company_id
        for company in self.client.codes.companies():
            if company.id == wanted:
                return f"The app is connected to {company.name}."
        raise NotAllowed(
            f"The app is not connected to company {wanted}.",
            remedy="Have a company administrator install the app, and check company_id.",
        )

    def sees_projects(self) -> str:
        """Which projects the user sees, and how many of them are linked with a job."""
        self.projects = tuple(self.client.codes.projects())
        linked = sum(1 for each in self.projects if each.origin_id)
        if not self.projects:
            raise NotFound("The user sees no project.", remedy="Add the app's user to the projects in Procore.")
        seen = _counted(len(self.projects), "project")
        return f"The user sees {seen}, {linked} of them linked with a job of the ERP."

    def reads_by_view(self) -> str:
        """Whether a budget can be read by the view; columns show only in a budget that has rows."""
        wanted = (ORIGINAL, MODIFICATIONS, *self.source.settings.change_columns)
        for project in self.projects:
            view = choose_view(self.client, project.id, self.source.settings.view)
            if any(True for _ in self.client.budgets.rows(project.id, view, columns=wanted[2:])):
                return f"The budget of {project.number} can be read by {view.name}; it has {', '.join(wanted)}."
        return "No project has a budget yet, so that the view's columns were not seen."

    def sees_requests(self) -> str:
        """Whether the user may do what a connector does."""
        count = sum(1 for _ in self.client.erp.details())
        return f"The user sees {_counted(count, 'request')} of the ERP Integrations tool."

    def sees_transactions(self) -> str:
        """Whether transactions are listed where it is assumed."""
        if self.source.settings.see_transactions == "answer":
            return "Marks are believed as Procore answers them: see_transactions is answer."
        project = next((each for each in self.projects if each.origin_id), None)
        if project is None:
            return "No project is linked with a job, so that no list of transactions was asked for."
        count = len(listed_transactions(self.client, project.id))
        return f"Procore lists {_counted(count, 'transaction')} of {project.number}."

    def sees_hook(self) -> Checked:
        """Whether Procore calls us. That it does not is no fault: the poll finds every request, only later."""
        settings = self.source.settings
        if not settings.webhook_token:
            return Checked(name=_WEBHOOK, ok=True, message=f"Not set up: webhook_token is not set. {_POLLED}")
        try:
            with told(self.source):
                found = next(self.client.webhooks.hooks(settings.webhook_namespace), None)
        except ErpBridgeError as error:
            return _bad(_WEBHOOK, error)
        if found is not None:
            return Checked(name=_WEBHOOK, ok=True, message=f"Webhook {found[0]} tells {found[1]}.")
        return Checked(
            name=_WEBHOOK,
            ok=True,
            message=f"Not set up: Procore has none of the namespace {settings.webhook_namespace}. {_POLLED}",
            remedy="Set one up for ERP Requests, with our receiver's address and the token, to be told at once.",
        )
