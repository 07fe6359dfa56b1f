"""Spectrum's read-only SQL route beside its services: the one way to read the original estimate."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from spectrum_site import CHANGE, JOB, LATER, PROJECT, SpectrumSite, estimated, open_spectrum, place

from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.contract import LineKey
from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.contract.postings import Outcome

DRIVER = "SQLite3"
ENGINEERING = place("105-06845", "Subcontract")


@pytest.fixture
def site(tmp_path: Path, clock: Clock) -> Iterator[SpectrumSite]:
    """A site that reads the original by SQL."""
    pyodbc = pytest.importorskip("pyodbc", exc_type=ImportError)
    if DRIVER not in pyodbc.drivers():
        pytest.skip("no ODBC driver for SQLite: run tools/install-odbc.sh")
    with open_spectrum(tmp_path / "site", clock, sql=DRIVER) as opened:
        yield opened


@pytest.mark.rule("V2", "V3")
def test_the_original_is_confirmed(site: SpectrumSite) -> None:
    """Original and total agree, now and after a later change."""
    item = site.synced()
    later = site.sent_later()
    site.export(later)

    assert ItemState.SYNCED == item.state
    assert Outcome.SYNCED == site.verify(later).outcome
    assert estimated(CHANGE, LATER) == site.estimated_cost()


@pytest.mark.rule("E4")
def test_a_difference_of_the_original_moves_both(site: SpectrumSite) -> None:
    """What stood there is known, so the original moves with the current estimate."""
    site.synced()
    manager, budgets = site.person("manager"), site.application.budgets
    site.application.sending.unlock(manager, PROJECT)
    key = LineKey("", "105-06845", "Subcontract")
    budgets.edit_line(manager, PROJECT, key, changes={"amount": Decimal("10301.00")})
    later = site.accept(site.send())
    site.export(later)

    assert Outcome.SYNCED == site.verify(later).outcome
    assert (Decimal("10301.00"), Decimal("0.00")) == site.held()[ENGINEERING]


@pytest.mark.rule("V2")
def test_an_original_changed_by_hand_is_not_good(site: SpectrumSite) -> None:
    """The total agrees, the original does not: SQL tells."""
    item = site.accepted()
    site.export(item)
    phase, cost_type = ENGINEERING
    site.desk("enter", job=JOB, phase=phase, cost_type=cost_type, original="1.00")

    result = site.verify(item)

    assert result.outcome.is_mismatch
    assert [("sql", "105-06845")] == [(each.route, each.key.cost_code) for each in result.keys]


@pytest.mark.rule("R1")
def test_original_and_changes_are_imported_apart(site: SpectrumSite) -> None:
    """What SQL tells of the original is the original budget, the rest one change."""
    phase, cost_type = ENGINEERING
    site.desk("add-phase", job=JOB, phase=phase, cost_type=cost_type, description="Engineering")
    site.desk("enter", job=JOB, phase=phase, cost_type=cost_type, original="900.00", current="1000.00")
    site.open_project()
    imported = site.application.budgets.import_from_erp(site.person("manager"), PROJECT)

    assert (Decimal("900.00"), Decimal("100.00")) == (imported.original, imported.changes)
