"""A client, of an API that is played or of a served simulator with its desk."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import responses
from client.doubles import Clock, connected, signed_in
from simulator.stranger import JOBS, Desk

from erp_bridge_core.contract import Served
from erp_bridge_procore.client import ProcoreClient
from erp_bridge_procore.simulator import ProcoreSimulator


@pytest.fixture
def clock() -> Clock:
    """A clock on which nobody waits."""
    return Clock()


@pytest.fixture
def mock() -> Iterator[responses.RequestsMock]:
    """The wire, by hand."""
    with responses.RequestsMock() as mock:
        yield mock


@pytest.fixture
def played(tmp_path: Path, clock: Clock) -> ProcoreClient:
    """A client of an API by hand."""
    return signed_in(tmp_path, clock)


@pytest.fixture
def desk(tmp_path: Path, clock: Clock) -> Desk:
    """A simulated Procore whose time passes when the client waits; its rate windows as Procore's samples."""
    ProcoreSimulator().setup(tmp_path / "procore", JOBS)
    desk = Desk(tmp_path / "procore")
    clock.on_sleep = lambda seconds: desk.do("pass-time", seconds=str(seconds))
    return desk


@pytest.fixture
def served(desk: Desk) -> Iterator[Served]:
    """It, running."""
    with ProcoreSimulator().serve(desk.home) as served:
        yield served


@pytest.fixture
def client(served: Served, tmp_path: Path, clock: Clock) -> Iterator[ProcoreClient]:
    """A client of it."""
    with requests.Session() as session:
        yield connected(served, tmp_path, clock, session)


@pytest.fixture
def project(client: ProcoreClient) -> int:
    """Project 24-001."""
    return next(each.id for each in client.codes.projects() if each.number == "24-001")
