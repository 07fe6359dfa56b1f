"""The composition root: opens a home and wires the services; pages, the REST API and the command line start here."""

from pathlib import Path
from types import TracebackType
from typing import Any, Self

from attrs import define, field
from sqlalchemy import Connection

from erp_bridge_core.approvals.items import ItemView
from erp_bridge_core.approvals.reviews import Reviews
from erp_bridge_core.audit.freezing import Freezing, check_mark
from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.budgets.changes import Changes
from erp_bridge_core.budgets.lines import Budgets
from erp_bridge_core.budgets.projects import Projects
from erp_bridge_core.budgets.sending import Sending
from erp_bridge_core.certificates.service import Certificates
from erp_bridge_core.configuration.configuration import Configuration
from erp_bridge_core.connections.clock import SystemClock
from erp_bridge_core.connections.maps import Maps
from erp_bridge_core.connections.service import Connections
from erp_bridge_core.connector.outcomes import Outcomes
from erp_bridge_core.connector.outcomes_settling import OutcomeSettling
from erp_bridge_core.connector.outcomes_told import look_again
from erp_bridge_core.connector.service import Requests
from erp_bridge_core.contract.connection import Clock, Erp
from erp_bridge_core.exports.holding import Holding
from erp_bridge_core.exports.reports import Reports
from erp_bridge_core.exports.service import Exports
from erp_bridge_core.exports.telling import Errand
from erp_bridge_core.exports.verification import Verification
from erp_bridge_core.exports.worker import Worker
from erp_bridge_core.installation import Home, open_home
from erp_bridge_core.mail.notices import tell_of_export
from erp_bridge_core.mail.service import Mail
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.companies import Companies
from erp_bridge_core.people.rights import policy_of, rights_of
from erp_bridge_core.people.rules import may_answer, may_resume, require, signed_in_recently
from erp_bridge_core.people.service import People
from erp_bridge_core.pulling.service import Pulling
from erp_bridge_core.registry import Registry
from erp_bridge_core.store.database import Store
from erp_bridge_core.webhooks.service import Webhooks
from erp_bridge_core.wire.redaction import Redactor


@define(kw_only=True)
class Application:
    """An opened installation. Use it as a context manager, or `close()` it."""

    opened: Home
    registry: Registry
    redactor: Redactor
    clock: Clock
    audit: AuditTrail = field(init=False)
    freezing: Freezing = field(init=False)
    companies: Companies = field(init=False)
    people: People = field(init=False)
    certificates: Certificates = field(init=False)
    connections: Connections = field(init=False)
    maps: Maps = field(init=False)
    projects: Projects = field(init=False)
    budgets: Budgets = field(init=False)
    changes: Changes = field(init=False)
    pulling: Pulling = field(init=False)
    sending: Sending = field(init=False)
    reviews: Reviews = field(init=False)
    exports: Exports = field(init=False)
    outcomes: Outcomes = field(init=False)
    holding: Holding = field(init=False)
    verification: Verification = field(init=False)
    reports: Reports = field(init=False)
    mail: Mail = field(init=False)
    webhooks: Webhooks = field(init=False)
    requests: Requests = field(init=False)

    @classmethod
    def open(cls, home: Path, *, clock: Clock | None = None, registry: Registry | None = None) -> Self:
        """Open a home; raises `StorageError` where it can't be used.

        A database that is behind its high-water mark, as after a restore, is opened with writing frozen (L16).
        """
        configuration = Configuration.read(home)
        redactor = Redactor()
        plugins = registry or Registry.load(configuration.enabled_plugins).cleaned_by(redactor.clean_error)
        return cls(
            opened=open_home(home),
            registry=plugins,
            redactor=redactor,
            clock=clock or SystemClock("UTC"),
        )

    def __attrs_post_init__(self) -> None:
        """Wire the services, each to just what it needs."""
        store, clock = self.store, self.clock
        self.audit = AuditTrail(store, self.opened.audit_key, self.opened.mark, now=clock.now, redactor=self.redactor)
        check_mark(self.audit)
        self.freezing = Freezing(self.audit)
        self.companies = Companies(store, self.audit, clock)
        self.people = People(store, self.audit, clock)
        self.certificates = Certificates(audit=self.audit, registry=self.registry, home=self.home, now=clock.now)
        self.connections = Connections(
            store, self.audit, self.registry, self.redactor, self.home, self.opened.code, self.companies.clock_of
        )
        self.maps = Maps(store, self.audit, self.connections)
        self.projects = Projects(store, self.audit, self.connections, clock)
        self.budgets = Budgets(store, self.audit, self.connections, clock)
        self.changes = Changes(store, self.audit, self.connections, clock)
        self.sending = Sending(store, self.audit, self.connections, self.registry, clock)
        self.exports = Exports(
            store=store,
            audit=self.audit,
            worker=self._worker(),
            may_export=self._require_may_export,
            may_resume=self._require_may_resume,
            may_settle=self._require_may_settle,
            still_valid=self._require_still_valid,
            now=clock.now,
        )
        self.outcomes = Outcomes(
            store=store, audit=self.audit, connections=self.connections, worker=self.exports.worker, clock=clock,
            home=self.home, installation=self.opened.code,
        )  # fmt: skip
        self.pulling = Pulling(store, self.audit, self.connections, clock, self.outcomes.lock)
        self.holding = Holding(store, self.audit, self.exports.worker, self._require_may_export)
        self.reviews = Reviews(
            store,
            self.audit,
            self.connections,
            self.registry,
            self.exports,
            clock,
            more_to_know=self.certificates.things,
        )
        self.verification = Verification(store, self.audit, self.connections, self.exports, clock)
        self.reports = Reports(store)
        self.mail = Mail(store, self.audit, self.redactor, clock, self.home, self.demo)
        self.webhooks = Webhooks(store, self.audit, clock, self.home, self.opened.audit_key, self.demo)
        self.requests = Requests(
            store=store, audit=self.audit, connections=self.connections, sending=self.sending, pulling=self.pulling,
            reviews=self.reviews, exports=self.exports, outcomes=self.outcomes, clock=clock, home=self.home,
            redactor=self.redactor,
            settling=OutcomeSettling(
                store=store, audit=self.audit, worker=self.exports.worker, may_settle=self._require_may_settle
            ),
        )  # fmt: skip

    @property
    def home(self) -> Path:
        """The home folder."""
        return self.opened.paths.home

    @property
    def store(self) -> Store:
        """The database."""
        return self.opened.store

    @property
    def demo(self) -> bool:
        """Whether this is a demo's home, where one person may play several."""
        return self.opened.demo

    def close(self) -> None:
        """Close the sessions to ERPs and the database."""
        self.connections.close()
        self.opened.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- what exporting asks of its neighbours ------------------------------------------------------------------------

    def _worker(self) -> Worker:
        return Worker(
            store=self.store,
            locks=self.home / "locks",
            mark=self.opened.mark,
            opener=self._open_item,
            told=lambda connection, item, conclusion: tell_of_export(connection, item, conclusion, at=self.clock.now()),
            errands=self._open_errand,
            concluded=look_again,
            redactor=self.redactor,
        )

    def _open_item(self, item: ItemView) -> tuple[Any, Erp[Any]]:
        return self.connections.erp(item.company_id, item.connection_id, item.job)

    def _open_errand(self, outcome_id: int) -> Errand:
        return self.outcomes.open(outcome_id)

    def _require_still_valid(self, actor: Actor, item: ItemView) -> None:
        self.reviews.still_valid(actor, item)

    @staticmethod
    def _require_may_export(connection: Connection, actor: Actor, project_id: int) -> None:
        require(may_answer(rights_of(connection, actor, project_id)))

    @staticmethod
    def _require_may_resume(connection: Connection, actor: Actor, project_id: int | None) -> None:
        require(may_resume(rights_of(connection, actor, project_id)))

    def _require_may_settle(self, connection: Connection, actor: Actor, project_id: int | None) -> None:
        """Settling is the last word on money in the ERP, or on what a source is told of it.

        A session that was left open does not give it.
        """
        faults = may_answer(rights_of(connection, actor, project_id))
        if not actor.is_token:
            minutes = policy_of(connection, actor.company_id).recent_minutes
            faults += signed_in_recently(actor.signed_in_at, self.clock.now(), minutes=minutes)
        require(faults)
