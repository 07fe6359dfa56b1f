"""Webhooks: every change of an item's state is told, signed, at least once; to no place that it must not lead to."""

import base64
import hashlib
import hmac
import json
import sqlite3
from typing import Any

import pytest
from controlled_clock import ControlledClock
from listener import Listener

from erp_bridge_core.app import Application
from erp_bridge_core.contract.errors import BadInput, NotAllowed, NotFound, NotPossibleNow
from erp_bridge_core.webhooks.deliveries import PAUSES
from erp_bridge_core.webhooks.posting import NotTold, Post


def reject(application: Application, signed_in: Any) -> None:
    """Abe rejects item 1."""
    application.reviews.reject(signed_in("abe"), 1, reason="Wrong job.")


def states(application: Application, signed_in: Any) -> list[tuple[str | None, str, str]]:
    """From, to and delivery's state of all deliveries, the oldest first."""
    found = application.webhooks.deliveries(signed_in("ada"))
    return [(each.from_state, each.to_state, each.state.value) for each in reversed(found)]


def is_signed(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """What a program checks, by the standard's text alone."""
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return headers["webhook-signature"] == f"v1,{expected}"


@pytest.mark.usefixtures("allowed")
def test_a_change_of_state_is_told_and_signed(application: Application, listener: Listener, signed_in: Any) -> None:
    """With facts to ask the API by; whoever has the secret can tell that it is ours."""
    made = application.webhooks.add(signed_in("ada"), listener.url)
    reject(application, signed_in)

    told = application.webhooks.send(application.companies.system("hoosier"))

    assert (1, (), ()) == (len(told.sent), told.put_off, told.given_up)
    ((headers, body),) = listener.told
    assert {
        "company": "hoosier", "item": 1, "project": "24-001", "job": "24-001", "version": 1, "revision": 2,
        "from_state": "ready", "to_state": "rejected", "amount": "1234567.80", "currency": "USD",
    } == json.loads(body)["data"]  # fmt: skip
    assert is_signed(made.secret, headers, body)
    assert not is_signed(made.secret, headers, body + b" ")
    assert [("ready", "rejected", "sent")] == states(application, signed_in)
    assert () == application.webhooks.send(application.companies.system("hoosier")).sent


@pytest.mark.usefixtures("allowed")
def test_what_did_not_happen_is_not_told(application: Application, listener: Listener, signed_in: Any) -> None:
    """The delivery stands in the transaction that moves the item: one that is undone leaves none; a trial neither."""
    application.webhooks.add(signed_in("ada"), listener.url)
    reject(application, signed_in)
    with application.store.begin() as connection:
        connection.exec_driver_sql("UPDATE items SET state = 'unknown' WHERE id = 1")
        connection.rollback()

    application.sending.readiness(signed_in("ada"), "24-001")

    assert [("ready", "rejected", "waiting")] == states(application, signed_in)


@pytest.mark.usefixtures("allowed")
def test_a_send_is_told_and_other_companies_hear_nothing(
    application: Application, listener: Listener, signed_in: Any
) -> None:
    """A new item has no state that it came from."""
    application.webhooks.add(signed_in("ada"), listener.url)
    application.webhooks.add(signed_in("ada", "second"), listener.url)
    application.sending.retrieve(signed_in("mia"), "24-001")
    application.sending.send(signed_in("mia"), "24-001")

    assert [("ready", "retrieved", "waiting"), (None, "ready", "waiting")] == states(application, signed_in)
    assert () == application.webhooks.deliveries(signed_in("ada", "second"))
    assert () == application.webhooks.send(application.companies.system("second")).sent


@pytest.mark.usefixtures("allowed")
def test_what_is_not_taken_is_tried_again_then_given_up(
    application: Application, listener: Listener, signed_in: Any, clock: ControlledClock
) -> None:
    """After pauses that grow, as the same event; an administrator puts it back."""
    application.webhooks.add(signed_in("ada"), listener.url)
    reject(application, signed_in)
    listener.answers.extend([(500, {})] * (len(PAUSES) + 1))
    host = application.companies.system("hoosier")

    for pause in PAUSES:
        assert 1 == len(application.webhooks.send(host).put_off)
        assert () == application.webhooks.send(host).put_off
        clock.advance(seconds=pause.total_seconds())
    assert 1 == len(application.webhooks.send(host).given_up)

    (given_up,) = application.webhooks.deliveries(signed_in("ada"))
    assert ("given_up", 500, "it answered 500") == (given_up.state.value, given_up.status, given_up.problem)
    assert (given_up.id,) == application.webhooks.retry(signed_in("ada"))
    assert (given_up.id,) == application.webhooks.send(host).sent
    assert 1 == len({headers["webhook-id"] for headers, _ in listener.told})
    with pytest.raises(NotPossibleNow):
        application.webhooks.retry(signed_in("ada"), given_up.id)


@pytest.mark.usefixtures("allowed")
def test_a_redirect_is_not_followed(application: Application, listener: Listener, signed_in: Any) -> None:
    """Where it leads is nobody's business."""
    application.webhooks.add(signed_in("ada"), listener.url)
    reject(application, signed_in)
    listener.answers.append((307, {"Location": listener.url}))

    assert 1 == len(application.webhooks.send(application.companies.system("hoosier")).put_off)
    assert 1 == len(listener.told)


@pytest.mark.usefixtures("allowed")
def test_gone_is_for_good_and_so_is_a_removal(application: Application, listener: Listener, signed_in: Any) -> None:
    """Nobody is asked twice who said that nobody is there; one that was removed is told nothing that waits."""
    first = application.webhooks.add(signed_in("ada"), listener.url).webhook
    application.webhooks.add(signed_in("ada"), listener.url)
    reject(application, signed_in)
    application.webhooks.remove(signed_in("ada"), first.id)
    listener.answers.append((410, {}))

    assert 2 == len(application.webhooks.send(application.companies.system("hoosier")).given_up)
    assert 1 == len(listener.told)


@pytest.mark.usefixtures("allowed")
def test_a_renewed_secret_counts_alone(application: Application, listener: Listener, signed_in: Any) -> None:
    """And neither lies in the database."""
    old = application.webhooks.add(signed_in("ada"), listener.url)
    new = application.webhooks.renew_secret(signed_in("ada"), old.webhook.id)
    reject(application, signed_in)
    application.webhooks.send(application.companies.system("hoosier"))

    ((headers, body),) = listener.told
    assert (False, True) == tuple(is_signed(each.secret, headers, body) for each in (old, new))
    dump = "\n".join(sqlite3.connect(application.home / "erp-bridge.db").iterdump())
    assert [False, False] == [each.secret.removeprefix("whsec_") in dump for each in (old, new)]


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/x", "https://127.0.0.1/x", "https://10.0.0.8/x", "https://[::1]/", "https://localhost/x",
        "https://169.254.169.254/latest", "https://user:pass@example.com/", "ftp://example.com", "https://", "x y",
        "https://[::ffff:10.0.0.1]/", "https://[64:ff9b::a00:1]/", "https://ex\nample.com",
    ],
)  # fmt: skip
def test_a_url_that_leads_inside_is_refused(application: Application, signed_in: Any, url: str) -> None:
    """By itself, where its address says so."""
    with pytest.raises(BadInput) as refused:
        application.webhooks.add(signed_in("ada"), url)

    assert ["url"] == [fault.where for fault in refused.value.faults]


def test_a_name_that_leads_inside_is_not_called(
    application: Application, signed_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its address is looked at when it is told, not only when it is added."""
    from erp_bridge_core.webhooks.posting import post
    from erp_bridge_core.wire import addresses

    monkeypatch.setattr(addresses, "resolve", lambda *_: ["10.0.0.8"])
    application.webhooks.add(signed_in("ada"), "https://rebound.example/x")
    reject(application, signed_in)

    assert 1 == len(application.webhooks.send(application.companies.system("hoosier")).put_off)
    (put_off,) = application.webhooks.deliveries(signed_in("ada"))
    assert "private network" in put_off.problem
    with pytest.raises(NotTold, match="private network"):
        post(Post(url="https://rebound.example/x", body=b"{}", headers={}))


def test_they_are_administrators_business(application: Application, signed_in: Any, clock: ControlledClock) -> None:
    """Who signed in recently; another company's are not there; everything is in the audit trail, but no secret."""
    url = "https://example.com/x"
    for act in (
        lambda: application.webhooks.add(signed_in("abe"), url),
        lambda: application.webhooks.list(signed_in("abe")),
        lambda: application.webhooks.deliveries(signed_in("mia")),
        lambda: application.webhooks.retry(signed_in("abe")),
        lambda: application.webhooks.send(signed_in("mia")),
    ):
        with pytest.raises(NotAllowed):
            act()
    made = application.webhooks.add(signed_in("ada"), url)
    for foreign in (application.webhooks.remove, application.webhooks.renew_secret):
        with pytest.raises(NotFound):
            foreign(signed_in("ada", "second"), made.webhook.id)
    (entry, *_) = application.audit.show(signed_in("ada"), subject="webhook")
    assert ("webhook.add", {"url": url}) == (entry.verb, entry.facts)
    stale = signed_in("ada")
    clock.advance(hours=1)
    with pytest.raises(NotAllowed):
        application.webhooks.remove(stale, made.webhook.id)
