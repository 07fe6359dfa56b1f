"""Servers and workers as processes: what they tell service managers, Prometheus and their logs, and how they stop."""

import json
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from shutil import copytree, rmtree
from urllib.parse import urlsplit

import pytest
import requests

from erp_bridge_core.configuration.document import rewrite

#: A form that is sent so far, but for its last two letters.
_BEGUN = (
    b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 7\r\n\r\nlogin"
)
Launch = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def site(tmp_path: Path, made_home: Path) -> Path:
    """The site's home, whose processes log as JSON."""
    home = copytree(made_home, tmp_path / "site")
    with rewrite(home) as document:
        document["logs"] = {"format": "json"}
    return home


@pytest.fixture
def manager() -> Iterator[tuple[Path, socket.socket]]:
    """A service manager's socket; its path is short, as such paths have to be."""
    folder = Path(tempfile.mkdtemp(prefix="sd"))
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as channel:
        channel.bind(str(folder / "n"))
        channel.settimeout(60)
        yield folder / "n", channel
    rmtree(folder)


@pytest.fixture
def launch(site: Path, manager: tuple[Path, socket.socket], monkeypatch: pytest.MonkeyPatch) -> Iterator[Launch]:
    """Start a command over the site as a process, under that manager; all end with the test."""
    monkeypatch.setenv("NOTIFY_SOCKET", str(manager[0]))
    monkeypatch.setenv("WATCHDOG_USEC", "400000")
    processes = []

    def begin(*arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "erp_bridge_core", "--home", str(site), *arguments, "--json"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        processes.append(process)
        return process

    yield begin
    for process in processes:
        process.kill()
        process.communicate()


def hear(manager: tuple[Path, socket.socket], state: str) -> None:
    """Wait until the manager is told of that state."""
    while manager[1].recv(200).decode() != state:
        pass


def a_free_port() -> int:
    """A port that nobody has now."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def test_a_worker_tells_that_it_is_ready_that_it_lives_and_that_it_ends(
    launch: Launch, manager: tuple[Path, socket.socket]
) -> None:
    """To the service manager, at its port, and in its log, each line of which is a document."""
    address = f"http://127.0.0.1:{(port := a_free_port())}"
    process = launch("worker", "run", "--metrics", f"127.0.0.1:{port}")
    hear(manager, "READY=1")
    hear(manager, "WATCHDOG=1")
    ready, figures = requests.get(f"{address}/readyz", timeout=30), requests.get(f"{address}/metrics", timeout=30)
    process.send_signal(signal.SIGTERM)
    hear(manager, "STOPPING=1")
    said, logged = process.communicate(timeout=60)

    assert (200, "ok") == (ready.status_code, ready.json()["worker"])
    assert 'erp_bridge_workers{kind="worker"} 1.0' in figures.text
    assert 0 == process.returncode
    assert json.loads(said)["done"]
    lines = [json.loads(line) for line in logged.splitlines()]
    assert [line["id"] for line in lines if line["message"].startswith("task verify")]
    assert {f"worker:{process.pid}"} == {line["process"] for line in lines}


def test_a_server_that_is_stopped_answers_what_is_under_way(
    launch: Launch, manager: tuple[Path, socket.socket]
) -> None:
    """Nobody else is let in, and it leaves with 0."""
    process = launch("serve", "--port", "0")
    assert process.stdout is not None
    place = urlsplit(json.loads(process.stdout.readline())["address"])
    there = (place.hostname or "", place.port or 0)
    hear(manager, "WATCHDOG=1")
    with closing(socket.create_connection(there, 30)) as under_way:
        under_way.sendall(_BEGUN)
        assert 200 == requests.get(f"{place.geturl()}/readyz", timeout=30).status_code, "it has read so far"
        process.send_signal(signal.SIGTERM)
        while answers(there):
            pass
        under_way.sendall(b"=x")
        answer = b"".join(iter(lambda: under_way.recv(65536), b""))
    hear(manager, "STOPPING=1")
    _, logged = process.communicate(timeout=60)

    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 403 "), "a form without its token, which is told in full"
    assert body.rstrip().endswith(b"</html>")
    assert 0 == process.returncode
    assert any("POST /sign-in 403" in json.loads(line)["message"] for line in logged.splitlines())


def answers(there: tuple[str, int]) -> bool:
    """Whether anybody is let in."""
    try:
        socket.create_connection(there, 30).close()
    except OSError:
        return False
    return True
