"""Doubted writes and silent answers of Spectrum: each ends once, or unknown, or as a mismatch with a name."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from threading import Lock

import pytest
from spectrum_site import CHANGE, JOB, PROJECT, SpectrumSite, estimated, open_spectrum, place

from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.contract import Effect
from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.contract.errors import NotPossibleNow, ReadFailed
from erp_bridge_core.contract.postings import Outcome
from erp_bridge_core.exports.status import ExportState

BORROW = place("203-02070", "Material")


@pytest.fixture
def site(tmp_path: Path, clock: Clock) -> Iterator[SpectrumSite]:
    """A site whose budget changes raise the current estimate."""
    with open_spectrum(tmp_path / "site", clock) as opened:
        yield opened


# -- doubts ------------------------------------------------------------------------------------------------------------


@pytest.mark.rule("L5", "L8")
@pytest.mark.parametrize(
    "switches",
    [
        {"lost_replies": "1"},
        {"faults": "1"},
        {"faults": "1", "faults_commit": "yes"},
        {"faults": "1", "fault_status": "200"},
        {"html_answers": "1"},
        {"html_answers": "1", "html_status": "503"},
    ],
    ids=lambda given: "-".join(f"{name}={value}" for name, value in given.items()),
)
def test_a_doubted_write_is_looked_for_and_ends_once(site: SpectrumSite, switches: dict[str, str]) -> None:
    """A lost reply, a fault of either status, a web page: the row is read, and written only where it is as before."""
    item = site.accepted(CHANGE)
    worker = site.application.exports.worker

    struck = Lock()

    def break_once(stage: str, effect: object) -> None:
        if stage == "intent" and struck.acquire(blocking=False):
            for name, value in switches.items():
                site.switch(name, value)

    worker.observer = break_once
    site.export(item)

    assert ExportState.COMPLETE == site.resume_later(item).state
    assert estimated(CHANGE) == site.estimated_cost()
    assert {1} == {entry.original_entries for entry in site.simulator.ledger(site.simulated, JOB)}


@pytest.mark.rule("L9")
def test_a_late_write_moves_nothing_twice(site: SpectrumSite) -> None:
    """A write that the server carries out long after the same was sent again changes nothing: it is absolute."""
    item = site.accepted(CHANGE)
    worker = site.application.exports.worker

    struck = Lock()

    def break_once(stage: str, effect: object) -> None:
        if stage == "intent" and struck.acquire(blocking=False):
            site.switch("late_writes", "1")

    worker.observer = break_once
    site.export(item)
    status = site.resume_later(item)
    site.desk("release")

    assert ExportState.COMPLETE == status.state
    assert estimated(CHANGE) == site.estimated_cost()


@pytest.mark.rule("L9")
def test_a_row_changed_in_the_middle_is_left_alone(site: SpectrumSite, clock: Clock) -> None:
    """Rows are read anew while an export runs: what somebody typed stands, and a person is asked."""
    item = site.accepted()
    worker = site.application.exports.worker
    phase, last = place("203-02070", "Subcontract")

    def change_last(stage: str, effect: Effect) -> None:
        if stage == "recorded" and effect.request["cost_type"] == "L":
            site.desk("add-phase", job=JOB, phase=phase, cost_type=last)
            site.desk("enter", job=JOB, phase=phase, cost_type=last, current="7.00")
            clock.sleep(61)

    worker.observer = change_last
    stopped = site.export(item)
    worker.observer = lambda *_: None
    (odd,) = (effect for effect in stopped.effects if effect.state == "conflict")

    assert (ExportState.CONFLICT, "not_sent") == (stopped.state, odd.last_outcome)
    assert ["7.00", ""] == odd.evidence["evidence"]["shown"]
    assert {**estimated(), (phase, last): Decimal("7.00")} == site.estimated_cost()


@pytest.mark.rule("L5")
def test_a_token_that_ends_in_the_middle_is_renewed(tmp_path: Path, clock: Clock) -> None:
    """The server denies the next write: who denied it is not known, so the row is read, and then written once."""
    with open_spectrum(tmp_path / "site", clock, tokens=True) as site:
        item = site.accepted(CHANGE)
        worker = site.application.exports.worker
        seen: list[str] = []

        def end_after_two(stage: str, effect: object) -> None:
            seen.append(stage)
            if seen.count("recorded") == 2:
                site.desk("end-tokens")

        worker.observer = end_after_two
        site.export(item)
        worker.observer = lambda *_: None

        assert ExportState.COMPLETE == site.resume_later(item).state
        assert estimated(CHANGE) == site.estimated_cost()
        assert {1} == {entry.original_entries for entry in site.simulator.ledger(site.simulated, JOB)}


# -- what the answers do not tell --------------------------------------------------------------------------------------


@pytest.mark.rule("L11")
def test_display_only_is_found_by_reading_back_and_named(site: SpectrumSite) -> None:
    """Spectrum answered and ignored the current estimate: the outcome is unknown, named, and never sent again."""
    site.synced()
    later = site.sent_later()
    site.desk("display-only", value="yes")
    before = site.estimated_cost()
    status = site.export(later)

    assert ExportState.UNKNOWN == status.state
    assert "Current Estimate display only?" in str([effect.evidence for effect in status.effects])
    assert {1} == {effect.attempts for effect in status.effects}
    assert ExportState.UNKNOWN == site.resume_later(later).state
    assert before == site.estimated_cost()


@pytest.mark.rule("L11")
def test_display_only_on_a_first_export_is_named(site: SpectrumSite) -> None:
    """The original was taken and the change was not: that row is a conflict that says why."""
    item = site.accepted(CHANGE)
    site.desk("display-only", value="yes")
    status = site.export(item)
    odd = [effect for effect in status.effects if effect.state == "conflict"]

    assert [BORROW[0]] == [effect.evidence["evidence"]["phase"] for effect in odd]
    assert "The original alone was taken" in str(odd[0].evidence)
    assert status.is_unknown


@pytest.mark.rule("V2")
def test_a_reset_from_the_original_is_a_mismatch(site: SpectrumSite) -> None:
    """Somebody set the current estimates from the originals: what was verified is gone."""
    item = site.synced()
    site.desk("set-current", job=JOB)

    assert site.verify(item).outcome.is_mismatch
    assert ItemState.MISMATCH == site.item(item).state


@pytest.mark.rule("V2", "L7")
def test_answers_under_the_row_cap_are_never_taken_for_whole(site: SpectrumSite) -> None:
    """Split by status and cost type a low cap is still enough; when it is not, nothing is concluded."""
    item = site.accepted(CHANGE)
    site.export(item)
    site.switch("row_cap", "4")
    split = site.verify(item).outcome
    site.switch("row_cap", "2")

    assert Outcome.SYNCED == split
    with pytest.raises(ReadFailed) as unread:
        site.verify(item)
    assert "may not be all of them" in str(unread.value.faults)


@pytest.mark.rule("V2")
def test_a_cut_tail_is_read_in_parts(site: SpectrumSite) -> None:
    """An answer without its end may lack rows: smaller ones are asked for, and the totals agree."""
    item = site.accepted(CHANGE)
    site.export(item)
    site.switch("cut_tail", "4")

    assert Outcome.SYNCED == site.verify(item).outcome


@pytest.mark.rule("V2")
def test_hidden_rows_never_verify(site: SpectrumSite) -> None:
    """A row that the operator may not see is not there for us: never synced."""
    item = site.accepted(CHANGE)
    site.export(item)
    site.switch("hidden_rows", "1")

    assert not site.verify(item).outcome.is_good


def test_rows_that_come_twice_count_once(site: SpectrumSite) -> None:
    """Duplicates in an answer are one row."""
    item = site.accepted(CHANGE)
    site.export(item)
    site.switch("doubled_rows", "3")

    assert Outcome.SYNCED == site.verify(item).outcome


@pytest.mark.rule("V2", "V5", "L11")
def test_a_text_that_spectrum_cuts_is_never_taken_for_done(site: SpectrumSite) -> None:
    """A phase field shorter than documented, cut without a word: the figure is not where it was sent, and is named."""
    item = site.accepted()
    site.switch("short_phase", "7")
    status = site.export(item)
    assert ExportState.UNKNOWN == status.state
    assert status.lines.unknown
    with pytest.raises(NotPossibleNow):
        site.application.sending.unlock(site.person("manager"), PROJECT)
    site.switch("short_phase", "0")
    assert site.verify(item).outcome.is_mismatch
