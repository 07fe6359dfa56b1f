"""Loopback servers that behave badly in exactly one way, and the doubles that a session needs."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from attrs import define, field

from erp_bridge_core.contract.errors import LeaseLost
from erp_bridge_core.contract.profile import RateLimit
from erp_bridge_core.wire.http import GuardedSession, Limits, open_session
from erp_bridge_core.wire.redaction import Redactor
from erp_bridge_core.wire.throttle_files import FileThrottles


class StepClock:
    """A clock whose time passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.slept: list[float] = []

    def now(self) -> datetime:
        return datetime(2026, 4, 8, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def today(self) -> date:
        return self.now().date()

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds


@define
class Try:
    """An attempt as the ledger would give it."""

    seconds_left: float = 30.0
    lost: bool = False
    checks: int = 0
    number: int = 1
    on_check: Callable[[], None] = field(default=lambda: None)

    def check(self) -> None:
        self.checks += 1
        self.on_check()
        if self.lost:
            raise LeaseLost("another worker took over")


@define
class RawServer:
    """Every connection is handed to `handle(connection, request)` after one whole request was read."""

    port: int
    requests: list[bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"


Handler = Callable[[socket.socket, bytes], None]


@contextmanager
def raw_server(
    handle: Handler, *, reads: bool = True, wrap: Callable[[socket.socket], socket.socket] = lambda plain: plain
) -> Iterator[RawServer]:
    """Serve on loopback until the context ends; `reads` False hands over connections without reading a request."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = RawServer(listener.getsockname()[1], [])
    over = threading.Event()

    def serve(plain: socket.socket) -> None:
        plain.settimeout(10)
        with suppress(OSError), plain, wrap(plain) as connection:
            while not over.is_set():
                request = read_request(connection) if reads else b""
                if reads and not request:
                    return
                server.requests.append(request)
                handle(connection, request)
                if b"/keep " not in request:
                    return

    def accept() -> None:
        while not over.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield server
    finally:
        over.set()
        listener.close()


def read_request(connection: socket.socket) -> bytes:
    """One request with its body, by its Content-Length."""
    received = b""
    while b"\r\n\r\n" not in received:
        piece = connection.recv(65536)
        if not piece:
            return b""
        received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")]
    wanted = int(lengths[0]) if lengths else 0
    while len(body) < wanted:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def reply(status: str = "200 OK", body: bytes = b"{}", **headers: str) -> bytes:
    """A whole reply; header names are written with underscores."""
    fields = {"Content-Type": "application/json", "Content-Length": str(len(body))}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body


def answering(*replies: bytes) -> Handler:
    """Answer one reply after the other, the last one for ever."""
    left = list(replies)

    def handle(connection: socket.socket, _: bytes) -> None:
        connection.sendall(left.pop(0) if len(left) > 1 else left[0])

    return handle


def session_for(
    home: Path,
    *hosts: str,
    clock: StepClock | None = None,
    limits: Limits | None = None,
    rate: RateLimit | None = None,
    plain_http: bool = True,
    redactor: Redactor | None = None,
) -> GuardedSession:
    """A session as a connection to those hosts has it."""
    return open_session(
        name="sage-main",
        hosts=hosts,
        plain_http=plain_http,
        ca_file=None,
        throttles=FileThrottles(home / "throttle"),
        rate=rate or RateLimit(),
        clock=clock or StepClock(),
        redactor=redactor or Redactor(),
        limits=limits,
    )
