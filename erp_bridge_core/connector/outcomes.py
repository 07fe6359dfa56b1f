"""What a source's users are told of their requests: made whenever something else is to be said, told by the ledger.

Level-triggered: how a request stands now is compared with what was said of it last, so that nothing depends on having
seen each change. At most one outcome of a request is under way; a later one replaces one that is not.
"""

from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any, Final

from attrs import define, field, frozen
from sqlalchemy import Connection, Row, insert, select

from erp_bridge_core.audit.freezing import require_thawed
from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.configuration.configuration import Configuration
from erp_bridge_core.configuration.connector import ConnectorConfig
from erp_bridge_core.connections.service import Connections
from erp_bridge_core.connections.views import ConnectionView
from erp_bridge_core.connector.outcomes_said import ON_ITS_WAY, Said, is_final, said
from erp_bridge_core.connector.outcomes_standing import (
    Arrivals,
    arrivals_of,
    standing_of,
    to_look_at,
    told_transactions,
)
from erp_bridge_core.connector.outcomes_told import (
    LOCK,
    REPORT,
    latest_lock,
    latest_report,
    note_look,
    request_row,
)
from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.contract.errors import ErpBridgeError, NotPossibleNow, PluginError
from erp_bridge_core.contract.profile import ConditionKind
from erp_bridge_core.contract.source import OutcomeStage, SourceCapability, SourceOutcome
from erp_bridge_core.exports.status import ExportState
from erp_bridge_core.exports.telling import Errand, is_under_way, reopen, replace
from erp_bridge_core.exports.worker import Worker
from erp_bridge_core.people.access import require_tending
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import exports, outcome_transactions, outcomes, source_requests

#: Seconds between two looks at all open requests; those whose item moved are looked at in between.
_ALL_EVERY: Final = 60.0


@frozen(kw_only=True)
class Made:
    """What one look over the requests made: how many outcomes, and what kept it from looking at one."""

    count: int
    error: ErpBridgeError | None = None


@frozen
class _Now:
    """What is to be said of a request now, of its transactions, and a hash over both."""

    said: Said
    arrivals: Arrivals
    content_hash: str


@define(kw_only=True)
class Outcomes:
    """Makes outcomes, opens them for the ledger's worker, and locks budgets at their source."""

    store: Store
    audit: AuditTrail
    connections: Connections
    worker: Worker
    clock: Clock
    home: Path
    installation: str
    _looked: dict[int, float] = field(factory=dict, init=False)

    def make(self, company_id: int) -> Made:
        """Make what is to be said now of the company's requests; a worker then tells it.

        One request does not keep the others waiting. Nothing is sent from here.
        """
        all_open = monotonic() - self._looked.get(company_id, float("-inf")) > _ALL_EVERY
        with self.store.read() as connection:
            found = to_look_at(connection, company_id, all_open=all_open)
        count, error = 0, None
        for row in found:
            try:
                count += self._look(company_id, row.id)
            except ErpBridgeError as raised:
                error = error or raised
        if all_open and error is None:
            self._looked[company_id] = monotonic()
        return Made(count=count, error=error)

    def open(self, outcome_id: int) -> Errand:
        """What is to be told, and whom: what the ledger's worker asks for."""
        with self.store.read() as connection:
            row = connection.execute(select(outcomes).where(outcomes.c.id == outcome_id)).one()
            project = connection.execute(
                select(source_requests.c.project_id).where(source_requests.c.id == row.request_id)
            ).scalar_one_or_none()
        adapter, source = self.connections.source(row.company_id, row.connection_id)
        if row.kind == LOCK:
            carry = partial(adapter.lock_budget, row.source_project, row.content["locked"], source)
        else:
            carry = partial(adapter.report_outcome, self._outcome(row, project), source)
        return Errand(
            company=source.company,
            subject=(f"{row.kind} {row.subject}", f"outcome {row.number}"),
            profile=adapter.profile,
            version=adapter.version,
            clock=source.clock,
            carry=carry,
        )

    def _outcome(self, row: Row[Any], project: int | None) -> SourceOutcome:
        return SourceOutcome(
            request=row.subject,
            project=row.source_project,
            number=row.number,
            stage=OutcomeStage(row.stage),
            reference=f"{self.installation}-b-{project}" if project is not None else "",
            messages=tuple(row.content["messages"]),
            transactions=told_transactions(self.store, row, self.installation),
            facts=row.content["facts"],
        )

    def let_tell(self, connection: Connection, actor: Actor, request_id: int) -> int:
        """Let a source be told now what it was not told yet; the export that does it, for `tell`.

        What is to be said by now is made first: no worker needs to run. A conflict is told anew, as another outcome.
        For whoever may send what is due. Raises NotPossibleNow where all was told, or the request is closed there.
        """
        require_tending(connection, actor)
        request = request_row(connection, actor.company_id, request_id)
        self._make_now(connection, request)
        last = latest_report(connection, request_id)
        if last is None or last.state == ExportState.COMPLETE:
            raise NotPossibleNow(
                f"Nothing waits to be told of request {request.request}.", remedy="Look at it: it was told all."
            )
        export_id = int(last.export_id)
        if last.state == ExportState.CONFLICT:
            export_id = self._tell_anew(connection, request)
        elif last.state == ExportState.FAILED:
            reopen(connection, export_id)
        details = {"outcome": last.number, "was": last.state}
        self.audit.record(connection, actor, "request.tell", "request", request_id, details=details)
        return export_id

    def tell(self, export_id: int) -> None:
        """Bring on what a source is to be told, in this process; what stopped it stands in what was told."""
        self.worker.advance(export_id)

    def go_on(self, company_id: int, request_id: int) -> None:
        """Bring on what is to be told now that a doubt was settled; what stops it is tried again by itself."""
        with suppress(ErpBridgeError):
            with self.store.read() as connection:
                require_thawed(connection)
            self._look(company_id, request_id)
            with self.store.read() as connection:
                last = latest_report(connection, request_id)
            if last is not None and last.state == ExportState.RUNNING:
                self.tell(int(last.export_id))

    def lock(self, company_id: int, connection_id: int, source_project: str, *, locked: bool) -> None:
        """Lock a budget at its source, or unlock it, now; raises what kept it from being so.

        Asked again, also after a crash, it goes on with what was begun.
        """
        with self.store.begin() as connection:
            target = self.connections.by_id(connection, company_id, connection_id)
            last = latest_lock(connection, connection_id, source_project)
            same = last is not None and last.content["locked"] == locked
            over = last is None or last.state in {ExportState.COMPLETE, ExportState.CONFLICT}
            if last is not None and same and not over:
                export_id = int(last.export_id)
                if last.state == ExportState.FAILED:
                    reopen(connection, export_id)
            else:
                if last is not None and not over:
                    _require_at_rest(connection, last)
                    replace(connection, last.export_id)
                export_id = self._add(
                    connection, target, kind=LOCK, subject=source_project, source_project=source_project,
                    number=1 if last is None else last.number + 1, content={"locked": locked}, content_hash="",
                )  # fmt: skip
        stopped = self.worker.advance(export_id)
        if stopped is not None:
            raise stopped

    # -- making -------------------------------------------------------------------------------------------------------

    def _look(self, company_id: int, request_id: int) -> int:
        """Look at one request; returns how many outcomes were made."""
        with self.store.begin() as connection:
            return self._make_now(connection, request_row(connection, company_id, request_id))

    def _make_now(self, connection: Connection, request: Row[Any]) -> int:
        """Make what is to be said of an open request, where its source wants to know; how many outcomes that are."""
        if not request.open:
            return 0
        target = self.connections.by_id(connection, request.company_id, request.connection_id)
        made = 0
        if self._adapter(target).profile.supports(SourceCapability.OUTCOMES):
            made = self._make(connection, request, target)
        note_look(connection, request)
        return made

    def _make(self, connection: Connection, request: Row[Any], target: ConnectionView) -> int:
        now = self._now(connection, request, target)
        last = latest_report(connection, request.id)
        if now is None or (last is not None and not _is_news(last, now)):
            return 0
        if last is not None and last.state != ExportState.COMPLETE:
            if is_under_way(connection, last.export_id):  # looked at again once that has come to rest
                return 0
            replace(connection, last.export_id)
        self._report(connection, request, target, now, number=1 if last is None else last.number + 1)
        return 1

    def _tell_anew(self, connection: Connection, request: Row[Any]) -> int:
        if not request.open:
            raise NotPossibleNow(
                f"Request {request.request} is closed at its source: nobody can be told there.",
                remedy="Have it asked for anew there; what arrived is known and is not brought a second time.",
            )
        target = self.connections.by_id(connection, request.company_id, request.connection_id)
        now, last = self._now(connection, request, target), latest_report(connection, request.id)
        assert now is not None
        assert last is not None
        return self._report(connection, request, target, now, number=last.number + 1)

    def _now(self, connection: Connection, request: Row[Any], target: ConnectionView) -> _Now | None:
        standing = standing_of(connection, request, self._how_posted)
        saying = said(standing, close_when=self._connector(target.name).close_when)
        if saying is None:
            return None
        arrivals = arrivals_of(connection, request, standing.refused)
        # What arrives while the rest is on its way is said with the next stage, not line by line.
        digest = saying.digest("" if saying.stage in ON_ITS_WAY else arrivals.digest)
        return _Now(saying, arrivals, digest)

    def _report(
        self, connection: Connection, request: Row[Any], target: ConnectionView, now: _Now, *, number: int
    ) -> int:
        export_id = self._add(
            connection, target, kind=REPORT, subject=request.request, source_project=request.source_project,
            number=number, content=now.said.content, content_hash=now.content_hash, request_id=request.id,
            stage=now.said.stage, cause=request.cause,
        )  # fmt: skip
        if now.arrivals.rows:
            outcome = select(exports.c.outcome_id).where(exports.c.id == export_id)
            number_of = connection.execute(outcome).scalar_one()
            connection.execute(
                insert(outcome_transactions), [{"outcome_id": number_of, **row} for row in now.arrivals.rows]
            )
        return export_id

    def _add(
        self, connection: Connection, target: ConnectionView, *, source_project: str, content: Mapping[str, Any],
        **values: Any,
    ) -> int:  # fmt: skip
        at = self.clock.now()
        added = connection.execute(
            insert(outcomes).values(
                company_id=target.company_id, connection_id=target.id, source_project=source_project, made_at=at,
                content=dict(content), **values,
            ).returning(outcomes.c.id)
        )  # fmt: skip
        started = connection.execute(
            insert(exports).values(
                company_id=target.company_id, outcome_id=added.scalar_one(), erp=target.plugin,
                erp_company=target.name, job=source_project, state=ExportState.RUNNING, started_at=at,
                adapter_version=self._adapter(target).version,
            ).returning(exports.c.id)
        )  # fmt: skip
        return int(started.scalar_one())

    def _adapter(self, target: ConnectionView) -> Any:
        return self.connections.registry.source(target.plugin)

    def _connector(self, name: str) -> ConnectorConfig:
        config = Configuration.read(self.home).connections.get(name)
        return config.connector if config is not None else ConnectorConfig()

    def _how_posted(self, erp: str) -> tuple[str, ...]:
        """The ERP's own sentences on posting; nothing where its adapter is gone."""
        try:
            profile = self.connections.profile_of(erp, None)
        except PluginError:
            return ()
        return tuple(each.how for each in profile.unlock_conditions if each.kind is ConditionKind.POSTED_BY_HAND)


def _is_news(last: Row[Any], now: _Now) -> bool:
    """Whether something else is to be said than was said last, and anybody is there to hear it."""
    ended = is_final(OutcomeStage(last.stage), last.content["facts"]) and last.state == ExportState.COMPLETE
    return last.content_hash != now.content_hash and not ended


def _require_at_rest(connection: Connection, last: Row[Any]) -> None:
    if is_under_way(connection, last.export_id):
        raise NotPossibleNow(
            f"An earlier write to the budget of project {last.subject} may still arrive at its source.",
            remedy="It is looked for by itself; try again then.",
        )
