"""A connection to a served simulator with two projects, whose rate windows are wide open."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from client.doubles import Clock
from simulator.stranger import JOBS, Desk
from source.doubles import CURB, JOB, LABOR, MATERIAL, SIMULATOR, settings_of, source_of

from erp_bridge_core.contract import LineKey, Served
from erp_bridge_core.contract.source import Source, SourceRequest
from erp_bridge_procore import plugin
from erp_bridge_procore.settings import ProcoreSettings


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A simulated Procore that permits any rate."""
    home = tmp_path / "procore"
    SIMULATOR.setup(home, JOBS)
    SIMULATOR.permit_any_rate(home, any_rate=True)
    return home


@pytest.fixture
def desk(home: Path) -> Desk:
    """Its desk."""
    return Desk(home)


@pytest.fixture
def served(home: Path) -> Iterator[Served]:
    """It, running."""
    with SIMULATOR.serve(home) as served:
        yield served


@pytest.fixture
def source(served: Served, tmp_path: Path) -> Iterator[Source[ProcoreSettings]]:
    """A connection to it."""
    source = source_of(settings_of(served), tmp_path / "private", Clock())
    with source.http:
        yield source


@pytest.fixture
def project(home: Path) -> str:
    """Procore's number of project 24-001."""
    return SIMULATOR.project_id(home, JOB)


@pytest.fixture
def set_lines(home: Path) -> Callable[..., None]:
    """Enter lines of 24-001: `labor`, `material` and `curb`."""
    keys: dict[str, LineKey] = {"labor": LABOR, "material": MATERIAL, "curb": CURB}

    def enter(**amounts: str) -> None:
        for name, amount in amounts.items():
            SIMULATOR.set_line(home, JOB, keys[name], Decimal(amount))

    return enter


@pytest.fixture
def request_of(
    home: Path, source: Source[ProcoreSettings], set_lines: Callable[..., None]
) -> Callable[..., SourceRequest]:
    """Enter lines of 24-001, send what is new in it, and read the request."""

    def send(**amounts: str) -> SourceRequest:
        set_lines(**amounts)
        number = SIMULATOR.send(home, JOB)
        (found,) = [each for each in plugin.read_requests(source) if each.id == number]
        return found

    return send
