"""A small ERP in memory with its adapter: what tests of services export to, read back from, and break on purpose."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

from attrs import Factory, define, evolve, field, frozen
from memory_books import ZERO, Entry, MemoryBooks, MemoryJob, sums_of
from sqlalchemy import select

from erp_bridge_core.contract import (
    API_VERSION,
    Absent,
    Accepted,
    Attempt,
    Capability,
    Checked,
    Clock,
    Effect,
    Effects,
    Erp,
    ErpProfile,
    ExportBatch,
    ExportLine,
    ExportReceipt,
    FieldLimit,
    FieldValues,
    Figure,
    Finding,
    Found,
    JobReading,
    JobStatus,
    LineRefused,
    Masters,
    Observation,
    OperationProfile,
    OverLimit,
    PlannedEffect,
    RevisionField,
    RouteSight,
    SafetyClass,
    Seen,
    Severity,
    Sighting,
    Stream,
    hookimpl,
    standard_fields,
)
from erp_bridge_core.contract.errors import AlreadyThere
from erp_bridge_core.contract.structuring import to_json
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import connections as connections_table

CHUNK = 100
NAME = "memory"


@frozen
class MemorySettings:
    """The settings of a connection to the books: none are needed."""

    note: str = ""


def memory_profile(**changes: Any) -> ErpProfile:
    """A profile with every capability; tests change single fields."""
    profile = ErpProfile(
        name=NAME,
        title="Books in memory",
        api_version=API_VERSION,
        settings_class=MemorySettings,
        capabilities=frozenset(Capability),
        limits=(
            FieldLimit(field="cost_code", max_length=12),
            FieldLimit(field="category", max_length=6),
            FieldLimit(field="description", max_length=30, forbidden='"', over=OverLimit.SHORTEN),
            FieldLimit(field="unit", max_length=6),
            FieldLimit(field="amount", whole_digits=9, decimals=2),
        ),
        operations=(
            OperationProfile(
                name="post_lines",
                title="Enter lines",
                safety=SafetyClass.KEYED,
                because="the books refuse a second entry under one reference, for ever",
                execution_bound=0.0,
            ),
        ),
    )
    return evolve(profile, **changes)


@define
class PostLines:
    """The one kind of write: a chunk of lines under one reference, which the books take at most once."""

    books: MemoryBooks
    job: str
    batch: ExportBatch

    def send(self, effect: Effect, attempt: Attempt) -> Accepted:
        """Enter the lines; lines of refused keys are refused by words."""
        attempt.check()
        self.books.before_send(effect)
        if effect.reference in self.books.references:
            raise AlreadyThere(f"Reference {effect.reference} was used before.")
        self.books.sends += 1
        self.books.references.add(effect.reference)
        refused = []
        for line in self._lines(effect):
            if line.key in self.books.refused:
                refused.append(LineRefused(line=line.number, words=self.books.refused[line.key]))
            else:
                self.books.jobs[self.job].unposted.append(_entry(effect.reference, line))
        self.books.after_send(effect)
        return Accepted(reference=effect.reference, refused=tuple(refused))

    def find(self, effects: Sequence[Effect]) -> Iterator[Sighting]:
        """Look each reference up; the list of references is complete, so absence is proved."""
        for effect in effects:
            if effect.reference in self.books.references:
                refused = tuple(
                    LineRefused(line=line.number, words=self.books.refused[line.key])
                    for line in self._lines(effect)
                    if line.key in self.books.refused
                )
                yield Found(reference=effect.reference, refused=refused)
            else:
                yield Absent(proof={"references": len(self.books.references)})

    def _lines(self, effect: Effect) -> Iterator[ExportLine]:
        numbers = set(effect.lines)
        return (line for line in self.batch.lines if line.number in numbers)


def _entry(reference: str, line: ExportLine) -> Entry:
    return Entry(reference=reference, key=line.key, part=line.part, amount=line.amount, description=line.description)


@define
class MemoryAdapter:
    """The adapter: every hook, and the attributes that the registry's adapters have."""

    books: MemoryBooks = Factory(MemoryBooks)
    profile: ErpProfile = Factory(memory_profile)
    name: str = NAME
    distribution: str = "erp-bridge-memory"
    version: str = "1.0"
    wheel_hash: str = "0" * 64
    certificate_file: Path | None = None
    findings: list[Finding] = Factory(list)
    validated: int = 0

    def cleaned_by(self, _clean: object) -> "MemoryAdapter":
        """Itself: it knows no secret to tell in an error."""
        return self

    @hookimpl
    def erp_profile(self) -> ErpProfile:
        return self.profile

    @hookimpl
    def check_connection(self, erp: Erp[Any]) -> Iterable[Checked]:
        yield Checked(
            name="books",
            ok=self.books.read_failed is None,
            message=f"The books of {self.books.company} answer.",
            facts={"company": self.books.company, "live": str(self.books.live).lower()},
        )

    @hookimpl
    def read_job(self, job: str, erp: Erp[Any]) -> JobReading:
        found = self.books.job(job)
        return JobReading(
            header=found.header,
            sub_jobs=Stream(lambda: list(found.sub_jobs)),
            cost_codes=Stream(lambda: list(found.cost_codes)),
            categories=Stream(lambda: list(found.categories)),
            figures=Stream(lambda: list(self._figures(found))),
            routes=("books",),
        )

    def _figures(self, job: MemoryJob) -> Iterator[Figure]:
        for key, (original, changes) in sorted({**dict.fromkeys(job.committed, (ZERO, ZERO)), **job.figures()}.items()):
            yield Figure(
                key=key,
                committed=job.committed.get(key),
                original=original if self.books.apart else None,
                changes=changes if self.books.apart else None,
                total=original + changes,
                route="books",
            )

    @hookimpl
    def validate_budget(self, batch: ExportBatch, erp: Erp[Any]) -> Iterable[Finding]:
        self.validated += 1
        if erp.masters.header.status is not JobStatus.OPEN:
            yield _refusal("job-status", f"Job {batch.job} is {erp.masters.header.status}.", None)
        for line in batch.lines:
            if erp.masters.cost_code(line.key.cost_code, sub_job=line.key.sub_job) is None:
                yield _refusal("cost-code-unknown", f"The books have no cost code {line.key.cost_code}.", line)
            if erp.masters.category(line.key.category, cost_code=line.key.cost_code) is None:
                yield _refusal("category-unknown", f"The books have no category {line.key.category}.", line)
        yield from self.findings

    @hookimpl
    def revision_fields(self, batch: ExportBatch, erp: Erp[Any]) -> Iterable[RevisionField]:
        return standard_fields(today=erp.clock.today(), next_number="1", approver="ERP Bridge")

    @hookimpl
    def export(self, batch: ExportBatch, values: FieldValues, erp: Erp[Any], effects: Effects) -> None:
        effects.plan("lines", lambda generation: self._plan(batch, effects))
        effects.run({"post_lines": PostLines(self.books, batch.job, batch)})

    def _plan(self, batch: ExportBatch, effects: Effects) -> Iterator[PlannedEffect]:
        wanted = set(effects.lines_to_send())
        lines = [line for line in batch.lines if line.number in wanted]
        for start in range(0, len(lines), CHUNK):
            chunk = lines[start : start + CHUNK]
            yield PlannedEffect(
                operation="post_lines",
                lines=[line.number for line in chunk],
                payload_hash=sha256("".join(to_json(line) for line in chunk).encode()).hexdigest(),
            )

    @hookimpl
    def verify_posted(self, receipt: ExportReceipt, erp: Erp[Any]) -> Iterable[Seen]:
        books = self.books
        yield RouteSight(
            route="books",
            title="The books themselves",
            sees_original=books.apart,
            sees_changes=books.apart,
            sees_unposted=books.sees_unposted,
            synced_back=True,
            failed=books.read_failed,
            stale=books.stale,
        )
        if books.read_failed is None:
            yield from self._observations(books.job(receipt.job), receipt)

    def _observations(self, job: MemoryJob, receipt: ExportReceipt) -> Iterator[Observation]:
        posted, unposted = job.figures(), sums_of(job.unposted)
        for key in sorted({*posted, *unposted, *receipt.keys}):
            original, changes = posted.get(key, (ZERO, ZERO))
            waiting = unposted.get(key, (ZERO, ZERO)) if self.books.sees_unposted else (None, None)
            yield Observation(
                route="books",
                key=key,
                original=original if self.books.apart else None,
                changes=changes if self.books.apart else None,
                total=original + changes,
                unposted_original=waiting[0],
                unposted_changes=waiting[1],
            )

    def simulator(self) -> None:
        """None: there is no server to run."""


def _refusal(rule: str, message: str, line: ExportLine | None) -> Finding:
    return Finding(
        severity=Severity.ERROR,
        rule=rule,
        message=message,
        remedy="Ask the administrator of the books.",
        line=line.number if line else None,
        key=line.key if line else None,
    )


@define
class MemoryRegistry:
    """What services use of the registry: adapters and sources by name, and a company's own checks."""

    adapters: Mapping[str, Any]
    policy: Callable[[ExportBatch, Erp[Any]], Iterable[Finding]] = lambda _batch, _erp: ()
    sources: Mapping[str, Any] = Factory(dict)

    def adapter(self, name: str) -> Any:
        """The adapter of that name."""
        return self.adapters[name]

    def source(self, name: str) -> Any:
        """The source of that name."""
        return self.sources[name]

    def policies(self, batch: ExportBatch, erp: Erp[Any]) -> Iterator[Finding]:
        """The findings of a company's own checks."""
        yield from self.policy(batch, erp)


@define
class MemoryState:
    """An adapter's small memory."""

    values: dict[str, Any] = field(factory=dict)

    def get(self, name: str) -> Any:
        return self.values.get(name)

    def put(self, name: str, value: Any) -> None:
        self.values[name] = value


class NoMaps:
    """No map entered."""

    def get(self, kind: str, ours: str) -> str | None:
        return None


@define
class MemoryConnections:
    """What services use of the connections: an adapter and its `erp` object, made without files or network."""

    adapter: MemoryAdapter
    clock: Clock
    state: MemoryState = Factory(MemoryState)

    def profile_of(self, erp: str, name: str | None) -> ErpProfile:
        """The adapter's profile, in its own words."""
        del erp, name
        return self.adapter.profile

    def erp(
        self, company_id: int, connection_id: int, job: str, masters: Masters | None = None
    ) -> tuple[MemoryAdapter, Erp[Any]]:
        """The adapter, and the connection as it is given it; `masters` are those that validation reads."""
        erp: Erp[Any] = Erp(
            name="books",
            company="main",
            settings=MemorySettings(),
            http=cast("Any", None),
            files=cast("Any", None),
            clock=self.clock,
            masters=cast("Any", masters),
            maps=NoMaps(),
            state=self.state,
            log=logging.LoggerAdapter(logging.getLogger("tests.memory_erp")),
            installation="TEST42",
            job=job,
        )
        return self.adapter, erp


def add_connection(store: Store, company_id: int, *, at: Any, name: str = "books") -> int:
    """A row for a connection to the books, as `connection add` writes it."""
    with store.begin() as connection:
        connection.execute(
            connections_table.insert().values(
                company_id=company_id,
                name=name,
                kind="erp",
                plugin=NAME,
                erp_company="BOOKS",
                live=False,
                hosts=[],
                created_at=at,
            )
        )
        query = select(connections_table.c.id).where(connections_table.c.name == name)
        return int(connection.execute(query).scalar_one())
