"""What an office asks for becomes items, each once; what can't is told with every reason, and tried again."""

from decimal import Decimal
from typing import Any

import pytest
from desk import CODES, JOB, OTHER_JOB, Desk, key
from memory_source import MemorySource

from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.connector.values import Polled, RequestState


def told(polled: Polled) -> tuple[int, int, tuple[int, ...]]:
    """How many requests a look saw, how many of them were new, and the items that it made."""
    return polled.seen, polled.new, tuple(polled.items)


def test_a_request_becomes_an_item(desk: Desk) -> None:
    """What was made there is pulled, compared and sent in the named person's name; the approver finds it."""
    asked = desk.ask(amount="1234.50")

    done = desk.poll()

    assert (1, 1, 0, (1,), None) == (done.seen, done.new, done.closed, done.items, done.error)
    found = desk.request()
    assert (asked, RequestState.ITEM, 1, ItemState.READY, JOB) == (
        found.request, found.state, found.item, found.item_state, found.project,
    )  # fmt: skip
    item = desk.application.reviews.item(desk.person("approver"), 1)
    assert ("manager", Decimal("1234.50")) == (item.sent_by, item.amount)
    (transaction,) = desk.application.requests.transactions(desk.person("approver"), found.number)
    assert (key(CODES[0]), Decimal("1234.50"), None) == (transaction.key, transaction.amount, transaction.arrived)


def test_what_is_an_item_is_never_made_twice(desk: Desk) -> None:
    """However often the source tells of it."""
    desk.ask()
    desk.poll()

    assert () == desk.poll().items
    assert [1] == [each.item for each in desk.requests()]


def test_all_that_arrived_is_told_of_each_transaction(desk: Desk) -> None:
    """Once it was read back from the books, and no sooner."""
    desk.ask()
    desk.poll()

    desk.sync(1)

    found = desk.request()
    (transaction,) = desk.application.requests.transactions(desk.person("approver"), found.number)
    assert (RequestState.ANSWERED, True) == (found.state, transaction.arrived)


def test_what_arrived_is_not_sent_again_when_the_source_was_never_told(desk: Desk) -> None:
    """A source that asks anew for what the books hold is answered without another item."""
    first = desk.ask()
    desk.poll()
    desk.sync(1)
    desk.office.close_request(first)

    again = desk.office.send(JOB)
    done = desk.poll()

    found = desk.requests()[1]
    assert (again, RequestState.ANSWERED, None, ()) == (found.request, found.state, found.item, done.items)
    (transaction,) = desk.application.requests.transactions(desk.person("approver"), found.number)
    assert (1, True) == (transaction.item, transaction.arrived)


def test_what_is_new_comes_beside_what_arrived(desk: Desk) -> None:
    """The source asks for both, since it was told of neither: only the change goes out."""
    first = desk.ask()
    desk.poll()
    desk.sync(1)
    desk.application.sending.unlock(desk.person("manager"), JOB)
    desk.office.close_request(first)
    desk.office.approve_change(JOB, "7", {key(CODES[0]): "30.00"})

    desk.office.send(JOB)

    assert (2,) == desk.poll().items
    assert Decimal("30.00") == desk.application.reviews.item(desk.person("approver"), 2).amount
    asked = desk.application.requests.transactions(desk.person("approver"), 2)
    assert [("", True), ("7", None)] == [(each.change_number, each.arrived) for each in asked]


@pytest.mark.rule("V1")
def test_what_was_edited_after_an_export_comes_once_its_conditions_hold(desk: Desk) -> None:
    """Until it is posted and read back the request waits; then nobody has to unlock the budget by hand."""
    first = desk.ask()
    desk.poll()
    approver = desk.person("approver")
    desk.application.reviews.accept(approver, 1, confirm_import_closes=True)
    desk.application.exports.start(approver, 1)
    desk.application.exports.run(approver, 1)
    desk.office.close_request(first)
    desk.enter(amount="150.00")
    desk.office.send(JOB)
    assert () == desk.poll().items

    for job in desk.adapter.books.jobs.values():
        job.post()
    desk.application.verification.verify(approver, 1)

    assert (2,) == desk.poll().items
    assert Decimal("50.00") == desk.application.reviews.item(approver, 2).amount


def test_what_was_rejected_is_free_for_the_next_request(desk: Desk) -> None:
    """The same transactions go with another item, and the first request stays answered."""
    desk.application.companies.set_policy(desk.person("administrator"), resend_with_grant=True)
    first = desk.ask()
    desk.poll()
    desk.application.reviews.reject(desk.person("approver"), 1, reason="Wrong amount.")
    assert RequestState.ANSWERED is desk.request().state
    desk.office.close_request(first)
    desk.enter(amount="90.00")

    desk.office.send(JOB)

    assert (2,) == desk.poll().items
    assert Decimal("90.00") == desk.application.reviews.item(desk.person("approver"), 2).amount
    assert [RequestState.ANSWERED, RequestState.ITEM] == [each.state for each in desk.requests()]


def test_a_project_that_is_linked_with_none_waits_for_its_link(desk: Desk) -> None:
    """It says what to do; once somebody has, the next look makes its item."""
    desk.ask(job=OTHER_JOB)

    desk.poll()

    assert desk.request().is_unlinked
    assert desk.request().waits_for_person
    assert ["project"] == desk.reasons()
    assert "link-source" in (desk.request().reasons[0].remedy or "")
    desk.application.pulling.link(desk.person("administrator"), OTHER_JOB, "office", source_project=OTHER_JOB)
    assert (1,) == desk.poll().items


def test_one_request_does_not_stop_another(desk: Desk) -> None:
    """One is for a project that nobody linked, one is good."""
    other = desk.ask(job=OTHER_JOB)
    good = desk.ask()
    desk.poll()

    assert {other: RequestState.RECEIVED, good: RequestState.ITEM} == {
        each.request: each.state for each in desk.requests()
    }


def test_a_look_that_a_later_one_has_overtaken_tells_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """It read a request that was closed at the source before it is noted: nobody asks for that any more."""
    look, slow = MemorySource.looked, iter([True])
    desk.set("connector.act_as", "viewer")
    asked = desk.ask()

    def looked(plugin: MemorySource) -> Any:
        found = look(plugin)
        if next(slow, False):
            desk.clock.advance(seconds=5)
            assert 1 == desk.poll().new
            desk.office.close_request(asked)
            desk.clock.advance(seconds=5)
            assert 1 == desk.poll().closed
        return found

    monkeypatch.setattr(MemorySource, "looked", looked)

    assert ((1, 0, ()), RequestState.CLOSED) == (told(desk.poll()), desk.request().state)


def test_a_request_that_cannot_be_understood_is_told_and_tried_again(desk: Desk) -> None:
    """Nothing is concluded from half of it."""
    asked = desk.ask()
    desk.plugin.unreadable.add(asked)

    desk.poll()

    assert RequestState.RECEIVED is desk.request().state
    assert "can't be understood" in desk.request().reasons[0].message
    desk.plugin.unreadable.clear()
    assert (1,) == desk.poll().items


def test_a_budget_that_changes_while_it_is_read_is_read_again(desk: Desk) -> None:
    """It waits for nobody: the next look finds it still."""
    desk.ask()
    desk.plugin.changing = True

    desk.poll()

    assert (RequestState.RECEIVED, False) == (desk.request().state, desk.request().waits_for_person)
    desk.plugin.changing = False
    assert (1,) == desk.poll().items


def test_what_was_added_after_the_request_stops_it_by_name(desk: Desk) -> None:
    """A send would hold more than was asked for: each difference is named, and nothing of it was taken in."""
    desk.ask(amount="100.00")
    desk.enter(CODES[1], "5.00")

    desk.poll()

    (reason,) = desk.request().reasons
    assert (f"{CODES[1]} / L (original)", "5.00", "0.00") == (reason.where, reason.value, reason.expected)
    assert desk.request().waits_for_person
    assert () == tuple(desk.application.budgets.show(desk.person("manager"), JOB).lines)


def test_what_was_edited_in_both_places_is_never_merged(desk: Desk) -> None:
    """A person decides in the budget; the request waits."""
    first = desk.ask()
    desk.poll()
    manager = desk.person("manager")
    desk.application.sending.retrieve(manager, JOB)
    desk.application.budgets.edit_line(manager, JOB, key(CODES[0]), changes={"amount": Decimal("70.00")})
    desk.office.close_request(first)
    desk.enter(amount="80.00")
    desk.office.send(JOB)

    desk.poll()

    assert desk.requests()[1].waits_for_person
    assert "both" in desk.requests()[1].reasons[0].message
