"""The whole way, twice, with what stands in between told at each stage."""

from decimal import Decimal

import pytest
from sage_site import LATER, SageSite, intended

from erp_bridge_core.contract import LineKey
from erp_bridge_core.contract.postings import Outcome
from erp_bridge_core.exports.status import ExportState


@pytest.mark.rule("B3", "B4", "E2", "V1", "V2", "L3")
def test_a_budget_goes_all_the_way_and_a_later_change_after_it(site: SageSite) -> None:
    """Every line stands once in Sage's books, in its column, and a later change adds itself alone."""
    item = site.synced()
    first = site.held()
    later = site.deliver_later_change()

    assert intended() == first
    assert intended(later=True) == site.held()
    assert {1} == set(site.entry_counts().values())
    assert ("synced", "synced") == (site.item(item).state, later.state)


@pytest.mark.rule("E1", "B2")
def test_a_second_file_with_the_very_same_records_is_told_from_a_double_import(site: SageSite) -> None:
    """Two changes of the same amount on the same day make equal files: the sheet says that both are meant."""
    site.synced()
    site.deliver_later_change()
    number, description, moves = LATER
    site.approve_change(f"{number}-B", description, moves)
    item = site.send()
    site.accept(item)
    site.export(item)
    (sheet,) = site.take(item)
    site.follow_sheets([sheet])
    site.follow_sheets([sheet])

    assert any("holds the very same records" in instruction for instruction in sheet.instructions)
    assert Decimal("610.58") == site.held()[LineKey("", "201-52370", "S")][1]
    assert site.verify(item).outcome.is_good


@pytest.mark.rule("E2", "V1", "B4")
def test_each_stage_says_why_sending_and_unlocking_are_barred(site: SageSite) -> None:
    """Handed over, taken, imported: until it is posted and visible, every reason is told, with its remedy."""
    item = site.accepted()
    site.export(item)
    offered = site.readiness()
    handed = site.take(item)
    taken = site.readiness()
    for each in handed:
        site.import_file(each)
    imported = site.verify(item).outcome
    site.post()
    site.verify(item)
    posted = site.readiness()

    assert ExportState.COMPLETE == site.status(item).state
    assert any("is being exported" in reason.message for reason in offered.reasons)
    assert offered.unlock_reasons
    told = " ".join(reason.message for reason in taken.unlock_reasons)
    assert "posted by hand" in told
    assert "figures visible" in told
    assert all(reason.remedy for reason in (*taken.reasons, *taken.unlock_reasons))
    assert Outcome.NOT_VISIBLE_YET == imported
    assert () == posted.unlock_reasons
