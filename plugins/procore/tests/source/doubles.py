"""What the hooks are given: a connection to a served simulator, and a ledger in memory that decides as the core's."""

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import requests
from attrs import define, evolve, field
from client.doubles import Clock
from requests.adapters import HTTPAdapter

from erp_bridge_core.contract import (
    Effect,
    LineKey,
    Operation,
    PlannedEffect,
    Secret,
    Served,
    Stream,
)
from erp_bridge_core.contract.errors import (
    Doubtful,
    ErpRefused,
    LedgerConflict,
    NotSent,
    OutcomeUnknown,
    Throttled,
)
from erp_bridge_core.contract.source import (
    OutcomeStage,
    Source,
    SourceOutcome,
    SourceRequest,
    TransactionOutcome,
)
from erp_bridge_core.contract.wire import writing
from erp_bridge_core.exports.decisions import AttemptOutcome, EffectState, Step, Try, after_sighting, next_step
from erp_bridge_procore import plugin
from erp_bridge_procore.client.transport import OneTry
from erp_bridge_procore.settings import ProcoreSettings
from erp_bridge_procore.simulator import SimulatedSource

JOB = "24-001"
LABOR = LineKey("", "03-1000", "L")
MATERIAL = LineKey("", "03-1000", "M")
CURB = LineKey("A1", "03-1000", "L")
SIMULATOR = SimulatedSource()


@define
class MemoryState:
    """A connection's small memory."""

    held: dict[str, Any] = field(factory=dict)

    def get(self, name: str) -> Any:
        """What is kept."""
        return self.held.get(name)

    def put(self, name: str, value: Any) -> None:
        """Keep it."""
        self.held[name] = value


def settings_of(served: Served, **more: Any) -> ProcoreSettings:
    """The settings that a served simulator gives, its secrets resolved."""
    values = {
        name: Secret(served.secrets[value.removeprefix("file:")]) if str(value).startswith("file:") else value
        for name, value in served.settings.items()
    }
    return ProcoreSettings(**{**values, **more})


def source_of(settings: ProcoreSettings, folder: Path, clock: Clock) -> Source[ProcoreSettings]:
    """A connection with these settings."""
    return Source(
        name="procore", company="main", settings=settings, http=requests.Session(), files=None,  # type: ignore[arg-type]
        clock=clock, state=MemoryState(), private=folder, log=logging.LoggerAdapter(logging.getLogger("test")),
        installation="T3ST42",
    )  # fmt: skip


def changed(source: Source[ProcoreSettings], **settings: Any) -> Source[ProcoreSettings]:
    """The same connection with other settings."""
    return evolve(source, settings=evolve(source.settings, **settings))


@define
class Entry:
    """An effect with its state and tries."""

    effect: Effect
    state: EffectState = EffectState.PLANNED
    tries: list[Try] = field(factory=list)


@define
class MemoryEffects:
    """Plans once, and decides by the core's own rules what is sent, sent again, or only looked for.

    `crash` is called before and after each send; what it raises is a process that died there.
    """

    entries: dict[str, list[Entry]] = field(factory=dict)
    sent: list[str] = field(factory=list)
    crash: Callable[[str, Effect], None] = lambda stage, effect: None

    def plan(self, group: str, build: Callable[[int], Iterable[PlannedEffect]]) -> None:
        """Store a group's effects, unless they are."""
        if not self.entries.get(group):
            planned = enumerate(build(1), start=1)
            self.entries[group] = [Entry(_effect(plan, group, ordinal)) for ordinal, plan in planned]

    def lines_to_send(self) -> Stream[int]:
        """Effects of outcomes carry none."""
        return Stream(tuple)

    def reserve(self, name: str, build: Callable[[], str]) -> str:
        """Nothing is reserved."""
        raise NotImplementedError

    def run(self, operations: Mapping[str, Operation]) -> None:
        """Bring every group as far as it can be brought."""
        for entries in self.entries.values():
            for entry in entries:
                self._bring(entry, operations[entry.effect.operation])
                if entry.state is not EffectState.CONFIRMED:
                    raise OutcomeUnknown(f"{entry.effect.operation} is {entry.state.value}")

    def again(self) -> "MemoryEffects":
        """The same ledger as another process finds it."""
        return MemoryEffects(self.entries, self.sent)

    def _bring(self, entry: Entry, operation: Operation) -> None:
        declared = plugin.source_profile().operation(entry.effect.operation)
        for _ in range(5):
            step = next_step(entry.state, entry.tries, declared, now=1e12)
            if step is Step.LOOK and not self._look(entry, operation):
                return
            if step is Step.REST:
                return
            self._send(entry, operation)
            if entry.tries[-1].outcome is AttemptOutcome.ACCEPTED:
                self._look(entry, operation)
                return

    def _send(self, entry: Entry, operation: Operation) -> None:
        entry.state = EffectState.OPEN
        entry.tries.append(Try(outcome=None, deadline=0.0))
        self.crash("before", entry.effect)
        try:
            with writing(OneTry()):
                self.sent.append(entry.effect.operation)
                operation.send(entry.effect, OneTry())
        except (NotSent, Throttled):
            entry.tries[-1] = Try(outcome=AttemptOutcome.NOT_SENT, deadline=0.0)
        except ErpRefused:
            entry.tries[-1] = Try(outcome=AttemptOutcome.REFUSED, deadline=0.0)
            entry.state = EffectState.REFUSED
            raise
        except LedgerConflict:
            entry.tries[-1] = Try(outcome=AttemptOutcome.NOT_SENT, deadline=0.0)
            self._look(entry, operation)
            raise
        except Doubtful:
            entry.tries[-1] = Try(outcome=AttemptOutcome.DOUBTFUL, deadline=0.0)
        else:
            self.crash("after", entry.effect)
            entry.tries[-1] = Try(outcome=AttemptOutcome.ACCEPTED, deadline=0.0)

    def _look(self, entry: Entry, operation: Operation) -> bool:
        (sighting,) = operation.find([entry.effect])
        declared = plugin.source_profile().operation(entry.effect.operation)
        verdict = after_sighting(declared.safety, sighting, entry.tries)
        if verdict.state is not None:
            entry.state = verdict.state
        return verdict.send


def _effect(plan: PlannedEffect, group: str, ordinal: int) -> Effect:
    numbers = tuple(plan.lines)
    return Effect(
        key=f"{group}-{ordinal}", reference=f"{group}-{ordinal}", operation=plan.operation, group=group, generation=1,
        ordinal=ordinal, payload_hash=plan.payload_hash, request=plan.request, lines=Stream(lambda: numbers),
    )  # fmt: skip


def told_of(
    request: SourceRequest, stage: OutcomeStage, *messages: str, number: int = 1, arrived: bool | None = None
) -> SourceOutcome:
    """How a request stands, all of its transactions alike."""
    became = tuple(
        TransactionOutcome(id=each.id, arrived=arrived, reference=f"T3ST42-t-{each.id}")
        for each in request.transactions
    )
    return SourceOutcome(
        request=request.id, project=request.project, number=number, stage=stage, reference="T3ST42-b-1",
        messages=messages, transactions=Stream(lambda: became),
    )  # fmt: skip


def report(source: Source[ProcoreSettings], outcome: SourceOutcome, effects: MemoryEffects | None = None) -> list[str]:
    """Tell an outcome; the operations that went out."""
    effects = effects or MemoryEffects()
    plugin.report_outcome(outcome, source, effects)
    return effects.sent


class LosesAnswers(HTTPAdapter):
    """A wire that loses the first answer to each write, whether it was `carried_out` or not."""

    def __init__(self, *, carried_out: bool) -> None:
        """Lose nothing yet."""
        super().__init__()
        self.carried_out = carried_out
        self.lost: set[str] = set()

    def send(self, request: requests.PreparedRequest, *args: Any, **more: Any) -> requests.Response:
        """Send a request, or lose its answer."""
        path = str(request.path_url)
        if request.method == "GET" or path in self.lost or path == "/oauth/token":
            return super().send(request, *args, **more)
        self.lost.add(path)
        if self.carried_out:
            super().send(request, *args, **more)
        raise requests.ReadTimeout


class Edits(HTTPAdapter):
    """A wire that edits what is answered at one address: `edit` is given the document."""

    def __init__(self, path: str, edit: Callable[[Any], object]) -> None:
        """Keep where and how."""
        super().__init__()
        self.path, self.edit = path, edit

    def send(self, request: requests.PreparedRequest, *args: Any, **more: Any) -> requests.Response:
        """The answer, edited if it is the one."""
        answer = super().send(request, *args, **more)
        if request.method == "GET" and str(request.path_url).partition("?")[0].endswith(self.path):
            document = answer.json()
            self.edit(document)
            answer._content = json.dumps(document).encode()
        return answer


class Refuses(HTTPAdapter):
    """A Procore that has nothing to read at one address."""

    def __init__(self, path: str) -> None:
        """Keep where."""
        super().__init__()
        self.path = path

    def send(self, request: requests.PreparedRequest, *args: Any, **more: Any) -> requests.Response:
        """The answer; 404 where there is nothing."""
        answer = super().send(request, *args, **more)
        if request.method == "GET" and str(request.path_url).partition("?")[0].endswith(self.path):
            answer.close()
            answer.status_code, answer._content = 404, b'{"message": "Not found"}'
        return answer
