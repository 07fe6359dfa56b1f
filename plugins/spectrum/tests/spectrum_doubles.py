"""Stand-ins for what the core gives an adapter, and a Data Exchange by hand that answers what a test says."""

import logging
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

import requests
import responses
from attrs import define, evolve, field

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
from erp_bridge_spectrum.services import SENT
from erp_bridge_spectrum.settings import SpectrumSettings

BASE = "https://acme.example:8482"
TODAY = date(2026, 4, 8)
JOB = "40891"
HEADER = JobHeader(
    company="100", job=JOB, name="Bridge", status=JobStatus.OPEN, facts={"status": "Active", "customer": "OWNER"}
)
TYPES = "http://www.northgate-is.com/proiv/webservices/types"
ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
FAULT = (
    f'<SOAP-ENV:Envelope xmlns:SOAP-ENV="{ENVELOPE}"><SOAP-ENV:Body><SOAP-ENV:Fault><faultcode>SOAP-ENV:Server'
    "</faultcode><faultstring>Error executing Web Service</faultstring></SOAP-ENV:Fault></SOAP-ENV:Body>"
    "</SOAP-ENV:Envelope>"
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


# -- Spectrum's side ---------------------------------------------------------------------------------------------------


def wsdl(method: str, *, without: Iterable[str] = (), beside: str = "", extra: Iterable[str] = ()) -> str:
    """A description of a service with the elements that we send, and some that we don't."""
    left_out = set(without)
    names = [name for name in (*SENT[method], *extra) if name not in left_out]
    elements = "".join(f'<xsd:element name="{name}" type="xsd:string"/>' for name in names)
    return f"""<?xml version="1.0"?>
<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:s="http://schemas.xmlsoap.org/wsdl/soap/"
  xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:t="{TYPES}" targetNamespace="{TYPES}">
 {beside}
 <types><xsd:schema targetNamespace="{TYPES}"><xsd:element name="{method}"><xsd:complexType><xsd:sequence>{elements}
  </xsd:sequence></xsd:complexType></xsd:element><xsd:element name="{method}Response" type="xsd:string"/>
 </xsd:schema></types>
 <message name="in"><part name="p" element="t:{method}"/></message>
 <message name="out"><part name="p" element="t:{method}Response"/></message>
 <portType name="P"><operation name="{method}"><input message="t:in"/><output message="t:out"/></operation></portType>
 <binding name="B" type="t:P"><s:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>
  <operation name="{method}"><s:operation soapAction="x"/><input><s:body use="literal"/></input>
  <output><s:body use="literal"/></output></operation></binding>
 <service name="S"><port name="B" binding="t:B"><s:address location="https://elsewhere.example/ws"/></port></service>
</definitions>"""


def put_reply(method: str, *said: tuple[str, str, str]) -> str:
    """A Put's answer: code, text and element of each thing said."""
    rows = "".join(
        f"<response><error_code>{code}</error_code><desc>{escape(text)}</desc><column>{column}</column></response>"
        for code, text, column in said
    )
    return _envelope(method, rows)


def get_reply(method: str, rows: Iterable[Mapping[str, str]]) -> str:
    """A Get's answer."""
    inner = "".join(
        "<response>" + "".join(f"<{name}>{escape(text)}</{name}>" for name, text in row.items()) + "</response>"
        for row in rows
    )
    name = method[0].lower() + method[1:]
    return _envelope(method, f"<{name}>{inner}</{name}>")


def _envelope(method: str, content: str) -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><SOAP-ENV:Envelope xmlns:SOAP-ENV="{ENVELOPE}"><SOAP-ENV:Header/>'
        f'<SOAP-ENV:Body><nis:{method}Response xmlns:nis="{TYPES}"><returnArray><returnData>{content}</returnData>'
        f"</returnArray></nis:{method}Response></SOAP-ENV:Body></SOAP-ENV:Envelope>"
    )


def phase_row(phase: str, cost_type: str, cost: str, **more: str) -> dict[str, str]:
    """A row of GetPhase."""
    row = {
        "Company_Code": "100", "Job_Number": f"     {JOB}", "Phase_Code": phase, "Cost_Type": cost_type,
        "Description": "Engineering", "Status_Code": "A", "Unit_of_Measure": "LS", "Estimated_Quantity": "0.00",
        "Current_Estimated_Dollars": cost, "Error_Code": "", "Error_Description": "", "Error_Column": "",
    }  # fmt: skip
    return {**row, **more}


def job_row(job: str = JOB, **more: str) -> dict[str, str]:
    """A row of GetJob."""
    row = {
        "Company_Code": "100", "Job_Number": f"  {job}", "Job_Description": "Bridge", "Division": "1",
        "Customer_Code": "OWNER", "Status_Code": "A", "Contract_Number": "C1", "Error_Code": "",
    }  # fmt: skip
    return {**row, **more}


Answer = tuple[int, str] | str | Exception


@define
class Server:
    """Data Exchange by hand: `phases` and `jobs` are its rows, `answers` what comes instead, one call after another."""

    phases: list[dict[str, str]] = field(factory=list)
    jobs: list[dict[str, str]] = field(factory=lambda: [job_row()])
    answers: dict[str, list[Answer]] = field(factory=dict)
    wsdls: dict[str, str] = field(factory=dict)
    calls: list[tuple[str, dict[str, str]]] = field(factory=list)
    headers: list[Mapping[str, str]] = field(factory=list)
    read_wsdls: list[str] = field(factory=list)

    def register(self, mock: responses.RequestsMock) -> "Server":
        mock.add_callback(responses.GET, re.compile(rf"{BASE}/wsdls/\w+\.jws"), callback=self._wsdl)
        mock.add_callback(responses.POST, re.compile(rf"{BASE}/ws/\w+"), callback=self._call)
        return self

    def asked(self, method: str) -> list[dict[str, str]]:
        """The calls of a method, as element and text."""
        return [values for name, values in self.calls if name == method]

    def _wsdl(self, request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        method = str(request.url).rpartition("/")[2].removesuffix(".jws")
        self.read_wsdls.append(method)
        return 200, {}, self.wsdls.get(method) or wsdl(method)

    def _call(self, request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        method = str(request.url).rpartition("/")[2]
        body = request.body.decode() if isinstance(request.body, bytes) else str(request.body)
        values = dict(re.findall(r"<(\w+)>([^<]*)</\1>", body))
        self.calls.append((method, values))
        self.headers.append(dict(request.headers))
        queue = self.answers.get(method)
        answer = queue.pop(0) if queue else self._usual(method, values)
        if isinstance(answer, Exception):
            raise answer
        return (200, {}, answer) if isinstance(answer, str) else (answer[0], {}, answer[1])

    def _usual(self, method: str, values: Mapping[str, str]) -> str:
        if method == "GetJob":
            return get_reply(method, self._of_status(self.jobs, values))
        if method == "GetPhase":
            wanted = values.get("pCost_Type", "")
            rows = [row for row in self.phases if wanted in {"", row["Cost_Type"]}]
            return get_reply(method, self._of_status(rows, values))
        return put_reply(method)

    def _of_status(self, rows: list[dict[str, str]], values: Mapping[str, str]) -> list[dict[str, str]]:
        return [row for row in rows if row.get("Status_Code", "A") in (values.get("pStatus_Code") or "AI")]


def with_clock(erp: SpectrumErp, clock: FixedClock) -> SpectrumErp:
    """The same connection under another clock."""
    return evolve(erp, clock=clock)
