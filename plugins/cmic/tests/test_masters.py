"""The company's own lists: what is not offered to this account is told apart from a read that failed."""

import pytest
import responses
from cmic_doubles import BASE, make_erp, page

from erp_bridge_cmic.client import Cmic
from erp_bridge_cmic.masters import unit_codes
from erp_bridge_core.contract.errors import ReadFailed

UNITS = f"{BASE}/sys-rest-api/rest/1/weightmeasure"


def test_units_are_read(mock: responses.RequestsMock) -> None:
    """Every code of the list."""
    erp = make_erp()
    mock.get(UNITS, page([{erp.settings.names.unit: code} for code in ("EA", "LS")], offset=0, totalResults=2))
    assert frozenset({"EA", "LS"}) == unit_codes(Cmic(erp))


@pytest.mark.parametrize("status", [400, 403, 404])
def test_units_that_are_not_offered_go_unchecked(mock: responses.RequestsMock, status: int) -> None:
    """The account may not read them, or the server has none: no fault of the budget's."""
    mock.get(UNITS, "no", status=status)
    assert unit_codes(Cmic(make_erp())) is None


def test_units_that_could_not_be_read_are_told(mock: responses.RequestsMock) -> None:
    """A failure that may pass must not leave the units of a budget unchecked."""
    mock.get(UNITS, "down", status=500)
    with pytest.raises(ReadFailed):
        unit_codes(Cmic(make_erp()))
