from collections.abc import Iterator
from pathlib import Path

import pytest
import responses
from hh2_service import Service
from sage_doubles import make_erp

from erp_bridge_core.contract import Erp, Secret
from erp_bridge_sage300.settings import Sage300Settings


@pytest.fixture
def erp(tmp_path: Path) -> Erp[Sage300Settings]:
    """A connection without hh2."""
    (tmp_path / "reports").mkdir()
    return make_erp(tmp_path)


SECRETS = ("hh2_api_key", "hh2_api_secret", "hh2_username", "hh2_password")


@pytest.fixture
def service() -> Iterator[Service]:
    """hh2's service by hand."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield Service().register(mock)


@pytest.fixture
def hh2_erp(tmp_path: Path) -> Erp[Sage300Settings]:
    """A connection with hh2."""
    (tmp_path / "reports").mkdir(exist_ok=True)
    return make_erp(tmp_path, hh2_url="hoosier", **{name: Secret(f"the {name}") for name in SECRETS})
