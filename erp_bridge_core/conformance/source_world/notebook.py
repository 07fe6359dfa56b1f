"""The `Effects` that a source is given here: the product's decisions over one file, so that a case takes no time.

What may be sent, sent again, or must stay unknown is decided by the functions that the product's ledger decides by
(`exports.decisions`). Each try is written down before a byte goes out and after the answer, so that a process that is
killed in between leaves what one of the product's would leave.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from attrs import define, evolve, field, frozen

from erp_bridge_core.contract.budget import Stream
from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.contract.effects import Accepted, Effect, Operation, PlannedEffect
from erp_bridge_core.contract.errors import (
    AlreadyThere,
    Doubtful,
    ErpBridgeError,
    ErpRefused,
    LedgerConflict,
    NotSent,
    OutcomeUnknown,
    PluginError,
    SignInFailed,
    Throttled,
)
from erp_bridge_core.contract.profile import OperationProfile, SafetyClass
from erp_bridge_core.contract.source import SourceProfile
from erp_bridge_core.contract.wire import writing
from erp_bridge_core.exports.decisions import (
    AttemptOutcome,
    EffectState,
    Step,
    Try,
    Verdict,
    after_sighting,
    horizon,
    is_answered,
    next_step,
)
from erp_bridge_core.exports.looking import look_for, unknown_outcome

_TRIES_A_RUN: Final = 5
_PATIENCE: Final = 120.0
_UNDER_WAY: Final = frozenset({EffectState.PLANNED, EffectState.OPEN, EffectState.UNKNOWN})
_STOPPED: Final = frozenset(
    {EffectState.UNKNOWN, EffectState.CONFLICT, EffectState.DUPLICATED, EffectState.REFUSED, EffectState.ABANDONED}
)

Watch = Callable[[str, Effect], None]


def nobody(stage: str, effect: Effect) -> None:
    """Watches nothing."""
    del stage, effect


@frozen(kw_only=True)
class Entry:
    """An effect and all that was tried."""

    effect: Effect
    state: EffectState = EffectState.PLANNED
    tries: tuple[Try, ...] = ()


@define(kw_only=True)
class _Attempt:
    """One try; nobody takes it over, so that only its deadline is checked."""

    number: int
    clock: Clock
    ends: float
    went_out: bool = False

    @property
    def seconds_left(self) -> float:
        return max(0.0, self.ends - self.clock.monotonic())

    def check(self) -> None:
        if self.seconds_left <= 0:
            raise NotSent("The attempt's deadline passed before its request went out.", remedy="It is tried again.")
        self.went_out = True

    def is_harmless(self, error: Exception) -> bool:
        if isinstance(error, NotSent | SignInFailed):
            return True
        return not self.went_out and not isinstance(error, Doubtful)


@define(kw_only=True)
class Notebook:
    """The effects of one outcome. `about` is what their keys begin with; `watch` is told each stage as it passes."""

    path: Path
    about: str
    profile: SourceProfile
    clock: Clock
    watch: Watch = nobody
    _groups: list[str] = field(factory=list, init=False)
    _entries: dict[str, Entry] = field(factory=dict, init=False)
    _reserved: dict[str, str] = field(factory=dict, init=False)
    _planned_now: list[str] = field(factory=list, init=False)

    def __attrs_post_init__(self) -> None:
        if self.path.exists():
            kept = json.loads(self.path.read_text(encoding="utf-8"))
            self._groups, self._reserved = kept["groups"], kept["reserved"]
            self._entries = {entry.effect.key: entry for entry in map(_from_plain, kept["entries"])}

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All effects in the order of the plan."""
        return tuple(self._entries.values())

    def reopen_refused(self) -> None:
        """A person retries: what was refused may be tried again."""
        for entry in self.entries:
            if entry.state is EffectState.REFUSED:
                self._keep(evolve(entry, state=EffectState.OPEN))

    # -- what a source calls ------------------------------------------------------------------------------------------

    def plan(self, group: str, build: Callable[[int], Iterable[PlannedEffect]]) -> None:
        """Store a group's effects once."""
        if group not in self._planned_now:
            self._planned_now.append(group)
        if group in self._groups:
            return
        for ordinal, planned in enumerate(build(1), start=1):
            effect = self._effect(group, ordinal, planned)
            self._entries[effect.key] = Entry(effect=effect)
        self._groups.append(group)
        self._save()

    def lines_to_send(self) -> Stream[int]:
        """None: an outcome carries no lines."""
        return Stream(tuple)

    def reserve(self, name: str, build: Callable[[], str]) -> str:
        """A value that stays the same over every retry."""
        if name not in self._reserved:
            self._reserved[name] = build()
            self._save()
        return self._reserved[name]

    def run(self, operations: Mapping[str, Operation]) -> None:
        """Bring every planned effect as far as it can be brought; a group that stopped holds the later ones."""
        for group in self._planned_now:
            for entry in self._of(group):
                if entry.state in _UNDER_WAY and not is_answered(entry.tries):
                    self._bring(entry.effect.key, self._implementation(entry.effect, operations))
            for entry in self._of(group):
                if entry.state in {EffectState.OPEN, EffectState.UNKNOWN} and is_answered(entry.tries):
                    self._look(entry.effect.key, self._implementation(entry.effect, operations))
            self._stop_unless_clear(group)

    # -- planning -----------------------------------------------------------------------------------------------------

    def _effect(self, group: str, ordinal: int, planned: PlannedEffect) -> Effect:
        self._operation(planned.operation)
        if list(planned.lines):
            raise PluginError(
                f"{planned.operation} carries lines.", remedy="An outcome has none: give an empty tuple as `lines`."
            )
        key = f"{self.about}|{group}|{planned.operation}|{ordinal}|generation 1"
        request = json.loads(json.dumps(dict(planned.request), allow_nan=False))
        return Effect(
            key=key, reference=f"S-{hashlib.sha256(key.encode()).hexdigest()[:10].upper()}", group=group,
            operation=planned.operation, generation=1, ordinal=ordinal, payload_hash=planned.payload_hash,
            request=request, lines=Stream(tuple),
        )  # fmt: skip

    def _operation(self, name: str) -> OperationProfile:
        try:
            return self.profile.operation(name)
        except KeyError:
            raise PluginError(
                f"{name!r} is planned, which the profile does not declare.",
                remedy="Declare the operation, with its safety class, in the source's profile.",
            ) from None

    def _implementation(self, effect: Effect, operations: Mapping[str, Operation]) -> Operation:
        if effect.operation not in operations:
            raise PluginError(
                f"It is not said how {effect.operation!r} is sent.", remedy="Pass an operation of that name to run()."
            )
        return operations[effect.operation]

    # -- bringing -----------------------------------------------------------------------------------------------------

    def _bring(self, key: str, operation: Operation) -> None:
        for _ in range(_TRIES_A_RUN):
            entry = self._entries[key]
            declared = self._operation(entry.effect.operation)
            step = next_step(entry.state, entry.tries, declared, self.clock.monotonic())
            if step is Step.WAIT:
                self._wait(entry, declared)
                step = Step.LOOK
            if step is Step.LOOK and not self._look(key, operation).send:
                return
            if step is Step.REST or self._send(key, operation, declared):
                return
        self._give_up(key)

    def _wait(self, entry: Entry, declared: OperationProfile) -> None:
        left = horizon(entry.tries, declared) - self.clock.monotonic()
        if left > _PATIENCE:
            self._keep(evolve(entry, state=EffectState.UNKNOWN))
            raise unknown_outcome(entry.effect, f"It may still be carried out for another {left:.0f} seconds.")
        self.clock.sleep(max(0.0, left))

    def _send(self, key: str, operation: Operation, declared: OperationProfile) -> bool:
        """Make one try; True when nothing more is to be done with the effect for now."""
        entry = self._entries[key]
        ends = self.clock.monotonic() + declared.deadline
        attempt = _Attempt(number=len(entry.tries) + 1, clock=self.clock, ends=ends)
        opened = Try(outcome=None, deadline=ends)
        self._keep(evolve(entry, state=EffectState.OPEN, tries=(*entry.tries, opened)))
        self.watch("intent", entry.effect)
        try:
            with writing(attempt):
                answer = operation.send(entry.effect, attempt)
        except ErpRefused as refusal:
            return self._refused(key, refusal, operation)
        except Throttled as throttled:
            self._close(key, AttemptOutcome.THROTTLED)
            self.clock.sleep(min(throttled.retry_after or 1.0, _PATIENCE))
            return False
        except LedgerConflict:
            self._close(key, AttemptOutcome.NOT_SENT)
            raise
        except Exception as error:  # noqa: BLE001 - whatever it was, it must be known whether something went out
            return self._failed(key, attempt, error)
        self.watch("answered", entry.effect)
        if isinstance(answer, Accepted) and answer.refused:
            self._close(key, AttemptOutcome.REFUSED, state=EffectState.REFUSED)
        else:
            self._close(key, AttemptOutcome.ACCEPTED)
        self.watch("recorded", entry.effect)
        return True

    def _refused(self, key: str, refusal: ErpRefused, operation: Operation) -> bool:
        self._close(key, AttemptOutcome.REFUSED)
        doubted = any(each.outcome in {None, AttemptOutcome.DOUBTFUL} for each in self._entries[key].tries)
        if doubted or isinstance(refusal, AlreadyThere):
            if self._look(key, operation).send:
                self._keep(evolve(self._entries[key], state=EffectState.UNKNOWN))
            return True
        self._keep(evolve(self._entries[key], state=EffectState.REFUSED))
        return True

    def _failed(self, key: str, attempt: _Attempt, error: Exception) -> bool:
        harmless = attempt.is_harmless(error)
        self._close(key, AttemptOutcome.NOT_SENT if harmless else AttemptOutcome.DOUBTFUL)
        if isinstance(error, NotSent):
            self.clock.sleep(0.5)
            return False
        if harmless:
            raise error
        if not isinstance(error, ErpBridgeError):
            self._keep(evolve(self._entries[key], state=EffectState.UNKNOWN))
            raise error
        return False

    def _look(self, key: str, operation: Operation) -> Verdict:
        entry = self._entries[key]
        (sighting,) = look_for(operation, [entry.effect])
        safety = SafetyClass(self._operation(entry.effect.operation).safety)
        verdict = after_sighting(safety, sighting, entry.tries)
        if verdict.state is not None:
            self._keep(evolve(entry, state=verdict.state))
        self.watch("seen", entry.effect)
        return verdict

    def _give_up(self, key: str) -> None:
        entry = self._entries[key]
        if all(each.outcome in {AttemptOutcome.NOT_SENT, AttemptOutcome.THROTTLED} for each in entry.tries):
            raise NotSent(f"Nothing was sent in {len(entry.tries)} tries.", remedy="It is tried again later.")
        self._keep(evolve(entry, state=EffectState.UNKNOWN))
        raise unknown_outcome(entry.effect, f"{len(entry.tries)} tries ended in doubt.")

    def _stop_unless_clear(self, group: str) -> None:
        stopped = next((entry for entry in self._of(group) if entry.state in _STOPPED), None)
        if stopped is None:
            return
        if stopped.state is EffectState.REFUSED:
            raise ErpRefused(f"{stopped.effect.operation} was refused.", remedy="Look at it, then retry.")
        if stopped.state in {EffectState.CONFLICT, EffectState.DUPLICATED}:
            raise LedgerConflict(f"{stopped.effect.operation}: something else stands there.", remedy="Look at it.")
        raise OutcomeUnknown(f"{stopped.effect.operation} is {stopped.state.value}.", remedy="Look at it, then resume.")

    # -- keeping ------------------------------------------------------------------------------------------------------

    def _of(self, group: str) -> list[Entry]:
        return [entry for entry in self._entries.values() if entry.effect.group == group]

    def _close(self, key: str, outcome: AttemptOutcome, *, state: EffectState | None = None) -> None:
        entry = self._entries[key]
        closed = evolve(entry.tries[-1], outcome=outcome, ended_at=self.clock.monotonic())
        self._keep(evolve(entry, state=state or entry.state, tries=(*entry.tries[:-1], closed)))

    def _keep(self, entry: Entry) -> None:
        self._entries[entry.effect.key] = entry
        self._save()

    def _save(self) -> None:
        plain = {
            "groups": self._groups,
            "reserved": self._reserved,
            "entries": [_to_plain(entry) for entry in self._entries.values()],
        }
        aside = self.path.with_suffix(".aside")
        aside.write_text(json.dumps(plain), encoding="utf-8")
        aside.replace(self.path)


_FIELDS: Final = ("key", "reference", "operation", "group", "generation", "ordinal", "payload_hash", "request")


def _to_plain(entry: Entry) -> dict[str, Any]:
    tries = [[each.outcome, each.deadline, each.ended_at] for each in entry.tries]
    return {**{name: getattr(entry.effect, name) for name in _FIELDS}, "state": entry.state.value, "tries": tries}


def _from_plain(plain: Mapping[str, Any]) -> Entry:
    effect = Effect(**{name: plain[name] for name in _FIELDS}, lines=Stream(tuple))
    return Entry(effect=effect, state=EffectState(plain["state"]), tries=tuple(_tries(plain["tries"])))


def _tries(plain: Sequence[Sequence[Any]]) -> Iterator[Try]:
    for outcome, deadline, ended_at in plain:
        known = None if outcome is None else AttemptOutcome(outcome)
        yield Try(outcome=known, deadline=deadline, ended_at=ended_at)
