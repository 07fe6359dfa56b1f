"""Fixtures of the scenes: the main job over the real parts, from the budget to Sage's own books."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from sage_site import SageSite, make_template, open_site

from erp_bridge_core.contract.connection import Clock


@pytest.fixture(scope="session")
def site_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with its people and a simulated company, made once."""
    home = tmp_path_factory.mktemp("site") / "home"
    make_template(home)
    return home


@pytest.fixture
def site(site_template: Path, tmp_path: Path, clock: Clock) -> Iterator[SageSite]:
    """A site of this test alone: its simulator answers, its connection works."""
    with open_site(site_template, tmp_path / "site", clock) as opened:
        yield opened


@pytest.fixture
def creating_site(site_template: Path, tmp_path: Path, clock: Clock) -> Iterator[SageSite]:
    """A site whose connection lets Import Estimates create cost codes that the standard list lacks."""
    with open_site(site_template, tmp_path / "site", clock, allow_new_cost_codes=True) as opened:
        yield opened


@pytest.fixture
def sharing_site(site_template: Path, tmp_path: Path, clock: Clock) -> Iterator[SageSite]:
    """Such a site where all imports share one rejection file, as an accounting office may want it."""
    settings = {"allow_new_cost_codes": True, "reject_file": "rejected/estimates.jce"}
    with open_site(site_template, tmp_path / "site", clock, **settings) as opened:
        yield opened
