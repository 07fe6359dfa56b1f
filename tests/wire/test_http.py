"""What a failure of the wire means, seen at real loopback servers."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
import responses
from connection_doubles import RawServer, StepClock, Try, answering, raw_server, reply, session_for

from erp_bridge_core.contract.errors import Doubtful, LeaseLost, NotSent, ReadFailed, Throttled, TransportError
from erp_bridge_core.wire.addresses import target_of
from erp_bridge_core.wire.http import GuardedSession, Limits, reading, writing
from erp_bridge_core.wire.redaction import Redactor


def reset(connection: socket.socket, _: bytes = b"") -> None:
    """Close with a reset instead of a goodbye."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def closed_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def write(session: GuardedSession, url: str, attempt: Try | None = None, **options: object) -> object:
    """Post a body within an attempt."""
    with writing(attempt or Try()):
        return session.post(url, data=b"the body", **options)  # type: ignore[arg-type]


@contextmanager
def doubtful_write(server: RawServer, home: Path, limits: Limits | None = None) -> Iterator[None]:
    """Post a body that ends in doubt, and see that it was sent once and its query not told."""
    with pytest.raises(Doubtful) as caught:
        write(session_for(home, server.host, limits=limits), f"{server.url}/entries?key=hidden")
    assert "hidden" not in str(caught.value)
    assert 1 == len(server.requests)
    yield


@pytest.mark.rule("L6")
def test_a_refused_connection_on_a_write_is_not_sent(tmp_path: Path) -> None:
    """Nobody listens: no byte left."""
    port = closed_port()
    with pytest.raises(NotSent, match="Connection refused"):
        write(session_for(tmp_path, f"127.0.0.1:{port}"), f"http://127.0.0.1:{port}/entries")


@pytest.mark.rule("L6")
def test_a_failed_tls_handshake_on_a_write_is_not_sent(tmp_path: Path) -> None:
    """A server that does not speak TLS gets no body."""
    with raw_server(answering(b"no TLS here\r\n"), reads=False) as server, pytest.raises(NotSent):
        write(session_for(tmp_path, server.host), f"https://{server.host}/entries")


@pytest.mark.rule("L6")
def test_an_unknown_name_on_a_write_is_not_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that can't be resolved gets no body."""

    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(NotSent, match="Name or service not known"):
        write(session_for(tmp_path, "erp.example"), "https://erp.example/entries")


@pytest.mark.rule("L6")
def test_a_reset_after_the_body_is_doubtful_and_nothing_is_sent_again(tmp_path: Path) -> None:
    """The server took the body and reset: it may have done it."""
    with raw_server(reset) as server, doubtful_write(server, tmp_path):
        pass


@pytest.mark.rule("L6")
def test_a_reset_in_the_middle_of_the_request_is_doubtful(tmp_path: Path) -> None:
    """Bytes left this host, and who read them can't be known."""

    def reset_early(connection: socket.socket, _: bytes) -> None:
        connection.recv(1)
        reset(connection)

    with raw_server(reset_early, reads=False) as server, pytest.raises(Doubtful):
        write(session_for(tmp_path, server.host), f"{server.url}/entries")


@pytest.mark.rule("L6")
def test_a_reply_cut_short_is_doubtful(tmp_path: Path) -> None:
    """Fewer bytes than the reply announced."""
    cut = reply(body=b'{"ok": true}', Content_Length="500")
    with raw_server(answering(cut)) as server, doubtful_write(server, tmp_path):
        pass


@pytest.mark.rule("L6")
@pytest.mark.parametrize("head", [b"HTTP/1.1 201 Created\r\n", b"HTTP/1.1 201 Created\r\nContent-Type: appl"])
def test_a_reply_cut_among_its_headers_is_doubtful(tmp_path: Path, head: bytes) -> None:
    """What came of it would read as a success without a body."""
    with raw_server(answering(head)) as server, doubtful_write(server, tmp_path):
        pass


@pytest.mark.rule("L6")
@pytest.mark.parametrize("status", ["500 Oops", "502 Bad Gateway", "503 Later", "302 Found", "307 Again", "304 Same"])
def test_a_server_error_or_redirect_on_a_write_is_doubtful(tmp_path: Path, status: str) -> None:
    """Neither says whether it was done, and no redirect is followed."""
    handle = answering(reply(status, Location="/elsewhere", Retry_After="1"))
    with raw_server(handle) as server, doubtful_write(server, tmp_path):
        pass


@pytest.mark.rule("L6")
@pytest.mark.parametrize("status", ["200 OK", "403 Forbidden"])
def test_a_web_page_on_a_write_is_doubtful(tmp_path: Path, status: str) -> None:
    """A gateway's page is no answer of the ERP."""
    page = reply(status, b"<!DOCTYPE html><p>log in", Content_Type="text/plain")
    with raw_server(answering(page)) as server, doubtful_write(server, tmp_path):
        pass


def test_other_replies_to_a_write_are_the_plugins_to_read(tmp_path: Path) -> None:
    """A refusal in the ERP's own shape passes through."""
    with raw_server(answering(reply("422 No", b'{"Result": 3}'))) as server:
        answer = write(session_for(tmp_path, server.host), f"{server.url}/entries")
    assert {"Result": 3} == answer.json()  # type: ignore[attr-defined]


@pytest.mark.rule("L6")
def test_too_many_requests_on_a_write_did_nothing(tmp_path: Path) -> None:
    """429 says how long to wait, in seconds."""
    with raw_server(answering(reply("429 Slow", Retry_After="7"))) as server, pytest.raises(Throttled) as caught:
        write(session_for(tmp_path, server.host), f"{server.url}/entries")
    assert 7.0 == caught.value.retry_after


def test_a_wait_given_as_a_date_is_turned_into_seconds(tmp_path: Path) -> None:
    """The other form of Retry-After."""
    moment = format_datetime(datetime(2026, 4, 8, tzinfo=UTC) + timedelta(seconds=90), usegmt=True)
    with raw_server(answering(reply("429 Slow", Retry_After=moment))) as server, pytest.raises(Throttled) as caught:
        write(session_for(tmp_path, server.host), f"{server.url}/entries")
    assert 90.0 == caught.value.retry_after


def test_too_many_requests_without_a_time_says_so(tmp_path: Path) -> None:
    """No Retry-After: no figure is made up."""
    with raw_server(answering(reply("429 Slow"))) as server, pytest.raises(Throttled) as caught:
        write(session_for(tmp_path, server.host), f"{server.url}/entries")
    assert caught.value.retry_after is None


@pytest.mark.rule("L12")
def test_a_lost_lease_stops_the_body(tmp_path: Path) -> None:
    """The check comes after connecting and before the first byte."""
    with raw_server(answering(reply())) as server:
        with pytest.raises(LeaseLost):
            write(session_for(tmp_path, server.host), f"{server.url}/entries", Try(lost=True))
        assert [] == server.requests


@pytest.mark.rule("L12")
def test_a_passed_deadline_sends_nothing(tmp_path: Path) -> None:
    """No time left, no request."""
    with raw_server(answering(reply())) as server:
        with pytest.raises(NotSent, match=r"did not come in time|deadline"):
            write(session_for(tmp_path, server.host), f"{server.url}/entries", Try(seconds_left=-1))
        assert [] == server.requests


@pytest.mark.rule("L12")
def test_a_write_waits_no_longer_than_its_attempt_may(tmp_path: Path) -> None:
    """The time-out is cut to what the attempt has left."""
    silent = threading.Event()
    with raw_server(lambda *_: silent.wait(20) and None) as server, pytest.raises(Doubtful):
        write(session_for(tmp_path, server.host), f"{server.url}/entries", Try(seconds_left=0.2), timeout=600)
    silent.set()


@pytest.mark.rule("L12")
def test_a_write_that_waits_for_its_turn_is_let_go_when_its_worker_is_to_end(tmp_path: Path) -> None:
    """An attempt of a worker that is to end has no time left: nothing is sent, and that is known."""
    clock, attempt = StepClock(), Try(seconds_left=60.0)
    with raw_server(answering(reply())) as server:
        session = session_for(tmp_path, server.host, clock=clock)
        session.wires.throttle(target_of(server.url)).pause(30)
        clock.sleep = lambda seconds: _pass(clock, seconds, attempt)  # type: ignore[method-assign] # the signal comes
        with pytest.raises(NotSent, match="did not come in time"):
            write(session, f"{server.url}/entries", attempt)
        assert ([], 2) == (server.requests, round(clock.seconds))


def _pass(clock: StepClock, seconds: float, attempt: Try) -> None:
    clock.seconds += seconds
    attempt.seconds_left = 60.0 if clock.seconds < 2 else 0.0


def test_a_failure_outside_a_write_is_a_failed_read(tmp_path: Path) -> None:
    """No attempt is under way."""
    with raw_server(reset) as server, pytest.raises(ReadFailed) as caught:
        session_for(tmp_path, server.host).get(f"{server.url}/jobs")
    assert not isinstance(caught.value, TransportError)


@pytest.mark.rule("L6")
def test_a_log_in_within_a_write_fails_as_a_read(tmp_path: Path) -> None:
    """Inside `reading()` nothing can have been changed, and the lease is not asked."""
    attempt = Try()
    with raw_server(reset) as server, writing(attempt), reading(), pytest.raises(ReadFailed):
        session_for(tmp_path, server.host).post(f"{server.url}/login", data=b"x")
    assert 0 == attempt.checks


def test_a_server_error_on_a_read_is_the_plugins_to_read(tmp_path: Path) -> None:
    """The adapter knows what its ERP means by it."""
    with raw_server(answering(reply("500 Oops"))) as server:
        assert 500 == session_for(tmp_path, server.host).get(f"{server.url}/jobs").status_code


@pytest.mark.parametrize("status", ["200 OK", "404 Not Found"])
def test_a_web_page_on_a_read_is_a_failed_read(tmp_path: Path, status: str) -> None:
    """A proxy's "not found" does not mean that the ERP has no such job."""
    page = reply(status, b"<html>no", Content_Type="text/html; charset=utf-8")
    with raw_server(answering(page)) as server, pytest.raises(ReadFailed, match="web page"):
        session_for(tmp_path, server.host).get(f"{server.url}/jobs")


def test_a_web_page_that_was_asked_for_is_passed_on(tmp_path: Path) -> None:
    """The request's Accept decides."""
    page = reply(body=b"<html>yes", Content_Type="text/html")
    with raw_server(answering(page)) as server:
        answer = session_for(tmp_path, server.host).get(f"{server.url}/page", headers={"Accept": "text/html"})
    assert "<html>yes" == answer.text


def test_a_throttled_read_waits_as_asked_and_reads_again(tmp_path: Path) -> None:
    """The wait goes through the clock."""
    clock = StepClock()
    with raw_server(answering(reply("429 Slow", Retry_After="9"), reply(body=b"[7]"))) as server:
        assert [7] == session_for(tmp_path, server.host, clock=clock).get(f"{server.url}/jobs").json()
    assert pytest.approx(9.0) == sum(clock.slept)


def test_a_read_gives_up_when_it_is_throttled_for_long(tmp_path: Path) -> None:
    """An hour is longer than a reader waits."""
    with raw_server(answering(reply("429 Slow", Retry_After="3600"))) as server:
        with pytest.raises(ReadFailed, match="429"):
            session_for(tmp_path, server.host).get(f"{server.url}/jobs")
        assert 1 == len(server.requests)


def test_a_read_follows_a_redirect_to_a_listed_host(tmp_path: Path) -> None:
    """Within the connection's hosts a read may be sent elsewhere."""
    with raw_server(answering(reply(body=b"[5]"))) as other:
        moved = reply("302 Found", b"", Location=f"{other.url}/there")
        with raw_server(answering(moved)) as server:
            assert [5] == session_for(tmp_path, server.host, other.host).get(f"{server.url}/jobs").json()


def test_a_read_follows_no_redirect_elsewhere(tmp_path: Path) -> None:
    """A host that is not listed is never asked."""
    with raw_server(answering(reply())) as other:
        moved = reply("302 Found", b"", Location=f"{other.url}/there")
        with raw_server(answering(moved)) as server, pytest.raises(ReadFailed, match="not a host of this connection"):
            session_for(tmp_path, server.host).get(f"{server.url}/jobs")
        assert [] == other.requests


def test_a_body_is_never_redirected(tmp_path: Path) -> None:
    """A log-in that is answered by a redirect fails instead of handing its password on."""
    with raw_server(answering(reply("307 Again", b"", Location="/there"))) as server:
        with pytest.raises(ReadFailed, match="redirect"):
            session_for(tmp_path, server.host).post(f"{server.url}/login", data=b"password")
        assert 1 == len(server.requests)


def test_a_redirect_loop_is_a_failed_read(tmp_path: Path) -> None:
    """Redirects are counted."""
    with raw_server(answering(reply("302 Found", b"", Location="/again"))) as server, pytest.raises(ReadFailed):
        session_for(tmp_path, server.host).get(f"{server.url}/jobs")


@pytest.mark.rule("L6")
def test_a_write_uses_a_fresh_connection(tmp_path: Path) -> None:
    """A kept connection that died shows it only after the body went out."""
    connections = []

    def handle(connection: socket.socket, _: bytes) -> None:
        connections.append(connection.getpeername())
        connection.sendall(reply())

    with raw_server(handle) as server:
        session = session_for(tmp_path, server.host)
        session.get(f"{server.url}/keep")
        session.get(f"{server.url}/keep")
        write(session, f"{server.url}/keep")
    assert connections[0] == connections[1]
    assert connections[1] != connections[2]


def test_the_session_says_who_it_is_and_takes_nothing_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy named in the environment is not used."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with raw_server(answering(reply())) as server:
        session_for(tmp_path, server.host).get(f"{server.url}/jobs")
    assert b"User-Agent: erp-bridge/" in server.requests[0]


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://erp.example/x", "without encryption"),
        ("https://other.example/x", "not a host of this connection"),
        ("https://erp.example:8443/x", "not a host of this connection"),
        ("https://user:word@erp.example/x", "user name or password"),
        ("ftp://erp.example/x", "no https address"),
    ],
)
def test_an_address_that_is_not_permitted_gets_nothing(tmp_path: Path, url: str, why: str) -> None:
    """Refused before anything is resolved or sent, and the password is not repeated."""
    with pytest.raises(NotSent, match=why) as caught:
        write(session_for(tmp_path, "erp.example"), url)
    assert "word@" not in str(caught.value)


def test_a_request_without_certificate_check_is_refused(tmp_path: Path) -> None:
    """A plugin can't switch it off."""
    with pytest.raises(NotSent, match="certificate"):
        write(session_for(tmp_path, "erp.example"), "https://erp.example/x", verify=False)


def test_a_secret_in_a_failing_url_is_not_told(tmp_path: Path) -> None:
    """Redaction covers the errors too."""
    redactor = Redactor()
    redactor.add("tok/en 7")
    with raw_server(reset) as server, pytest.raises(ReadFailed) as caught:
        session_for(tmp_path, server.host, redactor=redactor).get(f"{server.url}/tok%2Fen%207/jobs")
    assert "tok" not in str(caught.value)


@responses.activate
def test_a_failure_that_proves_nothing_is_doubtful(tmp_path: Path) -> None:
    """Only a connection of ours can prove that nothing left."""
    responses.post("https://erp.example/x", body=ConnectionError("somewhere"))
    with pytest.raises(Doubtful):
        write(session_for(tmp_path, "erp.example"), "https://erp.example/x")


@pytest.mark.parametrize("place", ["ftp://erp.example/", "https://a:b@erp.example/", "http://[bad/"])
def test_a_redirect_to_no_web_address_is_a_failed_read(tmp_path: Path, place: str) -> None:
    """Whatever stands there."""
    with raw_server(answering(reply("302 Found", b"", Location=place))) as server, pytest.raises(ReadFailed):
        session_for(tmp_path, server.host).get(f"{server.url}/jobs")


def test_a_redirect_to_another_host_carries_no_secret(tmp_path: Path) -> None:
    """Whatever header it stood in, and what is no secret stays."""
    redactor = Redactor()
    redactor.add("the-api-key")
    with raw_server(answering(reply(body=b"[5]"))) as other:
        moved = reply("302 Found", b"", Location=f"{other.url}/there")
        with raw_server(answering(moved)) as server:
            session = session_for(tmp_path, server.host, other.host, redactor=redactor)
            session.get(f"{server.url}/jobs", headers={"X-Key": "the-api-key", "X-Site": "main"})
    assert b"X-Key: the-api-key" in server.requests[0]
    assert b"the-api-key" not in other.requests[0]
    assert b"X-Site: main" in other.requests[0]


def test_what_a_request_signs_in_with_is_a_secret_from_then_on(tmp_path: Path) -> None:
    """Whatever the scheme is called, also on the way to another host; a signature of many parts is left as it is."""
    redactor = Redactor()
    with raw_server(answering(reply(body=b"[5]"))) as server:
        session = session_for(tmp_path, server.host, redactor=redactor)
        for header in (
            "Bearer token-of-the-run",
            "bare-token-of-the-run",
            'Digest nonce="of-this-request", uri="/jobs"',
        ):
            session.get(f"{server.url}/jobs", headers={"Authorization": header})
    assert "*** *** of-this-request" == redactor.clean("token-of-the-run bare-token-of-the-run of-this-request")


@pytest.mark.rule("L14")
def test_an_unusable_throttle_sends_nothing(tmp_path: Path) -> None:
    """On a full disk nothing goes out unthrottled."""
    (tmp_path / "throttle").write_text("a file where the folder should be")
    with raw_server(answering(reply())) as server:
        with pytest.raises(NotSent, match="throttle"):
            write(session_for(tmp_path, server.host), f"{server.url}/entries")
        assert [] == server.requests
