"""The adapter as the product is given it in the suite: the same hooks, watched, with an `erp` that faults reach."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from attrs import define, evolve, field, frozen

from erp_bridge_core.conformance.guard import Watched, bounded, listened_to
from erp_bridge_core.conformance.recording import Recorder, Recording
from erp_bridge_core.conformance.wire import FaultyFiles
from erp_bridge_core.contract.budget import ExportBatch, ExportReceipt, Row, Stream
from erp_bridge_core.contract.connection import Checked, Erp
from erp_bridge_core.contract.effects import Effect, Effects, Operation, PlannedEffect
from erp_bridge_core.contract.errors import PluginError
from erp_bridge_core.contract.fields import FieldValues, RevisionField
from erp_bridge_core.contract.findings import Finding
from erp_bridge_core.contract.masters import JobReading
from erp_bridge_core.contract.postings import Seen
from erp_bridge_core.contract.profile import Capability, ErpProfile, RateLimit
from erp_bridge_core.contract.simulator import Simulator
from erp_bridge_core.contract.wire import current_attempt
from erp_bridge_core.registry import Adapter
from erp_bridge_core.wire.http import GuardedSession, Limits

#: An adapter's hook may take this long, in seconds of the real clock; the suite's own waits cost none.
HOOK_SECONDS = 60.0
#: So many rows of a stream are read at once.
_SOME = 500


def patience(lines: int) -> float:
    """How long a hook may take with a budget of so many lines, in seconds: a large export is one call."""
    return HOOK_SECONDS + lines / 20


@frozen(kw_only=True)
class Sent:
    """A request that the adapter is about to make: inside an attempt at an effect, or (None) while reading."""

    effect: Effect | None
    attempt: int | None
    number: int


@define(kw_only=True)
class WatchedAdapter:
    """Stands in the registry for the adapter under test.

    `serial`: effects go one by one, so that every position is the same in every run. `announce` is told of each
    request right before it goes out; `hurry` says for how many seconds an answer to it is waited for (None: as `limits`
    say); `files` wraps the share; `limits` bound the requests; `granted` are capabilities that the product takes as
    claimed though the profile does not. `replay` answers instead of an ERP; `record` is the file that what an ERP
    answers is kept in.
    """

    adapter: Adapter
    serial: bool = True
    announce: Callable[[Sent], None] | None = None
    hurry: Callable[[Sent], float | None] | None = None
    wrap_files: Callable[[Any], FaultyFiles] | None = None
    limits: Limits | None = None
    seconds: float = HOOK_SECONDS
    granted: frozenset[Capability] = frozenset()
    replay: Recording | None = None
    record: Path | None = None
    watched: Watched = field(factory=Watched)
    current: tuple[Effect, int] | None = field(default=None, init=False)
    operations: dict[str, Operation] = field(factory=dict, init=False)
    version_shown: str = ""
    _requests: int = field(default=0, init=False)
    _sessions: list[GuardedSession] = field(factory=list, init=False)

    # -- what the product asks ----------------------------------------------------------------------------------------

    @property
    def profile(self) -> ErpProfile:
        """The profile; in a serial run the ERP permits one request at a time, at any rate."""
        profile = evolve(self.adapter.profile, capabilities=self.adapter.profile.capabilities | self.granted)
        return evolve(profile, rate=RateLimit(per_second=None, at_once=1)) if self.serial else profile

    @property
    def name(self) -> str:
        """The ERP's short name."""
        return self.adapter.name

    @property
    def distribution(self) -> str:
        """The name of the distribution."""
        return self.adapter.distribution

    @property
    def version(self) -> str:
        """The version of the distribution, or the one that a case pretends."""
        return self.version_shown or self.adapter.version

    @property
    def wheel_hash(self) -> str:
        """The distribution's hash."""
        return self.adapter.wheel_hash

    @property
    def certificate_file(self) -> None:
        """None: what is being certified has no certificate yet."""

    def simulator(self) -> Simulator:
        """The plugin's simulator."""
        return self.adapter.simulator()

    def check_connection(self, erp: Erp[Any]) -> Iterator[Checked]:
        """As the adapter does."""
        with self._around("check_connection"):
            answered = list(self.adapter.check_connection(self._given(erp)))
        yield from answered

    def read_job(self, job: str, erp: Erp[Any]) -> JobReading:
        """As the adapter does."""
        with self._around("read_job"):
            reading = self.adapter.read_job(job, self._given(erp))
        return evolve(
            reading,
            sub_jobs=self._streamed(reading.sub_jobs),
            cost_codes=self._streamed(reading.cost_codes),
            categories=self._streamed(reading.categories),
            figures=self._streamed(reading.figures),
        )

    def validate_budget(self, batch: ExportBatch, erp: Erp[Any]) -> Iterator[Finding]:
        """As the adapter does."""
        with self._around("validate_budget"):
            found = list(self.adapter.validate_budget(batch, self._given(erp)))
        yield from found

    def revision_fields(self, batch: ExportBatch, erp: Erp[Any]) -> tuple[RevisionField, ...]:
        """As the adapter does."""
        with self._around("revision_fields"):
            return self.adapter.revision_fields(batch, self._given(erp))

    def export(self, batch: ExportBatch, values: FieldValues, erp: Erp[Any], effects: Effects) -> None:
        """As the adapter does, its operations watched."""
        with self._around("export"):
            self.adapter.export(batch, values, self._given(erp), _WatchedEffects(self, effects))

    def verify_posted(self, receipt: ExportReceipt, erp: Erp[Any]) -> Iterator[Seen]:
        """As the adapter does."""
        with self._around("verify_posted"):
            seen = list(self.adapter.verify_posted(receipt, self._given(erp)))
        yield from seen

    def _streamed(self, stream: Stream[Row]) -> Stream[Row]:
        """A stream of `read_job`, watched while it is read."""

        def rows() -> Iterator[Row]:
            with self._around("read_job"):
                left = iter(stream)
                some = list(islice(left, _SOME))
            while some:
                yield from some
                with self._around("read_job"):
                    some = list(islice(left, _SOME))

        return Stream(rows)

    # -- the watch ----------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Close the sessions that were made for the adapter."""
        while self._sessions:
            self._sessions.pop().close()

    @contextmanager
    def _around(self, hook: str) -> Iterator[None]:
        with listened_to(self.watched, hook), bounded(self.seconds, hook):
            yield

    def _given(self, erp: Erp[Any]) -> Erp[Any]:
        session = GuardedSession(evolve(erp.http.wires, limits=self.limits or erp.http.wires.limits))  # type: ignore[attr-defined]
        session.verify = erp.http.verify
        sending = session.send

        def send(request: Any, **options: Any) -> Any:
            sent = self._tell()
            if sent is not None and self.hurry is not None and (seconds := self.hurry(sent)) is not None:
                options["timeout"] = seconds
            if self.replay is not None:
                return self.replay.answer(request)
            response = sending(request, **options)
            if self.record is not None:
                Recorder(path=self.record, clean=session.wires.redactor.clean).keep(request, response)
            return response

        session.send = send  # type: ignore[method-assign]
        self._sessions.append(session)
        files = erp.files if self.wrap_files is None else self.wrap_files(erp.files)
        return evolve(erp, http=session, files=files)

    def _tell(self) -> Sent | None:
        if self.announce is None:
            return None
        self._requests += 1
        inside = self.current if current_attempt() is not None else None
        effect, attempt = inside or (None, None)
        sent = Sent(effect=effect, attempt=attempt, number=self._requests)
        self.announce(sent)
        return sent


@define
class _WatchedEffects:
    """The contract's `Effects`; remembers the operations, and which effect is being sent."""

    watch: WatchedAdapter
    effects: Effects

    def plan(self, group: str, build: Any) -> None:
        self.effects.plan(group, partial(_one_by_one, build) if self.watch.serial else build)

    def lines_to_send(self) -> Any:
        return self.effects.lines_to_send()

    def reserve(self, name: str, build: Callable[[], str]) -> str:
        return self.effects.reserve(name, build)

    def run(self, operations: Mapping[str, Operation]) -> None:
        self.watch.operations.update(operations)
        self.effects.run({name: _WatchedOperation(self.watch, each) for name, each in operations.items()})


def _one_by_one(build: Any, generation: int) -> Iterator[Any]:
    """The same effects in the same order, without lanes."""
    for effect in build(generation):
        yield evolve(effect, lane=None) if isinstance(effect, PlannedEffect) else effect


class _WatchedOperation:
    """An operation, human or not, that says which effect is under way while it is sent."""

    def __init__(self, watch: WatchedAdapter, operation: Operation) -> None:
        self.watch = watch
        self.operation = operation

    def send(self, effect: Effect, attempt: Any) -> Any:
        with self._under_way(effect, attempt):
            return self.operation.send(effect, attempt)

    def find(self, effects: Sequence[Effect]) -> Iterator[Any]:
        return self.operation.find(effects)

    def hand_over(self, effect: Effect) -> Any:
        return self._human.hand_over(effect)

    def take(self, effect: Effect, attempt: Any) -> Any:
        with self._under_way(effect, attempt):
            return self._human.take(effect, attempt)

    @property
    def _human(self) -> Any:
        return self.operation

    @contextmanager
    def _under_way(self, effect: Effect, attempt: Any) -> Iterator[None]:
        self.watch.current = (effect, attempt.number)
        try:
            yield
        finally:
            self.watch.current = None


@frozen
class OneAdapter:
    """The registry of an installation in the suite: the adapter under test, and no company's own checks."""

    watch: WatchedAdapter

    @property
    def adapters(self) -> Mapping[str, WatchedAdapter]:
        """Just the one."""
        return {self.watch.name: self.watch}

    @property
    def sources(self) -> Mapping[str, Any]:
        """None."""
        return {}

    @property
    def broken(self) -> Mapping[str, Any]:
        """None."""
        return {}

    @property
    def not_enabled(self) -> Mapping[str, str]:
        """None."""
        return {}

    def adapter(self, name: str) -> WatchedAdapter:
        """The adapter under test; raises `PluginError` for another."""
        if name != self.watch.name:
            raise PluginError(f"The suite tests {self.watch.name}, not {name}.", remedy="")
        return self.watch

    def source(self, name: str) -> Any:
        """There is none: raises `PluginError`."""
        raise PluginError(f"The suite tests {self.watch.name}, not {name}.", remedy="")

    def policies(self, batch: ExportBatch, erp: Erp[Any]) -> Iterator[Finding]:
        """No company has its own checks here."""
        del batch, erp
        yield from ()
