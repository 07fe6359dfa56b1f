"""One site of one case: a source behind the proxy, its people, and our side of the connection to it."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from attrs import define, field, frozen

from erp_bridge_core.conformance.guard import Watched, bounded, listened_to
from erp_bridge_core.conformance.source_world.notebook import Notebook, Watch, nobody
from erp_bridge_core.conformance.source_world.workload import JOB, Workload
from erp_bridge_core.conformance.wire import SuiteClock
from erp_bridge_core.contract.budget import LineKey
from erp_bridge_core.contract.errors import ReadFailed
from erp_bridge_core.contract.findings import Finding
from erp_bridge_core.contract.simulator import Served
from erp_bridge_core.contract.source import (
    Delivery,
    Hint,
    OutcomeStage,
    RequestKind,
    Source,
    SourceChange,
    SourceLine,
    SourceOutcome,
    SourceProject,
    SourceRequest,
    SourceSubJob,
    SourceTransaction,
    TransactionOutcome,
)
from erp_bridge_core.contract.source_simulator import RequestState, SourceBooks, SourceMischief, SourceSimulator
from erp_bridge_core.registry.source_adapter import SourceAdapter

#: A hook may take this long, in seconds of the real clock; the suite's own waits cost none.
HOOK_SECONDS: Final = 30.0
#: Past every horizon and pause that a profile may declare, in seconds of the injected clock.
LONG: Final = 10_000.0
INSTALLATION: Final = "SUITE"


@frozen(kw_only=True)
class Read:
    """A budget that was read to its end."""

    project: SourceProject
    currency: str
    revision: str
    locked: bool | None
    sub_jobs: tuple[SourceSubJob, ...]
    lines: tuple[SourceLine, ...]
    changes: tuple[SourceChange, ...]
    warnings: tuple[Finding, ...]

    @property
    def amounts(self) -> dict[LineKey, Decimal]:
        """The original budget by key, where it is not nothing."""
        return {line.key: line.amount for line in self.lines if line.amount}

    @property
    def changed(self) -> dict[LineKey, Decimal]:
        """By how much the changes move each key, where it is not nothing."""
        return summed((line.key, line.amount) for change in self.changes for line in change.lines)


@frozen(kw_only=True)
class Asked:
    """A request that was read to its end; `failed` says why its transactions could not be."""

    id: str
    kind: RequestKind
    project: str
    job: str
    is_open: bool
    transactions: tuple[SourceTransaction, ...] = ()
    failed: str = ""

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of its transactions, sorted."""
        return tuple(sorted(each.id for each in self.transactions))


def summed(moves: Iterable[tuple[LineKey, Decimal]]) -> dict[LineKey, Decimal]:
    """Amounts added up by key, where they come to something."""
    found: dict[LineKey, Decimal] = {}
    for key, amount in moves:
        found[key] = found.get(key, Decimal(0)) + amount
    return {key: amount for key, amount in found.items() if amount}


@define(kw_only=True)
class SourceSite:
    """What people do is a method, and so is each hook: called within bounds, its streams read to their ends."""

    home: Path
    books_home: Path
    adapter: SourceAdapter
    simulator: SourceSimulator
    source: Source[Any]
    served: Served
    clock: SuiteClock
    workload: Workload
    watched: Watched = field(factory=Watched)
    watch: Watch = nobody

    @property
    def secret(self) -> str:
        """By which deliveries are known to be the source's; blank where it serves none."""
        return self.served.secrets.get("receiver", "")

    # -- the hooks ----------------------------------------------------------------------------------------------------

    def project(self, job: str = JOB) -> str:
        """The source's own id of a job's project, as its simulator says."""
        return self.simulator.project_id(self.books_home, job)

    def projects(self) -> tuple[SourceProject, ...]:
        """The projects that the source tells."""
        with self.around("list_projects"):
            return tuple(self.adapter.list_projects(self.source))

    def read(self, job: str = JOB, *, project: str = "") -> Read:
        """A budget, read to its end."""
        with self.around("read_budget"):
            budget = self.adapter.read_budget(project or self.project(job), self.source)
            return Read(
                project=budget.project,
                currency=budget.currency,
                revision=budget.revision,
                locked=budget.locked,
                sub_jobs=tuple(budget.sub_jobs),
                lines=tuple(budget.lines),
                changes=tuple(budget.changes),
                warnings=tuple(budget.warnings),
            )

    def asked(self) -> tuple[Asked, ...]:
        """The requests that the source tells, read to their ends."""
        with self.around("read_requests"):
            return tuple(map(_read_to_end, self.adapter.read_requests(self.source)))

    def request(self, request: str) -> Asked:
        """One of them; raises AssertionError where it is not told."""
        found = next((each for each in self.asked() if each.id == request), None)
        if found is None:
            raise AssertionError(f"request {request} is not told")
        return found

    def hint(self, delivery: Delivery) -> Hint | None:
        """What a delivery hints at."""
        with self.around("hint"):
            return self.adapter.hint(delivery, self.source)

    def lock(self, locked: bool, *, name: str, job: str = JOB) -> None:  # noqa: FBT001 - the state wanted
        """Lock or unlock a budget, by a ledger of that name."""
        with self.around("lock_budget"):
            self.adapter.lock_budget(self.project(job), locked, self.source, self.notebook(name))

    def report(self, outcome: SourceOutcome, *, name: str = "") -> None:
        """Tell the source an outcome, by a ledger of its own, the same each time that it is told (or of that name)."""
        with self.around("report_outcome"):
            notebook = self.notebook(name or f"{outcome.request} {outcome.number}")
            self.adapter.report_outcome(outcome, self.source, notebook)

    def retry(self, outcome: SourceOutcome) -> None:
        """Tell it again after a refusal."""
        self.notebook(f"{outcome.request} {outcome.number}").reopen_refused()
        self.report(outcome)

    def notebook(self, name: str) -> Notebook:
        """The ledger of that name, as it was left."""
        folder = self.home / "ledger"
        folder.mkdir(exist_ok=True)
        return Notebook(
            path=folder / f"{hashlib.sha256(name.encode()).hexdigest()[:16]}.json",
            about="|".join((self.adapter.name, self.source.company, INSTALLATION, name.replace("|", "/"))),
            profile=self.adapter.profile,
            clock=self.clock,
            watch=self.watch,
        )

    def outcome(
        self,
        request: Asked,
        stage: OutcomeStage,
        *,
        number: int = 1,
        messages: tuple[str, ...] = (),
        arrived: Mapping[str, bool | None] | None = None,
    ) -> SourceOutcome:
        """An outcome of a request; `arrived` by transaction, all of them where it is verified."""
        told = dict.fromkeys(request.ids, stage is OutcomeStage.VERIFIED) if arrived is None else arrived
        rows = tuple(
            TransactionOutcome(id=each, arrived=told.get(each, False), reference=f"{INSTALLATION}-t-{each}")
            for each in request.ids
        )
        return SourceOutcome(
            request=request.id, project=request.project, number=number, stage=stage,
            reference=f"{INSTALLATION}-b-{request.project}", messages=messages, transactions=_stream(rows),
        )  # fmt: skip

    @contextmanager
    def around(self, hook: str) -> Iterator[None]:
        """Within bounds, and listened to."""
        with listened_to(self.watched, hook), bounded(HOOK_SECONDS, hook):
            yield

    # -- the source's people ------------------------------------------------------------------------------------------

    def enter(self, lines: Mapping[LineKey, Decimal], *, job: str = JOB) -> None:
        """A person enters lines, or edits them."""
        for key, amount in lines.items():
            self.simulator.set_line(self.books_home, job, key, amount)

    def approve(self, number: str, lines: Mapping[LineKey, Decimal], *, job: str = JOB) -> None:
        """A person makes a change and approves it."""
        self.simulator.approve_change(self.books_home, job, number, lines)

    def ask(self, *, job: str = JOB) -> str:
        """A person asks for the export of what is new; the request's id."""
        return self.simulator.send(self.books_home, job)

    def books(self, job: str = JOB) -> SourceBooks:
        """What the source believes of a project."""
        return self.simulator.books(self.books_home, job)

    def state(self, request: str, job: str = JOB) -> RequestState:
        """How a request stands in the source's own books; raises AssertionError where it does not."""
        found = next((each for each in self.books(job).requests if each.id == request), None)
        if found is None:
            raise AssertionError(f"request {request} is not in the source's own books")
        return found

    def can(self, kind: SourceMischief) -> bool:
        """Whether the simulator offers this."""
        return kind in getattr(self.simulator, "mischief", dict)()

    def mischief(self, kind: SourceMischief, *, job: str = JOB) -> None:
        """Let it happen."""
        self.simulator.mischief()[kind](self.books_home, job)  # type: ignore[attr-defined]  # asked for by `can`

    def calm(self) -> None:
        """End all mischief."""
        self.simulator.calm(self.books_home)  # type: ignore[attr-defined]  # asked for by `can`

    def striking(self, kind: SourceMischief) -> AbstractContextManager[None]:
        """The block is under this mischief; afterwards all is calm."""

        @contextmanager
        def struck() -> Iterator[None]:
            self.mischief(kind)
            try:
                yield
            finally:
                self.calm()

        return struck()


def _read_to_end(request: SourceRequest) -> Asked:
    failed = ""
    transactions: tuple[SourceTransaction, ...] = ()
    try:
        transactions = tuple(request.transactions)
    except ReadFailed as error:
        failed = f"{error.message} {error.remedy}".strip() or "it does not say why"
    return Asked(
        id=request.id, kind=request.kind, project=request.project, job=request.job, is_open=request.open,
        transactions=transactions, failed=failed,
    )  # fmt: skip


def _stream(rows: tuple[TransactionOutcome, ...]) -> Any:
    from erp_bridge_core.contract.budget import Stream

    return Stream(lambda: rows)


Act = Callable[[SourceSite], None]
