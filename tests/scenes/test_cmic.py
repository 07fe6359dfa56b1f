"""The main job over CMiC: pending and started jobs under a control job, PCIs, and what an accountant would check."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from cmic_site import CHANGES, LATER, CmicSite, SteppingClock, intended, make_template, open_site

from erp_bridge_core.contract import Outcome
from erp_bridge_core.contract.connection import Clock


@pytest.fixture(scope="session")
def cmic_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with its people and a simulated company, made once."""
    home = tmp_path_factory.mktemp("cmic") / "home"
    make_template(home)
    return home


@pytest.fixture
def site(cmic_template: Path, tmp_path: Path, clock: Clock) -> Iterator[CmicSite]:
    """A site of this test alone."""
    with open_site(cmic_template, tmp_path / "site", SteppingClock(clock)) as opened:
        yield opened


@pytest.fixture
def site_of(cmic_template: Path, tmp_path: Path, clock: Clock) -> Iterator[Callable[..., CmicSite]]:
    """A site whose connection has other settings."""
    with ExitStack() as stack:

        def make(**settings: Any) -> CmicSite:
            return stack.enter_context(open_site(cmic_template, tmp_path / "site", SteppingClock(clock), **settings))

        yield make


def test_connection_checks(site: CmicSite) -> None:
    """Every assumed attribute name, PCI type and status is found at the server."""
    checks = site.application.connections.check(site.person("approver"), "cmic")
    assert [] == [check for check in checks if not check.ok]


@pytest.mark.rule("V1", "V2", "E4", "B3")
def test_pending_and_started_jobs_tie(site: CmicSite) -> None:
    """Rows of pending jobs, an original-budget PCI of a started one, a PCI per change: all there once, to the cent."""
    item = site.exported()
    before = site.verify(item)
    site.post_all()
    result = site.verify(item)
    assert (Outcome.UNPOSTED, Outcome.POSTED) == (before.outcome, result.outcome)
    assert intended() == site.held()


@pytest.mark.rule("A3")
def test_each_change_is_one_pci(site: CmicSite) -> None:
    """Each budget change, and the originals of the started job, are one PCI with a fingerprint in its name."""
    site.exported()
    assert ["*", "BC-001", "BC-002"] == sorted(name.rpartition("[")[2].split()[4] for name in site.pcis())


@pytest.mark.rule("A3")
def test_unapproved_revision_stays_out(site: CmicSite) -> None:
    """A pending revision is recorded in CMiC, moves nothing, and counts once CMiC approves and posts it."""
    item = site.exported(BC_001={"budget_revision_status": "pending"})
    number = site.number_of("BC-001")
    for other in (site.number_of("BC-002"), site.number_of("*")):
        site.desk("post-pci", job=site.job, number=other)
    recorded = site.verify(item)
    held = site.held()
    site.desk("approve", job=site.job, number=number)
    site.desk("post-pci", job=site.job, number=number)
    counted = site.verify(item)
    assert (Outcome.POSTED, intended(CHANGES[1:]), Outcome.POSTED, intended()) == (
        recorded.outcome, held, counted.outcome, site.held(),
    )  # fmt: skip


@pytest.mark.rule("V2")
def test_posting_without_effect_has_a_name(site: CmicSite) -> None:
    """Where a control flag keeps posted internal changes from moving the budget, the item is never verified."""
    site.desk("control-flag", flag="internal_moves_budget", value="no")
    item = site.exported()
    site.post_all()
    result = site.verify(item)
    assert (False, True) == (result.outcome.is_good, Outcome.NO_EFFECT in result.counts)


@pytest.mark.rule("L11")
def test_closed_period_is_no_success(site_of: Callable[..., CmicSite]) -> None:
    """A period that is closed when we post is CMiC's refusal; opened again, a retry posts, and each PCI once."""
    site = site_of(post_by="bridge")
    site.desk("close-period", through="2026-12-31")
    item = site.exported()
    refused = site.item(item).state
    unposted = site.verify(item).outcome.is_good
    site.desk("close-period", through="")
    site.application.exports.retry(site.person("approver"), item.id)
    assert ("failed", False, Outcome.POSTED, intended()) == (
        refused, unposted, site.verify(site.item(item)).outcome, site.held(),
    )  # fmt: skip


@pytest.mark.rule("L8", "L11")
def test_lost_reply_to_posting_is_looked_for(site_of: Callable[..., CmicSite]) -> None:
    """A postcm whose reply is lost is looked for past its horizon, and posted once."""
    site = site_of(post_by="bridge")
    site.fault("lost_reply", on="postcm")
    item = site.exported()
    site.resume_later(item)
    assert (Outcome.POSTED, intended()) == (site.verify(item).outcome, site.held())


@pytest.mark.rule("L11")
def test_false_success_of_posting_is_never_verified(site_of: Callable[..., CmicSite]) -> None:
    """SUCCESS without the lines having left the unposted ones is an unknown outcome."""
    site = site_of(post_by="bridge")
    site.desk("switch", name="postcm", value="false_success")
    item = site.exported()
    assert ("unknown", {}) == (site.item(item).state, {key: moved for key, moved in site.held().items() if moved[1]})


@pytest.mark.parametrize("fault", ["lost_reply", "lost_request"])
@pytest.mark.parametrize("on", ["jcjobcategory", "cmmast", "cmdetail"])
@pytest.mark.rule("L4", "L7", "L8", "E1")
def test_lost_answers_lose_and_double_nothing(site: CmicSite, on: str, fault: str) -> None:
    """A lost request or reply of any write ends with every line once: looked for, or in a container built anew."""
    site.fault(fault, on=on)
    item = site.exported()
    site.resume_later(item)
    site.post_all()
    assert (Outcome.POSTED, intended()) == (site.verify(item).outcome, site.held())


@pytest.mark.rule("E3", "E4")
def test_job_started_midway_writes_nothing_frozen(site: CmicSite) -> None:
    """A job that is started once rows are under way takes none; after a reject, what is left goes as a PCI."""
    item = site.accept_as(site.sent())
    site.when("intent", lambda: site.desk("start", job=site.job))
    site.export(item)
    failed = site.item(item)
    written = {key.sub_job for key in site.held()}
    approver = site.person("approver")
    site.application.reviews.reject(approver, item.id, reason="The job was started", revision=failed.revision)
    site.verify(item)
    again = site.accept_as(site.send())
    site.export(again)
    site.post_all()
    assert ("failed", True, Outcome.POSTED, intended()) == (
        failed.state, "" not in written, site.verify(again).outcome, site.held(),
    )  # fmt: skip


@pytest.mark.rule("E1")
def test_batches_carry_the_same(site_of: Callable[..., CmicSite]) -> None:
    """Where the site allows batches, rows and lines go in batches and arrive the same."""
    site = site_of(use_batch=["jcjobcategory", "cmdetail"])
    site.desk("switch", name="batch_resources", value="jcjobcategory,cmdetail")
    item = site.exported()
    site.post_all()
    assert (Outcome.POSTED, intended()) == (site.verify(item).outcome, site.held())


@pytest.mark.rule("E1")
def test_expiring_tokens_are_renewed(site_of: Callable[..., CmicSite]) -> None:
    """Access tokens that end after a few calls, in the middle of everything, are renewed without a line twice."""
    site = site_of(authentication="oauth")
    site.desk("switch", name="token_calls", value="7")
    item = site.exported()
    site.post_all()
    assert (Outcome.POSTED, intended()) == (site.verify(item).outcome, site.held())


@pytest.mark.rule("B3", "E4")
def test_later_difference_goes_the_right_way(site: CmicSite) -> None:
    """A second send carries only what is new, in a PCI with the next number."""
    item = site.exported()
    site.post_all()
    site.verify(item)
    site.approve_change(*LATER)
    later = site.accept_as(site.send())
    site.export(later)
    site.post_all()
    assert (Outcome.POSTED, intended((*CHANGES, LATER)), 4) == (
        site.verify(later).outcome, site.held(), len(site.pcis()),
    )  # fmt: skip
