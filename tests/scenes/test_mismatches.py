"""Four mistakes at Sage's desk: each has its own name, bars sending and unlocking, and has a way out."""

from collections.abc import Sequence
from decimal import Decimal

import pytest
from sage_site import SageSite, intended

from erp_bridge_core.approvals.items import ItemView
from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.contract import HandOver, LineKey
from erp_bridge_core.contract.errors import NotPossibleNow
from erp_bridge_core.contract.postings import Outcome
from erp_bridge_core.exports.settling import Settlement
from erp_bridge_core.exports.status import ExportState

REASON = "Seen in Sage with the accountant"
ZERO = Decimal(0)


def assert_mismatch(site: SageSite, item: ItemView, outcome: Outcome) -> None:
    """It is named so, and sending and unlocking are barred with the mismatch as a reason."""
    assert outcome == site.verify(item).outcome
    assert ItemState.MISMATCH == site.item(item).state
    readiness = site.readiness()
    for reasons in (readiness.reasons, readiness.unlock_reasons, readiness.edit_reasons, readiness.change_reasons):
        assert [f"Item {item.id} does not agree with the ERP."] == [
            reason.message for reason in reasons if reason.rule == "V5"
        ]
    with pytest.raises(NotPossibleNow):
        site.send()
    with pytest.raises(NotPossibleNow):
        site.application.sending.unlock(site.person("manager"), site.project)


def assert_work_goes_on(site: SageSite) -> None:
    """A later change goes all the way, and moves Sage by itself alone."""
    before = sum((sum(amounts) for amounts in site.held().values()), ZERO)
    assert ItemState.SYNCED == site.deliver_later_change().state
    assert Decimal("305.29") == sum((sum(amounts) for amounts in site.held().values()), ZERO) - before


def reverse(site: SageSite, key: LineKey, amount: Decimal, kind: str) -> None:
    """The accountant takes an amount out again by an entry of its own."""
    if amount:
        site.desk(
            "enter", job=site.job, extra=key.sub_job, cost_code=key.cost_code, category=key.category,
            amount=f"{-amount}", kind=kind,
        )  # fmt: skip


def post_with_wrong_ticks(site: SageSite, handed: Sequence[HandOver]) -> None:
    """Import every file with the box the wrong way round, and post."""
    for each in handed:
        site.import_file(each, approved=each.facts["tick"] == "clear")
    site.post()


@pytest.mark.rule("V2", "V5", "V1")
def test_a_wrong_tick_box_is_posted_in_the_wrong_place_and_corrected_in_sage(site: SageSite) -> None:
    """Originals stand as changes: saying it was corrected does not make it so; entries in Sage do."""
    item, handed = site.handed_over()
    post_with_wrong_ticks(site, handed)
    assert_mismatch(site, item, Outcome.WRONG_PLACE)

    untrue = site.application.verification.corrected(site.person("approver"), item.id, REASON)
    for key, (original, changes) in intended().items():
        reverse(site, key, original - changes, "approved")
        reverse(site, key, changes - original, "original")
    site.show_figures()
    true = site.application.verification.corrected(site.person("approver"), item.id, REASON)

    assert Outcome.WRONG_PLACE == untrue.outcome
    assert true.outcome.is_good
    assert intended() == site.held()
    assert ItemState.SYNCED == site.item(item).state
    assert_work_goes_on(site)


@pytest.mark.rule("V2", "V5")
def test_one_file_with_a_wrong_tick_box_is_posted_in_the_wrong_place(site: SageSite) -> None:
    """The originals were imported with the box ticked, the changes rightly so: the totals agree, the columns don't."""
    item, handed = site.handed_over()
    for each in handed:
        site.import_file(each, approved=True)
    site.post()

    assert_mismatch(site, item, Outcome.WRONG_PLACE)


@pytest.mark.rule("V2", "V5")
@pytest.mark.parametrize("way_out", ["corrected", "adopted", "accepted"])
def test_a_file_imported_twice_is_posted_twice_and_never_sent_again(site: SageSite, way_out: str) -> None:
    """Whether it is reversed in Sage, adopted or accepted: what was doubled is not sent again, and work goes on."""
    item, handed = site.handed_over()
    for each in (*handed, handed[0]):
        site.import_file(each)
    site.post()
    assert_mismatch(site, item, Outcome.POSTED_TWICE)

    verification, approver = site.application.verification, site.person("approver")
    if way_out == "corrected":
        for key, (original, _) in intended().items():
            reverse(site, key, original, "original")
        site.show_figures()
        verification.corrected(approver, item.id, REASON)
        assert intended() == site.held()
    elif way_out == "adopted":
        verification.adopt(approver, item.id, REASON)
    else:
        verification.accept_difference(approver, item.id, REASON)

    assert ItemState.SYNCED == site.item(item).state
    assert ["B4"] == [reason.rule for reason in site.readiness().reasons]
    assert_work_goes_on(site)


def remove_batches(site: SageSite) -> None:
    """The accountant removes everything that waits unposted, and prints the report."""
    for told in site.desk("unposted"):
        site.desk("remove", batch=told.split()[0])
    site.show_figures()


@pytest.mark.rule("V2", "V5", "E6", "E2")
def test_a_deleted_batch_is_removed_before_posting_and_settled_as_withdrawn(site: SageSite) -> None:
    """Seen waiting, then gone: settled as withdrawn by another person, it goes again as a whole, once."""
    site.desk("switch", name="report_unposted", value="yes")
    item, handed = site.handed_over()
    for each in handed:
        site.import_file(each)
    site.show_figures()
    assert Outcome.UNPOSTED == site.verify(item).outcome
    remove_batches(site)
    assert_mismatch(site, item, Outcome.REMOVED)

    settle_all(site, item)
    assert ExportState.FAILED == site.status(item).state
    put_away(site, handed)
    retried = site.application.exports.retry(site.person("approver"), item.id)
    site.follow_sheets(site.take(item)[-2:])
    site.verify(item)

    assert ExportState.OFFERED == retried.state
    assert intended() == site.held()
    assert {1} == set(site.entry_counts().values())
    assert ItemState.SYNCED == site.item(item).state
    assert_work_goes_on(site)


@pytest.mark.rule("V5", "B6")
def test_a_deleted_batch_that_is_adopted_is_given_back_to_the_budget(site: SageSite) -> None:
    """Nothing of it is in Sage: the next send holds all of it again."""
    site.desk("switch", name="report_unposted", value="yes")
    item, handed = site.handed_over()
    for each in handed:
        site.import_file(each)
    site.show_figures()
    site.verify(item)
    remove_batches(site)
    assert_mismatch(site, item, Outcome.REMOVED)

    site.application.verification.adopt(site.person("approver"), item.id, REASON)
    again = site.send()
    site.accept(again)
    site.export(again)
    site.follow_sheets(site.take(again))
    site.verify(again)

    assert (item.original, item.changes) == (again.original, again.changes)
    assert intended() == site.held()
    assert {1} == set(site.entry_counts().values())
    assert ItemState.SYNCED == site.item(again).state


@pytest.mark.rule("V2", "E2", "V1")
def test_a_deleted_batch_that_no_report_shows_is_never_called_done(site: SageSite) -> None:
    """A report without columns of unposted amounts: not visible yet, however often one looks, and barred."""
    item, handed = site.handed_over()
    for each in handed:
        site.import_file(each)
    site.show_figures()
    waiting = site.verify(item).outcome
    remove_batches(site)
    outcomes = {site.verify(item).outcome for _ in range(3)}

    assert Outcome.NOT_VISIBLE_YET == waiting
    assert {Outcome.NOT_VISIBLE_YET} == outcomes
    assert ItemState.WAITING == site.item(item).state
    assert ["V1"] * 2 == [reason.rule for reason in site.readiness().unlock_reasons]
    settle_all(site, item)
    assert ItemState.FAILED == site.item(item).state


def settle_all(site: SageSite, item: ItemView) -> None:
    """The controller settles every effect as withdrawn."""
    for effect in site.status(item).effects:
        site.application.exports.settle(
            site.person("controller"), item.id, effect.reference, how=Settlement.WITHDRAWN, reason=REASON
        )


def put_away(site: SageSite, handed: Sequence[HandOver]) -> None:
    """The accountant moves files that are certain not to count, as the message of a refused retry asks."""
    for each in handed:
        name = each.location.rsplit("/", maxsplit=1)[-1]
        (site.share / each.location).rename(site.share / "withdrawn" / name)


@pytest.mark.rule("V2", "V5")
def test_the_first_entries_posted_alone_are_half_posted_until_the_rest_is(site: SageSite) -> None:
    """Half of a batch was posted: a mismatch that ends by itself when the rest is posted too."""
    item, handed = site.handed_over()
    for each in handed:
        site.import_file(each)
    site.post(first="4")
    assert_mismatch(site, item, Outcome.HALF_POSTED)

    site.post()
    site.verify(item)

    assert intended() == site.held()
    assert ItemState.SYNCED == site.item(item).state
    assert_work_goes_on(site)


@pytest.mark.rule("V2", "V5")
@pytest.mark.parametrize("posted", ["1-original", "2-approved-changes"])
def test_one_of_two_files_posted_is_half_posted_and_the_other_goes_again(site: SageSite, posted: str) -> None:
    """The other file was never imported: given up by adopting, the next send holds just its lines."""
    item, handed = site.handed_over()
    for each in handed:
        if posted in each.location:
            site.import_file(each)
    site.post()
    assert_mismatch(site, item, Outcome.HALF_POSTED)

    site.application.verification.adopt(site.person("approver"), item.id, REASON)
    again = site.send()
    site.accept(again)
    site.export(again)
    site.follow_sheets(site.take(again))
    site.verify(again)

    expected = (ZERO, item.changes) if posted == "1-original" else (item.original, ZERO)
    assert expected == (again.original, again.changes)
    assert intended() == site.held()
    assert {1} == set(site.entry_counts().values())
    assert ItemState.SYNCED == site.item(again).state
