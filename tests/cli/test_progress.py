"""Progress while something takes long."""

import io
from collections.abc import Iterator
from threading import Event
from types import SimpleNamespace

import pytest

from erp_bridge_core.cli.progress import Advance, polled, progress
from erp_bridge_core.contract.errors import NotFound


class Terminal(io.StringIO):
    """Something that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Standard error, looked at by a person."""
    terminal = Terminal()
    monkeypatch.setattr("erp_bridge_core.cli.progress.sys", SimpleNamespace(stderr=terminal))
    monkeypatch.setenv("TERM", "xterm")
    return terminal


def test_without_a_terminal_nothing_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """A pipe gets no bar, and nobody is asked how far it is."""
    with progress("Reading") as tell, polled("Exporting", lambda: pytest.fail("asked")):
        tell(Advance(done=1, total=2))
    assert ("", "") == capsys.readouterr()


def test_a_terminal_shows_how_far_it_is(terminal: Terminal) -> None:
    """A person sees the title, the stage and the count."""
    with progress("Reading") as tell:
        tell(Advance(done=1, total=2, stage="rows"))
    assert "Reading: rows" in terminal.getvalue()
    assert "1/2" in terminal.getvalue()


def test_a_running_act_is_asked(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the act runs its state is asked for; that there is none yet is no failure."""
    monkeypatch.setattr("erp_bridge_core.cli.progress._INTERVAL", 0.0)
    asked = Event()
    answers: Iterator[NotFound | Advance] = iter([NotFound("Not yet."), Advance(done=3, total=4)])

    def ask() -> Advance:
        answer = next(answers, None)
        if answer is None:
            asked.set()
            return Advance(done=4, total=4)
        if isinstance(answer, NotFound):
            raise answer
        return answer

    with polled("Exporting", ask):
        assert asked.wait(30)
    assert "Exporting" in terminal.getvalue()
