"""A person at the desk: estimates by hand, change requests, statuses, masters, switches, and the page."""

import pytest
import requests
from simulator.stranger import Office, Stranger

from erp_bridge_core.contract.errors import BadInput, NotFound


@pytest.fixture(autouse=True)
def _phases(stranger: Stranger) -> None:
    stranger.add(cost="100", Current_Est_Cost="130")
    stranger.add(phase="051000", cost="50", Description="Steel")


@pytest.mark.rule("V3")
def test_cost_activity_adds_up(office: Office) -> None:
    """Estimated Cost is original plus changes, per row and in total, whatever the status."""
    office.do("phase-status", job="24-001", phase="05-1000", status="C")
    told = office.do("cost-activity", job="24-001").splitlines()
    assert ["100.00", "50.00"] == [line.split("original ")[1].split(",")[0] for line in told[:2]]
    assert "C  original 50.00" in told[1]
    assert "Job 24-001: original 150.00, changes 30.00, Estimated Cost 180.00" == told[2]


@pytest.mark.rule("V3")
def test_an_executed_request_is_counted_once(office: Office, stranger: Stranger) -> None:
    """Pending it counts nothing; executed it moves the estimated cost, and a later export leaves it alone."""
    told = office.do("change-request", job="24-001", phase="03-1000", cost_type="L", amount="25")
    assert "Change request 1 has status P." == told
    assert "130.00" == stranger.estimated()["031000/L"]
    office.do("execute", job="24-001", number="1")
    assert "155.00" == stranger.estimated()["031000/L"]
    stranger.add(cost="", Current_Est_Cost="155")
    assert ("100.00", "55.00") == office.books()["031000 / L"]
    assert "Executed, billable" in office.do("change-requests", job="24-001")


@pytest.mark.rule("V3")
def test_set_current_from_original(office: Office) -> None:
    """The reset drops what AddPhase changed and leaves executed change requests."""
    office.do("change-request", job="24-001", phase="031000", cost_type="L", amount="5", status="E")
    assert "1 rows of job 24-001 were set from their original estimate." == office.do("set-current", job="24-001")
    assert {"031000 / L": ("100.00", "5.00"), "051000 / L": ("50.00", "0.00")} == office.books()


def test_set_current_of_one_phase(office: Office) -> None:
    """Others stay."""
    assert office.do("set-current", job="24-001", phase="05-1000").startswith("0 rows")
    assert ("100.00", "30.00") == office.books()["031000 / L"]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ({"original": "90"}, ("90.00", "40.00")),
        ({"current": "140"}, ("100.00", "40.00")),
        ({"original": "1,000", "current": "1"}, ("1000.00", "-999.00")),
    ],
)
def test_enters_estimates(office: Office, typed: dict[str, str], expected: tuple[str, str]) -> None:
    """An original typed over leaves the current estimate, and the other way round."""
    office.do("enter", job="24-001", phase="03-1000", cost_type="L", **typed)
    assert expected == office.books()["031000 / L"]


def test_reopens_a_job(office: Office, stranger: Stranger) -> None:
    """Complete refuses, Active takes again."""
    office.do("job-status", job="24-001", status="C")
    assert ["I"] == [row["error_code"] for row in stranger.add()]
    office.do("job-status", job="24-001", status="A")
    assert [] == stranger.add()


def test_defines_a_status(office: Office) -> None:
    """An installation names its statuses itself."""
    office.do("add-status", status="XX", name="Internal", action_type="3", approved="yes")
    office.do("change-request", job="24-001", phase="031000", cost_type="L", amount="1", status="XX")
    assert ("100.00", "31.00") == office.books()["031000 / L"]
    assert "XX  Internal, action type 3" in office.do("request-statuses")


def test_adds_masters(office: Office, stranger: Stranger) -> None:
    """A job, a cost type, a unit and a contract by hand serve at once."""
    office.do("add-job", job="HAND", name="By hand", mask="99X", master="24-001")
    office.do("add-cost-type", cost_type="E", name="Equipment", kind="equipment")
    office.do("add-code", kind="unit", code="CWT")
    office.do("contract", job="HAND", customer="CITY")
    assert [] == stranger.add(Job_Number="HAND", phase="12A", cost_type="E", Unit_of_Measure="CWT")
    assert ["HAND"] == [row["Job_Number"].strip() for row in stranger.get("GetJob", pCustomer_Code="CITY")]


@pytest.mark.parametrize(
    ("act", "arguments"),
    [
        ("enter", {"job": "24-001", "phase": "03", "cost_type": "L"}),
        ("cost-activity", {"job": "99"}),
        ("execute", {"job": "24-001", "number": "9"}),
        ("phase-status", {"job": "24-001", "phase": "99-9999", "status": "C"}),
        ("add-cost-type", {"cost_type": "E", "name": "x", "company": "ZZ"}),
        ("switch", {"name": "no-such"}),
    ],
)
def test_tells_what_is_not_there(office: Office, act: str, arguments: dict[str, str]) -> None:
    """With a remedy."""
    with pytest.raises(NotFound) as caught:
        office.do(act, **arguments)
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("act", "arguments"),
    [
        ("job-status", {"job": "24-001", "status": "Closed"}),
        ("change-request", {"job": "24-001", "phase": "031000", "cost_type": "L", "amount": "x"}),
        ("change-request", {"job": "24-001", "phase": "031000", "cost_type": "L", "amount": "1", "status": "ZZ"}),
        (
            "change-request",
            {"job": "24-001", "phase": "031000", "cost_type": "L", "amount": "1", "number": "123456789"},
        ),
        ("mask", {"job": "24-001", "mask": "##"}),
        ("add-phase", {"job": "24-001", "phase": "1234567", "cost_type": "L"}),
        ("add-phase", {"job": "24-001", "phase": "031000", "cost_type": "Q"}),
        ("add-job", {"job": "12345678901", "name": "x", "mask": "9"}),
        ("add-code", {"kind": "color", "code": "1"}),
        ("switch", {"name": "row_cap", "value": "many"}),
        ("wait", {"seconds": "-1"}),
        ("display-only", {"value": "maybe"}),
        ("add-status", {"status": "X", "name": "x", "action_type": "6"}),
        ("authorize", {"authorization": "A", "status": "Asleep"}),
    ],
)
def test_tells_mistakes(office: Office, act: str, arguments: dict[str, str]) -> None:
    """With a remedy, and nothing changed."""
    before = office.books()
    with pytest.raises(BadInput) as caught:
        office.do(act, **arguments)
    assert (True, before) == (bool(caught.value.remedy), office.books())


def test_switches_are_listed_and_reset(office: Office) -> None:
    """A value left out sets the default."""
    office.switch("row_cap", "7")
    assert "row_cap = 7" in office.do("switch")
    assert "row_cap is now 500." == office.do("switch", name="row_cap")


def test_lists_authorizations_without_showing_them(office: Office, stranger: Stranger) -> None:
    """An ID is a key: the list shows its first characters."""
    told = office.do("authorizations")
    assert (True, False) == ("operator BRG" in told, stranger.authorization in told)


def test_the_page_shows_and_acts(office: Office) -> None:
    """Cost activity on the page, an act by its form, a mistake told on it, foreign forms refused."""
    with office.open() as (_, served):
        page = requests.get(served.desk_url, timeout=30).text
        assert all(text in page for text in ("Cost activity of job 24-001", "130.00", "Current Estimate display only?"))
        own = {"Origin": served.desk_url.removesuffix("/desk")}
        form = {"job": "24-001"}
        told = requests.post(f"{served.desk_url}/set-current", data=form, headers=own, timeout=30).text
        assert "1 rows of job 24-001" in told
        wrong = requests.post(f"{served.desk_url}/set-current", data={"job": "9"}, headers=own, timeout=30)
        assert (400, True) == (wrong.status_code, "has no job 9" in wrong.text)
        assert 403 == requests.post(f"{served.desk_url}/set-current", data=form, timeout=30).status_code
