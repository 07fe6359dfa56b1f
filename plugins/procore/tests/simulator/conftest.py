"""A simulated Procore just set up, its desk, and a stranger's client of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from simulator.stranger import JOBS, Desk, Receiver, Stranger, open_stranger

from erp_bridge_procore.simulator import ProcoreSimulator


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """An installation with two projects, nothing in their budgets, no bound on requests in ten seconds."""
    ProcoreSimulator().setup(tmp_path / "procore", JOBS)
    desk = Desk(tmp_path / "procore")
    desk.switch("spike_limit", "0")
    return desk


@pytest.fixture
def stranger(desk: Desk) -> Iterator[Stranger]:
    """A client of the running installation."""
    with open_stranger(desk.home) as stranger:
        yield stranger


@pytest.fixture
def receiver() -> Receiver:
    """Somebody who takes webhooks."""
    return Receiver()
