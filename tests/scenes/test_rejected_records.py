"""Records that Import Estimates rejects: told per line, then retried alone, or given back to the budget."""

from decimal import Decimal
from typing import Any

import pytest
from sage_site import Line, SageSite, intended

from erp_bridge_core.approvals.items import ItemView
from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.contract import HandOver, LineKey
from erp_bridge_core.contract.postings import Outcome
from erp_bridge_core.exports.status import ExportState

NEW = Line("", "990-00001", "Subcontract", "Owner's allowance", "4200.00")
NEW_KEY = LineKey("", "990-00001", "S")
ALL = {**intended(), NEW_KEY: (Decimal("4200.00"), Decimal(0))}


def import_leaving_the_box_clear(site: SageSite, handed: HandOver) -> None:
    """Import a file without allowing new cost codes, against what the sheet says."""
    ticked = "yes" if handed.facts["tick"] == "ticked" else "no"
    rejects = handed.facts["reject_file"]
    site.desk("import", file=handed.location, approved=ticked, new_codes="no", rejects=rejects)


def mend_in_sage(site: SageSite) -> None:
    """Put the cost code on Sage's list and under the job."""
    site.desk("add-code", cost_code=NEW.cost_code, name=NEW.description, job=site.job)


def refused(site: SageSite, **options: Any) -> tuple[ItemView, tuple[HandOver, ...]]:
    """An item one record of whose originals was rejected, as the next look at the share told."""
    item, handed = site.handed_over(NEW, **options)
    import_leaving_the_box_clear(site, handed[0])
    site.application.exports.refresh(site.person("approver"), item.id)
    return item, handed


@pytest.mark.rule("E3", "L10")
def test_a_rejected_record_fails_its_line_with_sages_words(creating_site: SageSite) -> None:
    """The item fails with the one line, what Sage said of it, what that means, and what to do; the rest arrived."""
    site = creating_site
    item, _ = refused(site)
    status = site.status(item)
    (line,) = status.failed_lines

    assert (ExportState.FAILED, ItemState.FAILED) == (status.state, site.item(item).state)
    assert (NEW.cost_code, NEW.category) == (line.cost_code, line.category)
    assert all((line.words, line.meaning, line.remedy))
    assert (1, status.lines.total - 1) == (status.lines.refused, status.lines.arrived)


@pytest.mark.rule("E3", "L4")
def test_a_retry_sends_the_rejected_line_alone_and_claims_the_rejection_file(creating_site: SageSite) -> None:
    """Mended in Sage and retried: a second file with that line, the rejection file out of reach, each line once."""
    site = creating_site
    item, handed = refused(site)
    mend_in_sage(site)
    status = site.application.exports.retry(site.person("approver"), item.id)
    sheets = site.take(item)
    correction = next(each for each in sheets if each.location not in {one.location for one in handed})
    site.import_file(handed[1])
    site.follow_sheets([correction])
    result = site.verify(item)

    assert ExportState.OFFERED == status.state
    assert (1, "4200.00") == (correction.lines, correction.total)
    assert 1 == len(list((site.share / "claimed").iterdir()))
    assert result.outcome.is_good, result
    assert ALL == site.held()
    assert {1} == set(site.entry_counts().values())
    assert ItemState.SYNCED == site.item(item).state


@pytest.mark.rule("E3", "B6", "L3")
def test_a_reject_gives_back_only_what_was_refused(creating_site: SageSite) -> None:
    """What arrived stays exported and is posted; the budget is editable, and the next send holds just the rest."""
    site = creating_site
    item, handed = refused(site)
    rejected = site.application.reviews.reject(site.person("approver"), item.id, reason="Not in Sage this year")
    state, editable = rejected.state, site.readiness().edit_reasons
    early = [reason.rule for reason in site.readiness().reasons]
    mend_in_sage(site)
    site.follow_sheets(handed[1:])
    site.verify(item)
    again = site.send()
    site.accept(again)
    site.export(again)
    site.follow_sheets(site.take(again))
    site.verify(again)

    assert ItemState.WAITING == state
    assert not [reason for reason in editable if reason.rule == "V5"]
    assert "V1" in early
    assert (1, Decimal("4200.00")) == (again.line_count, again.amount)
    assert ALL == site.held()
    assert {1} == set(site.entry_counts().values())
    assert (ItemState.SYNCED, ItemState.SYNCED) == (site.item(item).state, site.item(again).state)


@pytest.mark.rule("E3", "L4")
def test_a_second_import_does_not_hide_what_the_first_rejected(creating_site: SageSite) -> None:
    """Both files imported before anybody looks: the rejected line is told, retried alone, and arrives once."""
    site = creating_site
    item, handed = site.handed_over(NEW)
    for each in handed:
        import_leaving_the_box_clear(site, each)
    status = site.application.exports.refresh(site.person("approver"), item.id)
    told = [(line.cost_code, line.category) for line in status.failed_lines]
    mend_in_sage(site)
    site.application.exports.retry(site.person("approver"), item.id)
    site.follow_sheets(site.take(item))
    result = site.verify(item)

    assert len(handed) == len({each.facts["reject_file"] for each in handed})
    assert (ExportState.FAILED, [(NEW.cost_code, NEW.category)]) == (status.state, told)
    assert result.outcome.is_good, result
    assert ALL == site.held()
    assert {1} == set(site.entry_counts().values())


@pytest.mark.rule("E3", "V2", "L4")
def test_a_rejection_that_another_import_overwrote_holds_the_correction_back(sharing_site: SageSite) -> None:
    """The second file's import emptied the shared rejection file: nobody knows any more, and nothing is offered."""
    site = sharing_site
    item, handed = refused(site)
    site.import_file(handed[1])
    mend_in_sage(site)
    status = site.application.exports.retry(site.person("approver"), item.id)

    assert ExportState.FAILED == status.state
    assert status.failure is not None
    assert "no longer holds all the records" in status.failure["message"]
    assert 2 == len(site.offered_files())
    rejected = site.application.reviews.reject(site.person("approver"), item.id, reason="Corrected by hand in Sage")
    assert (ItemState.WAITING, status.lines.total - 1) == (rejected.state, site.status(item).lines.arrived)


@pytest.mark.rule("V2", "V5", "E3")
def test_a_rejection_that_nobody_saw_is_found_by_verifying(sharing_site: SageSite) -> None:
    """A shared file overwritten before anybody looked: the key is missing, the item half posted, the key goes again."""
    site = sharing_site
    item, handed = site.handed_over(NEW)
    for each in handed:
        import_leaving_the_box_clear(site, each)
    site.post()
    result = site.verify(item)
    site.application.verification.adopt(site.person("approver"), item.id, "It was rejected and never corrected")
    mend_in_sage(site)
    again = site.send()
    site.accept(again)
    site.export(again)
    site.follow_sheets(site.take(again))
    site.verify(again)

    assert Outcome.HALF_POSTED == result.outcome
    assert [NEW_KEY] == [each.key for each in result.keys]
    assert (1, Decimal("4200.00")) == (again.line_count, again.amount)
    assert ALL == site.held()
    assert {1} == set(site.entry_counts().values())
