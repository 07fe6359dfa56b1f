"""The example of an adapter: it passes the registry's checks, does the main job, and bears what its ERP may do."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from acme_site import EXAMPLE, JOB, AcmeSite, intended, make_findable, open_acme

from erp_bridge_core.contract import Mischief, Mischievous
from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.contract.errors import BadInput, ReadFailed
from erp_bridge_core.contract.postings import Outcome
from erp_bridge_core.demo import DemoOptions, run_demo
from erp_bridge_core.exports.status import ExportState
from erp_bridge_core.registry import Registry

APPROVED = "approved"


@pytest.fixture(autouse=True)
def _findable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_findable(EXAMPLE, tmp_path / "site-packages", monkeypatch)


@pytest.fixture
def site(tmp_path: Path, clock: Clock) -> Iterator[AcmeSite]:
    """A site of this test alone."""
    with open_acme(tmp_path / "home", clock) as opened:
        yield opened


def test_it_passes_the_registrys_checks() -> None:
    """It can be loaded, and offers a simulator that can do mischief."""
    adapter = Registry.load(["erp-bridge-acme"]).adapter("acme")

    assert ("acme", "Acme Books", "0.1.0") == (adapter.name, adapter.profile.title, adapter.version)
    assert isinstance(adapter.simulator(), Mischievous)


def test_it_does_the_main_job(tmp_path: Path) -> None:
    """A contract of a hundred lines goes through twice, and the books hold each line once, to the cent."""
    (job,) = run_demo(DemoOptions(home=tmp_path / "home", erp="acme"), say=lambda _: None).jobs

    assert ("synced", True, 0, 0) == (job.state, job.verified, job.missing, job.duplicated)
    assert job.revised_budget == job.in_erp
    assert Decimal("1431388.90") == job.original_budget


@pytest.mark.rule("A3", "V2")
def test_a_pending_change_stays_out_of_the_budget_until_the_erp_approves_it(site: AcmeSite) -> None:
    """It has arrived as a record; approved at the desk and posted, it counts."""
    item = site.accepted(change="75.00")
    site.export(item)
    site.desk("post", job=JOB)
    before = (site.verify(item).outcome, site.held())
    site.post()

    assert (Outcome.SYNCED, intended()) == before
    assert (Outcome.SYNCED, intended(changes="75.00")) == (site.verify(item).outcome, site.held())


@pytest.mark.rule("E3", "L10")
def test_lines_that_were_refused_are_retried_alone(site: AcmeSite) -> None:
    """Only the first line was carried out: the others fail in the ERP's words, and come by a retry."""
    item = site.accepted()
    site.do(Mischief.APPLIES_SOME)
    failed = site.export(item)
    status = site.retry(item)
    site.post()

    assert (ExportState.FAILED, 1, 2) == (failed.state, failed.lines.arrived, failed.lines.refused)
    assert {"It was not carried out."} == {line.words for line in failed.failed_lines}
    assert (ExportState.COMPLETE, intended()) == (status.state, site.held())


@pytest.mark.rule("E3", "L6")
def test_a_failure_that_looks_like_a_success_is_a_refusal(site: AcmeSite) -> None:
    """The ERP's own words stand in the answer, whatever the status: nothing arrived, and a retry brings all."""
    item = site.accepted()
    site.do(Mischief.FAILS_WITH_200)
    failed = site.export(item)
    status = site.retry(item)
    site.post()

    assert (ExportState.FAILED, 0) == (failed.state, failed.lines.arrived)
    assert (ExportState.COMPLETE, intended()) == (status.state, site.held())


@pytest.mark.rule("L10", "L11")
def test_an_answer_that_leaves_lines_out_is_cleared_up_by_reading_back(site: AcmeSite) -> None:
    """All lines are there, so that all have arrived."""
    item = site.accepted()
    site.do(Mischief.OMITS_ROWS)
    status = site.export(item)
    site.post()

    assert (ExportState.COMPLETE, intended()) == (status.state, site.held())


@pytest.mark.rule("L7", "L11")
@pytest.mark.parametrize("mischief", [Mischief.STALE_READS, Mischief.HIDDEN_ROWS])
def test_what_was_answered_and_cannot_be_seen_is_unknown_until_it_is(site: AcmeSite, mischief: Mischief) -> None:
    """Nothing is sent again meanwhile; once the reads are whole, it has arrived, once."""
    item = site.accepted()
    site.do(mischief)
    before = site.export(item)
    site.calm()
    status = site.resume_later(item)
    site.post()

    assert ExportState.UNKNOWN == before.state
    assert (ExportState.COMPLETE, intended()) == (status.state, site.held())


@pytest.mark.rule("V2")
def test_a_list_that_is_cut_proves_nothing(site: AcmeSite) -> None:
    """Verification tells that it could not read; once it can, all is posted."""
    item = site.accepted()
    site.export(item)
    site.post()
    site.do(Mischief.CAPPED_READS)
    with pytest.raises(ReadFailed, match="1 rows came of 3"):
        site.verify(item)
    site.calm()

    assert Outcome.SYNCED == site.verify(item).outcome


@pytest.mark.rule("B5")
def test_a_job_that_was_closed_takes_nothing(site: AcmeSite) -> None:
    """Closed after accept: nothing is written; opened again, the export goes on."""
    item = site.accepted()
    site.do(Mischief.CLOSED_JOB)
    with pytest.raises(BadInput) as refused:
        site.export(item)
    before = site.desk("entries", job=JOB)
    site.calm()
    status = site.export(item)
    site.post()

    assert (["job-status"], []) == ([fault.rule for fault in refused.value.faults], before)
    assert (ExportState.COMPLETE, intended()) == (status.state, site.held())


@pytest.mark.rule("V2")
@pytest.mark.parametrize(
    ("mischief", "when", "expected"),
    [
        (Mischief.EDITS_ENTRY, "after posting", Outcome.DRIFT),
        (Mischief.REMOVES_ENTRY, "after posting", Outcome.REGRESSED),
        (Mischief.REMOVES_ENTRY, "before posting", Outcome.REMOVED),
    ],
)
def test_what_people_do_is_seen(site: AcmeSite, mischief: Mischief, when: str, expected: Outcome) -> None:
    """A figure that was raised, an entry that was taken back, one that was removed before it was posted."""
    item = site.accepted()
    site.export(item)
    if when == "after posting":
        site.post()
    site.verify(item)
    site.do(mischief)

    assert expected == site.verify(item).outcome


def test_posting_early_harms_nothing(site: AcmeSite) -> None:
    """Each entry is whole when it is taken, so that it may be posted at any time."""
    item = site.accepted(change="75.00", budget_revision_status=APPROVED)
    site.do(Mischief.POSTS_EARLY)
    site.export(item)
    site.do(Mischief.POSTS_EARLY)

    assert (Outcome.SYNCED, intended(changes="75.00")) == (site.verify(item).outcome, site.held())
