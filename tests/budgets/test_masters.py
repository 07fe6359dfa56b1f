"""Masters in memory: the job's own before the standard list's."""

import pytest

from erp_bridge_core.budgets.masters import LazyMasters, masters_of
from erp_bridge_core.contract import Category, CostCode, JobHeader, JobReading, JobStatus, Stream, SubJob
from erp_bridge_core.contract.errors import NotPossibleNow


def reading() -> JobReading:
    """A job with an own code, a standard one, and a category under one of its codes."""
    return JobReading(
        header=JobHeader(company="BOOKS", job="J", name="Job", status=JobStatus.OPEN),
        sub_jobs=Stream(lambda: [SubJob(code="A", name="Phase A", active=False)]),
        cost_codes=Stream(
            lambda: [
                CostCode(code="1", name="standard", standard=True),
                CostCode(code="1", name="own"),
                CostCode(code="1", name="of A", sub_job="A", group=True),
                CostCode(code="2", name="standard", standard=True),
            ]
        ),
        categories=Stream(lambda: [Category(code="L", standard=True), Category(code="L", cost_code="1", kind="labor")]),
        figures=Stream(list),
    )


@pytest.mark.rule("B5")
def test_own_codes_come_before_standard_ones() -> None:
    """A code is the sub job's or job's own, else the standard list's, else none."""
    masters = masters_of(reading())
    found = [masters.cost_code("1"), masters.cost_code("1", sub_job="A"), masters.cost_code("2", sub_job="A")]
    assert ["own", "of A", "standard"] == [code.name for code in found if code]
    assert masters.cost_code("3") is None
    labor = masters.category("L", cost_code="1")
    assert labor is not None
    assert "labor" == labor.kind
    standard = masters.category("L", cost_code="2")
    assert standard is not None
    assert standard.standard
    assert masters.category("M") is None
    phase = masters.sub_job("A")
    assert phase is not None
    assert not phase.active


def test_lazy_masters_say_when_nothing_was_synced() -> None:
    """Masters that were never read are a reason to sync, not an empty list."""
    with pytest.raises(NotPossibleNow, match="not synced"):
        LazyMasters(lambda: None).cost_code("1")
    assert "J" == LazyMasters(lambda: masters_of(reading())).header.job
