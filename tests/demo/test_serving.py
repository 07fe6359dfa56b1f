"""The demo that is served: its projects at their stages, its people, and taking it up again."""

import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from erp_bridge_core.app import Application
from erp_bridge_core.configuration.configuration import Configuration
from erp_bridge_core.connector.values import RequestState
from erp_bridge_core.contract.errors import NotPossibleNow, StorageError
from erp_bridge_core.demo.lasting import Kept
from erp_bridge_core.demo.serving import served_demo
from erp_bridge_core.demo.stages import STAGES, cast_parts
from erp_bridge_core.registry import Registry

ERP = "sage300"


def silent(text: str) -> None:
    """Say nothing."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A served demo of one ERP, ended."""
    home = tmp_path_factory.mktemp("served") / "home"
    with served_demo(home, base_url="http://127.0.0.1:8000", erp=ERP, say=silent):
        pass
    return home


def states_of(application: Application) -> list[str]:
    """The state of every item, in their order."""
    approver = application.people.actor_as("approver", "demo")
    return [row.state.value for row in application.reviews.list(approver).rows]


def test_every_stage_is_shown_by_the_installed_erps() -> None:
    """Each of the ten has an ERP that can show it, and every ERP shows some."""
    adapters = sorted(Registry.load(None).adapters.values(), key=lambda adapter: adapter.name)

    parts = cast_parts(adapters)

    assert [stage.title for stage in STAGES] == [part[1].title for part in parts if part is not None]
    assert {adapter.name for adapter in adapters} == {part[0].name for part in parts if part is not None}


def test_projects_stand_at_their_stages(home: Path) -> None:
    """What an ERP of hand-overs can show; one that a person takes over fails in no writing."""
    with Application.open(home) as application:
        assert ["mismatch", "exporting", "unknown", "waiting", "accepted", "ready", "synced"] == states_of(application)
        manager = application.people.actor_as("manager", "demo")
        assert 10 == len(application.projects.list(manager))
        approver = application.people.actor_as("approver", "demo")
        (asked,) = application.requests.list(approver).rows
        # Sage 300 CRE shortens descriptions, which somebody has to acknowledge first.
        assert (RequestState.RECEIVED, "description-shortened") == (asked.state, asked.reasons[0].rule)


def test_it_is_taken_up_as_it_was_left(home: Path) -> None:
    """The same items, password and ports; people sign in, and mail lies in the home's folder."""
    kept = Kept.read(home)
    assert kept is not None
    with served_demo(home, base_url="http://127.0.0.1:8001", erp=None, say=silent) as demo:
        assert kept == Kept.read(home)
        assert 7 == len(states_of(demo.application))
        for login in demo.people:
            demo.application.people.sign_in(login, demo.password, "demo")
        checks = demo.application.connections.check(demo.application.people.actor_as("approver", "demo"), ERP)
        assert all(each.ok for each in checks)
        approver = demo.application.people.actor_as("approver", "demo")
        assert all(each.ok for each in demo.application.connections.check(approver, f"procore-{ERP}"))
        assert [ERP, f"procore-{ERP}"] == sorted(kept.ports, key=len)
        assert 2 == len(demo.desks)
        assert "http://127.0.0.1:8001" == Configuration.read(home).web.base_url
    assert list((home / "mail").iterdir())


def test_a_port_that_is_taken_is_changed_in_the_connection(home: Path) -> None:
    """The ERP is then served at a free one, and the connection leads there, secrets and all."""
    kept = Kept.read(home)
    assert kept is not None
    with (
        socket.create_server(("127.0.0.1", kept.ports[ERP])),
        served_demo(home, base_url="http://127.0.0.1:8000", erp=None, say=silent) as demo,
    ):
        moved = Kept.read(home)
        assert moved is not None
        assert kept.ports != moved.ports
        checks = demo.application.connections.check(demo.application.people.actor_as("approver", "demo"), ERP)
        assert all(each.ok for each in checks)


def test_one_home_is_served_once_at_a_time(home: Path) -> None:
    """Two ERPs over one company's books would spoil them."""
    with (
        served_demo(home, base_url="http://127.0.0.1:8000", erp=None, say=silent),
        pytest.raises(NotPossibleNow, match="being served already"),
        served_demo(home, base_url="http://127.0.0.1:8001", erp=None, say=silent),
    ):
        pass


def test_its_password_is_for_its_owner_alone(home: Path) -> None:
    """It is typed on this machine, and kept where no other user reads it."""
    kept = Kept.read(home)
    assert kept is not None
    assert re.fullmatch("[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}", kept.password)
    assert 0o600 == stat.S_IMODE((home / "demo" / "served.json").stat().st_mode)


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    """Nothing is cleared that no demo made."""
    (tmp_path / "letter.txt").write_text("mine")

    with pytest.raises(StorageError), served_demo(tmp_path, base_url="", erp=ERP, say=silent):
        pass

    assert ["letter.txt"] == [path.name for path in tmp_path.iterdir()]


@pytest.fixture
def process(home: Path) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """`erp-bridge demo --serve` on the home as a process, and what it printed."""
    command = [sys.executable, "-m", "erp_bridge_core", "demo", "--home", str(home), "--serve", "--port", "0", "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    yield process, json.loads(process.stdout.readline())
    process.kill()
    process.wait()
    process.stdout.close()


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_the_command_serves_pages_and_desks_until_it_is_stopped(
    process: tuple[subprocess.Popen[str], dict[str, Any]], stop: signal.Signals
) -> None:
    """Both answer, and both end well with it."""
    running, told = process
    for address in (told["address"] + "/healthz", *told["desks"].values()):
        with requests.get(address, timeout=30) as answer:
            assert 200 == answer.status_code

    os.kill(running.pid, stop)

    assert 0 == running.wait(timeout=30)
