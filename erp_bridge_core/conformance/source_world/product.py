"""The product beside a source under test: an installation whose project is linked with the source's, and its people."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Final, cast

from attrs import frozen
from sqlalchemy import select

from erp_bridge_core.app import Application
from erp_bridge_core.budgets.views import BudgetView
from erp_bridge_core.conformance.source_world import plain_books, workload
from erp_bridge_core.conformance.source_world.plain_books import PlainBooks
from erp_bridge_core.conformance.source_world.site import SourceSite
from erp_bridge_core.conformance.world.site import answers
from erp_bridge_core.connector.values import Polled, RequestView
from erp_bridge_core.contract.budget import LineKey
from erp_bridge_core.contract.source import Delivery
from erp_bridge_core.demo.erp_side import secrets_into
from erp_bridge_core.demo.people import hire
from erp_bridge_core.exports.status import ExportState
from erp_bridge_core.installation import create_home
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.pulling.views import Look, Taken
from erp_bridge_core.registry import Adapter, Registry
from erp_bridge_core.store.tables import exports

SOURCE: Final = "source"
BOOKS: Final = "books"
_COMPANY: Final = "suite"


@frozen(kw_only=True)
class Product:
    """What people of ours do is a method."""

    application: Application
    site: SourceSite
    books: PlainBooks

    def person(self, login: str) -> Actor:
        """Somebody of the company, signed in just now."""
        return self.application.people.actor_as(login, _COMPANY, "suite")

    def look(self) -> Look:
        """What a pull would bring."""
        return self.application.pulling.look(self.person("manager"), workload.JOB)

    def pull(self) -> Taken:
        """Look, and take in what comes."""
        look = self.look()
        return self.application.pulling.take(self.person("manager"), workload.JOB, look=look.hash)

    def budget(self) -> BudgetView:
        """The budget as it stands here."""
        return self.application.budgets.show(self.person("manager"), workload.JOB)

    def amounts(self) -> tuple[dict[LineKey, Decimal], dict[LineKey, Decimal]]:
        """Original budget and approved changes by key, where they are not nothing."""
        lines = list(self.budget().lines)
        original = {line.key: line.original for line in lines if line.original}
        return original, {line.key: line.changes for line in lines if line.changes}

    def poll(self) -> Polled:
        """Look for requests."""
        (done,) = self.application.requests.poll(self.application.companies.system(_COMPANY), SOURCE)
        return done

    def receive(self, delivery: Delivery) -> None:
        """What was delivered comes to our receiver."""
        self.application.requests.receive(SOURCE, delivery)

    def requests(self) -> tuple[RequestView, ...]:
        """The requests that are known here."""
        return tuple(self.application.requests.list(self.person("approver")).rows)

    def tell(self) -> list[str]:
        """Let the source be told, by the product's ledger, what is to be told now; what stopped it, in words."""
        application = self.application
        made = application.outcomes.make(self.person("approver").company_id)
        stopped = [made.error.message] if made.error else []
        with application.store.read() as connection:
            of_outcome, under_way = exports.c.outcome_id.is_not(None), exports.c.state != ExportState.COMPLETE
            waiting = list(connection.execute(select(exports.c.id).where(of_outcome, under_way)).scalars())
        for export in waiting:
            error = application.exports.worker.advance(export)
            stopped += [f"{type(error).__name__}: {error}"] * bool(error)
        return stopped

    def deliver(self, item: int) -> None:
        """The approver accepts an item; it is exported and read back."""
        application, approver = self.application, self.person("approver")
        found = application.reviews.item(approver, item)
        asked = application.reviews.fields(approver, item)
        application.reviews.accept(
            approver, item, values=answers(asked), confirm_import_closes=True, confirm_baseline=True,
            revision=found.revision,
        )  # fmt: skip
        application.exports.start(approver, item)
        application.exports.run(approver, item)
        application.verification.verify(approver, item)

    def reject(self, item: int, reason: str) -> None:
        """The approver rejects an item."""
        self.application.reviews.reject(self.person("approver"), item, reason=reason)


@contextmanager
def product(site: SourceSite) -> Iterator[Product]:
    """An installation beside a site, open: its project is linked with the source's, and with books that take it."""
    home = site.home / "product"
    create_home(
        home, company_code=_COMPANY, company_name="Suite Contractors", time_zone="UTC", currency="USD",
        admin_login="administrator", admin_name="Administrator", demo=True,
    ).close()  # fmt: skip
    jobs = {setup.job: setup for setup in workload.jobs(site.adapter.profile)}
    plain = plain_books.PlainBooks(jobs=jobs)
    books = cast("Adapter", plain)
    registry = Registry(
        adapters={books.name: books}, sources={site.adapter.name: site.adapter}, broken={}, not_enabled={}, policies={}
    )
    secrets_into(home, site.served.secrets)
    with Application.open(home, clock=site.clock, registry=registry) as application:
        hire(application, _COMPANY, "suite")
        application.exports.worker.seconds = site.clock.database_seconds(application.store)
        made = Product(application=application, site=site, books=plain)
        administrator = made.person("administrator")
        application.companies.set_policy(administrator, approve_by_token=True)
        connections, projects = application.connections, application.projects
        connections.add(administrator, BOOKS, erp=books.name, settings={})
        connections.add(
            administrator, SOURCE, source=site.adapter.name, settings=site.served.settings,
            hosts=site.served.hosts, plain_http=True,
        )  # fmt: skip
        connections.set(administrator, SOURCE, "connector.act_as", "manager")
        projects.create(administrator, workload.JOB, name="Bridge")
        projects.link(administrator, workload.JOB, BOOKS, job=workload.JOB)
        projects.sync(administrator, workload.JOB)
        application.people.grant_project(administrator, "manager", workload.JOB, level="standard", may_send=True)
        application.pulling.link(administrator, workload.JOB, SOURCE, source_project=site.project())
        yield made
