"""The main job at Spectrum: every phase written once and read back, and every mistake named."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from spectrum_site import BUDGET, CHANGE, JOB, LATER, PROJECT, SpectrumSite, estimated, open_spectrum, place

from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.contract.errors import BadInput, NotPossibleNow, NotSupported
from erp_bridge_core.contract.postings import Outcome
from erp_bridge_core.exports.status import ExportState

BORROW = place("203-02070", "Material")


@pytest.fixture
def site(tmp_path: Path, clock: Clock) -> Iterator[SpectrumSite]:
    """A site whose budget changes raise the current estimate."""
    with open_spectrum(tmp_path / "site", clock) as opened:
        yield opened


@pytest.fixture
def request_site(tmp_path: Path, clock: Clock) -> Iterator[SpectrumSite]:
    """A site whose budget changes become change requests."""
    with open_spectrum(
        tmp_path / "site", clock, change_route="change_request", change_request_status={"approved": "A"},
        change_request_prefix="EB",
    ) as opened:  # fmt: skip
        yield opened


# -- all the way -------------------------------------------------------------------------------------------------------


@pytest.mark.rule("V3", "L11")
def test_a_budget_goes_all_the_way(site: SpectrumSite) -> None:
    """Every phase and cost type holds its original and its change, and verification sees the totals."""
    item = site.synced()

    assert estimated(CHANGE) == site.estimated_cost()
    assert estimated() == {at: original for at, (original, _) in site.held().items()}
    assert ItemState.SYNCED == item.state


@pytest.mark.rule("L3", "E4")
def test_a_later_change_moves_only_its_own_rows(site: SpectrumSite) -> None:
    """The second export writes two rows; originals stay as they were first written."""
    site.synced()
    later = site.sent_later()
    status = site.export(later)
    site.verify(later)

    assert (ExportState.COMPLETE, 2) == (status.state, len(status.effects))
    assert estimated(CHANGE, LATER) == site.estimated_cost()
    assert estimated() == {at: original for at, (original, _) in site.held().items()}
    assert ItemState.SYNCED == site.item(later).state


@pytest.mark.rule("E1")
def test_running_again_moves_nothing(site: SpectrumSite) -> None:
    """An export that is over is over: running it again writes nothing, and nothing new is to be sent."""
    item = site.synced()
    before = list(site.simulator.ledger(site.simulated, JOB))
    with pytest.raises(NotPossibleNow):
        site.send()

    assert ExportState.COMPLETE == site.resume_later(item).state
    assert before == list(site.simulator.ledger(site.simulated, JOB))


@pytest.mark.rule("V3")
def test_an_executed_change_request_is_counted_once_and_left_intact(site: SpectrumSite) -> None:
    """The accountant's own request stands in the baseline; a later export adds to it and does not touch it."""
    item = site.synced()
    phase, cost_type = BORROW
    site.desk("change-request", job=JOB, phase=phase, cost_type=cost_type, amount="100.00", number="OWN1", status="N")
    assert Outcome.DRIFT == site.verify(item).outcome
    site.application.verification.adopt(site.person("approver"), item.id, "The accountant's own change request")
    later = site.sent_later()
    site.export(later)

    assert Outcome.SYNCED == site.verify(later).outcome
    assert estimated(CHANGE, LATER)[BORROW] + Decimal("100.00") == site.estimated_cost()[BORROW]
    assert any("OWN1" in told and "100.00" in told for told in site.desk("change-requests", job=JOB))


@pytest.mark.rule("V3")
def test_a_complete_phase_is_counted(site: SpectrumSite) -> None:
    """A phase that was completed since is asked for by its own status: totals still agree."""
    item = site.synced()
    site.desk("phase-status", job=JOB, phase=place("105-06845", "Subcontract")[0], status="C")

    assert Outcome.SYNCED == site.verify(item).outcome


def test_a_phase_that_stands_at_nought_gets_its_original(site: SpectrumSite) -> None:
    """Phases that were set up in Spectrum beforehand hold nothing yet: original and current are written."""
    phase, cost_type = BORROW
    site.desk("add-phase", job=JOB, phase=phase, cost_type=cost_type, description="Set up before")
    site.synced()

    assert estimated()[BORROW] == site.held()[BORROW][0]
    assert estimated(CHANGE) == site.estimated_cost()


@pytest.mark.rule("E5")
def test_a_first_export_on_top_of_estimates_adds_to_the_current_alone(site: SpectrumSite) -> None:
    """The original that stands there can't be read: it is left, and the current estimate moves by what is sent."""
    phase, cost_type = BORROW
    site.desk("add-phase", job=JOB, phase=phase, cost_type=cost_type, description="Set up before")
    site.desk("enter", job=JOB, phase=phase, cost_type=cost_type, original="50.00", current="50.00")
    site.open_project()
    site.build_budget()
    sent = site.send()
    with pytest.raises(NotPossibleNow, match="already holds estimates"):
        site.accept(sent)
    item = site.accept(sent, confirm_baseline=True)
    site.export(item)

    assert Outcome.SYNCED == site.verify(item).outcome
    assert Decimal("50.00") == site.held()[BORROW][0]
    assert estimated()[BORROW] + Decimal("50.00") == site.estimated_cost()[BORROW]


@pytest.mark.rule("R1")
def test_a_budget_is_imported_with_its_current_estimate_as_original(site: SpectrumSite) -> None:
    """What can be read is imported, and a later change adds to it."""
    phase, cost_type = BORROW
    site.desk("add-phase", job=JOB, phase=phase, cost_type=cost_type, description="Borrow")
    site.desk("enter", job=JOB, phase=phase, cost_type=cost_type, original="900.00", current="1000.00")
    site.open_project()
    imported = site.application.budgets.import_from_erp(site.person("manager"), PROJECT)
    site.approve_change(*CHANGE)
    item = site.accept(site.send(), confirm_baseline=True)
    site.export(item)

    assert (1, Decimal("1000.00")) == (imported.lines, imported.original)
    assert Outcome.SYNCED == site.verify(item).outcome
    assert (Decimal("900.00"), Decimal("2070.64")) == site.held()[BORROW]


# -- refused -----------------------------------------------------------------------------------------------------------


@pytest.mark.rule("B7")
def test_sub_job_lines_are_refused_at_send(site: SpectrumSite) -> None:
    """Spectrum has no sub jobs: each such line is named with its remedy, nothing waits, nothing is written."""
    site.open_project()
    site.build_budget(sub_job="STR")
    with pytest.raises(NotSupported, match="takes no sub jobs") as refusal:
        site.send()

    assert refusal.value.remedy or refusal.value.faults[0].remedy
    assert {} == site.held()


@pytest.mark.rule("B5")
def test_a_job_completed_since_stops_with_nothing_written(site: SpectrumSite) -> None:
    """Right before the first write the job is looked at again."""
    item = site.accepted()
    site.desk("job-status", job=JOB, status="C")
    with pytest.raises(BadInput):
        site.export(item)

    assert {} == site.held()


@pytest.mark.rule("E3", "L6")
def test_a_refused_row_is_told_in_spectrums_words_and_retried(site: SpectrumSite) -> None:
    """A job completed in the middle refuses what is left; reopened, a retry sends only that."""
    item = site.accepted()
    worker = site.application.exports.worker
    seen: list[str] = []

    def complete_after_two(stage: str, effect: object) -> None:
        seen.append(stage)
        if seen.count("recorded") == 2:
            site.desk("job-status", job=JOB, status="C")

    worker.observer = complete_after_two
    status = site.export(item)
    worker.observer = lambda *_: None
    assert ExportState.FAILED == status.state
    assert {"the job is not known, or is Complete"} == {
        line.meaning.removeprefix("Job_Number: ") for line in status.failed_lines
    }
    site.desk("job-status", job=JOB, status="A")
    site.application.exports.retry(site.person("approver"), item.id)
    again = site.resume_later(item)

    assert ExportState.COMPLETE == again.state
    assert estimated() == site.estimated_cost()
    assert {1} == {entry.original_entries for entry in site.simulator.ledger(site.simulated, JOB)}


@pytest.mark.rule("L1", "L9")
def test_a_row_changed_since_accept_stops_before_anything_is_written(site: SpectrumSite) -> None:
    """Every row is compared with the baseline first: one that moved holds back all of them."""
    site.synced()
    later = site.sent_later()
    phase, cost_type = BORROW
    site.desk("enter", job=JOB, phase=phase, cost_type=cost_type, current="1.00")
    before = site.estimated_cost()
    status = site.export(later)

    assert before == site.estimated_cost()
    assert "shows 1.00, not 26603.64" in str(status.failure)
    assert ExportState.FAILED == status.state
    site.application.reviews.reject(site.person("approver"), later.id, reason="Changed in Spectrum meanwhile")
    assert ItemState.REJECTED == site.item(later).state


# -- change requests ---------------------------------------------------------------------------------------------------


@pytest.mark.rule("A3", "L11")
def test_a_change_becomes_one_change_request(request_site: SpectrumSite) -> None:
    """The originals go by phase, the change as a request under our number with its final status."""
    site = request_site
    item = site.synced()
    requests = site.desk("change-requests", job=JOB)

    assert ItemState.SYNCED == item.state
    assert estimated(CHANGE) == site.estimated_cost()
    assert 1 == len(requests)
    assert requests[0].startswith("EB000001  A ")


@pytest.mark.rule("L5")
def test_a_doubted_line_of_a_change_request_counts_once(request_site: SpectrumSite) -> None:
    """The reply to the request's line is lost: the phase's estimated cost tells that it arrived."""
    site = request_site
    site.synced()
    later = site.sent_later()
    site.switch("lost_replies", "1")
    site.export(later)
    status = site.resume_later(later)
    site.verify(later)

    assert ExportState.COMPLETE == status.state
    assert estimated(CHANGE, LATER) == site.estimated_cost()
    assert 3 == len(site.desk("change-requests", job=JOB))
    assert ItemState.SYNCED == site.item(later).state


@pytest.mark.rule("L11")
def test_a_status_that_does_not_post_ends_unknown_and_named(tmp_path: Path, clock: Clock) -> None:
    """Spectrum took the request and no estimate moved: that is told, and nothing is sent again."""
    with open_spectrum(
        tmp_path / "site", clock, change_route="change_request", change_request_status={"approved": "P"},
        change_request_prefix="EB", send_approved_date=False,
    ) as site:  # fmt: skip
        item = site.accepted(CHANGE)
        status = site.export(item)

        assert ExportState.UNKNOWN == status.state
        assert "posts to job cost" in str([effect.evidence for effect in status.effects])
        assert estimated() == site.estimated_cost()


def test_budget_lines_are_as_many_as_the_rows(site: SpectrumSite) -> None:
    """One row per phase and cost type, whatever their order."""
    site.synced()

    assert len(BUDGET) == len(site.held())
