"""hh2's service as its public clients know it, by hand: log-in, cookies, pages from zero until an empty one."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
import responses
from attrs import define, field

BASE = "https://hoosier.hh2.com"
SETTINGS = {"hh2_url": BASE}
JOB = {"Id": "j1", "Version": 1, "Code": "40891", "Name": "Bridge", "Status": 1, "IsActive": True, "IsArchived": False}
CODES = [
    {"Id": "c1", "JobId": "j1", "Code": "105-06845", "Name": "Engineering", "IsGroupCode": False},
    {"Id": "c2", "JobId": "j1", "Code": "300-000", "Name": None, "IsGroupCode": True},
    {"Id": "c3", "JobId": "j2", "Code": "999-00001", "Name": "", "IsGroupCode": False},
]


def category(code_id: str, category: str, original: str, changes: str = "0.00", *, job: str = "j1") -> dict[str, Any]:
    """A category row with its two figures."""
    return {
        "JobId": job,
        "CostCodeId": code_id,
        "Code": category,
        "Name": "Labor",
        "StandardCategoryAccumulationName": "Labor",
        "OriginalEstimate": original,
        "ApprovedEstimateChanges": changes,
        "Estimate": original,
    }


@define
class Service:
    """Answers from rows; `fail` gives a status for the next reads."""

    result: Any = 5
    page_size: int = 2
    expire_after: int | None = None
    statuses: list[int] = field(factory=list)
    repeat: bool = False
    sign_ins: int = 0
    queries: list[str] = field(factory=list)
    rows: dict[str, list[dict[str, Any]]] = field(
        factory=lambda: {
            "/jobs": [JOB, {**JOB, "Id": "j2", "Code": "50000"}],
            "/jobs/costcodes": CODES,
            "/jobs/categories": [category("c1", "LAB", "10300.00", "250.25")],
            "/costcodes": [{"Code": "301-00010", "Name": "Base", "IsGroupCode": False}],
            "/categories": [{"Code": "LAB", "Name": "Labor", "AccumulationName": "Labor"}],
        }
    )

    def sign_in(self, request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        self.sign_ins += 1
        assert {"ApiKey", "ApiSecret", "Username", "Password"} == set(json.loads(request.body or "{}"))
        cookie = f".ASPXAUTH=s{self.sign_ins}; path=/"
        return 200, {"Set-Cookie": cookie}, json.dumps({"Result": self.result})

    def read(self, request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        parts = urlsplit(str(request.url))
        query = {name: int(values[0]) for name, values in parse_qs(parts.query).items()}
        self.queries.append(f"{parts.path.rpartition('JobCost.svc')[2]}?{parts.query}")
        if self.statuses:
            return self.statuses.pop(0), {}, "{}"
        if f".ASPXAUTH=s{self.sign_ins}" not in request.headers.get("Cookie", "") or self._expired():
            return 401, {}, "{}"
        page = 0 if self.repeat else query["page"]
        rows = self.rows[parts.path.rpartition("JobCost.svc")[2]][page * self.page_size : (page + 1) * self.page_size]
        # Amounts are written as bare JSON numbers, with their two decimals.
        text = json.dumps(rows)
        for row in rows:
            for name in ("OriginalEstimate", "ApprovedEstimateChanges", "Estimate"):
                if isinstance(row.get(name), str):
                    text = text.replace(f'"{name}": "{row[name]}"', f'"{name}": {row[name]}')
        return 200, {}, text

    def _expired(self) -> bool:
        if self.expire_after is None:
            return False
        self.expire_after -= 1
        return self.expire_after == -1

    def register(self, mock: responses.RequestsMock) -> "Service":
        mock.add_callback(responses.POST, f"{BASE}/Api/Security/V3/Session.svc/authenticate", callback=self.sign_in)
        for resource in self.rows:
            mock.add_callback(responses.GET, f"{BASE}/JobCosting/Api/V1/JobCost.svc{resource}", callback=self.read)
        return self
