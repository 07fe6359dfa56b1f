"""Fixtures of the engine's tests: a site whose books lie in a folder, and workers as processes of their own."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from shared_books import SharedBooks, make_site, open_site

from erp_bridge_core.app import Application
from erp_bridge_core.configuration.database_server import DatabaseConfig

if TYPE_CHECKING:
    from postgresql import PostgreSQL

WORKING = Path(__file__).parent / "working.py"

Process = subprocess.Popen[str]


@pytest.fixture
def database(postgresql: "PostgreSQL") -> DatabaseConfig:
    """A database of it, as a home's configuration names one."""
    url = postgresql.new_database().replace("+psycopg", "").replace(f":{postgresql.password}@", "@")
    return DatabaseConfig(url=url, password="env:TEST_DATABASE_PASSWORD")


@pytest.fixture
def site(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """The home of a site, in SQLite, or in PostgreSQL where its parameter says so; its books are a folder of it."""
    kind = getattr(request, "param", "sqlite")
    make_site(tmp_path / "home", database=request.getfixturevalue("database") if kind == "postgresql" else None)
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
    """Start a worker, or a server with one, in a process of its own; all end with the test.

    What they log is in the file `told` of the site.
    """
    processes: list[Process] = []

    def begin(kind: str = "worker", home: Path = site) -> Process:
        command = [sys.executable, str(WORKING), str(home), kind]
        with (site / "told").open("a") as told:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=told, text=True)
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
