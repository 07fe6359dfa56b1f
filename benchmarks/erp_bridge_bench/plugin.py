"""The bench ERP's adapter: a thousand lines a request, each request under a reference that the ERP takes once.

Three ERPs by name, which differ in what they permit alone: `bench` one request at once, `benchmany` as many as come,
`benchrated` fifteen a second and five at once.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from hashlib import sha256
from itertools import islice
from threading import Lock
from typing import Any, Final

from attrs import Factory, define, field, frozen

from erp_bridge_core.contract import (
    API_VERSION,
    Absent,
    Accepted,
    Attempt,
    CannotTell,
    Capability,
    Category,
    CostCode,
    Different,
    Effect,
    Effects,
    Erp,
    ErpProfile,
    ExportBatch,
    ExportLine,
    ExportReceipt,
    FieldValues,
    Figure,
    Finding,
    Found,
    JobHeader,
    JobReading,
    JobStatus,
    LineKey,
    Observation,
    OperationProfile,
    PlannedEffect,
    RateLimit,
    RevisionField,
    RouteSight,
    SafetyClass,
    Seen,
    Severity,
    Sighting,
    Stream,
    SubJob,
    hookimpl,
)
from erp_bridge_core.contract import reading as only_reading
from erp_bridge_core.contract.errors import AlreadyThere, ErpBridgeError, OutcomeUnknown, ReadFailed

CHUNK: Final = 1_000
#: Rows of a full answer: a shorter one is the list's end.
PAGE: Final = 5_000
ROUTE: Final = "figures"
ENTRY: Final = "entry"
#: Lines that are kept for effects which are asked for out of turn.
_KEPT: Final = 32 * CHUNK
_JSON: Final = {"Content-Type": "application/json"}


@frozen(kw_only=True)
class Settings:
    """Where the service is."""

    url: str


ThisErp = Erp[Settings]


@define
class Adapter:
    """The hooks of one of the ERPs."""

    name: str
    rate: RateLimit

    @hookimpl
    def erp_profile(self) -> ErpProfile:
        """An ERP that takes anything."""
        return ErpProfile(
            name=self.name,
            title=self.name.title(),
            api_version=API_VERSION,
            settings_class=Settings,
            capabilities=frozenset(Capability(each) for each in ("original", "sub_jobs", "units", "description")),
            operations=(
                OperationProfile(
                    name=ENTRY,
                    title="An entry of lines",
                    safety=SafetyClass.KEYED,
                    because="A reference is taken once, for ever, and can be read.",
                ),
            ),
            rate=self.rate,
        )

    @hookimpl
    def read_job(self, job: str, erp: ThisErp) -> JobReading:
        """The job; its codes and figures page by page."""
        found = _read(erp, job, "")
        return JobReading(
            header=JobHeader(company=found["company"], job=job, name=job, status=JobStatus.OPEN, live=False),
            sub_jobs=Stream(lambda: (SubJob(code=code, name=name) for code, name in found["sub_jobs"])),
            cost_codes=Stream(lambda: _cost_codes(erp, job)),
            categories=Stream(lambda: (Category(code=code, name=name) for code, name in found["categories"])),
            figures=Stream(lambda: _figures(erp, job)),
            routes=(ROUTE,),
        )

    @hookimpl
    def validate_budget(self, batch: ExportBatch, erp: ThisErp) -> Iterator[Finding]:
        """Each line's codes are on the job."""
        masters = erp.masters
        for line in batch.lines:
            key = line.key
            known = masters.cost_code(key.cost_code, sub_job=key.sub_job) and masters.category(key.category)
            if not known:
                yield Finding(
                    severity=Severity.ERROR, rule="key-unknown", message=f"The job has no {key}.", line=line.number,
                    key=key, remedy="Take another.",
                )  # fmt: skip

    @hookimpl
    def revision_fields(self, batch: ExportBatch, erp: ThisErp) -> Iterable[RevisionField]:  # noqa: ARG002 - the hook's
        """None: budget changes are not taken."""
        return ()

    @hookimpl
    def export(
        self,
        batch: ExportBatch,
        values: FieldValues,  # noqa: ARG002 - the hook's
        erp: ThisErp,
        effects: Effects,
    ) -> None:
        """Plan the entries, then bring them."""
        effects.plan("entries", lambda _: _plan(batch, effects))
        effects.run({ENTRY: SendEntry(erp, batch)})

    @hookimpl
    def verify_posted(self, receipt: ExportReceipt, erp: ThisErp) -> Iterator[Seen]:
        """The job's figures, then the keys of ours that have none."""
        yield RouteSight(route=ROUTE, title="The job's figures", sees_unposted=True, synced_back=True)
        ours = iter(receipt.keys)
        expected = next(ours, None)
        for figure in _figures(erp, receipt.job):
            while expected is not None and expected < figure.key:
                yield _observation(expected, Decimal(0))
                expected = next(ours, None)
            if expected == figure.key:
                expected = next(ours, None)
            yield _observation(figure.key, figure.total or Decimal(0))
        while expected is not None:
            yield _observation(expected, Decimal(0))
            expected = next(ours, None)


ONE: Final = Adapter("bench", RateLimit())
MANY: Final = Adapter("benchmany", RateLimit(at_once=64))
RATED: Final = Adapter("benchrated", RateLimit(per_second=15.0, at_once=5))


# -- sending and looking ----------------------------------------------------------------------------------------------


def _plan(batch: ExportBatch, effects: Effects) -> Iterator[PlannedEffect]:
    lines = _in(batch.lines, effects.lines_to_send())
    while some := tuple(islice(lines, CHUNK)):
        numbers = range(some[0].number, some[-1].number + 1)
        yield PlannedEffect(
            operation=ENTRY,
            lines=numbers if len(numbers) == len(some) else [line.number for line in some],
            payload_hash=sha256(to_body(some)).hexdigest(),
            request={"first": some[0].number, "last": some[-1].number, "count": len(some)},
            lane=str(some[0].number),
        )


def to_body(lines: Iterable[ExportLine]) -> bytes:
    """The lines as they are sent."""
    return to_json(
        [
            line.number, line.key.sub_job, line.key.cost_code, line.key.category, str(line.amount), line.description,
            None if line.quantity is None else str(line.quantity), line.unit,
        ]
        for line in lines
    )  # fmt: skip


def to_json(rows: Iterable[list[Any]]) -> bytes:
    """Rows as the ERP takes them."""
    return json.dumps(list(rows), separators=(",", ":")).encode()


def _in(lines: Iterable[ExportLine], numbers: Iterable[int]) -> Iterator[ExportLine]:
    """The lines of these numbers; both come in order."""
    wanted = iter(numbers)
    number = next(wanted, None)
    for line in lines:
        if number is None:
            return
        if line.number == number:
            yield line
            number = next(wanted, None)


@define
class Pages:
    """The batch's lines, read once from beginning to end as effects ask for them, nearly in the order of the plan.

    Threads ask for neighbours in any order: lines that were passed are kept for them, since a batch can't be read
    from its middle. Reading it anew for each of a million lines' effects would take hours.
    """

    batch: ExportBatch
    _lines: Iterator[ExportLine] = field(factory=lambda: iter(()))
    _next: int = 0
    _passed: dict[int, ExportLine] = Factory(dict)
    _guard: Any = Factory(Lock)

    def of(self, effect: Effect) -> list[ExportLine]:
        """The lines of one effect: all of its range, unless a plan of what is left had gaps."""
        first, last = effect.request["first"], effect.request["last"]
        numbers: Iterable[int] = range(first, last + 1)
        if effect.request["count"] != len(range(first, last + 1)):
            numbers = list(effect.lines)
        with self._guard:
            return [self._passed.pop(number, None) or self._reach(number) for number in numbers]

    def _reach(self, number: int) -> ExportLine:
        if not self._next or self._next > number:
            self._lines, self._next = iter(self.batch.lines), 1
        for line in self._lines:
            self._next = line.number + 1
            if line.number == number:
                return line
            if len(self._passed) >= _KEPT:
                self._passed.clear()
            self._passed[line.number] = line
        raise ReadFailed(f"The batch has no line {number}.", remedy="Look at the plan.")


@define
class SendEntry:
    """One entry under one reference (class `keyed`)."""

    erp: ThisErp
    batch: ExportBatch
    _pages: Pages = Factory(lambda self: Pages(self.batch), takes_self=True)

    def send(self, effect: Effect, attempt: Attempt) -> Accepted:  # noqa: ARG002 - the session knows the attempt
        """Send it once."""
        lines = to_body(self._pages.of(effect))
        reference = json.dumps(self._prefix + effect.reference).encode()
        body = b'{"reference":%b,"lines":%b}' % (reference, lines)
        answer = self.erp.http.post(_address(self.erp, self.batch.job, "/entries"), data=body, headers=_JSON)
        told = answer.json()
        if "error" in told:
            raise AlreadyThere(told["error"], erp_code=str(answer.status_code))
        if "taken" not in told:
            raise OutcomeUnknown("The answer is not the bench ERP's own.", remedy="Look at the server.")
        return Accepted(reference=effect.reference)

    def find(self, effects: Sequence[Effect]) -> Iterator[Sighting]:
        """All entries of this item, read to the end; each compared by the hash of what it holds."""
        try:
            held = {row[0]: row[1] for row in self._held()}
        except ErpBridgeError as error:
            yield from (CannotTell(why=error.message) for _ in effects)
            return
        for effect in effects:
            found = held.get(self._prefix + effect.reference)
            if found is None:
                yield Absent(proof={"read to its end": self._prefix})
            elif found == effect.payload_hash:
                yield Found(reference=effect.reference)
            else:
                yield Different(evidence={"hash": found})

    def _held(self) -> Iterator[list[str]]:
        rows: list[list[str]] = [[""]] * PAGE
        while len(rows) == PAGE:
            rows = _read(self.erp, self.batch.job, "/entries", prefix=self._prefix, after=rows[-1][0])
            yield from rows

    @property
    def _prefix(self) -> str:
        return f"EB:{self.erp.installation}:{self.erp.company}:{self.batch.job}:"


# -- reading ----------------------------------------------------------------------------------------------------------


def _address(erp: ThisErp, job: str, path: str) -> str:
    return f"{erp.settings.url}/jobs/{job}{path}"


def _read(erp: ThisErp, job: str, path: str, **asked: str) -> Any:
    with only_reading():
        answer = erp.http.get(_address(erp, job, path), params=asked)
    if not answer.ok:
        raise ReadFailed(f"HTTP {answer.status_code}", remedy="Look at the server.")
    return answer.json()


def _cost_codes(erp: ThisErp, job: str) -> Iterator[CostCode]:
    count, rows = 0, [[""]] * PAGE
    while len(rows) == PAGE:
        rows = _read(erp, job, "/cost-codes", after=str(count))
        count += PAGE
        yield from (CostCode(code=code, sub_job=sub_job) for sub_job, code in rows)


def _figures(erp: ThisErp, job: str) -> Iterator[Figure]:
    after, rows = list[str](), [[""]] * PAGE
    while len(rows) == PAGE:
        rows = _read(erp, job, "/figures", after=json.dumps(after))
        for *key, cents in rows:
            total = Decimal(cents).scaleb(-2)
            yield Figure(key=LineKey(*key), original=total, changes=Decimal(0), total=total, route=ROUTE)
        after = rows[-1][:3] if rows else after


def _observation(key: LineKey, total: Decimal) -> Observation:
    return Observation(route=ROUTE, key=key, original=total, changes=Decimal(0), total=total)
