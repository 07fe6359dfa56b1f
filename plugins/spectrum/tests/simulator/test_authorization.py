"""Authorization IDs, the rules of the GUID, and enhanced authentication."""

import pytest
import requests
from simulator.stranger import Office, Stranger

GUID = "6e1d2c52-2f0d-4d0c-9c1a-111111111111"


def test_connection_test_answers_s(stranger: Stranger) -> None:
    """The one service whose success has a code."""
    assert [("S", "")] == stranger.put("TestConnection")


@pytest.mark.parametrize("name", ["", "nobody"])
def test_refuses_unknown_ids_first(stranger: Stranger, name: str) -> None:
    """Code A on Authorization_ID, before anything else is looked at."""
    assert [("A", "Authorization_ID")] == stranger.put(Authorization_ID=name, Original_Est_Cost="x")


@pytest.mark.parametrize(("code", "switch"), [("E", None), ("A", "A")])
def test_a_refused_get_is_one_row(office: Office, stranger: Stranger, code: str, switch: str | None) -> None:
    """Not authorised is E in one vendor example, A in the list of codes: a switch."""
    if switch:
        office.switch("get_refusal", switch)
    refused = stranger.get(Authorization_ID="nobody")
    assert [(code, "Authorization_ID", "")] == [
        (row["Error_Code"], row["Error_Column"], row["Phase_Code"]) for row in refused
    ]


@pytest.mark.parametrize(
    ("given", "column"),
    [
        ({"status": "Inactive"}, "Authorization_ID"),
        ({"services": "GetPhase,GetJob"}, "Authorization_ID"),
        ({"companies": "ABC"}, "Company_Code"),
    ],
)
def test_an_id_grants_what_it_grants(office: Office, stranger: Stranger, given: dict[str, str], column: str) -> None:
    """It must be active, and name the service and the company."""
    office.do("authorize", authorization=stranger.authorization, **given)
    assert [("A", column)] == [(row["error_code"], row["column"]) for row in stranger.add()]
    assert [] == office.entries()


def test_company_comes_from_the_id(office: Office, stranger: Stranger) -> None:
    """A blank company is the ID's default; without one it is missing."""
    assert [] == stranger.add(Company_Code="SIM", cost_type="M")
    office.do("authorize", authorization=stranger.authorization, default_company="-")
    assert [("M", "Company_Code")] == [(row["error_code"], row["column"]) for row in stranger.add()]


def test_companies_are_apart(office: Office, stranger: Stranger) -> None:
    """A job of one company is unknown in another."""
    office.do("add-company", company="TWO", name="Second")
    assert [("I", "Job_Number")] == [
        (row["error_code"], row["column"]) for row in stranger.add(Company_Code="TWO") if row["column"] == "Job_Number"
    ]


def test_a_get_needs_an_operator(office: Office, stranger: Stranger) -> None:
    """An ID without operator writes, but reads nothing."""
    office.do("authorize", authorization="WRITER", default_company="SIM")
    stranger.authorization = "WRITER"
    assert [] == stranger.add()
    assert ["E"] == [row["Error_Code"] for row in stranger.get()]


def test_a_guid_ends_after_a_day(office: Office, stranger: Stranger) -> None:
    """Used again within its time it works; later it has timed out; another one works."""
    stranger.guid = GUID
    stranger.add()
    office.do("wait", seconds="86000")
    assert [] == stranger.add()
    office.do("wait", seconds="500")
    refused = stranger.add()
    assert [("A", "GUID", "Time out has occurred")] == [
        (row["error_code"], row["column"], row["desc"]) for row in refused
    ]
    stranger.guid = GUID.replace("1", "2")
    assert [] == stranger.add()


def test_a_guid_belongs_to_one_id_for_a_method(office: Office, stranger: Stranger) -> None:
    """Another method may use it, another ID with the same method may not."""
    office.do("authorize", authorization="OTHER", default_company="SIM", operator="X")
    stranger.guid = GUID
    stranger.add()
    stranger.authorization = "OTHER"
    assert [("A", "GUID")] == [(row["error_code"], row["column"]) for row in stranger.add()]
    assert 1 == len(stranger.get())


def test_guid_may_be_required(office: Office, stranger: Stranger) -> None:
    """Sources conflict on whether it is mandatory: a switch."""
    office.switch("guid_required", "yes")
    assert [("M", "GUID")] == [(row["error_code"], row["column"]) for row in stranger.add()]


def test_a_consumed_guid_reads_a_blank_row(office: Office, stranger: Stranger) -> None:
    """As one team saw it."""
    stranger.add()
    office.switch("guid_consumed", "yes")
    stranger.guid = GUID
    assert "031000" == stranger.get()[0]["Phase_Code"]
    assert [""] == [row["Phase_Code"] for row in stranger.get()]


def test_basic_header_is_taken_and_ignored(stranger: Stranger) -> None:
    """Public clients send it to SOAP services, which do not need it."""
    body = stranger.call("GetPhase", {}).request.body
    assert isinstance(body, bytes)
    assert 200 == stranger.post("GetPhase", body, Authorization="Basic eDp5").status_code


def token(stranger: Stranger, home_fact: dict[str, str], **changed: str) -> requests.Response:
    """Ask for a token."""
    form = {"grant_type": "client_credentials", "scope": "spectrumapi", **home_fact, **changed}
    return requests.post(f"{stranger.url}/connect/token", data=form, timeout=30)


@pytest.fixture
def client(office: Office) -> dict[str, str]:
    """The installation's OAuth client."""
    told = office.do("oauth-client")
    return dict(line.split(": ", 1) for line in told.splitlines())


def test_enhanced_authentication_wants_a_token(office: Office, stranger: Stranger, client: dict[str, str]) -> None:
    """Without a token 401 and nothing done; with one, and until it ends, the call works as before."""
    office.switch("enhanced_authentication", "yes")
    assert 401 == stranger.call("GetPhase", {}).status_code
    given = token(stranger, client).json()
    assert ("Bearer", 3600, "spectrumapi") == (given["token_type"], given["expires_in"], given["scope"])
    body = stranger.call("GetPhase", {}).request.body
    assert isinstance(body, bytes)
    bearer = {"Authorization": f"Bearer {given['access_token']}"}
    assert 200 == stranger.post("GetPhase", body, **bearer).status_code
    office.do("wait", seconds="3601")
    assert 401 == stranger.post("GetPhase", body, **bearer).status_code


def test_tokens_end_at_the_desk(office: Office, stranger: Stranger, client: dict[str, str]) -> None:
    """A token may end in the middle of a run."""
    office.switch("enhanced_authentication", "yes")
    bearer = {"Authorization": f"Bearer {token(stranger, client).json()['access_token']}"}
    body = stranger.call("GetPhase", {}).request.body
    assert isinstance(body, bytes)
    office.do("end-tokens")
    assert 401 == stranger.post("GetPhase", body, **bearer).status_code


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"client_secret": "x"}, "invalid_client"),
        ({"scope": "x"}, "invalid_scope"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
def test_refuses_wrong_clients(stranger: Stranger, client: dict[str, str], changed: dict[str, str], error: str) -> None:
    """In OAuth's own words."""
    response = token(stranger, client, **changed)
    assert (400, error) == (response.status_code, response.json()["error"])
