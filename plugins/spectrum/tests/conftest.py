from collections.abc import Iterator

import pytest
import responses
from data_exchange import Server
from spectrum_doubles import SpectrumErp, make_erp

from erp_bridge_spectrum.services import forget_services


@pytest.fixture
def server() -> Iterator[Server]:
    """Data Exchange by hand, its descriptions not yet read."""
    forget_services()
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield Server().register(mock)
    forget_services()


@pytest.fixture
def erp() -> SpectrumErp:
    """A connection whose changes raise the current estimate."""
    return make_erp()


@pytest.fixture
def request_erp() -> SpectrumErp:
    """A connection whose changes become change requests."""
    return make_erp(change_route="change_request", change_request_status={"approved": "A"}, change_request_prefix="EB")
