"""Webhooks: at least once, growing pauses, twelve hours."""

import time

from simulator.stranger import COMPANY, V1, Desk, Receiver, Stranger, open_stranger

from erp_bridge_procore.simulator.company import Installation
from erp_bridge_procore.simulator.postman import Postman


def subscribe(stranger: Stranger, url: str, version: str = "v2") -> int:
    """A hook with a trigger for ERP requests; its number."""
    hook = {"api_version": version, "namespace": "erp-bridge", "destination_url": url,
            "destination_headers": {"Authorization": "Bearer secret"}}  # fmt: skip
    made = stranger.ask("POST", f"{V1}/webhooks/hooks", {"company_id": COMPANY, "hook": hook})
    assert 201 == made.status_code, made.text
    body = {"api_version": version, "trigger": {"resource_name": "ERP Requests", "event_type": "create"}}
    assert 201 == stranger.ask("POST", f"{V1}/webhooks/hooks/{made.json()['id']}/triggers", body).status_code
    return int(made.json()["id"])


def exported(desk: Desk) -> int:
    """A budget exported; its request."""
    desk.budget(L="100")
    desk.send()
    return desk.export()[0]


def wait_until(desk: Desk, told: str) -> None:
    """Until the desk tells this of the only event: a try is noted a moment after the receiver had it."""
    deadline = time.monotonic() + 30
    while told not in desk.do("deliveries"):
        assert time.monotonic() < deadline, desk.do("deliveries")


def test_an_event_names_the_request_and_nothing_else(desk: Desk, stranger: Stranger, receiver: Receiver) -> None:
    """With the header that was asked for."""
    with receiver.open() as url:
        subscribe(stranger, url)
        request = exported(desk)
        (event,) = receiver.wait_for(1)
    assert ("ERP Requests", "create", request, COMPANY) == (
        event["resource_name"], event["event_type"], event["resource_id"], event["company_id"],
    )  # fmt: skip
    assert (["Bearer secret"], 26, False) == (receiver.headers, len(event["ulid"]), "request_data" in event)


def test_v4_has_text_ids_and_a_reason(desk: Desk, stranger: Stranger, receiver: Receiver) -> None:
    """The newest payload."""
    with receiver.open() as url:
        subscribe(stranger, url, "v4")
        request = exported(desk)
        (event,) = receiver.wait_for(1)
    assert ("create", str(request), "ERP Requests") == (event["reason"], event["resource_id"], event["resource_type"])


def test_a_refused_delivery_comes_again_after_a_pause(desk: Desk, stranger: Stranger, receiver: Receiver) -> None:
    """Under the same identity; the pause grows."""
    receiver.status = 500
    with receiver.open() as url:
        hook = subscribe(stranger, url)
        exported(desk)
        for tries, seconds in ((1, 1), (2, 2)):
            wait_until(desk, f"retried after {tries} tries")
            receiver.status = 500 if tries == 1 else 200
            desk.do("pass-time", seconds=str(seconds))
        wait_until(desk, "ok after 3 tries")
    assert (3, 1) == (len(receiver.events), len({event["ulid"] for event in receiver.events}))
    (delivery,) = stranger.get(f"{V1}/webhooks/hooks/{hook}/deliveries", **{"filter[status]": "successful"})
    assert ("ok", 200) == (delivery["outcome"], delivery["response_status"])


def test_pauses_grow_from_a_second_to_an_hour(desk: Desk, receiver: Receiver) -> None:
    """Nothing is tried before a pause is over."""
    receiver.status = 500
    desk.switch("hold_events", "yes")
    with open_stranger(desk.home) as stranger, receiver.open() as url:
        subscribe(stranger, url)
        exported(desk)
    desk.switch("hold_events", "no")
    postman = Postman(Installation(desk.home))
    tries = [postman.deliver_due(), postman.deliver_due()]
    for pause in (1, 2, 4):
        desk.do("pass-time", seconds=str(pause - 0.5))
        early = postman.deliver_due()
        desk.do("pass-time", seconds="0.6")
        tries += [early, postman.deliver_due()]
    assert [1, 0, 0, 1, 0, 1, 0, 1] == tries


def test_after_twelve_hours_the_queue_is_flushed(desk: Desk, stranger: Stranger, receiver: Receiver) -> None:
    """What waited is discarded, and never comes."""
    receiver.status = 500
    with receiver.open() as url:
        subscribe(stranger, url)
        exported(desk)
        wait_until(desk, "retried after 1 tries")
        desk.do("pass-time", seconds="43201")
        wait_until(desk, "discarded after 2 tries")


def test_events_may_be_doubled_lost_and_reordered(desk: Desk, stranger: Stranger, receiver: Receiver) -> None:
    """By switches: the receiver has to bear it."""
    desk.switch("hold_events", "yes")
    desk.switch("deliver_order", "reversed")
    with receiver.open() as url:
        subscribe(stranger, url)
        desk.switch("lost_events", "1")
        exported(desk)
        desk.do("set-line", project="24-002", code="02-1000.L", amount="1")
        desk.switch("doubled_events", "1")
        for act in ("lock", "send", "export"):
            desk.do(act, project="24-002")
        desk.do("forge-event", request="1")
        desk.switch("hold_events", "no")
        events = receiver.wait_for(3)
    assert [1, events[1]["resource_id"], events[1]["resource_id"]] == [event["resource_id"] for event in events]
    assert ["", "Bearer secret", "Bearer secret"] == receiver.headers


def test_hooks_are_checked_and_kept_to_loopback(stranger: Stranger) -> None:
    """Characters of a namespace, versions, and where this one delivers to."""
    good = {"api_version": "v2", "namespace": "erp-bridge", "destination_url": "http://127.0.0.1:9/x"}
    for wrong in ({"namespace": "ERP"}, {"api_version": "v9"}, {"destination_url": "https://elsewhere.example/"}):
        answer = stranger.ask("POST", f"{V1}/webhooks/hooks", {"company_id": COMPANY, "hook": {**good, **wrong}})
        assert (422, list(wrong)) == (answer.status_code, list(answer.json()["errors"]))
    assert [] == stranger.get(f"{V1}/webhooks/hooks")


def test_a_hook_is_deleted(stranger: Stranger) -> None:
    """With its triggers."""
    hook = subscribe(stranger, "http://127.0.0.1:9/x")
    assert 204 == stranger.ask("DELETE", f"{V1}/webhooks/hooks/{hook}").status_code
    assert 404 == stranger.ask("GET", f"{V1}/webhooks/hooks/{hook}/triggers").status_code
