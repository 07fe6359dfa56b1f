"""The proxy itself: what it passes on, what it records, what it says when, and that it ends."""

import http.client
import os
import socket
import threading
from contextlib import closing

import pytest
from wire_scene import PATIENCE, WireScene, always, writes

from erp_bridge_core.conformance.wire import Answer, FaultProxy, Incoming, Unreached, WireFault


def port_of(proxy: FaultProxy) -> int:
    """The port that it listens on."""
    return int(proxy.address.rpartition(":")[2])


def raw(scene: WireScene, request: bytes) -> bytes:
    """Send bytes as they are, and read until the connection ends."""
    with socket.create_connection(("127.0.0.1", port_of(scene.proxy)), timeout=PATIENCE) as line:
        line.sendall(request)
        received = b""
        while piece := line.recv(65536):
            received += piece
    return received


def send_to(proxy: FaultProxy) -> None:
    """Open a proxy, ask it something, and see the connection end."""
    with proxy, socket.create_connection(("127.0.0.1", port_of(proxy)), timeout=PATIENCE) as line:
        line.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert b"" == line.recv(1)


def test_a_request_passes_as_it_was_sent(scene: WireScene) -> None:
    """Only Host and Origin name the ERP instead of the proxy."""
    own = f"http://{scene.proxy.address}"
    scene.session.headers.update({"Origin": own, "X-Client": "ours"})
    scene.write("body", "/entries?a=1&b=&c=%2F")

    (seen,) = scene.books.seen
    assert ("POST", "/entries", {"a": "1", "b": "", "c": "/"}, b"body") == (
        seen.method,
        seen.path,
        dict(seen.query),
        seen.body,
    )
    assert (scene.proxy.upstream, scene.books.url) == (seen.headers["host"], seen.headers["origin"])
    assert "ours" == seen.headers["x-client"]


def test_another_sites_origin_stays_what_it_is(scene: WireScene) -> None:
    """The ERP refuses it, as it would without the proxy."""
    scene.session.headers["Origin"] = "http://elsewhere.test"

    assert 403 == scene.write().status_code


def test_the_erps_own_address_becomes_the_proxys(scene: WireScene) -> None:
    """A link in a body and a redirect lead back through the proxy."""
    shown = scene.read("/moved")

    assert f"{scene.url}/entries" == shown.json()["self"] == shown.json()["local"] == shown.url
    assert ["/moved", "/entries"] == [exchange.path for exchange in scene.proxy.exchanges]


def test_an_answer_that_grows_by_the_proxys_address_tells_its_new_length() -> None:
    """Compressed or binary answers stay as they are."""
    headers = (("Content-Type", "application/soap+xml"), ("Content-Length", "22"))
    answer = Answer(status=200, headers=headers, body=b"<a>http://127.0.0.1:80")
    packed = Answer(status=200, headers=(*headers, ("Content-Encoding", "gzip")), body=answer.body)
    moved = answer.moved("127.0.0.1:80", "127.0.0.1:54321")

    assert (b"<a>http://127.0.0.1:54321", True) == (moved.body, b"Content-Length: 25\r\n" in moved.head("GET"))
    assert packed == packed.moved("127.0.0.1:80", "127.0.0.1:54321")


def test_an_exchange_is_recorded_whole(scene: WireScene) -> None:
    """What was asked, what the ERP said, what the client was told."""
    scene.proxy.announce("the first entry")
    scene.write("body")

    exchange = scene.exchange()
    assert ("POST", "/entries", b"body", "the first entry") == (
        exchange.method,
        exchange.path,
        exchange.body,
        exchange.tag,
    )
    assert (201, b'{"written": true}', True, True, 1, None) == (
        exchange.status,
        exchange.reply,
        exchange.forwarded,
        exchange.replied,
        exchange.copies,
        exchange.fault,
    )
    assert exchange.headers["user-agent"].startswith("erp-bridge/")
    assert exchange.ended_at is not None
    assert exchange.taken_at <= exchange.ended_at


def test_a_tag_belongs_to_one_request(scene: WireScene) -> None:
    """What was not announced has none."""
    scene.proxy.announce("first")
    scene.read()
    scene.read()

    assert ["first", None] == [exchange.tag for exchange in scene.proxy.exchanges]


def test_a_body_in_chunks_is_passed_on(scene: WireScene) -> None:
    """A client that does not know its length beforehand."""
    head = f"POST /entries HTTP/1.1\r\nHost: {scene.proxy.address}\r\nConnection: close\r\n"
    answer = raw(
        scene, head.encode() + b"Transfer-Encoding: chunked\r\n\r\n3\r\none\r\n4;x=y\r\n,two\r\n0\r\nT: x\r\n\r\n"
    )

    assert (b"HTTP/1.1 201", ["one,two"]) == (answer[:12], scene.books.entries)


def test_an_answer_to_a_head_request_has_no_body(scene: WireScene) -> None:
    """Its length is told all the same; the connection serves the next request, so nothing of it was sent."""
    with closing(http.client.HTTPConnection(scene.proxy.address, timeout=PATIENCE)) as client:
        told = []
        for method in ("HEAD", "GET"):
            client.request(method, "/entries")
            response = client.getresponse()
            told.append((response.status, response.getheader("Content-Length") != "0", bool(response.read())))

    assert [(501, True, False), (200, True, True)] == told


def test_without_an_erp_connections_end_without_an_answer(scene: WireScene) -> None:
    """Between cases, or while an ERP starts again."""
    scene.proxy.upstream = None

    assert ("doubtful", False) == (scene.outcome(), scene.exchange().forwarded)


def test_an_erp_that_answers_nothing_may_have_taken_it(scene: WireScene) -> None:
    """The connection to it ended midway."""
    assert "read_failed" == _read_code(scene, "/hung")
    assert (True, None) == (scene.exchange().forwarded, scene.exchange().answered)


def _read_code(scene: WireScene, path: str) -> str:
    with pytest.raises(Exception, match="failed") as caught:
        scene.read(path)
    return str(getattr(caught.value, "code", ""))


def test_the_stages_of_a_request_are_told_in_order(scene: WireScene) -> None:
    """At each, what has happened so far is true: the body is there, then the books."""
    stages: list[tuple[str, bytes, int]] = []

    def note(stage: str, request: Incoming) -> None:
        stages.append((stage, request.body, len(scene.books.entries)))

    scene.proxy.on_stage = note
    scene.write("body")

    assert [("connected", b"", 0), ("body_sent", b"body", 0), ("reply_held", b"body", 1)] == stages


def test_who_fails_at_a_stage_is_heard_when_the_context_ends() -> None:
    """The client's connection just ends."""

    def fail(_stage: str, _request: Incoming) -> None:
        raise LookupError("the bench is wrong")

    proxy = FaultProxy(on_stage=fail)
    with pytest.raises(ExceptionGroup) as caught:
        send_to(proxy)

    assert ["the bench is wrong"] == [str(error) for error in caught.value.exceptions]


def test_requests_at_once_are_counted(scene: WireScene) -> None:
    """Two that meet at the ERP's door."""
    both = threading.Barrier(2)

    def meet(stage: str, _: Incoming) -> None:
        if stage == "body_sent":
            both.wait(PATIENCE)

    scene.proxy.on_stage = meet
    request = f"GET /entries HTTP/1.1\r\nHost: {scene.proxy.address}\r\nConnection: close\r\n\r\n".encode()
    second = threading.Thread(target=raw, args=(scene, request))
    second.start()
    raw(scene, request)
    second.join()

    assert 2 == scene.proxy.most_at_once


def test_a_client_that_gave_up_is_not_counted_beside_its_next_request(scene: WireScene) -> None:
    """Else a serial client would look like two at once while the proxy is still busy with what it gave up."""
    taken, over = threading.Event(), threading.Event()

    def wait(stage: str, request: Incoming) -> None:
        if (stage, request.path) == ("connected", "/given-up"):
            taken.set()
            over.wait(PATIENCE)

    scene.proxy.on_stage = wait
    with socket.create_connection(("127.0.0.1", port_of(scene.proxy)), timeout=PATIENCE) as line:
        line.sendall(b"GET /given-up HTTP/1.1\r\n\r\n")
        assert taken.wait(PATIENCE)
    scene.read()
    over.set()

    assert (True, 1) == (scene.proxy.wait_idle(PATIENCE), scene.proxy.most_at_once)


def test_a_reset_is_no_goodbye(scene: WireScene) -> None:
    """The client's system drops what it has and says so."""
    scene.proxy.arm(WireFault.RESET_BEFORE_READ, always)
    with pytest.raises(ConnectionResetError):
        raw(scene, b"GET /entries HTTP/1.1\r\n\r\n")


def test_a_held_request_waits_for_an_erp_that_is_down(scene: WireScene) -> None:
    """Its release says so, and it is still held."""
    upstream = scene.proxy.upstream
    scene.proxy.arm(WireFault.LATE_COMMIT, writes)
    scene.outcome()
    scene.proxy.upstream = None
    with pytest.raises(Unreached):
        scene.proxy.release()
    scene.proxy.upstream = upstream

    assert (1, 1, ["one"]) == (scene.proxy.held, scene.proxy.release(), scene.books.entries)


def test_of_two_faults_the_first_armed_strikes_first(scene: WireScene) -> None:
    """The second waits for its turn, until it is disarmed."""
    scene.proxy.arm(WireFault.REPLY_LOST, writes)
    late = scene.proxy.arm(WireFault.THROTTLED, writes, times=2)
    outcomes = [scene.outcome(), scene.outcome()]
    scene.proxy.disarm()

    assert (["doubtful", "throttled", 201], 1) == ([*outcomes, scene.outcome()], late.struck)


def test_half_a_head_may_pass_for_a_whole_answer_without_a_body(scene: WireScene) -> None:
    """Status line and some headers, then the end."""
    scene.proxy.arm(WireFault.REPLY_CUT_IN_HEAD, always)
    cut = raw(scene, f"POST /entries HTTP/1.1\r\nHost: {scene.proxy.address}\r\nContent-Length: 1\r\n\r\nx".encode())

    assert (True, False) == (cut.startswith(b"HTTP/1.1 201 Created\r\n"), b"\r\n\r\n" in cut)


def test_closing_ends_clients_that_wait_and_every_thread(scene: WireScene) -> None:
    """Nobody hangs because a fault was still under way."""
    held = threading.Event()
    with FaultProxy(upstream=scene.proxy.upstream, on_stage=lambda *_: held.set()) as proxy:
        proxy.arm(WireFault.TIMED_OUT, always)
        line = socket.create_connection(("127.0.0.1", port_of(proxy)), timeout=PATIENCE)
        line.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert held.wait(PATIENCE)
        assert not proxy.wait_idle(0)
    with line:
        assert b"" == line.recv(1)
    left = [thread.name for thread in threading.enumerate() if thread.name.startswith("fault proxy")]

    assert (True, ["fault proxy"]) == (proxy.wait_idle(0), left)  # the scene's own


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_forked_worker_does_not_keep_the_proxys_port_open(scene: WireScene) -> None:
    """A refused connection is refused, also while a child lives that had inherited the listening socket."""
    stop, go = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(go)
        os.read(stop, 1)
        os._exit(0)
    scene.proxy.refuse()
    refused = scene.outcome()
    scene.proxy.accept()
    os.close(go)
    os.close(stop)
    os.waitpid(child, 0)

    assert ("not_sent", 201) == (refused, scene.outcome())
