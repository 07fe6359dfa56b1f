"""A simulated company just set up and served, and a stranger's client of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from simulator.stranger import JOBS, STRUCTURED, Client

from erp_bridge_cmic.simulator import CmicSimulator


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A company with two jobs, nothing in it yet, and no bound on requests a second."""
    CmicSimulator().setup(tmp_path / "cmic", JOBS)
    CmicSimulator().desk()["switch"].run(tmp_path / "cmic", name="per_second", value="0")
    return tmp_path / "cmic"


@pytest.fixture
def client(home: Path) -> Iterator[Client]:
    """A client that is signed in and asks for structured errors."""
    with CmicSimulator().serve(home) as served, requests.Session() as session:
        session.auth = (f"{served.settings['client_id']}||{served.settings['user']}", served.secrets["password"])
        session.headers.update(STRUCTURED)
        yield Client(home, served, session)
