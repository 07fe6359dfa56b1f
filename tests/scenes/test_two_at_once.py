"""Two people act on one item at the same moment: one wins, the other is told (A6)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sage_site import SageSite

from erp_bridge_core.app import Application
from erp_bridge_core.approvals.items import ItemView
from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.contract.errors import AlreadyAnswered, ErpBridgeError, NotPossibleNow
from erp_bridge_core.contract.fields import FieldValues
from erp_bridge_core.exports.status import ExportState

Act = Callable[[Application, SageSite, ItemView], Any]


def accept_as(login: str) -> Act:
    """Accept the item as it was seen."""
    return lambda application, site, item: application.reviews.accept(
        site.person(login), item.id, values=FieldValues(description="Budget"), confirm_import_closes=True,
        revision=item.revision,
    )  # fmt: skip


def reject(application: Application, site: SageSite, item: ItemView) -> Any:
    """Reject the item as it was seen."""
    return application.reviews.reject(
        site.person("controller"), item.id, reason="Not this month", revision=item.revision
    )


def retrieve(application: Application, site: SageSite, item: ItemView) -> Any:
    """Take the budget back."""
    return application.sending.retrieve(site.person("manager"), site.project)


def start(application: Application, site: SageSite, item: ItemView) -> Any:
    """Start its export."""
    return application.exports.start(site.person("approver"), item.id)


def at_once(site: SageSite, item: ItemView, *acts: Act) -> list[Any]:
    """What each act answers, or the error it is told; each in a thread and an opened home of its own."""
    barrier = Barrier(len(acts))

    def run(act: Act) -> Any:
        with Application.open(site.home, clock=site.application.clock) as application:
            barrier.wait(30)
            try:
                return act(application, site, item)
            except ErpBridgeError as error:
                return error

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def losers(answers: list[Any]) -> list[ErpBridgeError]:
    """Those who were told that somebody was first."""
    return [answer for answer in answers if isinstance(answer, ErpBridgeError)]


@pytest.mark.rule("A6")
@pytest.mark.parametrize(
    ("acts", "ends"),
    [
        ((accept_as("approver"), accept_as("controller")), {ItemState.ACCEPTED}),
        ((accept_as("approver"), reject), {ItemState.ACCEPTED, ItemState.REJECTED}),
        ((accept_as("approver"), retrieve), {ItemState.ACCEPTED, ItemState.RETRIEVED}),
        ((reject, retrieve), {ItemState.REJECTED, ItemState.RETRIEVED}),
        ((accept_as("approver"), reject, retrieve), {ItemState.ACCEPTED, ItemState.REJECTED, ItemState.RETRIEVED}),
    ],
    ids=["two accept", "accept and reject", "accept and retrieve", "reject and retrieve", "all three"],
)
def test_one_answer_wins_and_the_other_is_told(site: SageSite, acts: tuple[Act, ...], ends: set[ItemState]) -> None:
    """Just one act stands, the audit trail holds just one answer, and everybody else is told who was first."""
    item = site.sent()
    told = losers(at_once(site, item, *acts))

    assert len(acts) - 1 == len(told), told
    assert all(isinstance(error, AlreadyAnswered | NotPossibleNow) for error in told), told
    assert all(error.message and error.remedy for error in told)
    assert site.item(item).state in ends
    entries = site.application.audit.show(site.person("administrator"), subject="item", subject_id=str(item.id))
    assert ["ready"] == [entry.from_state for entry in entries if entry.from_state]


@pytest.mark.rule("A6", "E1", "L12")
def test_one_of_two_starts_wins_and_exports_once(site: SageSite) -> None:
    """Two people start the same export: one export stands, each file lies in the share once."""
    item = site.accepted()
    told = losers(at_once(site, item, start, start))
    runs = at_once(site, item, *[_run] * 2)

    assert [AlreadyAnswered] == [type(error) for error in told]
    assert 1 >= len(losers(runs))
    assert ExportState.OFFERED == site.status(item).state
    assert 2 == len(site.offered_files())


def _run(application: Application, site: SageSite, item: ItemView) -> Any:
    return application.exports.run(site.person("approver"), item.id)
