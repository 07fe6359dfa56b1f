"""Fixtures of the conformance suite's tests: scenes over the planted ERP."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from planted.scene import OpenScene, Scene, make_template, open_scene
from planted.variants import subject

from erp_bridge_core.conformance.manifest import manifest
from erp_bridge_core.contract.connection import Clock


def pytest_addoption(parser: pytest.Parser) -> None:
    """The whole matrix takes half an hour of a core; without it each defect meets the rules named for it."""
    parser.addoption("--whole-matrix", action="store_true", help="run every rule on every planted defect")


@pytest.fixture
def whole_matrix(request: pytest.FixtureRequest) -> None:
    """Skip what only the whole matrix is about."""
    if not request.config.getoption("--whole-matrix", default=False):
        pytest.skip("asked for by --whole-matrix")


@pytest.fixture
def other_rules() -> list[str]:
    """Every rule, for those that are not named."""
    return [rule.id for rule in manifest()]


@pytest.fixture(scope="session")
def planted_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with its people, made once."""
    home = tmp_path_factory.mktemp("planted") / "home"
    make_template(home)
    return home


@pytest.fixture
def open_variant(planted_template: Path, tmp_path: Path, clock: Clock) -> Iterator[OpenScene]:
    """Open a scene over the correct adapter of a safety class."""
    with ExitStack() as stack:

        def scene(name: str) -> Scene:
            return stack.enter_context(open_scene(subject(name), planted_template, tmp_path / name, clock))

        yield scene
