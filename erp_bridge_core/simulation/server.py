"""A small HTTP server for simulators: loopback alone, threads, and a check of Host and Origin on every request.

The Host check stops a web page that has its own name point at 127.0.0.1 (DNS rebinding), the Origin check one that
posts a form here from elsewhere.
"""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SHUT_RDWR, socket
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from attrs import Factory, frozen

HOST: Final = "127.0.0.1"
LARGEST_BODY: Final = 1_000_000
LOG = logging.getLogger(__name__)


@frozen(kw_only=True)
class Request:
    """What a client asked. `headers` have lower-case names; `path` is as sent, without the query.

    `client` is the IP address that it asked from, which some ERPs count requests by.
    """

    method: str
    path: str
    query: Mapping[str, str] = Factory(dict)
    headers: Mapping[str, str] = Factory(dict)
    body: bytes = b""
    client: str = ""

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies the client sent."""
        return {name: morsel.value for name, morsel in SimpleCookie(self.headers.get("cookie", "")).items()}

    @property
    def form(self) -> dict[str, str]:
        """The fields of a posted form."""
        return dict(parse_qsl(self.body.decode(errors="replace"), keep_blank_values=True))


@frozen(kw_only=True)
class Reply:
    """What the server answers; `headers` may name one header several times, as cookies do.

    A `lost` reply is never sent: the connection ends instead, as when a server's answer is lost on its way.
    """

    status: int = 200
    body: str = ""
    content_type: str = "text/plain; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()
    lost: bool = False


Answer = Callable[[Request], Reply]


@frozen
class Address:
    """Where a server listens."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """The start of every address on this server, without a slash at its end."""
        return f"http://{self}"


@contextmanager
def serve(answer: Answer, *, port: int = 0) -> Iterator[Address]:
    """Serve on loopback, each connection in its own thread, until the context ends; port 0 takes a free one."""
    server = _Server(answer, port)
    thread = threading.Thread(target=server.serve_forever, name="simulator", kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield Address(HOST, server.server_address[1])
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # joined on closing, so that nothing answers after the context has ended

    def __init__(self, answer: Answer, port: int) -> None:
        self.answer = answer
        self._open: set[socket] = set()
        self._guard = threading.Lock()
        super().__init__((HOST, port), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._guard:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._guard:
            self._open.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        # A client may keep its connection open for ever; its thread waits in a read until we end it.
        with self._guard:
            for connection in self._open:
                _hang_up(connection)
        super().server_close()


def _hang_up(connection: socket) -> None:
    try:
        connection.shutdown(SHUT_RDWR)
    except OSError as error:
        LOG.debug("the client had gone already: %s", error)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    server_version = "Simulator"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = -1  # one packet an answer: head and body apart would wait for the client's acknowledgement
    timeout = 60

    def do_GET(self) -> None:
        self._handle()

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002
        LOG.debug(format, *arguments)

    def _handle(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > LARGEST_BODY or "transfer-encoding" in headers:
            self.close_connection = True
            self._send(Reply(status=413, body="The body is too large, or of no stated length."))
            return
        parts = urlsplit(self.path)
        request = Request(
            method=self.command,
            path=parts.path,
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers=headers,
            body=self.rfile.read(int(length)),
            client=str(self.client_address[0]),
        )
        self._send(_forbidden(request, self.server.server_address[1]) or self._answer(request))

    def _answer(self, request: Request) -> Reply:
        try:
            return self.server.answer(request)
        except Exception:
            LOG.exception("the simulator failed on %s %s", request.method, request.path)
            return Reply(status=500, body="The simulator failed; its log says why.")

    def _send(self, reply: Reply) -> None:
        if reply.lost:
            self.close_connection = True
            return
        body = reply.body.encode()
        self.send_response(reply.status)
        for name, value in (("Content-Type", reply.content_type), ("Cache-Control", "no-store"), *reply.headers):
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _forbidden(request: Request, port: int) -> Reply | None:
    own = {f"{HOST}:{port}", f"localhost:{port}"}
    if request.headers.get("host", "") not in own:
        return Reply(status=403, body="This server answers only to its own loopback address.")
    origin = request.headers.get("origin")
    if origin is not None and origin.removeprefix("http://") not in own:
        return Reply(status=403, body="Another site's page may not use this server.")
    return None
