"""Fixtures of the engine's tests: a site whose books lie in a folder, and workers as processes of their own."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from shared_books import SharedBooks, make_site, open_site

from erp_bridge_core.app import Application

WORKING = Path(__file__).parent / "working.py"

Process = subprocess.Popen[str]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """The home of a site; its books are in the folder `books`."""
    make_site(tmp_path / "home")
    return tmp_path / "home"


@pytest.fixture
def books(site: Path) -> SharedBooks:
    """The site's books."""
    return SharedBooks(site / "books")


@pytest.fixture
def application(site: Path) -> Iterator[Application]:
    """The site, opened."""
    with open_site(site) as application:
        yield application


@pytest.fixture
def launch(site: Path) -> Iterator[Callable[..., Process]]:
    """Start a worker, or a server with one, in a process of its own; all end with the test."""
    processes: list[Process] = []

    def begin(kind: str = "worker") -> Process:
        command = [sys.executable, str(WORKING), str(site), kind]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        processes.append(process)
        assert process.stdout is not None
        assert process.stdout.readline()
        return process

    yield begin
    for process in processes:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()
