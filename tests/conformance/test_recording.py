"""Traffic that was recorded answers the same requests again, without the secrets that were in it."""

from pathlib import Path

import pytest
import requests
import responses

from erp_bridge_core.conformance.recording import Recorder, Recording
from erp_bridge_core.contract.errors import BadInput, ReadFailed

URL = "https://erp.example"


def prepared(path: str, *, method: str = "GET", body: str | None = None) -> requests.PreparedRequest:
    """A request to the example's ERP."""
    return requests.Request(method, f"{URL}{path}", data=body).prepare()


def keep(path: Path, *asked: tuple[requests.PreparedRequest, str]) -> None:
    """Record these requests with these answers."""
    recorder = Recorder(path=path, clean=lambda text: text.replace("s3cret", "[secret]"))
    for request, text in asked:
        with responses.RequestsMock() as mock:
            mock.add(request.method, request.url, body=text, content_type="application/json")  # type: ignore[arg-type]
            recorder.keep(request, requests.Session().send(request))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the recording lies."""
    return tmp_path / "erp.jsonl"


def test_equal_requests_are_answered_in_their_order_and_the_last_answer_stays(file: Path) -> None:
    """An ERP answers the same question differently as time goes on."""
    keep(file, (prepared("/jobs"), "1"), (prepared("/jobs"), "2"), (prepared("/jobs?page=2"), "3"))
    recording = Recording.read(file)
    answers = [recording.answer(prepared("/jobs")).text for _ in range(3)]
    assert ["1", "2", "2"] == answers
    assert "3" == recording.answer(prepared("/jobs?page=2")).text


def test_no_secret_is_recorded(file: Path) -> None:
    """Neither in an address nor in an answer; nor what the ERP handed out for a session."""
    keep(file, (prepared("/token?key=s3cret"), '{"note": "s3cret", "access_token": "abc123"}'))
    assert "s3cret" not in file.read_text(encoding="utf-8")
    assert "abc123" not in file.read_text(encoding="utf-8")


def test_a_body_with_a_number_used_once_finds_the_answer_of_its_place(file: Path) -> None:
    """Some protocols put a new id into every request."""
    keep(file, (prepared("/soap", method="POST", body="<id>1</id>"), "<ok/>"))
    assert "<ok/>" == Recording.read(file).answer(prepared("/soap", method="POST", body="<id>2</id>")).text


def test_what_was_never_asked_is_a_failed_read(file: Path) -> None:
    """Nothing is made up."""
    keep(file, (prepared("/jobs"), "1"))
    with pytest.raises(ReadFailed, match="no answer to GET /figures"):
        Recording.read(file).answer(prepared("/figures"))


def test_a_damaged_recording_names_its_line(file: Path) -> None:
    """A line that was cut."""
    keep(file, (prepared("/jobs"), "1"))
    file.write_text(file.read_text(encoding="utf-8") + '{"method": "GE', encoding="utf-8")
    with pytest.raises(BadInput, match="line 2"):
        Recording.read(file)
