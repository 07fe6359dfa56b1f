"""The hh2-shaped service, read with a stranger's client: plain requests and nothing of this project."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import requests
from attrs import frozen
from simulator.office import Office, category_record, job_record

from erp_bridge_core.contract import Served
from erp_bridge_sage300.simulator import SageSimulator

JOB_COSTING = "/JobCosting/Api/V1/JobCost.svc/"
NAMES = {"ApiKey": "hh2_api_key", "ApiSecret": "hh2_api_secret", "Username": "hh2_username", "Password": "hh2_password"}


@frozen
class Client:
    """A client with one session."""

    served: Served
    session: requests.Session

    def sign_in(self, **wrong: str) -> int:
        """Sign in, with single credentials wrong; the result code."""
        given = {name: self.served.secrets[secret] for name, secret in NAMES.items()} | wrong
        return int(self.post("/Api/Security/V3/Session.svc/authenticate", given).json()["Result"])

    def post(self, path: str, body: object) -> requests.Response:
        """POST JSON."""
        return self.session.post(self.served.settings["hh2_url"] + path, json=body)

    def get(self, name: str, **query: str) -> requests.Response:
        """GET one page."""
        return self.session.get(f"{self.served.settings['hh2_url']}{JOB_COSTING}{name}", params=query)

    def rows(self, name: str, **query: str) -> list[dict[str, Any]]:
        """All rows: pages from 0 until an empty array."""
        found: list[dict[str, Any]] = []
        for page in range(100):
            rows = self.get(name, page=str(page), **query).json(parse_float=Decimal)
            if not rows:
                return found
            found += rows
        raise AssertionError("no end of pages")


@pytest.fixture
def client(office: Office) -> Iterator[Client]:
    """A client that is not signed in."""
    with SageSimulator().serve(office.home) as served, requests.Session() as session:
        yield Client(served, session)


@pytest.fixture
def signed_in(client: Client) -> Client:
    """A client with a session."""
    assert client.sign_in() == 5
    return client


def test_signs_in_with_three_cookies(signed_in: Client) -> None:
    """The session is the ticket and two gateway cookies."""
    assert {".ASPXAUTH", "ApplicationGatewayAffinity", "ApplicationGatewayAffinityCORS"} == set(
        signed_in.session.cookies.keys()
    )


def test_tells_why_a_sign_in_failed(client: Client, office: Office) -> None:
    """1 wrong user, 2 wrong API client, 4 API client locked; no cookie is set."""
    results = [client.sign_in(Password="x"), client.sign_in(ApiSecret="x")]
    office.switch("client_locked", "yes")
    assert ([1, 2, 4], []) == ([*results, client.sign_in()], list(client.session.cookies))


def test_locks_the_user_after_bad_sign_ins(client: Client, office: Office) -> None:
    """After three the right password no longer helps (3), until the user is unlocked."""
    results = [client.sign_in(Password="é"), client.sign_in(Password="x"), client.sign_in(Username="x")]
    results.append(client.sign_in())
    office.do("unlock-user")
    assert [1, 1, 1, 3, 5] == [*results, client.sign_in()]


def test_needs_a_session(client: Client, office: Office) -> None:
    """Without a session nothing is told, with the status that the switch says."""
    first = client.get("jobs").status_code
    office.switch("no_session_status", "403")
    assert (401, 403) == (first, client.get("jobs").status_code)


def test_sessions_end(signed_in: Client, office: Office) -> None:
    """A session ends with its time, and at the desk."""
    office.do("wait", seconds="1201")
    ended = signed_in.get("jobs").status_code
    signed_in.sign_in()
    again = signed_in.get("jobs").status_code
    office.do("end-sessions")
    assert (401, 200, 401) == (ended, again, signed_in.get("jobs").status_code)


def test_lists_the_masters(signed_in: Client) -> None:
    """Jobs, their cost codes (those of extras among them, unmarked), and the standard lists."""
    jobs = {row["Id"]: row["Code"] for row in signed_in.rows("jobs")}
    codes = sorted((jobs[row["JobId"]], row["Code"]) for row in signed_in.rows("jobs/costcodes"))
    assert [("24-001", "03-1000"), ("24-001", "03-1000"), ("24-001", "05-1000"), ("24-002", "02-1000")] == codes
    assert {("LAB", "Labor"), ("MAT", "Material"), ("SUB", "Subcontract")} == {
        (row["Code"], row["AccumulationName"]) for row in signed_in.rows("categories")
    }
    assert {"02-1000", "03-1000", "05-1000"} == {row["Code"] for row in signed_in.rows("costcodes")}


def test_shows_figures_after_posting_and_sync_alone(signed_in: Client, office: Office) -> None:
    """Original, approved and total are exact numbers with two decimals; before the sync they are the old ones."""
    office.bring_in(job_record(), category_record("03-1000", amount="-0.05"))
    office.bring_in(job_record(), category_record("03-1000", amount="99999999.99"), approved="yes")
    office.do("post")
    before = signed_in.rows("jobs/categories")
    office.do("sync")
    (row,) = signed_in.rows("jobs/categories")
    figures = [str(row[name]) for name in ("OriginalEstimate", "ApprovedEstimateChanges", "Estimate", "EstimateUnits")]
    assert ([], ["-0.05", "99999999.99", "99999999.94", "2.00"]) == (before, figures)


def test_the_lag_carries_figures_without_a_hand(signed_in: Client, office: Office) -> None:
    """Five minutes after a change hh2 has it, unless the lag is set to manual."""
    office.bring_in(job_record(), category_record("03-1000"))
    office.do("wait", seconds="290")
    early = len(signed_in.rows("jobs/categories"))
    office.switch("sync_lag", "manual")
    office.do("wait", seconds="300")
    manual = len(signed_in.rows("jobs/categories"))
    office.switch("sync_lag", "300")
    assert (0, 0, 1) == (early, manual, len(signed_in.rows("jobs/categories")))


def test_pages_and_versions(signed_in: Client, office: Office) -> None:
    """Pages count from zero and end with an empty one; a version limits the answer to what changed since."""
    office.switch("page_size", "2")
    assert [2, 2, 0] == [len(signed_in.get("jobs/costcodes", page=str(page)).json()) for page in range(3)]
    version = max(row["Version"] for row in signed_in.rows("jobs/costcodes"))
    ids = {row["Code"]: row["Id"] for row in signed_in.rows("jobs")}
    office.do("hold", job="24-002")
    office.do("sync")
    changed = [(row["Code"], row["Status"], row["Id"]) for row in signed_in.rows("jobs", version=str(version))]
    assert ([("24-002", 3, ids["24-002"])], []) == (changed, signed_in.rows("jobs/costcodes", version=str(version)))


def test_rows_of_extras_say_nothing_of_the_extra(signed_in: Client, office: Office) -> None:
    """A code on the job and on its extra gives two rows alike; a switch leaves those of extras out."""
    office.bring_in(job_record(), category_record("03-1000"), job_record(extra="A1"), category_record("03-1000"))
    office.do("sync")
    rows = signed_in.rows("jobs/categories")
    assert 1 == len({(row["JobId"], row["Code"], row["Estimate"]) for row in rows})
    assert not any("extra" in name.lower() for row in rows for name in row)
    office.switch("hh2_extras", "left_out")
    assert (2, 1) == (len(rows), len(signed_in.rows("jobs/categories")))


def test_answers_as_the_switches_say(signed_in: Client, office: Office) -> None:
    """406 for a list without privilege, 500 for one that fails, the others unharmed."""
    office.switch("no_privilege", "jobs/categories")
    office.switch("server_error", "costcodes")
    names = ("jobs/categories", "costcodes", "jobs")
    assert [406, 500, 200] == [signed_in.get(name).status_code for name in names]


def test_may_hide_or_double_rows(signed_in: Client, office: Office) -> None:
    """The switches leave out the last rows of a list, or give the first ones twice."""
    office.switch("hh2_hidden", "3")
    hidden = len(signed_in.rows("jobs/costcodes"))
    office.switch("hh2_doubled", "1")
    assert (1, 2) == (hidden, len(signed_in.rows("jobs/costcodes")))


@pytest.mark.parametrize("query", [{"page": "x"}, {"page": "-1"}, {"version": "1.5"}])
def test_refuses_bad_parameters(signed_in: Client, query: dict[str, str]) -> None:
    """A page or version that is no whole number is a 400 with JSON."""
    reply = signed_in.get("jobs", **query)
    assert (400, "Message") == (reply.status_code, next(iter(reply.json())))


@pytest.mark.parametrize(
    "path",
    [
        "/JobCosting/Api/V1/JobTransaction.svc/transactions/direct-costs",
        "/Synchronization/RequestService.svc/status/1",
        f"{JOB_COSTING}jobs",
    ],
)
def test_takes_no_writes(signed_in: Client, path: str) -> None:
    """Direct costs and their status are not simulated: not there."""
    assert 404 == signed_in.post(path, {}).status_code


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff"])
def test_refuses_a_sign_in_that_is_no_json_object(client: Client, body: bytes) -> None:
    """A body that can't be read is a 400."""
    url = f"{client.served.settings['hh2_url']}/Api/Security/V3/Session.svc/authenticate"
    assert 400 == client.session.post(url, data=body).status_code


def test_rows_have_the_fields_that_clients_expect(signed_in: Client, office: Office) -> None:
    """Every documented field stands in the row, also those without a figure in the simulated company."""
    office.bring_in(job_record(), category_record("03-1000"))
    office.do("sync")
    expected = {
        "jobs": "Id Version Code Name Status IsActive IsArchived BillingLevel BillingMethod AccountPrefixId "
        "ShouldUseProjectManagement HasExternalId JobToDateCostAmount Misc1Amount Misc2Amount Misc3Amount",
        "jobs/costcodes": "Id JobId Code Name StandardCostCodeId IsGroupCode CostCodeStatus Estimate EstimateUnits "
        "LaborEstimateUnits OriginalProductionUnitsEstimate ProductionUnitOfMeasure Misc1Amount Misc6Amount "
        "PercentComplete",
        "jobs/categories": "Id JobId CostCodeId Code Name StandardCategoryId StandardCategoryAccumulationName "
        "OriginalEstimate OriginalEstimateUnits ApprovedEstimateChanges ApprovedEstimateUnitChanges Estimate "
        "EstimateUnits EstimateUnitOfMeasure OriginalCommitment ApprovedCommitmentChanges RevisedCommitment "
        "CommitmentInvoiced JobToDateCost JobToDateUnits JobToDateDollarsPaid MonthToDateCost MonthToDateUnits "
        "MonthToDateDollarsPaid PercentComplete",
        "categories": "Code Name Description AccumulationName",
    }
    missing = {name: set(fields.split()) - set(signed_in.rows(name)[0]) for name, fields in expected.items()}
    assert {name: set() for name in expected} == missing
