"""A Data Exchange by hand: descriptions, replies and rows as the vendor's pages and public clients show them."""

import re
from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape

import requests
import responses
from attrs import define, field

from erp_bridge_spectrum.services import SENT

BASE = "https://acme.example:8482"
JOB = "40891"
TYPES = "http://www.northgate-is.com/proiv/webservices/types"
ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
FAULT = (
    f'<SOAP-ENV:Envelope xmlns:SOAP-ENV="{ENVELOPE}"><SOAP-ENV:Body><SOAP-ENV:Fault><faultcode>SOAP-ENV:Server'
    "</faultcode><faultstring>Error executing Web Service</faultstring></SOAP-ENV:Fault></SOAP-ENV:Body>"
    "</SOAP-ENV:Envelope>"
)


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
