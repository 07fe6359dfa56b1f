"""A simulated company just set up, with the hands of a person at its desk."""

from pathlib import Path

import pytest
from simulator.office import JOBS, Office

from erp_bridge_sage300.simulator import SageSimulator


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """A company with two jobs, nothing in it yet."""
    SageSimulator().setup(tmp_path / "sage", JOBS)
    return Office(tmp_path / "sage")
