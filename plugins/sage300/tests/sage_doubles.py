"""Stand-ins for what the core gives an adapter: a real folder as the share, a ledger that only keeps the plan."""

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

import requests
from attrs import define, field, frozen

from erp_bridge_core.contract import (
    Category,
    ChangeHeader,
    CostCode,
    Effect,
    Erp,
    ExportBatch,
    ExportLine,
    ExportReceipt,
    FileFact,
    JobHeader,
    JobStatus,
    LineKey,
    Part,
    PlannedEffect,
    Stream,
    SubJob,
)
from erp_bridge_core.contract.errors import LedgerConflict, ReadFailed
from erp_bridge_sage300.settings import Sage300Settings

TODAY = date(2026, 4, 8)
OPEN_JOB = JobHeader(company="Hoosier", job="40891", name="Bridge", status=JobStatus.OPEN)


@define
class FolderFiles:
    """The contract's `Files` over a folder; `fail_at` names a call that fails once, as a killed worker would."""

    root: Path
    fail_at: str = ""
    log: list[str] = field(factory=list)

    def _step(self, name: str, path: str) -> None:
        self.log.append(f"{name} {path}")
        if self.fail_at and f"{name} {path}".startswith(self.fail_at):
            self.fail_at = ""
            raise KeyboardInterrupt(name)

    def _at(self, path: str) -> Path:
        place = self.root / path
        if not place.parent.is_dir():
            raise ReadFailed(f"{place.parent} is not there")
        return place

    def exists(self, path: str) -> bool:
        return self._at(path).is_file()

    def list(self, folder: str) -> tuple[FileFact, ...]:
        place = self._at(folder)
        if not place.is_dir():
            raise ReadFailed(f"{place} is not there")
        return tuple(self._fact(one) for one in sorted(place.iterdir()) if one.is_file())

    def _fact(self, place: Path) -> FileFact:
        stat = place.stat()
        return FileFact(
            path=PurePosixPath(place.relative_to(self.root).as_posix()),
            size=stat.st_size,
            modified=datetime.fromtimestamp(stat.st_mtime, UTC),
        )

    def open(self, path: str) -> BinaryIO:
        try:
            return self._at(path).open("rb")
        except OSError as error:
            raise ReadFailed(f"{path} can't be opened") from error

    def sha256(self, path: str) -> str:
        with self.open(path) as stream:
            return hashlib.sha256(stream.read()).hexdigest()

    def write_new(self, path: str, chunks: Iterator[bytes]) -> FileFact:
        self._step("write_new", path)
        place = self._at(path)
        if place.exists():
            raise LedgerConflict(f"{path} exists")
        place.write_bytes(b"".join(chunks))
        return self._fact(place)

    def move(self, source: str, target: str) -> FileFact:
        self._step("move", source)
        old, new = self._at(source), self._at(target)
        if new.exists() and not new.samefile(old):
            raise LedgerConflict(f"{target} exists")
        if new.exists():
            old.unlink()  # two names of one file: a move that was cut short
        else:
            old.rename(new)
        return self._fact(self._at(target))

    def make_folder(self, path: str) -> None:
        (self.root / path).mkdir(exist_ok=True)

    def full_path(self, path: str) -> str:
        return str(self.root / path)


@define
class MemoryState:
    values: dict[str, Any] = field(factory=dict)

    def get(self, name: str) -> Any:
        return self.values.get(name)

    def put(self, name: str, value: Any) -> None:
        self.values[name] = value


@frozen
class FixedClock:
    def now(self) -> datetime:
        return datetime(2026, 4, 8, 12, tzinfo=UTC)

    def today(self) -> date:
        return TODAY

    def monotonic(self) -> float:
        return 0.0

    def sleep(self, seconds: float) -> None:
        return None


@define
class KnownMasters:
    """Masters as the core would index them."""

    header: JobHeader = OPEN_JOB
    sub_jobs: Mapping[str, SubJob] = field(factory=lambda: {"20": SubJob(code="20", name="Ramp")})
    cost_codes: Iterable[CostCode] = (
        CostCode(code="105-06845"),
        CostCode(code="202-00010"),
        CostCode(code="301-00010", standard=True),
        CostCode(code="300-000", group=True),
        CostCode(code="900-00001", active=False),
    )
    categories: Iterable[Category] = (
        Category(code="LAB", standard=True),
        Category(code="MAT", standard=True),
    )

    def sub_job(self, code: str) -> SubJob | None:
        return self.sub_jobs.get(code)

    def cost_code(self, code: str, *, sub_job: str = "") -> CostCode | None:
        found = [one for one in self.cost_codes if one.code == code and (one.standard or one.sub_job == sub_job)]
        return min(found, key=lambda one: one.standard, default=None)

    def category(self, code: str, *, cost_code: str = "", sub_job: str = "") -> Category | None:
        return next((one for one in self.categories if one.code == code), None)


class NoMaps:
    def get(self, kind: str, ours: str) -> str | None:
        return None


def make_erp(root: Path, **settings: Any) -> Erp[Sage300Settings]:
    """A connection to the company Hoosier with its share in a folder."""
    return Erp(
        name="sage",
        company="ours",
        settings=Sage300Settings(**{"company": "Hoosier", **settings}),
        http=requests.Session(),
        files=FolderFiles(root),
        clock=FixedClock(),
        masters=KnownMasters(),
        maps=NoMaps(),
        state=MemoryState(),
        log=logging.LoggerAdapter(logging.getLogger("test")),
        installation="A1",
        job="40891",
    )


def line(number: int, code: str, amount: str, **more: Any) -> ExportLine:
    """A batch line; an original one in category LAB on the job itself unless told otherwise."""
    key = LineKey(more.pop("extra", ""), code, more.pop("category", "LAB"))
    change = more.pop("change", None)
    part = Part.ORIGINAL if change is None else Part.CHANGE
    return ExportLine(number=number, key=key, ours=key, part=part, amount=Decimal(amount), change=change, **more)


LINES = (
    line(1, "105-06845", "10300.00", description="Engineering", quantity=Decimal("1.0"), unit="LS"),
    line(2, "202-00010", "-12.50", category="MAT"),
    line(3, "105-06845", "500.00", extra="20"),
    line(4, "105-06845", "250.25", change="7"),
    line(5, "202-00010", "-250.25", change="7", category="MAT"),
)


def make_batch(lines: Iterable[ExportLine] = LINES, **more: Any) -> ExportBatch:
    """A batch of these lines."""
    held = tuple(lines)
    originals = sum((one.amount for one in held if one.part is Part.ORIGINAL), Decimal(0))
    changes = [one for one in held if one.part is Part.CHANGE]
    headers = tuple(
        ChangeHeader(
            number=number,
            date=TODAY,
            description=f"Change {number}",
            lines=sum(one.change == number for one in changes),
            amount=sum((one.amount for one in changes if one.change == number), Decimal(0)),
        )
        for number in dict.fromkeys(one.change for one in changes)
        if number is not None
    )
    values: dict[str, Any] = {
        "item": "item-1",
        "version": 1,
        "company": "ours",
        "project": "p",
        "project_name": "Bridge",
        "job": "40891",
        "currency": "USD",
        "digits": 2,
        "first_export": True,
        "content_hash": "h",
        "line_count": len(held),
        "original": originals,
        "changes": sum((one.amount for one in changes), Decimal(0)),
        "change_headers": headers,
        "lines": Stream(lambda: held),
        "totals": Stream(lambda: ()),
    }
    return ExportBatch(**{**values, **more})


def make_receipt(keys: Iterable[LineKey] | None = None) -> ExportReceipt:
    """A receipt of these keys."""
    held = tuple(keys) if keys is not None else tuple(dict.fromkeys(one.key for one in LINES))
    return ExportReceipt(
        item="item-1",
        version=1,
        company="ours",
        job="40891",
        erp_company="Hoosier",
        currency="USD",
        digits=2,
        keys=Stream(lambda: held),
    )


class EasyAttempt:
    number = 1
    seconds_left = 60.0

    def __init__(self, *, lost: BaseException | None = None) -> None:
        self.lost = lost

    def check(self) -> None:
        if self.lost is not None:
            raise self.lost


@define
class KeptEffects:
    """Plans as the ledger would, and keeps effects and operations for a test to drive."""

    lines: tuple[int, ...]
    generation: int = 1
    planned: dict[str, list[Effect]] = field(factory=dict)
    operations: dict[str, Any] = field(factory=dict)
    reserved: dict[str, str] = field(factory=dict)

    def plan(self, group: str, build: Callable[[int], Iterable[PlannedEffect]]) -> None:
        if group in self.planned:
            return
        self.planned[group] = [
            self._effect(group, ordinal, plan) for ordinal, plan in enumerate(build(self.generation), start=1)
        ]

    def _effect(self, group: str, ordinal: int, plan: PlannedEffect) -> Effect:
        numbers = tuple(plan.lines)
        reference = f"{group[0].upper()}{ordinal}G{self.generation}"
        return Effect(
            key=f"key-{reference}",
            reference=reference,
            operation=plan.operation,
            group=group,
            generation=self.generation,
            ordinal=ordinal,
            payload_hash=plan.payload_hash,
            request=plan.request,
            lines=Stream(lambda: numbers),
        )

    def lines_to_send(self) -> Stream[int]:
        return Stream(lambda: self.lines)

    def reserve(self, name: str, build: Callable[[], str]) -> str:
        return self.reserved.setdefault(name, build())

    def run(self, operations: Mapping[str, Any]) -> None:
        self.operations = dict(operations)
