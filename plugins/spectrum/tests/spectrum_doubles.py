"""Stand-ins for what the core gives an adapter."""

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import requests
from attrs import define, evolve, field
from data_exchange import BASE, JOB

from erp_bridge_core.contract import (
    Category,
    ChangeHeader,
    CostCode,
    Effect,
    Erp,
    ExportBatch,
    ExportLine,
    ExportReceipt,
    JobHeader,
    JobStatus,
    KeyTotal,
    LineKey,
    Part,
    PlannedEffect,
    Secret,
    Stream,
)
from erp_bridge_spectrum.settings import SpectrumSettings

TODAY = date(2026, 4, 8)
HEADER = JobHeader(
    company="100", job=JOB, name="Bridge", status=JobStatus.OPEN, facts={"status": "Active", "customer": "OWNER"}
)


# -- the core's side ---------------------------------------------------------------------------------------------------


@define
class FixedClock:
    """A clock that moves only by sleeping."""

    seconds: float = 0.0

    def now(self) -> datetime:
        return datetime(2026, 4, 8, 12, tzinfo=UTC)

    def today(self) -> date:
        return TODAY

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


@define
class MemoryState:
    values: dict[str, Any] = field(factory=dict)

    def get(self, name: str) -> Any:
        return self.values.get(name)

    def put(self, name: str, value: Any) -> None:
        self.values[name] = value


@define
class KnownMasters:
    """Masters as the core would index them."""

    header: JobHeader = HEADER
    cost_codes: Iterable[CostCode] = (CostCode(code="105-06845"), CostCode(code="202-00010"))
    categories: Iterable[Category] = (
        Category(code="L", standard=True),
        Category(code="M", standard=True),
        Category(code="L", cost_code="105-06845"),
        Category(code="M", cost_code="202-00010", active=False),
    )

    def sub_job(self, code: str) -> None:
        return None

    def cost_code(self, code: str, *, sub_job: str = "") -> CostCode | None:
        return next((one for one in self.cost_codes if one.code == code), None)

    def category(self, code: str, *, cost_code: str = "", sub_job: str = "") -> Category | None:
        found = [one for one in self.categories if one.code == code and one.cost_code in {"", cost_code}]
        return max(found, key=lambda one: bool(one.cost_code), default=None)


class NoMaps:
    def get(self, kind: str, ours: str) -> str | None:
        return None


SpectrumErp = Erp[SpectrumSettings]


def make_erp(masters: KnownMasters | None = None, **settings: Any) -> SpectrumErp:
    """A connection to company 100, whose phases are written 999-99999."""
    values = {
        "url": BASE,
        "company": "100",
        "authorization_id": Secret("the authorization id"),
        "phase_mask": "999-99999",
        "cost_types": {"L": "Labor", "M": "Material"},
    }
    return Erp(
        name="spectrum",
        company="ours",
        settings=SpectrumSettings(**{**values, **settings}),
        http=requests.Session(),
        files=None,  # type: ignore[arg-type]
        clock=FixedClock(),
        masters=masters or KnownMasters(),
        maps=NoMaps(),
        state=MemoryState(),
        log=logging.LoggerAdapter(logging.getLogger("test")),
        installation="A1",
        job=JOB,
    )


# -- batches -----------------------------------------------------------------------------------------------------------


def line(number: int, code: str, amount: str, **more: Any) -> ExportLine:
    """A batch line; an original one of cost type L unless told otherwise."""
    key = LineKey("", code, more.pop("category", "L"))
    change = more.pop("change", None)
    part = Part.ORIGINAL if change is None else Part.CHANGE
    return ExportLine(number=number, key=key, ours=key, part=part, amount=Decimal(amount), change=change, **more)


LINES = (
    line(1, "105-06845", "10300.00", description="Engineering", quantity=Decimal("2.00"), unit="LS"),
    line(2, "202-00010", "-12.50", category="M", description="Clearing"),
    line(3, "105-06845", "250.25", change="7"),
)


def total_of_key(key: LineKey, lines: Iterable[ExportLine], before: str | None, **more: Any) -> KeyTotal:
    """What a key's lines add up to on top of what stood before."""
    own = [one for one in lines if one.key == key]
    sums = {part: sum((one.amount for one in own if one.part is part), Decimal("0.00")) for part in Part}
    values: dict[str, Any] = {
        "sent_original": sums[Part.ORIGINAL],
        "sent_changes": sums[Part.CHANGE],
        "exported_original": Decimal("0.00"),
        "exported_changes": Decimal("0.00"),
        "before_total": None if before is None else Decimal(before),
    }
    return KeyTotal(key=key, ours=key, **{**values, **more})


def make_batch(
    lines: Iterable[ExportLine] = LINES, *, before: Mapping[str, str] | None = None, **more: Any
) -> ExportBatch:
    """A batch of these lines; `before` are Spectrum's figures at accept by cost code, `exported` what went before."""
    held = tuple(lines)
    exported = {name: Decimal(amount) for name, amount in more.pop("exported", {}).items()}
    keys = dict.fromkeys(one.key for one in held)
    totals = [
        total_of_key(
            key, held, (before or {}).get(key.cost_code), exported_original=exported.get(key.cost_code, Decimal("0.00"))
        )
        for key in keys
    ]
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
        "job": JOB,
        "currency": "USD",
        "digits": 2,
        "first_export": before is None,
        "content_hash": "h",
        "line_count": len(held),
        "original": sum((one.amount for one in held if one.part is Part.ORIGINAL), Decimal(0)),
        "changes": sum((one.amount for one in changes), Decimal(0)),
        "change_headers": headers,
        "lines": Stream(lambda: held),
        "totals": Stream(lambda: totals),
    }
    return ExportBatch(**{**values, **more})


def make_receipt(keys: Iterable[LineKey] | None = None) -> ExportReceipt:
    """A receipt of these keys."""
    held = tuple(keys) if keys is not None else tuple(dict.fromkeys(one.key for one in LINES))
    return ExportReceipt(
        item="item-1", version=1, company="ours", job=JOB, erp_company="100", currency="USD", digits=2,
        keys=Stream(lambda: held),
    )  # fmt: skip


class EasyAttempt:
    number = 1
    seconds_left = 60.0

    def check(self) -> None:
        return None


@define
class KeptEffects:
    """Plans as the ledger would, and keeps effects and operations for a test to drive."""

    lines: tuple[int, ...]
    generation: int = 1
    planned: dict[str, list[Effect]] = field(factory=dict)
    operations: dict[str, Any] = field(factory=dict)
    reserved: dict[str, str] = field(factory=dict)

    def plan(self, group: str, build: Callable[[int], Iterable[PlannedEffect]]) -> None:
        if group not in self.planned:
            plans = enumerate(build(self.generation), start=1)
            self.planned[group] = [effect_of(plan, group=group, ordinal=ordinal) for ordinal, plan in plans]

    def lines_to_send(self) -> Stream[int]:
        return Stream(lambda: self.lines)

    def reserve(self, name: str, build: Callable[[], str]) -> str:
        if name not in self.reserved:
            self.reserved[name] = build()
        return self.reserved[name]

    def run(self, operations: Mapping[str, Any]) -> None:
        self.operations = dict(operations)

    @property
    def all(self) -> list[Effect]:
        return [effect for group in self.planned.values() for effect in group]


def effect_of(plan: PlannedEffect, *, group: str = "g", ordinal: int = 1) -> Effect:
    """A planned effect as the ledger stored it."""
    numbers = tuple(plan.lines)
    return Effect(
        key=f"{group}-{ordinal}", reference=f"{group}-{ordinal}", operation=plan.operation, group=group, generation=1,
        ordinal=ordinal, payload_hash=plan.payload_hash, request=plan.request, lines=Stream(lambda: numbers),
    )  # fmt: skip


def with_clock(erp: SpectrumErp, clock: FixedClock) -> SpectrumErp:
    """The same connection under another clock."""
    return evolve(erp, clock=clock)
