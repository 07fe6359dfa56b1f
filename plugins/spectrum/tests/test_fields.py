"""Revision fields of the change route; raising estimates asks nothing."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from spectrum_doubles import SpectrumErp, line, make_batch, make_erp

from erp_bridge_core.contract import RevisionField
from erp_bridge_spectrum import plugin
from erp_bridge_spectrum.fields import written_date

BATCH = make_batch([line(1, "105-06845", "1.00", change="7"), line(2, "105-06845", "1.00", change="8")])


def fields(erp: SpectrumErp) -> list[RevisionField]:
    """What the approver is asked."""
    return list(plugin.revision_fields(BATCH, erp))


def test_raising_estimates_asks_nothing(erp: SpectrumErp) -> None:
    """AddPhase has no place for a revision's status, date or number."""
    assert [] == fields(erp)


def test_a_change_request_has_status_date_number_and_description(request_erp: SpectrumErp) -> None:
    """For the item, and for each change; only statuses that post are offered, and none merely records."""
    asked = fields(request_erp)
    item = {one.name: one.default for one in asked if one.change is None}
    (status,) = (one for one in asked if one.name == "budget_revision_status" and one.change is None)

    assert {"revision_date": "2026-04-08", "budget_revision_status": "approved", "description": ""} == item
    assert (["approved"], ()) == ([choice.value for choice in status.choices], status.recorded)


def test_each_change_gets_a_number_of_its_own(request_erp: SpectrumErp) -> None:
    """Numbers that were used before are passed over."""
    request_erp.state.put("change_requests 40891", {"EB000001": "other"})
    numbers = {one.change: one.default for one in fields(request_erp) if one.name == "budget_revision_number"}

    assert {"7": "EB000002", "8": "EB000003"} == numbers


def test_more_statuses_may_be_booked() -> None:
    """Those for which the site names a code that posts."""
    erp = make_erp(
        change_route="change_request",
        change_request_prefix="EB",
        change_request_status={"approved": "A", "forecasted": "F"},
    )
    (status,) = (one for one in fields(erp) if one.name == "budget_revision_status" and one.change is None)

    assert ["approved", "forecasted"] == [choice.value for choice in status.choices]


@given(st.dates(date(1900, 1, 1), date(2999, 12, 31)))
def test_dates_go_month_day_century_year(day: date) -> None:
    """MM/DD/CCYY, always 2/2/4 digits."""
    text = written_date(day.isoformat(), date(2026, 1, 1))

    assert (10, day) == (len(text), date(int(text[6:]), int(text[:2]), int(text[3:5])))
