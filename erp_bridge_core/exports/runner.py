"""The runner: brings planned effects as far as they can be brought, and never sends what may have been sent.

`LedgerEffects` is what an adapter's `export` is given. A try is committed before a byte goes out and closed after the
answer; a process may die anywhere in between, and the next one goes on from what the ledger holds.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from attrs import Factory, define, field

from erp_bridge_core.contract.budget import Stream
from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.contract.effects import (
    Accepted,
    Answer,
    Offered,
    Operation,
    PlannedEffect,
)
from erp_bridge_core.contract.errors import (
    AlreadyThere,
    ErpBridgeError,
    ErpRefused,
    LeaseLost,
    LedgerConflict,
    NotSent,
    OutcomeUnknown,
    PluginError,
    Throttled,
)
from erp_bridge_core.contract.profile import ErpProfile, OperationProfile
from erp_bridge_core.contract.source import SourceProfile
from erp_bridge_core.exports import ledger, plans
from erp_bridge_core.exports.attempt import Mark, Observer, RunningAttempt, Writing, nobody_watches
from erp_bridge_core.exports.cleaning import CleanOperation
from erp_bridge_core.exports.decisions import (
    AttemptOutcome,
    EffectState,
    Step,
    Try,
    Verdict,
    horizon,
    is_answered,
    next_step,
)
from erp_bridge_core.exports.lanes import run_in_lanes
from erp_bridge_core.exports.lease import Held, Lease, Seconds
from erp_bridge_core.exports.ledger import Entry, ExportIdentity
from erp_bridge_core.exports.looking import look_for, unknown_outcome
from erp_bridge_core.exports.turns import Turns
from erp_bridge_core.exports.weighing import weigh
from erp_bridge_core.following import about, doing
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.paging import batched
from erp_bridge_core.wire.redaction import Redactor

TRIES_A_RUN: Final = 5
GENERATIONS: Final = 5
LOOK_AT_ONCE: Final = 1_000
WEIGH_AT_ONCE: Final = 100
UNDER_WAY: Final = (EffectState.PLANNED, EffectState.OPEN, EffectState.UNKNOWN)
#: Once such an effect stands in a group, later groups are not started.
STOPPED: Final = (EffectState.UNKNOWN, EffectState.CONFLICT, EffectState.DUPLICATED, EffectState.REFUSED)

Builder = Callable[[int], Iterable[PlannedEffect]]


def _turns(effects: "LedgerEffects") -> Turns:
    return Turns(effects.store, effects.mark, effects.identity.export_id, effects.profile.rate.at_once)


@define(kw_only=True)
class LedgerEffects:
    """The contract's `Effects` over the ledger, for one export under one lease."""

    identity: ExportIdentity
    store: Store
    lease: Lease
    profile: ErpProfile | SourceProfile
    clock: Clock
    seconds: Seconds
    mark: Mark
    writing: Writing
    observer: Observer = nobody_watches
    patience: float = 120.0
    redactor: Redactor = field(factory=Redactor)
    _builders: dict[str, Builder] = field(factory=dict, init=False)
    _not_sent: NotSent | None = field(default=None, init=False)
    _turns: Turns = field(init=False, default=Factory(_turns, takes_self=True))

    # -- what an adapter calls ----------------------------------------------------------------------------------------

    def plan(self, group: str, build: Builder) -> None:
        """Store a group's effects once; a new generation only for lines that are free again."""
        self._builders[group] = build
        with self.store.read() as connection:
            latest = plans.latest_generation(connection, self.identity.export_id, group)
            again = latest is not None and plans.has_lines_to_plan_again(connection, self.identity, group, latest)
        if latest is None or again:
            self._store_plan(group, 1 if latest is None else latest + 1)

    def lines_to_send(self) -> Stream[int]:
        """The lines that have not arrived and are not under way."""
        return plans.lines_to_send(self.store, self.identity)

    def reserve(self, name: str, build: Callable[[], str]) -> str:
        """A value that every retry finds again."""
        with self.store.read() as connection:
            kept = plans.reserve(connection, self.identity, name)
        if kept is not None:
            return kept
        value = build()
        with self.store.begin() as connection:
            self.lease.remaining(connection)
            plans.keep_reserved(connection, self.identity, name, value)
        return value

    def run(self, operations: Mapping[str, Operation]) -> None:
        """Bring every group, in order, as far as it can be brought; a group that stopped holds the later ones."""
        for group in self._builders:
            self._run_group(group, operations)
            self._stop_unless_clear(group)

    # -- planning -----------------------------------------------------------------------------------------------------

    def _store_plan(self, group: str, generation: int) -> None:
        planned = self._builders[group](generation)
        # The generator reads the batch while it runs: rows are collected in pages outside of the write transaction.
        effects = [(effect, self._operation(effect.operation).safety.value) for effect in planned]
        with self.store.begin() as connection:
            self.lease.remaining(connection)
            plans.store_plan(connection, self.identity, group, generation, effects)

    def _operation(self, name: str) -> OperationProfile:
        try:
            return self.profile.operation(name)
        except KeyError:
            raise PluginError(
                f"The {self.profile.title} adapter plans {name!r}, which its profile does not declare.",
                remedy="Declare the operation, with its safety class, in the adapter's profile.",
            ) from None

    # -- running ------------------------------------------------------------------------------------------------------

    def _run_group(self, group: str, operations: Mapping[str, Operation]) -> None:
        for _ in range(GENERATIONS):
            waiting = (entry for entry in self._entries(group, UNDER_WAY) if not self._answered(entry))
            try:
                run_in_lanes(
                    waiting,
                    lambda entry: self._bring_in_turn(entry, self._implementation(entry, operations)),
                    at_once=self._turns.threads,
                )
            except Held:
                self._read_back(group, operations)
                raise
            self._read_back(group, operations)
            if not self._plan_after_abandoning(group):
                return
        raise OutcomeUnknown(
            f"{GENERATIONS} containers in a row had to be abandoned.",
            remedy="Look at the connection to the ERP, then resume the export.",
        )

    def _implementation(self, entry: Entry, operations: Mapping[str, Operation]) -> Operation:
        try:
            return CleanOperation(operations[entry.effect.operation], self.redactor)
        except KeyError:
            raise PluginError(
                f"The {self.profile.title} adapter does not say how {entry.effect.operation!r} is sent.",
                remedy="Pass an operation of that name to effects.run().",
            ) from None

    def _entries(self, group: str, states: Sequence[EffectState]) -> Iterator[Entry]:
        for entry in ledger.entries(self.store, self.identity.export_id, states=states):
            if entry.effect.group == group:
                yield entry

    def _tries(self, entry: Entry) -> tuple[Try, ...]:
        with self.store.read() as connection:
            return ledger.tries(connection, entry.id)

    def _answered(self, entry: Entry) -> bool:
        if entry.state is EffectState.PLANNED:
            return False
        return is_answered(self._tries(entry))

    def _bring_in_turn(self, entry: Entry, operation: Operation) -> None:
        effect = entry.effect
        with self._turns.effect(), about(effect=effect.reference), doing("effect", operation=effect.operation):
            self._bring(entry, operation)

    def _bring(self, entry: Entry, operation: Operation) -> None:
        declared = self._operation(entry.effect.operation)
        state = entry.state
        for _ in range(TRIES_A_RUN):
            # What was never tried is sent: nothing is to be read, nor compared with the clock, to know that (L4).
            tries = () if state is EffectState.PLANNED else self._tries(entry)
            step = next_step(state, tries, declared, self._now() if tries else 0.0)
            if step is Step.WAIT:
                self._wait(entry, horizon(tries, declared))
                step = Step.LOOK
            if step is Step.LOOK:
                verdict = self._look([entry], operation)[0]
                if not verdict.send:
                    return
                step = Step.SEND
            if step is Step.REST or self._send(entry, operation, declared):
                return
            state = EffectState.OPEN
        self._give_up(entry)

    def _now(self) -> float:
        with self.store.read() as connection:
            return self.seconds(connection)

    def _wait(self, entry: Entry, until: float) -> None:
        left = until - self._now()
        if left > self.patience:
            self._mark_unknown(entry, f"it can't be looked for before another {left:.0f} seconds")
            raise unknown_outcome(entry.effect, f"The ERP may still carry it out for another {left:.0f} seconds.")
        self.lease.pause(self.clock, left)

    def _give_up(self, entry: Entry) -> None:
        tries = self._tries(entry)
        if all(attempt.outcome in {AttemptOutcome.NOT_SENT, AttemptOutcome.THROTTLED} for attempt in tries):
            last = self._not_sent
            raise NotSent(
                f"Nothing was sent in {len(tries)} tries. {last.message if last else ''}".strip(),
                remedy=(last.remedy if last else "")
                or "Look at the connection with `erp-bridge connection check`, then retry the export.",
            ) from last
        self._mark_unknown(entry, f"{len(tries)} tries ended in doubt")
        raise unknown_outcome(entry.effect, f"{len(tries)} tries ended in doubt.")

    # -- sending ------------------------------------------------------------------------------------------------------

    def _send(self, entry: Entry, operation: Operation, declared: OperationProfile) -> bool:
        """Make one try; True when nothing more is to be done with the effect for now."""
        attempt_id, attempt = self._intend(entry, declared)
        self.observer("intent", entry.effect)
        try:
            with self._turns.sending(attempt), self.writing(attempt):
                answer = operation.send(entry.effect, attempt)
        except ErpRefused as refusal:
            return self._refused(entry, attempt_id, refusal, operation)
        except Throttled as throttled:
            self._close(attempt_id, AttemptOutcome.THROTTLED, {"words": throttled.message})
            self.lease.pause(self.clock, min(throttled.retry_after or 1.0, self.patience))
            return False
        except LedgerConflict as conflict:
            return self._in_our_place(entry, attempt_id, conflict, operation)
        except Exception as error:  # noqa: BLE001 - whatever it was, it must be known whether something went out
            return self._failed(entry, attempt_id, attempt, error)
        self.observer("answered", entry.effect)
        self._record(entry, attempt_id, answer)
        self.observer("recorded", entry.effect)
        return True

    def _intend(self, entry: Entry, declared: OperationProfile) -> tuple[int, RunningAttempt]:
        started = self.clock.monotonic()
        with self._turns.begin() as connection:
            now = self.lease.keep(connection, declared.deadline)
            attempt_id, number = ledger.open_attempt(
                connection,
                entry,
                company_id=self.identity.company_id,
                item_id=self.identity.item_id,
                epoch=self.lease.epoch,
                now=now,
                deadline=now + declared.deadline,
            )
        self._turns.raise_mark(attempt_id)
        attempt = RunningAttempt(number=number, lease=self.lease, clock=self.clock, ends=started + declared.deadline)
        return attempt_id, attempt

    def _close(self, attempt_id: int, outcome: AttemptOutcome, evidence: Mapping[str, Any]) -> None:
        with self._turns.begin() as connection:
            ledger.close_attempt(connection, attempt_id, outcome, evidence, now=self.seconds(connection))

    def _record(self, entry: Entry, attempt_id: int, answer: Answer) -> None:
        outcome = AttemptOutcome.OFFERED if isinstance(answer, Offered) else AttemptOutcome.ACCEPTED
        with self._turns.begin() as connection:
            ledger.record_answer(
                connection, entry, attempt_id, outcome, reference=answer.reference, evidence=answer.evidence,
                now=self.seconds(connection),
            )  # fmt: skip
            if isinstance(answer, Accepted):
                ledger.refuse_lines(connection, entry, self.identity.item_id, answer.refused)

    def _refused(self, entry: Entry, attempt_id: int, refusal: ErpRefused, operation: Operation) -> bool:
        evidence = {"words": refusal.words, "code": refusal.erp_code}
        self._close(attempt_id, AttemptOutcome.REFUSED, evidence)
        doubted = any(attempt.outcome in {None, AttemptOutcome.DOUBTFUL} for attempt in self._tries(entry))
        if doubted or isinstance(refusal, AlreadyThere):
            # A refusal does not settle an earlier doubt (L5), and "already there" asks for a comparison.
            verdict = self._look([entry], operation)[0]
            if verdict.send:
                self._mark_unknown(entry, f"the ERP says {refusal.words!r}, yet it can't be found")
            return True
        with self._turns.begin() as connection:
            ledger.tell_all_refused(connection, entry, refusal.words, refusal.meaning, refusal.remedy)
            ledger.conclude(connection, entry, self.identity.item_id, EffectState.REFUSED, evidence=evidence)
        return True

    def _in_our_place(self, entry: Entry, attempt_id: int, conflict: LedgerConflict, operation: Operation) -> bool:
        """Nothing was sent: after a restore it may be this very effect that stands there, of a try that was lost."""
        verdict = self._look([entry], operation)[0]
        if verdict.state not in {EffectState.CONFIRMED, EffectState.OPEN}:
            self._close(attempt_id, AttemptOutcome.NOT_SENT, {"error": "LedgerConflict", "words": conflict.message})
        if verdict.send:
            raise conflict
        return True

    def _failed(self, entry: Entry, attempt_id: int, attempt: RunningAttempt, error: Exception) -> bool:
        harmless = attempt.is_harmless(error)
        outcome = AttemptOutcome.NOT_SENT if harmless else AttemptOutcome.DOUBTFUL
        self._close(attempt_id, outcome, {"error": type(error).__name__, "words": str(error)})
        self.observer("failed", entry.effect)
        if isinstance(error, NotSent):
            self._not_sent = error
            self.clock.sleep(0.5)
            return False
        if harmless or isinstance(error, LeaseLost):
            raise error
        if not isinstance(error, ErpBridgeError):
            self._mark_unknown(entry, f"the adapter failed while sending: {type(error).__name__}")
            raise error
        return False

    # -- looking ------------------------------------------------------------------------------------------------------

    def _look(self, entries: Sequence[Entry], operation: Operation) -> list[Verdict]:
        sightings = look_for(operation, [entry.effect for entry in entries])
        verdicts = []
        for pairs in batched(zip(entries, sightings, strict=True), WEIGH_AT_ONCE):
            with self._turns.begin() as connection:
                # What was seen before this worker slept through its lease is no longer what stands there.
                self.lease.remaining(connection)
                now = self.seconds(connection)
                verdicts += weigh(connection, self.identity, pairs, now=now)
            for entry, _ in pairs:
                self.observer("seen", entry.effect)
        return verdicts

    def _read_back(self, group: str, operations: Mapping[str, Operation]) -> None:
        """Success means: the answer says so, and reading back shows it (L11). Many effects in one look."""
        for entries in batched(self._entries(group, (EffectState.OPEN, EffectState.UNKNOWN)), LOOK_AT_ONCE):
            with self.store.read() as connection:
                tried = ledger.tries_at(connection, [entry.id for entry in entries])
            page = [entry for entry in entries if is_answered(tried[entry.id])]
            for name in sorted({entry.effect.operation for entry in page}):
                same = [entry for entry in page if entry.effect.operation == name]
                self._look(same, self._implementation(same[0], operations))

    def _plan_after_abandoning(self, group: str) -> bool:
        abandoned = next(self._entries(group, (EffectState.ABANDONED,)), None)
        with self.store.read() as connection:
            latest = plans.latest_generation(connection, self.identity.export_id, group)
        if abandoned is None or latest is None:
            return False
        newest = [entry for entry in self._entries(group, tuple(EffectState)) if entry.effect.generation == latest]
        if not any(entry.state is EffectState.ABANDONED for entry in newest):
            return False
        with self._turns.begin() as connection:
            for entry in newest:
                ledger.conclude(connection, entry, self.identity.item_id, EffectState.ABANDONED)
        self._store_plan(group, latest + 1)
        return True

    # -- stopping -----------------------------------------------------------------------------------------------------

    def _mark_unknown(self, entry: Entry, why: str) -> None:
        with self._turns.begin() as connection:
            self.lease.remaining(connection)
            ledger.conclude(connection, entry, self.identity.item_id, EffectState.UNKNOWN, evidence={"why": why})

    def _stop_unless_clear(self, group: str) -> None:
        with self.store.read() as connection:
            latest = plans.latest_generation(connection, self.identity.export_id, group)
        stopped = next(
            (
                entry
                for entry in self._entries(group, STOPPED)
                # What an earlier generation was refused for is carried by the newest one.
                if entry.state is not EffectState.REFUSED or entry.effect.generation == latest
            ),
            None,
        )
        if stopped is None:
            return
        if stopped.state is EffectState.REFUSED:
            raise ErpRefused(
                "The ERP refused some lines.",
                remedy="Look at `erp-bridge export status`; then retry the export or reject the item.",
            )
        raise unknown_outcome(stopped.effect, f"It is {stopped.state.value}.")
