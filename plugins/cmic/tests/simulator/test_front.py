"""The front of the service: log-ins, tokens, permissions, the throttle, and faults of writes."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from simulator.stranger import Client, row

from erp_bridge_cmic.simulator.company import Company


def token(client: Client, **wrong: str) -> requests.Response:
    """Ask the identity provider for a token by client credentials."""
    given = {
        "grant_type": "client_credentials",
        "client_id": client.served.settings["oauth_client_id"],
        "client_secret": client.served.secrets["oauth_client_secret"],
        "scope": "api://app/.default",
    }
    return requests.post(client.served.settings["token_url"], data=given | wrong)


def bearer(client: Client) -> dict[str, str]:
    """Headers with a fresh token."""
    return {"Authorization": f"Bearer {token(client).json()['access_token']}"}


def ask(client: Client, **headers: str) -> int:
    """Ask for a job with these headers alone; the status."""
    return requests.get(client.url("jcjob"), headers=headers).status_code


@pytest.mark.parametrize("user", ["{user}", "{client}|{user}", "{client}||{user}x"])
def test_refuses_a_wrong_user_name(client: Client, user: str) -> None:
    """The name is client id, two pipes, user; anything else is 401."""
    held = client.served.settings
    name = user.format(client=held["client_id"], user=held["user"])
    auth = (name, client.served.secrets["password"])
    assert 401 == requests.get(client.url("jcjob"), auth=auth).status_code


def test_counts_wrong_log_ins_and_locks_where_the_site_does(client: Client) -> None:
    """Each wrong one counts; after so many the right one fails too, until the user is unlocked."""
    client.switch("lock_after", "2")
    for _ in range(2):
        assert 401 == requests.get(client.url("jcjob"), auth=("a", "b")).status_code
    assert ("2 log-ins were wrong.", 401) == (client.do("log-ins"), client.get("jcjob").status_code)
    client.do("unlock-user")
    assert 200 == client.get("jcjob").status_code


def test_takes_a_token_until_it_expires(client: Client) -> None:
    """A token of the identity provider lets in for as long as it lasts."""
    headers = bearer(client)
    before = ask(client, **headers)
    client.do("wait", seconds="3600")
    assert (200, 401) == (before, ask(client, **headers))


def test_ends_a_token_after_so_many_calls(client: Client) -> None:
    """A token may end in the middle of the work."""
    client.switch("token_calls", "2")
    headers = bearer(client)
    assert [200, 200, 401] == [ask(client, **headers) for _ in range(3)]
    assert 200 == ask(client, **bearer(client))


def test_gives_no_token_for_wrong_credentials(client: Client) -> None:
    """A wrong secret is 401, another grant 400; an invented token lets nobody in."""
    refused = [token(client, client_secret="x"), token(client, grant_type="password")]
    assert ([401, 400], 401) == ([answer.status_code for answer in refused], ask(client, Authorization="Bearer x.y.z"))


def test_takes_the_log_in_that_its_host_is_for(client: Client) -> None:
    """Host and kind of log-in belong together."""
    headers = bearer(client)
    client.switch("authentication", "basic")
    seen = [client.get("jcjob").status_code, ask(client, **headers)]
    client.switch("authentication", "oauth")
    assert [200, 401, 401, 200] == [*seen, client.get("jcjob").status_code, ask(client, **headers)]


def test_refuses_single_operations_on_single_resources(client: Client) -> None:
    """A role may read what it may not write: 403 for that, and nothing else."""
    client.switch("refused", "jcjobcategory:create,cmmast:*")
    statuses = [client.post("jcjobcategory", row()), client.get("jcjobcategory"), client.get("cmmast")]
    assert [403, 200, 403] == [answer.status_code for answer in statuses]


@pytest.mark.rule("L6")
@pytest.mark.parametrize("status", ["200", "404", "502"])
def test_may_answer_with_a_page_of_html(client: Client, status: str) -> None:
    """A proxy's page comes in CMiC's place, whatever its status, and nothing is done."""
    client.switch("html", "jcjobcategory:create")
    client.switch("html_status", status)
    answer = client.post("jcjobcategory", row())
    assert (int(status), "text/html; charset=utf-8") == (answer.status_code, answer.headers["Content-Type"])
    assert {} == client.figures()


def test_refuses_more_than_fifteen_requests_a_second(client: Client) -> None:
    """The sixteenth within a second gets 429 at once, without a hint when to come again."""
    client.switch("per_second", "15")
    answers = [client.get("jcjob", limit=1) for _ in range(40)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert (True, True) == (bool(refused), all("Retry-After" not in answer.headers for answer in refused))
    assert all(200 == answer.status_code for answer in answers[:15])


def insist(client: Client, category: str) -> int:
    """Write a row, again after each 429; the status."""
    while True:
        body = row(category=category)
        status = requests.post(client.url("jcjobcategory"), json=body, auth=client.session.auth).status_code
        if status != 429:
            return status


@pytest.fixture
def five_in_flight(client: Client) -> Iterator[Client]:
    """Five writes that wait inside the server for the books, which somebody else holds."""
    with ThreadPoolExecutor(5) as pool:
        with Company(client.home).writing():
            waiting = [pool.submit(insist, client, category) for category in "LMSXY"]
            yield client
        assert [201, 201, 201, 400, 400] == [answer.result() for answer in waiting]


def test_refuses_the_sixth_request_in_flight(five_in_flight: Client) -> None:
    """Five are in, one more is not queued but refused."""
    patience = threading.Event()
    for _ in range(500):
        answer = five_in_flight.get("jcjob", limit=1)
        if answer.status_code == 429:
            break
        patience.wait(0.01)  # the five are still on their way in
    assert (429, False) == (answer.status_code, "Retry-After" in answer.headers)


@pytest.mark.rule("L4")
@pytest.mark.parametrize(("fault", "held"), [("lost_reply", 1), ("lost_request", 0)])
def test_loses_a_reply_with_the_write_done_or_not(client: Client, fault: str, held: int) -> None:
    """From outside the two look alike; only the books differ. The next write goes well."""
    client.switch("write_fault", fault)
    with pytest.raises(requests.ConnectionError):
        client.post("jcjobcategory", row())
    assert held == len(client.figures())
    assert 201 == client.post("jcjobcategory", row(category="M")).status_code


@pytest.mark.rule("L8")
def test_commits_late(client: Client) -> None:
    """A write without an answer is done when it is released, as if the server had been slow."""
    client.switch("write_fault", "late")
    with pytest.raises(requests.ConnectionError):
        client.post("jcjobcategory", row())
    before = client.figures()
    assert (True, True) == ("POST" in client.do("held"), ": 201 " in client.do("release"))
    assert (0, 1, "No write is late.") == (len(before), len(client.figures()), client.do("release"))


def test_befalls_the_write_that_is_meant(client: Client) -> None:
    """A fault may spare the first writes, and all those of other resources."""
    client.made("jcjobcategory", row())
    for name, value in (("", "lost_reply"), ("_on", "cmdetail,postcm"), ("_after", "1")):
        client.switch(f"write_fault{name}", value)
    client.pci(1)
    with pytest.raises(requests.ConnectionError):
        client.post_pci()
    assert "already posted" in client.post_pci()
