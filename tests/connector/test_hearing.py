"""The receiver: at once, once, believed in nothing but that somebody should look; the poll finds lost calls."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from desk import CODES, COMPANY, JOB, OFFICE, OTHER_JOB, Desk, books, key, open_application, plugin_of, until
from litestar.testing import TestClient
from memory_office import SIGNATURE, signed
from sqlalchemy import select
from web_site import server_over

from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.connector.hurrying import companies_in_a_hurry
from erp_bridge_core.connector.receiving import MOST_FORGED_A_MINUTE
from erp_bridge_core.connector.values import FoundBy, RequestState
from erp_bridge_core.contract import Delivery
from erp_bridge_core.engine.worker import EngineWorker
from erp_bridge_core.store.tables import source_hints


@pytest.fixture
def client(desk: Desk) -> Iterator[TestClient[Any]]:
    """Whoever calls the server of the site."""
    with TestClient(server_over(desk.application), base_url="http://testserver.local") as client:
        yield client


def deliver(client: TestClient[Any], delivery: Delivery, *, to: str = OFFICE) -> int:
    """Call the receiver as a source does; what it answers."""
    answer = client.post(f"/receive/{to}", content=delivery.body, headers=dict(delivery.headers))
    assert "" == answer.text
    return answer.status_code


def hints(desk: Desk) -> list[tuple[str, bool, int, bool]]:
    """The noted hints: about which request, ours or not, how often delivered, looked after or not."""
    with desk.application.store.read() as connection:
        rows = connection.execute(select(source_hints).order_by(source_hints.c.id)).all()
    return [(row.request, row.echo, row.times, row.read_at is not None) for row in rows]


def hurried(desk: Desk) -> bool:
    """Whether the company's look for requests does not wait for its turn."""
    with desk.application.store.read() as connection:
        return bool(companies_in_a_hurry(connection))


def test_a_call_hurries_the_next_look(desk: Desk, client: TestClient[Any]) -> None:
    """What it said is looked for at the source; then nothing hurries any more."""
    desk.poll()
    asked = desk.ask()
    (call,) = desk.office.take_deliveries()

    assert 204 == deliver(client, call)

    assert [(asked, False, 1, False)] == hints(desk)
    assert hurried(desk)
    (done,) = desk.application.requests.poll(desk.system, due=True)
    assert (1, FoundBy.HINT) == (done.new, desk.request().found_by)
    assert not hurried(desk)


def test_calls_come_doubled_and_in_any_order(desk: Desk, client: TestClient[Any]) -> None:
    """Each is noted once; whatever order they come in, the items are the same."""
    desk.office.close_request(desk.ask())
    calls = desk.office.take_deliveries()

    assert [204] * 4 == [deliver(client, each) for each in (*reversed(calls), *calls)]

    assert [2, 2] == [times for _, _, times, _ in hints(desk)]


def test_an_echo_of_ours_hurries_nobody(desk: Desk, client: TestClient[Any]) -> None:
    """It is noted as such."""
    asked = desk.ask()
    desk.office.answer(asked, "waiting", 1, messages=(), reference="x", ends=False)
    _, echo = desk.office.take_deliveries()

    assert 204 == deliver(client, echo)

    assert [(asked, True, 1, False)] == hints(desk)
    assert not hurried(desk)


def test_who_forges_a_call_is_told_so_and_keeps_nobody_away(desk: Desk, client: TestClient[Any]) -> None:
    """Nothing of it is noted; beyond a bound it is not even looked at, while the source's own calls are."""
    forged = signed(b'{"about": "request"}', "a guess")
    desk.ask()
    (call,) = desk.office.take_deliveries()

    answers = [deliver(client, forged) for _ in range(MOST_FORGED_A_MINUTE + 1)]

    assert [401] * MOST_FORGED_A_MINUTE + [429] == answers
    assert [] == hints(desk)
    assert 204 == deliver(client, call)


def test_what_cannot_be_read_or_is_not_for_us(desk: Desk, client: TestClient[Any]) -> None:
    """Each is answered as what it is; neither is noted."""
    assert 400 == deliver(client, signed(b"[]"))
    assert 204 == deliver(client, signed(b'{"about": "weather"}'))
    assert [] == hints(desk)


@pytest.mark.parametrize("name", ["books", "nowhere", "office2"])
def test_a_connection_that_takes_no_calls_is_told_as_one_that_there_is_not(client: TestClient[Any], name: str) -> None:
    """An ERP's connection as one of no name."""
    assert 404 == deliver(client, signed(b"{}"), to=name)


def test_a_call_that_is_too_long_is_refused(client: TestClient[Any]) -> None:
    """No signature is looked at."""
    answer = client.post(f"/receive/{OFFICE}", content=b" " * (64 * 1024 + 1), headers={SIGNATURE: "x"})

    assert 413 == answer.status_code


def test_calls_are_taken_while_the_source_is_down(desk: Desk, client: TestClient[Any]) -> None:
    """It is noted, and looked after once the source can be read."""
    desk.ask()
    (call,) = desk.office.take_deliveries()
    desk.plugin.read_failed = "The office is closed."

    assert 204 == deliver(client, call)
    done = desk.poll()

    assert done.error is not None
    assert not hurried(desk)
    desk.plugin.read_failed = None
    assert (1,) == desk.poll().items


def test_an_outage_of_twelve_hours_loses_nothing(desk: Desk) -> None:
    """No call was delivered and the source could not be read: the first look that can finds all of it."""
    first = desk.ask()
    desk.plugin.read_failed = "The office is closed."
    for _ in range(12):
        desk.application.requests.poll(desk.system, due=True)
        desk.clock.advance(hours=1)
    desk.office.take_deliveries()
    desk.plugin.read_failed = None

    (done,) = desk.application.requests.poll(desk.system, due=True)

    assert (1, (1,)) == (done.new, done.items)
    assert (first, FoundBy.POLL) == (desk.request().request, desk.request().found_by)


def test_a_source_that_fails_is_told_and_left_alone_for_a_while(desk: Desk) -> None:
    """Whoever looks at the list reads why, and when it is tried again; by hand it is tried at once."""
    desk.plugin.read_failed = "The office is closed."

    desk.poll()

    (poll,) = desk.application.requests.list(desk.person("approver")).polls
    assert poll.problem is not None
    assert "The office is closed." == poll.problem["message"]
    assert poll.due_at == desk.clock.now() + timedelta(seconds=30)
    assert () == desk.application.requests.poll(desk.system, due=True)
    desk.clock.advance(minutes=1)
    assert 1 == len(desk.application.requests.poll(desk.system, due=True))


def test_one_that_was_closed_there_is_told_as_closed(desk: Desk) -> None:
    """Before it was an item nothing is made of it; after that its item waits, shown with it, for who reviews it."""
    desk.enter()
    asked = desk.office.send(JOB)
    desk.plugin.changing = True
    desk.poll()
    desk.office.close_request(asked)
    desk.plugin.changing = False

    assert (1, ()) == (desk.poll().closed, desk.poll().items)
    assert (RequestState.CLOSED, None) == (desk.request().state, desk.request().item)
    again = desk.office.send(JOB)
    desk.poll()
    desk.office.close_request(again)
    desk.poll()

    found = desk.requests()[1]
    assert (RequestState.CLOSED, 1, "ready") == (found.state, found.item, found.item_state)
    (waiting,) = desk.application.requests.waiting(desk.person("approver"))
    assert (found, None) == (waiting.request, waiting.outcome)


def test_one_that_is_told_no_more_was_closed_there(desk: Desk) -> None:
    """Unless it comes back: then it is open as before."""
    asked = desk.ask(job=OTHER_JOB)
    desk.poll()
    desk.clock.advance(minutes=5)
    with desk.office.whole() as state:
        gone = state.requests.pop(asked)

    assert 1 == desk.poll().closed
    assert RequestState.CLOSED is desk.request().state
    with desk.office.whole() as state:
        state.requests[asked] = gone
    desk.poll()

    assert RequestState.RECEIVED is desk.request().state


def test_a_worker_does_all_of_it(home: Path) -> None:
    """A call hurries it: asked, made an item, accepted as the setting says, exported, and told at the office."""
    plugin = plugin_of(home)
    with open_application(home, plugin, books()) as application:
        ada = application.people.actor_as("administrator", COMPANY, "tester")
        application.connections.change(ada, OFFICE, {"connector.approve": False, "connector.accept_as": "approver"})
        plugin.office.set_line(JOB, key(CODES[0]), "8.00")
        plugin.office.take_deliveries()
        asked = plugin.office.send(JOB)
        (call,) = plugin.office.take_deliveries()
        with EngineWorker(application).at_work():
            application.requests.receive(OFFICE, call)
            until(lambda: "exported" in plugin.office.told(asked))

        (found,) = application.requests.list(application.people.actor_as("approver", COMPANY, "tester")).rows
    assert (RequestState.ITEM, ItemState.WAITING) == (found.state, found.item_state)
