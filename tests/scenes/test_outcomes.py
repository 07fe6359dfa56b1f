"""Every outcome of a verification, brought about at Sage's desk and seen by Sage's own routes."""

from decimal import Decimal

import pytest
from sage_site import SageSite, intended

from erp_bridge_core.approvals.items import ItemView
from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.contract import LineKey
from erp_bridge_core.contract.errors import ReadFailed
from erp_bridge_core.contract.postings import Outcome
from erp_bridge_core.exports.results import VerificationResult

CLEARING = LineKey("", "201-52370", "S")
SIGNS = LineKey("TRF", "801-04308", "S")
PILES = LineKey("STR", "701-06011", "S")


def named(result: VerificationResult, outcome: Outcome) -> set[LineKey]:
    """The keys that a verification names so."""
    return {each.key for each in result.keys if each.outcome is outcome}


def imported(site: SageSite) -> ItemView:
    """An item whose files are in unposted batches."""
    item, handed = site.handed_over()
    for each in handed:
        site.import_file(each)
    return item


@pytest.mark.rule("V2", "E2")
def test_not_visible_yet_while_the_report_is_older_than_the_import(site: SageSite) -> None:
    """Posted, but no report was printed since: nothing is concluded from the old one."""
    item = imported(site)
    site.desk("post")
    result = site.verify(item)

    assert Outcome.NOT_VISIBLE_YET == result.outcome
    assert ["report"] == [route.route for route in result.routes if route.stale]
    assert ItemState.WAITING == site.item(item).state


@pytest.mark.rule("V2", "E2")
def test_unposted_where_the_report_has_such_columns(site: SageSite) -> None:
    """The report shows what waits: unposted, which is no mismatch."""
    site.desk("switch", name="report_unposted", value="yes")
    item = imported(site)
    site.show_figures()

    assert Outcome.UNPOSTED == site.verify(item).outcome
    assert ItemState.WAITING == site.item(item).state


@pytest.mark.rule("V2")
def test_posted_becomes_synced_once_hh2_shows_it_too(site: SageSite) -> None:
    """The report proves it; hh2, which lags, confirms later the five keys that it can tell from an Extra's."""
    site.desk("switch", name="sync_lag", value="manual")
    item = imported(site)
    site.desk("post")
    site.desk("report")
    posted = site.verify(item)
    site.desk("sync")
    synced = site.verify(item)

    assert Outcome.POSTED == posted.outcome
    assert Outcome.SYNCED == synced.outcome
    assert {"posted": 10} == posted.counts
    assert {"posted": 5, "synced": 5} == synced.counts


@pytest.mark.rule("V2", "V5")
def test_another_amount_names_its_key_alone(site: SageSite) -> None:
    """The accountant added to one entry before anybody looked."""
    item = imported(site)
    site.desk("post")
    site.enter(CLEARING, "12.34")
    result = site.verify(item)

    assert Outcome.OTHER_AMOUNT == result.outcome
    assert {CLEARING} == named(result, Outcome.OTHER_AMOUNT)


@pytest.mark.rule("V2", "V5")
def test_twice_counts_how_often(site: SageSite) -> None:
    """The originals were imported three times: every key says three times."""
    item, handed = site.handed_over(changes=False)
    for _ in range(3):
        site.import_file(handed[0])
    site.post()
    result = site.verify(item)

    assert Outcome.POSTED_TWICE == result.outcome
    assert {3} == {each.times for each in result.keys}


@pytest.mark.rule("V2", "V5")
@pytest.mark.parametrize(
    ("wrong", "kind"),
    [
        (LineKey("", "201-52370", "L"), "original"),
        (LineKey("", "110-01001", "L"), "original"),
        (LineKey("STR", "110-01001", "M"), "original"),
        (CLEARING, "approved"),
    ],
    ids=["category", "cost code", "extra", "column"],
)
def test_the_wrong_place_names_where_it_is_missing_and_where_it_is(site: SageSite, wrong: LineKey, kind: str) -> None:
    """An entry was carried to another category, cost code, Extra or column before anybody looked."""
    item = imported(site)
    site.desk("post")
    site.enter(CLEARING, "-17680.00")
    site.enter(wrong, "17680.00", kind)
    result = site.verify(item)

    assert Outcome.WRONG_PLACE == result.outcome
    assert {CLEARING, wrong} == named(result, Outcome.WRONG_PLACE)


@pytest.mark.rule("V2", "V5")
def test_an_entry_on_another_job_is_missing_here(site: SageSite) -> None:
    """Another job is not read: the key that lacks its amount is named, and the item is half posted, never done."""
    item = imported(site)
    site.desk("post")
    site.enter(CLEARING, "-17680.00")
    result = site.verify(item)

    assert Outcome.HALF_POSTED == result.outcome
    assert {CLEARING} == named(result, Outcome.NOT_VISIBLE_YET)
    assert ItemState.MISMATCH == site.item(item).state


@pytest.mark.rule("V2", "V5")
@pytest.mark.parametrize("key", [CLEARING, LineKey("", "110-01001", "M")], ids=["exported key", "other key"])
def test_drift_is_seen_after_everything_was_done(site: SageSite, key: LineKey) -> None:
    """An entry by hand, on a key of ours or another of the job: changed in Sage, adopted as the new baseline."""
    item = site.synced()
    site.enter(key, "50.00")
    drifted = site.verify(item)
    adopted = site.application.verification.adopt(site.person("approver"), item.id, "An entry of the accountant's")
    later = site.deliver_later_change()

    assert Outcome.DRIFT == drifted.outcome
    assert {key} == named(drifted, Outcome.DRIFT)
    assert adopted.outcome.is_good
    assert ItemState.SYNCED == later.state
    assert Decimal("305.29") + Decimal(50) == sum(
        original + changes for original, changes in site.held().values()
    ) - sum(original + changes for original, changes in intended().values())


@pytest.mark.rule("V2", "V5")
def test_a_reversing_entry_after_posting_is_regressed(site: SageSite) -> None:
    """Posted once, gone now: named so, and back again only when a person says it was corrected."""
    item = site.synced()
    site.enter(SIGNS, "-576.00")
    gone = site.verify(item)
    site.enter(SIGNS, "576.00")
    alone = site.verify(item)
    state = site.item(item).state
    site.application.verification.corrected(site.person("approver"), item.id, "Reversed by mistake, entered again")

    assert Outcome.REGRESSED == gone.outcome
    assert {SIGNS} == named(gone, Outcome.REGRESSED)
    assert alone.outcome.is_good
    assert ItemState.MISMATCH == state
    assert ItemState.SYNCED == site.item(item).state


@pytest.mark.rule("V2")
def test_hh2_alone_decides_nothing(site: SageSite) -> None:
    """Without the job cost report nothing is concluded: hh2's rows carry no Extra and no proof."""
    item = imported(site)
    site.post()
    (site.share / "reports" / "job-cost.csv").unlink()

    with pytest.raises(ReadFailed):
        site.verify(item)
    assert ItemState.WAITING == site.item(item).state


@pytest.mark.rule("V2", "V5")
def test_what_the_report_can_not_tell_is_not_verifiable_and_takes_a_persons_word(site: SageSite) -> None:
    """Keys that stand twice in the report can't be read by it: never good by itself, accepted by a named person."""
    item = imported(site)
    site.desk("switch", name="report_doubled", value="999")
    site.post()
    result = site.verify(item)
    state = site.item(item).state
    site.application.verification.accept_difference(site.person("approver"), item.id, "Compared on paper")

    assert Outcome.NOT_VERIFIABLE == result.outcome
    assert {PILES, SIGNS} <= named(result, Outcome.NOT_VERIFIABLE)
    assert ItemState.WAITING == state
    assert ItemState.SYNCED == site.item(item).state
