from collections.abc import Iterator

import pytest
import responses
from cmic_doubles import make_erp

from erp_bridge_cmic.client import Cmic


@pytest.fixture
def mock() -> Iterator[responses.RequestsMock]:
    """CMiC's host by hand."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mocked:
        yield mocked


@pytest.fixture
def client() -> Cmic:
    """A client of company 01."""
    return Cmic(make_erp())
