"""The company's date is not the host's."""

from datetime import UTC, timedelta

import pytest

from erp_bridge_core.connections.clock import SystemClock
from erp_bridge_core.contract.errors import BadSettings


def test_today_is_the_date_in_the_companys_time_zone() -> None:
    """The two ends of the world are never on one date."""
    east, west = SystemClock("Pacific/Kiritimati"), SystemClock("Etc/GMT+12")
    assert east.today() - west.today() in {timedelta(days=1), timedelta(days=2)}


def test_now_is_aware_and_the_monotonic_clock_grows() -> None:
    """Times without a zone compare with nothing."""
    clock = SystemClock()
    before = clock.monotonic()
    clock.sleep(-1)
    assert UTC == clock.now().tzinfo
    assert before <= clock.monotonic()


@pytest.mark.parametrize("name", ["Mars/Base", "", "../etc", "America"])
def test_an_unknown_time_zone_is_refused(name: str) -> None:
    """With an example of a right one."""
    with pytest.raises(BadSettings) as caught:
        SystemClock(name)
    assert "America/Chicago" in caught.value.remedy
