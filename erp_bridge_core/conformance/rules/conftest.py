"""What every rule is given."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from erp_bridge_core.conformance.plugin import NAME

if TYPE_CHECKING:
    from erp_bridge_core.conformance.world.bench import Bench


@pytest.fixture(scope="session")
def bench(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator["Bench"]:
    """Sites of the adapter under test, shared by all rules of this process."""
    run = request.config.pluginmanager.get_plugin(NAME)
    assert run is not None, "the rules are run with --erp NAME"
    with run.open_bench(tmp_path_factory.mktemp("bench")) as opened:
        yield opened
