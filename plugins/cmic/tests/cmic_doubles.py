"""Stand-ins for what the core gives an adapter, and CMiC's answers written by hand from what is published of them."""

import json
import logging
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, cast

import requests
from attrs import define, field, frozen

from erp_bridge_cmic.settings import CmicSettings
from erp_bridge_core.contract import (
    Category,
    ChangeHeader,
    CostCode,
    Effect,
    Erp,
    ExportBatch,
    ExportLine,
    JobHeader,
    JobStatus,
    LineKey,
    Part,
    Secret,
    Stream,
    SubJob,
)

BASE = "https://cmic.example.com/cmictest"
JC = f"{BASE}/jc-rest-api/rest/1"
CM = f"{BASE}/cm-rest-api/rest/1"
FRAMEWORK = {"REST-Framework-Version": "4"}
FACTS = {
    "status J1": "P", "status J1-A": "I", "takes PCIs J1": "yes", "takes PCIs J1-A": "yes", "units": "EA LS",
    "PCI type INT": "I COI******** own numbers", "PCI type TFR": "T COT******** own numbers",
    "PCI type OBC": "O COO******** own numbers", "PCI type EXT": "E COE******** own numbers",
}  # fmt: skip


@define
class Clock:
    seconds: float = 0.0

    def now(self) -> datetime:
        return datetime(2026, 4, 8, 12, tzinfo=UTC)

    def today(self) -> date:
        return date(2026, 4, 8)

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


@define
class State:
    values: dict[str, Any] = field(factory=dict)

    def get(self, name: str) -> Any:
        return self.values.get(name)

    def put(self, name: str, value: Any) -> None:
        self.values[name] = value


@frozen(kw_only=True)
class Masters:
    """Masters as the core would index them."""

    facts: Mapping[str, str] = field(factory=lambda: dict(FACTS))
    status: JobStatus = JobStatus.PENDING
    cost_codes: Iterable[CostCode] = (
        CostCode(code="100-10"),
        CostCode(code="100-20", standard=True),
        CostCode(code="100", group=True),
        CostCode(code="900-10", active=False),
    )
    categories: Iterable[Category] = (
        Category(code="L", standard=True),
        Category(code="C", standard=True, kind="control", active=False),
        Category(code="X", standard=True, active=False),
    )

    @property
    def header(self) -> JobHeader:
        return JobHeader(company="cmictest/01", job="J1", name="Bridge", status=self.status, facts=self.facts)

    def sub_job(self, code: str) -> SubJob | None:
        return SubJob(code=code, name="Ramp") if code == "J1-A" else None

    def cost_code(self, code: str, *, sub_job: str = "") -> CostCode | None:
        return next((one for one in self.cost_codes if one.code == code), None)

    def category(self, code: str, *, cost_code: str = "", sub_job: str = "") -> Category | None:
        return next((one for one in self.categories if one.code == code), None)


def make_settings(**settings: Any) -> CmicSettings:
    """Settings of company 01."""
    given = {"base_url": BASE, "company": "01", "client_id": "ACME", "user": "API", "password": Secret("pw")}
    return CmicSettings(**{**given, **settings})


def make_erp(masters: Masters | None = None, **settings: Any) -> Erp[CmicSettings]:
    """A connection to company 01."""
    nowhere = cast("Any", None)
    return Erp(
        name="cmic",
        company="ours",
        settings=make_settings(**settings),
        http=requests.Session(),
        files=nowhere,
        clock=Clock(),
        masters=masters or Masters(),
        maps=nowhere,
        state=State(),
        log=logging.LoggerAdapter(logging.getLogger("test")),
        installation="A1",
        job="J1",
    )


def page(rows: list[dict[str, Any]], *, more: bool = False, **other: Any) -> str:
    """A collection's envelope, with links that can't be followed."""
    shown = [{**row, "links": [{"rel": "self", "href": "http://cmic.example.com:80/x"}]} for row in rows]
    body = {"items": shown, "count": len(rows), "hasMore": more, "limit": 1000, **other}
    return json.dumps(body)


def line(number: int, code: str = "100-10", amount: str = "10.00", **more: Any) -> ExportLine:
    """A batch line; an original one on the control job unless told otherwise."""
    key = LineKey(more.pop("sub_job", ""), code, more.pop("category", "L"))
    change = more.pop("change", None)
    part = Part.ORIGINAL if change is None else Part.CHANGE
    return ExportLine(number=number, key=key, ours=key, part=part, amount=Decimal(amount), change=change, **more)


def header(number: str, amount: str = "0.00", *, transfer: bool | None = None) -> ChangeHeader:
    """A budget change's header."""
    whole = Decimal(amount)
    return ChangeHeader(
        number=number, date=date(2026, 3, 1), description="Change", lines=1, amount=whole,
        transfer=whole == 0 if transfer is None else transfer,
    )  # fmt: skip


def make_batch(*lines: ExportLine, headers: tuple[ChangeHeader, ...] = ()) -> ExportBatch:
    """A batch of these lines."""
    return ExportBatch(
        item="7", version=1, company="ours", project="P1", project_name="Bridge", job="J1", currency="USD", digits=2,
        first_export=True, content_hash="0" * 64, line_count=len(lines), original=Decimal(0), changes=Decimal(0),
        change_headers=headers, lines=Stream(lambda: lines), totals=Stream(lambda: ()),
    )  # fmt: skip


def effect(operation: str, request: Mapping[str, Any]) -> Effect:
    """An effect as the ledger would give it."""
    return Effect(
        key="k", reference="r", operation=operation, group="g", generation=1, ordinal=1, payload_hash="0" * 64,
        request=request, lines=Stream(lambda: (1,)),
    )  # fmt: skip
