"""A stranger's client of CMiC's REST service, written with `requests` alone, and the hands of a person at the desk."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import requests
from attrs import frozen

from erp_bridge_cmic.simulator import CmicSimulator
from erp_bridge_core.contract import JobSetup, Served

CATEGORIES = (("L", "Labor", "labor"), ("M", "Material", "material"), ("S", "Subcontract", "subcontract"))
JOBS = (
    JobSetup(
        job="24-001",
        name="Bridge",
        sub_jobs=(("A1", "Curbs"),),
        cost_codes=(("", "03-1000", "Concrete"), ("", "05-1000", "Steel"), ("A1", "03-1000", "Concrete")),
        categories=CATEGORIES,
    ),
    JobSetup(job="24-002", name="Road", cost_codes=(("", "02-1000", "Asphalt"),), categories=CATEGORIES),
)
SUB_JOB = "24-001-A1"
STRUCTURED = {"Accept": "application/json", "Rest-Framework-Version": "4"}
ACTION = {"Content-Type": "application/vnd.oracle.adf.action+json"}


def row(phase: str = "03-1000", category: str = "L", amount: Any = 100, *, job: str = "24-001") -> dict[str, Any]:
    """A budget row as the documentation has it, with the assumed name of its amount."""
    return {
        "JcatCompCode": "001",
        "JcatJobCode": job,
        "JcatPhsCode": phase,
        "JcatCode": category,
        "JcatCatActiveFlag": "Y",
        "JcatCostToComplOvrdFlg": "N",
        "JcatExclCostBudgWip": "N",
        "JcatExclCostWip": "N",
        "JcatVUuid": "",
        "JcatBudgAmt": amount,
    }


def header(number: str = "COI00000001", *, kind: str = "INT", status: str = "APPROVED") -> dict[str, Any]:
    """A PCI header with every attribute that the documentation requires."""
    return {
        "CmmCompCode": "001",
        "CmmJobCode": "24-001",
        "CmmTypeCode": kind,
        "CmmCode": number,
        "CmmName": "Added curbs",
        "CmmRefDate": "2026-03-01",
        "CmmPrepostStatCode": status,
        "CmmCalcProjAmtMethod": "A",
        "CmmVUuid": "",
    }


def line(amount: Any, *, number: str = "COI00000001", category: str = "L", job: str = "24-001") -> dict[str, Any]:
    """A PCI line."""
    return {
        "CmdCompCode": "001",
        "CmdMastJobCode": "24-001",
        "CmdJobCode": job,
        "CmdChgCode": number,
        "CmdPhsCode": "03-1000",
        "CmdCatCode": category,
        "CmdPostingFlag": "UNPOSTED",
        "CmdVUuid": "",
        "CmdCostAmt": amount,
    }


@frozen
class Client:
    """A client of one served simulator, signed in by name and password."""

    home: Path
    served: Served
    session: requests.Session

    def url(self, name: str) -> str:
        """The address of a resource, by the module its name begins with."""
        module = "cm" if name == "postcm" else name[:2] if name[:2] in ("jc", "cm", "pm") else "sys"
        return f"{self.served.settings['base_url']}/{module}-rest-api/rest/1/{name}"

    def get(self, name: str, **query: Any) -> requests.Response:
        """GET one page or one row."""
        return self.session.get(self.url(name), params=query)

    def items(self, name: str, **query: Any) -> list[dict[str, Any]]:
        """All rows, in pages."""
        found: list[dict[str, Any]] = []
        while True:
            page = self.get(name, **{"limit": 1000, **query, "offset": len(found)}).json(parse_float=Decimal)
            found += page["items"]
            if not page["hasMore"]:
                return found

    def post(self, name: str, body: Any) -> requests.Response:
        """POST a new row."""
        return self.session.post(self.url(name), json=body)

    def made(self, name: str, body: Any) -> dict[str, Any]:
        """POST a new row that must be taken; the row."""
        response = self.post(name, body)
        assert 201 == response.status_code, response.text
        return dict(response.json())

    def patch(self, name: str, vuuid: str, **changes: Any) -> requests.Response:
        """PATCH a row."""
        return self.session.patch(f"{self.url(name)}/{vuuid}", json=changes)

    def post_pci(self, number: str = "COI00000001", day: str = "2026-03-02") -> str:
        """Post a PCI; the result."""
        parameters = [{"compCode": "001"}, {"jobCode": "24-001"}, {"chgCode": number}, {"postDate": day}]
        body = {"name": "postCm", "parameters": parameters}
        response = self.session.post(self.url("postcm"), json=body, headers=ACTION)
        assert 200 == response.status_code, response.text
        return str(response.json()["result"])

    def pci(self, *amounts: Any, number: str = "COI00000001", kind: str = "INT", status: str = "APPROVED") -> str:
        """A PCI with lines on the labor row; its VUUID."""
        made = self.made("cmmast", header(number, kind=kind, status=status))
        for amount in amounts:
            self.made("cmdetail", line(amount, number=number))
        return str(made["CmmVUuid"])

    def figures(self, name: str = "JcatCurrBudgAmt") -> dict[str, str]:
        """One figure of every row."""
        return {
            f"{found['JcatJobCode']} {found['JcatPhsCode']} {found['JcatCode']}": str(found[name])
            for found in self.items("jcjobcategory")
        }

    def do(self, act: str, **arguments: str) -> str:
        """Do an act at the desk; what it told, as one text."""
        return "\n".join(CmicSimulator().desk()[act].run(self.home, **arguments))

    def switch(self, name: str, value: str) -> None:
        """Set a switch."""
        self.do("switch", name=name, value=value)

    def books(self, job: str = "24-001") -> dict[str, tuple[str, str, int, int]]:
        """Original, changes, and how many entries made each up, from the simulator's own books."""
        return {
            str(entry.key): (str(entry.original), str(entry.changes), entry.original_entries, entry.change_entries)
            for entry in CmicSimulator().ledger(self.home, job)
        }
