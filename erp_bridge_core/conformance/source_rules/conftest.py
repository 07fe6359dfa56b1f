"""What every rule for sources is given."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from erp_bridge_core.conformance.plugin import NAME

if TYPE_CHECKING:
    from erp_bridge_core.conformance.source_world.bench import SourceBench


@pytest.fixture(scope="session")
def bench(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator["SourceBench"]:
    """Sites of the source under test, shared by all rules of this process."""
    run = request.config.pluginmanager.get_plugin(NAME)
    assert run is not None, "the rules are run with --source NAME"
    with run.open_bench(tmp_path_factory.mktemp("bench")) as opened:
        yield opened
