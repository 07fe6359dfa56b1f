"""Mischief at CMiC: each does what its meaning says, and calm ends what lasts or is armed."""

from typing import Any

import pytest
import requests
from simulator.stranger import SUB_JOB, Client, header, line, row

from erp_bridge_cmic.simulator import CmicSimulator
from erp_bridge_core.contract import Mischief, Mischievous
from erp_bridge_core.contract.errors import NotFound

JOB = "24-001"
LABOR = f"{JOB} 03-1000 L"


def act(client: Client, mischief: Mischief) -> None:
    """Do it."""
    CmicSimulator().mischief()[mischief](client.home, JOB, ())


def calm(client: Client) -> None:
    """End it."""
    CmicSimulator().calm(client.home)


def batch(client: Client, *payloads: dict[str, Any]) -> list[Any]:
    """Make budget rows in one batch; the parts of the answer."""
    client.switch("batch_resources", "jcjobcategory")
    parts = [
        {"id": f"part{number}", "path": "/1/jcjobcategory", "operation": "create", "payload": payload}
        for number, payload in enumerate(payloads)
    ]
    url = f"{client.served.settings['base_url']}/jc-rest-api/rest"
    headers = {"Content-Type": "application/vnd.oracle.adf.batch+json"}
    return list(client.session.post(url, json={"parts": parts}, headers=headers).json()["parts"])


def numbers(client: Client) -> list[str]:
    """The numbers of all PCIs."""
    return [found["CmmCode"] for found in client.items("cmmast")]


@pytest.fixture
def budget(client: Client) -> Client:
    """Two rows on the job and one on its sub job."""
    for made in (row(), row("05-1000", "M", 50), row(job=SUB_JOB, amount=7)):
        client.made("jcjobcategory", made)
    return client


def test_keeps_the_protocol() -> None:
    """The conformance suite knows it by its methods; a batch done in part is not offered."""
    simulator = CmicSimulator()
    assert isinstance(simulator, Mischievous)
    assert Mischief.APPLIES_SOME not in simulator.mischief()


def test_the_next_post_is_refused_once(budget: Client) -> None:
    """The answer is 200 with CMiC's own words, nothing is posted; asked again, it is."""
    budget.pci(5)
    act(budget, Mischief.FAILS_WITH_200)
    refused, books = budget.post_pci(), budget.books()
    assert ("PCI can't be posted at this time.", "0.00") == (refused, books["03-1000 / L"][1])
    assert "SUCCESS" == budget.post_pci()


def test_the_next_batch_is_answered_in_part_once(client: Client) -> None:
    """All rows are made, the first alone comes back; the batch after it is answered whole."""
    act(client, Mischief.OMITS_ROWS)
    first = batch(client, row(), row(category="M"))
    second = batch(client, row("05-1000"), row("05-1000", "M"))
    assert (["part0"], ["part0", "part1"], 4) == (
        [part["id"] for part in first],
        [part["id"] for part in second],
        len(client.books()),
    )


def test_calm_disarms(budget: Client) -> None:
    """What did not strike yet never does."""
    budget.pci(5)
    act(budget, Mischief.FAILS_WITH_200)
    act(budget, Mischief.OMITS_ROWS)
    calm(budget)
    assert ("SUCCESS", 2) == (budget.post_pci(), len(batch(budget, row(category="M"), row(category="S"))))


def test_reads_stay_as_they_were_until_calm(budget: Client) -> None:
    """What is written later is in the books, not in what the service shows."""
    act(budget, Mischief.STALE_READS)
    budget.do("edit-budget", job=JOB, phase="03-1000", category="L", amount="9")
    assert ("100", "9.00") == (budget.figures()[LABOR], budget.books()["03-1000 / L"][0])
    calm(budget)
    assert "9" == budget.figures()[LABOR]


def test_long_lists_end_early_until_calm(budget: Client) -> None:
    """A page says that no more follows, though there is more."""
    act(budget, Mischief.CAPPED_READS)
    assert 2 == len(budget.items("jcjobcategory", limit=2))
    calm(budget)
    assert 3 == len(budget.items("jcjobcategory", limit=2))


def test_a_sub_job_hides_with_its_rows_until_calm(budget: Client) -> None:
    """The service's user is out of its security group; the control job's rows stay in sight."""
    act(budget, Mischief.HIDDEN_ROWS)
    assert {LABOR, f"{JOB} 05-1000 M"} == set(budget.figures())
    calm(budget)
    assert 3 == len(budget.figures())


def test_a_job_without_sub_jobs_hides_itself(client: Client) -> None:
    """Nothing of it is seen."""
    CmicSimulator().mischief()[Mischief.HIDDEN_ROWS](client.home, "24-002", ())
    assert {JOB, SUB_JOB} == {found["JobCode"] for found in client.items("jcjob")}


def test_a_closed_job_takes_nothing_until_calm(budget: Client) -> None:
    """Neither the job nor its sub jobs; calm opens each as it was."""
    budget.do("start", job=SUB_JOB)
    act(budget, Mischief.CLOSED_JOB)
    refused = [
        budget.post("jcjobcategory", row(category="M")).status_code,
        budget.post("jcjobcategory", row(category="M", job=SUB_JOB)).status_code,
        budget.post("cmmast", header()).status_code,
    ]
    calm(budget)
    budget.made("cmmast", header())
    states = {found["JobCode"]: found["JobStatusCode"] for found in budget.items("jcjob")}
    assert ([400, 400, 400], {JOB: "P", SUB_JOB: "I", "24-002": "P"}) == (refused, states)


def test_people_at_a_closed_job_are_told(budget: Client) -> None:
    """Following up an export ends with CMiC's words, not with a crash."""
    budget.pci(5, status="PENDING")
    act(budget, Mischief.CLOSED_JOB)
    assert "CMiC would not post PCI COI00000001: Job 24-001 of company 001 is closed." in "".join(
        CmicSimulator().post(budget.home, JOB)
    )


def test_tokens_end(client: Client) -> None:
    """A token that was good is none any more."""
    settings = client.served.settings
    form = {
        "grant_type": "client_credentials",
        "client_id": settings["oauth_client_id"],
        "client_secret": client.served.secrets["oauth_client_secret"],
    }
    token = requests.post(settings["token_url"], data=form).json()["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    before = requests.get(client.url("jcjob"), headers=bearer).status_code
    act(client, Mischief.EXPIRES_TOKENS)
    assert (200, 401) == (before, requests.get(client.url("jcjob"), headers=bearer).status_code)


def test_what_is_being_built_is_posted_early(budget: Client) -> None:
    """A PCI that is not approved is approved and posted with the lines that it has; empty and rejected ones are not."""
    budget.pci(5, status="PREPEND")
    budget.pci(number="COI00000002", status="PREPEND")
    budget.pci(9, number="COI00000003", status="REJECTED")
    act(budget, Mischief.POSTS_EARLY)
    assert 400 == budget.post("cmdetail", line(6)).status_code
    assert ("100.00", "5.00", 1, 1) == budget.books()["03-1000 / L"]


def test_an_edit_of_a_pending_job_is_in_the_row(budget: Client) -> None:
    """One key has 1.00 more, by an entry more."""
    act(budget, Mischief.EDITS_ENTRY)
    assert ("101.00", "0.00", 2, 0) == budget.books()["03-1000 / L"]


def test_an_edit_of_a_started_job_is_a_posted_pci(budget: Client) -> None:
    """The original is frozen, so that a change moves the key by 1.00."""
    budget.do("start", job=JOB)
    act(budget, Mischief.EDITS_ENTRY)
    assert (("100.00", "1.00", 1, 1), "101") == (budget.books()["03-1000 / L"], budget.figures()[LABOR])


def test_our_last_unposted_pci_is_removed(budget: Client) -> None:
    """With its lines; one that a person made stays, and so do the rows."""
    budget.pci(5)
    budget.pci(6, number="COI00000002")
    budget.do("add-pci", job=JOB, type_code="INT", name="By hand")
    act(budget, Mischief.REMOVES_ENTRY)
    assert ["COI00000001", "COI00000003"] == numbers(budget)
    assert 3 == len(budget.books())


def test_our_last_row_is_cleared_where_no_pci_waits(budget: Client) -> None:
    """The row of the sub job holds nothing any more, by an entry more."""
    budget.do("start", job=SUB_JOB)
    act(budget, Mischief.REMOVES_ENTRY)
    assert ("0.00", "0.00", 2, 0) == budget.books()[f"{SUB_JOB} / 03-1000 / L"]


def test_our_last_posted_line_is_reversed_where_nothing_else_is_ours(budget: Client) -> None:
    """What is posted stays; another PCI takes it back."""
    for key in ({"job": JOB, "phase": "03-1000", "category": "L"}, {"job": JOB, "phase": "05-1000", "category": "M"}):
        budget.do("edit-budget", **key, amount="0")
    budget.do("edit-budget", job=SUB_JOB, phase="03-1000", category="L", amount="0")
    budget.pci(5)
    budget.post_pci()
    act(budget, Mischief.REMOVES_ENTRY)
    assert ("0.00", "0.00", 2, 2) == budget.books()["03-1000 / L"]


@pytest.mark.parametrize("mischief", [Mischief.EDITS_ENTRY, Mischief.REMOVES_ENTRY])
def test_nothing_can_be_touched_where_nothing_came(client: Client, mischief: Mischief) -> None:
    """It is told, not passed over."""
    with pytest.raises(NotFound):
        act(client, mischief)


def test_the_next_number_of_each_type_is_taken(budget: Client) -> None:
    """A PCI of ours under that number is refused; the rows stay as they are."""
    budget.pci(5)
    act(budget, Mischief.TAKES_NUMBER)
    assert {"COI00000001", "COI00000002", "COE00000001", "COT00000001", "COO00000001"} == set(numbers(budget))
    assert 400 == budget.post("cmmast", header("COI00000002")).status_code
