"""The scene of what a source is told: an office in a file, a request of its users, the item that carries it."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from attrs import define, evolve
from ledger_books import Books
from ledger_erp import NOW, DatabaseTime, LedgerAdapter, PatientClock, add_export
from memory_erp import MemoryRegistry
from memory_office import MemoryOffice
from memory_source import NAME, MemorySource, office_profile, source_adapter
from sqlalchemy import insert, select, update

from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.connections.service import Connections
from erp_bridge_core.connector.outcomes import Outcomes
from erp_bridge_core.connector.outcomes_settling import OutcomeSettling
from erp_bridge_core.connector.outcomes_told import ToldView, look_again, told
from erp_bridge_core.contract import Effect, LineKey, SafetyClass, SourceProfile
from erp_bridge_core.exports.service import Exports
from erp_bridge_core.exports.settling import Settlement
from erp_bridge_core.exports.status import ExportState
from erp_bridge_core.exports.telling import TO_TELL
from erp_bridge_core.exports.worker import Worker
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import (
    exports,
    item_lines,
    items,
    source_asked,
    source_requests,
    source_transactions,
)
from erp_bridge_core.wire.redaction import Redactor

JOB = "J1"
LINES = 3
MINUTES = 60.0


class NoMark:
    """Nobody restores this database."""

    def raise_to(self, *, attempts: int) -> object:
        return attempts


def anybody(*_: Any) -> None:
    """Everything is allowed."""


def not_asked(*_: Any) -> Any:
    """No item is exported here."""
    raise AssertionError("nothing but outcomes is carried")


@define(kw_only=True)
class OutcomeScene:
    """Everything over one database and one office."""

    store: Store
    office: MemoryOffice
    plugin: MemorySource
    connections: Connections
    outcomes: Outcomes
    exports: Exports
    time: DatabaseTime
    settling: OutcomeSettling

    # -- what was before ----------------------------------------------------------------------------------------------

    def ask(self, administrator: Actor, project_id: int) -> str:
        """A connection to the office, and a request there of three lines that the item carries; its id."""
        self.connections.add(administrator, "office", source=NAME, settings={})
        self.office.add_project(JOB)
        for number in range(1, LINES + 1):
            self.office.set_line(JOB, LineKey("", f"0{number}", "L"), Decimal(number))
        return self.asked_again(project_id)

    def asked_again(self, project_id: int, *, version: int = 1) -> str:
        """Somebody asks at the office for what is not there yet; an item of its lines is ready."""
        request = self.office.send(JOB)
        item, _ = add_export(self.store, 1, project_id, version=version)
        with self.office.whole() as state:
            asked = [state.project(JOB).transactions[name] for name in state.requests[request].transactions]
            project = state.project(JOB).facts.id
        with self.store.begin() as connection:
            connection.execute(update(items).where(items.c.id == item).values(state="ready"))
            ours = connection.execute(
                insert(source_requests).values(
                    company_id=1, connection_id=1, request=request, kind="create", source_project=project, job=JOB,
                    custom_fields={}, found_by="poll", first_seen_at=NOW, seen_at=NOW, tried_at=NOW,
                    project_id=project_id, item_id=item, transactions=len(asked),
                ).returning(source_requests.c.id)
            ).scalar_one()  # fmt: skip
            for each in asked:
                number = connection.execute(
                    insert(source_transactions).values(
                        company_id=1, connection_id=1, transaction=each.id, item_id=item,
                        our_sub_job=each.key.sub_job, our_cost_code=each.key.cost_code,
                        our_category=each.key.category, part=each.part.value, amount=int(each.amount * 100),
                    ).returning(source_transactions.c.id)
                ).scalar_one()  # fmt: skip
                connection.execute(insert(source_asked).values(company_id=1, request_id=ours, transaction_id=number))
        return request

    # -- what happens -------------------------------------------------------------------------------------------------

    def moved(self, state: str, *, lines: str | None = None, only: int | None = None, **values: Any) -> None:
        """The newest item is in another state, and its lines (or the one of a number) in theirs."""
        with self.store.begin() as connection:
            newest = connection.execute(select(items.c.id).order_by(items.c.id.desc()).limit(1)).scalar_one()
            mine = items.c.id == newest
            connection.execute(update(items).where(mine).values(state=state, revision=items.c.revision + 1, **values))
            if lines is not None:
                where = [item_lines.c.item_id == newest] + ([item_lines.c.number == only] if only else [])
                connection.execute(update(item_lines).where(*where).values(state=lines))

    def closed(self, request: str) -> None:
        """Somebody closes the request at the office, which nobody told us yet."""
        self.office.close_request(request)

    def polled(self) -> None:
        """The requests were read again: what the source says of being open is known."""
        with self.office.whole() as state, self.store.begin() as connection:
            for each in state.requests.values():
                row = source_requests.c.request == each.id
                connection.execute(update(source_requests).where(row).values(open=each.open))

    def told_now(self) -> list[ExportState]:
        """Make what is to be said, and bring on whatever is to be told, once each; how those stand then."""
        made = self.outcomes.make(1)
        assert made.error is None
        return [self.exports.carry_on(number) for number in self.waiting()]

    def tell(self, actor: Actor, request: int = 1) -> None:
        """A person has it told now."""
        with self.store.begin() as connection:
            export = self.outcomes.let_tell(connection, actor, request)
        self.outcomes.tell(export)

    def settle(self, actor: Actor, how: Settlement, request: int = 1) -> None:
        """A person says what became of the only write that is in doubt; the telling goes on."""
        (doubt,) = self.settling.doubts(actor, request)
        self.settling.settle(actor, request, doubt.reference, how=how, reason="Seen at the office.")
        self.outcomes.go_on(1, request)

    def waiting(self) -> list[int]:
        """The exports of outcomes that an engine would bring on."""
        query = select(exports.c.id).where(
            exports.c.outcome_id.is_not(None), exports.c.held_as.is_(None), exports.c.state.in_(TO_TELL)
        )
        with self.store.read() as connection:
            return list(connection.execute(query.order_by(exports.c.id)).scalars())

    def views(self) -> tuple[ToldView, ...]:
        """What was said of the newest request, the newest first."""
        with self.store.read() as connection:
            newest = connection.execute(select(source_requests.c.id).order_by(source_requests.c.id.desc())).scalars()
            return told(connection, int(next(iter(newest))))

    def marks(self) -> list[int]:
        """How often each transaction was marked as arrived at the office."""
        return list(self.office.books(JOB).marks.values())


def open_scene(
    store: Store,
    home: Path,
    audit: AuditTrail,
    *,
    observer: Callable[[str, Effect], None] | None = None,
    hook: Callable[[str], None] = lambda _: None,
    passed: float = 0.0,
    safety: SafetyClass = SafetyClass.ABSOLUTE,
) -> OutcomeScene:
    """The services over a database, with the office in a file of the home."""
    clock = PatientClock()
    time = DatabaseTime(store, clock, passed)
    office = MemoryOffice(home / "office.pickle")
    plugin = MemorySource(
        office=office, profile=_profile(safety),
        before_write=lambda _: hook("body_sent"), after_write=lambda _: hook("reply_held"),
    )  # fmt: skip
    ledger = LedgerAdapter(Books(home / "books.db"), SafetyClass.KEYED)
    connections = Connections(
        store=store, audit=audit, registry=MemoryRegistry({"ledger": ledger}, sources={NAME: source_adapter(plugin)}),
        redactor=Redactor(), home=home, installation_code="T3ST42", clocks=lambda _: clock,
    )  # fmt: skip
    worker = Worker(
        store=store, locks=home / "locks", mark=NoMark(), opener=not_asked, told=not_asked,
        errands=lambda number: outcomes.open(number),  # noqa: PLW0108 - made below
        concluded=look_again,
        observer=observer or (lambda _stage, _effect: None), patience=10_000.0, seconds=time,
    )  # fmt: skip
    outcomes = Outcomes(
        store=store, audit=audit, connections=connections, worker=worker, clock=clock, home=home,
        installation="T3ST42",
    )  # fmt: skip
    service = Exports(
        store=store, audit=audit, worker=worker, may_export=anybody, may_resume=anybody, may_settle=anybody,
        still_valid=anybody, now=clock.now,
    )  # fmt: skip
    settling = OutcomeSettling(store=store, audit=audit, worker=worker, may_settle=anybody)
    return OutcomeScene(
        store=store, office=office, plugin=plugin, connections=connections, outcomes=outcomes, exports=service,
        time=time, settling=settling,
    )  # fmt: skip


def _profile(safety: SafetyClass) -> SourceProfile:
    """The office's, every write of it of one safety class."""
    profile = office_profile()
    return evolve(profile, operations=tuple(evolve(each, safety=safety) for each in profile.operations))
