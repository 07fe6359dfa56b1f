"""A stranger's client of Procore's API, written with `requests` from what is published, and people at the desk."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
from attrs import define, field, frozen

from erp_bridge_core.contract import JobSetup, Served
from erp_bridge_core.simulation import Reply, Request, serve
from erp_bridge_procore.simulator import ProcoreSimulator

CATEGORIES = (("L", "Labor", "labor"), ("M", "Material", "material"))
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
COMPANY = 4261
V1 = "/rest/v1.0"
V2 = f"/rest/v2.0/companies/{COMPANY}"


@frozen
class Desk:
    """The people at one simulated Procore."""

    home: Path

    def do(self, act: str, **arguments: str) -> str:
        """Do an act; what it told, as one text."""
        return "\n".join(ProcoreSimulator().desk()[act].run(self.home, **arguments))

    def switch(self, name: str, value: str) -> None:
        """Set a switch."""
        self.do("switch", name=name, value=value)

    def budget(self, **lines: str) -> None:
        """Give project 24-001 originals by cost type: `L` and `M` on 03-1000."""
        for kind, amount in lines.items():
            self.do("set-line", project="24-001", code=f"03-1000.{kind}", amount=amount)

    def send(self) -> None:
        """Lock the budget of 24-001 and send it."""
        self.do("lock", project="24-001")
        self.do("send", project="24-001")

    def export(self) -> tuple[int, int]:
        """Export the budget of 24-001: the numbers of the request and its detail."""
        words = self.do("export", project="24-001").split()
        return int(words[1]), int(words[4])


@frozen
class Stranger:
    """A client of one served simulator, signed in as the service account."""

    served: Served
    session: requests.Session

    @property
    def url(self) -> str:
        """The API host."""
        return str(self.served.settings["api_url"])

    def app(self, kind: str = "service", **fields: str) -> dict[str, str]:
        """The fields of a token request by one of the apps."""
        names = {"client_id": self.served.settings[f"{kind}_client_id"]}
        return {**names, "client_secret": self.served.secrets[f"{kind}_client_secret"], **fields}

    def token(self, kind: str = "service", **fields: str) -> requests.Response:
        """Ask for a token."""
        return requests.post(f"{self.url}/oauth/token", data=self.app(kind, **fields), timeout=30)

    def sign_in(self) -> None:
        """Have a token by client credentials, and use it from now on."""
        token = self.token(grant_type="client_credentials").json()["access_token"]
        self.session.headers.update({"Authorization": f"Bearer {token}", "Procore-Company-Id": str(COMPANY)})

    def ask(self, method: str, path: str, body: Any = None, **params: Any) -> requests.Response:
        """Any call."""
        return self.session.request(method, f"{self.url}{path}", json=body, params=params, timeout=30)

    def get(self, path: str, **params: Any) -> Any:
        """A GET that must be answered; its document."""
        answer = self.ask("GET", path, **params)
        assert 200 == answer.status_code, answer.text
        return answer.json()

    @property
    def project(self) -> int:
        """The number of project 24-001."""
        (found,) = [each for each in self.get(f"{V1}/projects", company_id=COMPANY) if each["origin_id"] == "24-001"]
        return int(found["id"])

    def wbs(self, flat_code: str = "03-1000.L") -> int:
        """The number of a budget code of 24-001."""
        path = f"{V1}/projects/{self.project}/work_breakdown_structure/wbs_codes"
        (found,) = [each for each in self.get(path) if each["flat_code"] == flat_code]
        return int(found["id"])

    def rows(self, **params: Any) -> list[dict[str, Any]]:
        """The budget rows of 24-001 through the first view."""
        view = self.get(f"{V1}/budget_views")[0]["id"]
        return list(self.get(f"{V1}/budget_views/{view}/detail_rows", project_id=self.project, **params))


@contextmanager
def open_stranger(home: Path) -> Iterator[Stranger]:
    """A client of a simulator that is served until the context ends."""
    with ProcoreSimulator().serve(home) as served, requests.Session() as session:
        stranger = Stranger(served, session)
        stranger.sign_in()
        yield stranger


@define
class Receiver:
    """Somebody who takes webhooks, and answers them with `status`."""

    status: int = 200
    events: list[dict[str, Any]] = field(factory=list)
    headers: list[str] = field(factory=list)
    _changed: threading.Condition = field(factory=threading.Condition)

    def answer(self, request: Request) -> Reply:
        """Take one delivery."""
        with self._changed:
            self.events.append(json.loads(request.body))
            self.headers.append(request.headers.get("authorization", ""))
            self._changed.notify_all()
        return Reply(status=self.status)

    def wait_for(self, count: int) -> list[dict[str, Any]]:
        """The deliveries, once there are so many."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.events) >= count, timeout=30), self.events
            return list(self.events)

    @contextmanager
    def open(self) -> Iterator[str]:
        """Take deliveries until the context ends; the address."""
        with serve(self.answer) as address:
            yield f"{address.url}/hook"
