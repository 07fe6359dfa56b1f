"""A simulated installation just set up, its desk, and a client of its services."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from simulator.stranger import JOBS, Office, Stranger

from erp_bridge_spectrum.simulator import SpectrumSimulator


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """An installation with two jobs, nothing in it yet."""
    SpectrumSimulator().setup(tmp_path / "spectrum", JOBS)
    return Office(tmp_path / "spectrum")


@pytest.fixture
def stranger(office: Office) -> Iterator[Stranger]:
    """A client of the running installation."""
    with office.open() as (client, _):
        yield client
