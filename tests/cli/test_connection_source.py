"""`connection` for a budget source: added, its connector set, authorized by a person, its metadata."""

import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlencode

import pytest
import requests
from command_runs import Run
from memory_books import MemoryBooks
from memory_erp import MemoryAdapter
from memory_source import CODE, MemorySource, source_adapter

from erp_bridge_core.cli.listening import wait_for_answer
from erp_bridge_core.connections import authorizing
from erp_bridge_core.contract.errors import NotPossibleNow, UsageError
from erp_bridge_core.registry import Registry

AUTHORIZE = ("--as", "ada", "connection", "authorize", "office")


@pytest.fixture
def office(run: Run, books: MemoryBooks, monkeypatch: pytest.MonkeyPatch) -> None:
    """An office in memory is connected, and books."""
    plugins: Any = {"memory": MemoryAdapter(books=books)}
    sources = {"office": source_adapter(MemorySource())}
    registry = Registry(adapters=plugins, sources=sources, broken={}, not_enabled={}, policies={})
    monkeypatch.setattr(Registry, "load", staticmethod(lambda _enabled=None: registry))
    for command in ("add books memory", "add office --source office"):
        assert 0 == run("--as", "ada", "connection", *command.split()).status


@pytest.mark.usefixtures("office")
def test_connections_are_listed_by_kind(run: Run) -> None:
    """Both, or those of one; exactly one plugin is named."""
    found = run("--as", "ada", "connection", "list", "--json").document["connections"]
    assert [("books", "erp", "memory"), ("office", "source", "office")] == [
        (each["name"], each["kind"], each["plugin"]) for each in found
    ]
    found = run("--as", "ada", "connection", "list", "--kind", "source", "--json").document["connections"]
    assert ["office"] == [each["name"] for each in found]
    assert "office" in run("--as", "ada", "connection", "list").out
    for named in ([], ["memory", "--source", "office"]):
        assert 1 == run("--as", "ada", "connection", "add", "more", *named).status
    assert "The office answers." in run("--as", "ada", "connection", "check", "office").out


@pytest.mark.usefixtures("office")
def test_the_connector_is_set_and_told(run: Run) -> None:
    """Setting by setting, with `:=` where it is no text."""
    for setting in ("act_as=ada", "poll_minutes:=9"):
        assert 0 == run("--as", "ada", "connection", "set", "office", f"connector.{setting}").status
    told = run("--as", "ada", "connection", "settings", "office", "--json").document["settings"]["connector"]
    assert ("ada", True, 9) == (told["act_as"], told["approve"], told["poll_minutes"])
    assert "connector.act_as" in run("--as", "ada", "connection", "settings", "office").out
    assert 0 == run("--as", "ada", "connection", "set", "office", "connector.act_as:=null").status
    assert 2 == run("--as", "ada", "connection", "set", "office", "connector.poll_minutes=often").status


@pytest.mark.usefixtures("office")
def test_a_person_pastes_the_code(run: Run, home: Path) -> None:
    """The address goes where no program reads answers; a code that is not taken is told."""
    ran = run(*AUTHORIZE, "--json", stdin=f"{CODE}\n")
    assert "office is authorized" in ran.document["done"]
    assert "https://office.example/authorize?redirect_uri=urn:ietf" in ran.err
    assert ["urn:ietf:wg:oauth:2.0:oob"] == [each.read_text() for each in home.glob("private/*/token")]
    assert 3 == run(*AUTHORIZE, stdin="guessed\n").status


@pytest.mark.usefixtures("office")
def test_a_pasted_address_holds_its_own_state(run: Run) -> None:
    """One that another began is refused, and so is what the source refused."""
    for query, told in (
        ({"code": CODE, "state": "another's"}, "was not begun by you"),
        ({"error": "access_denied", "state": "another's"}, "was not begun by you"),
    ):
        ran = run(*AUTHORIZE, "--redirect-to", "https://x.test/", stdin=f"https://x.test/?{urlencode(query)}\n")
        assert (1, True) == (ran.status, told in ran.err)


@pytest.mark.usefixtures("office")
def test_the_browser_is_waited_for(run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With --listen the source leads the browser to this machine."""
    states = iter(["first state"])
    monkeypatch.setattr(authorizing.secrets, "token_urlsafe", lambda _: next(states))
    came = {"code": CODE, "state": "first state"}
    monkeypatch.setattr("erp_bridge_core.cli.listening.wait_for_answer", lambda port: came if port == 8123 else {})
    assert 0 == run(*AUTHORIZE, "--listen", "8123").status
    assert ["http://localhost:8123/"] == [each.read_text() for each in home.glob("private/*/token")]


def test_only_an_answer_ends_the_waiting() -> None:
    """A browser that asks for its icon first is not taken for one; the answer's text tells the person to go."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = cast("int", free.getsockname()[1])
    address = f"http://127.0.0.1:{port}"
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(wait_for_answer, port, seconds=30)
        assert 404 == _asked(f"{address}/favicon.ico").status_code
        told = _asked(f"{address}/?code=c&state=s")
        assert {"code": "c", "state": "s"} == dict(waiting.result(30))
    assert (200, True) == (told.status_code, "Close this window" in told.text)


def _asked(address: str) -> requests.Response:
    """Ask until somebody listens."""
    with requests.Session() as session:
        session.trust_env = False
        for _ in range(200):
            try:
                return session.get(address, timeout=10)
            except requests.ConnectionError:
                continue
    raise AssertionError("nobody listens")


def test_nobody_is_waited_for_without_end() -> None:
    """Nor where the port is another's."""
    with pytest.raises(NotPossibleNow, match="in time"):
        wait_for_answer(0, seconds=0.01)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(UsageError, match="can't be listened on"):
            wait_for_answer(taken.getsockname()[1])


@pytest.mark.usefixtures("office")
def test_what_is_handed_in_is_told(run: Run) -> None:
    """As JSON, for people too."""
    metadata = ("--as", "ada", "connection", "metadata", "office", "--for")
    assert "memory" == run(*metadata, "books", "--json").document["metadata"]["erp"]
    assert '"erp": "memory"' in run(*metadata, "books").out
    assert 1 == run(*metadata, "office").status
