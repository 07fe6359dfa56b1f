"""A worker's own small port: its figures and its health, for what watches it; where `[metrics] listen` names one."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Final

from attrs import frozen

from erp_bridge_core.app import Application
from erp_bridge_core.configuration.operating import address_of
from erp_bridge_core.contract.errors import UsageError
from erp_bridge_core.operations.health import readiness
from erp_bridge_core.operations.metrics import Figures
from erp_bridge_core.operations.readers import CONTENT_TYPE, Readers

_TEXT: Final = "text/plain; charset=utf-8"
_JSON: Final = "application/json"
#: Seconds that a client may take to say what it wants.
_PATIENCE: Final = 10


@frozen(kw_only=True)
class Answer:
    """What is answered."""

    status: HTTPStatus
    body: bytes
    kind: str = _TEXT


@contextmanager
def telling_at(listen: str, application: Application, figures: Figures) -> Iterator[str]:
    """Answer at that address while the block runs; yields it with its port. Raises `UsageError` where it is taken."""
    readers = Readers.of(application)

    class _Handler(BaseHTTPRequestHandler):
        timeout = _PATIENCE

        def do_GET(self) -> None:
            answer = _answer(self.path, self.headers.get("Authorization", ""))
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.kind)
            self.send_header("Content-Length", str(len(answer.body)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(answer.body)

        def version_string(self) -> str:
            return "erp-bridge"

        def log_message(self, *_: object) -> None:
            """What watches comes every few seconds: no line for it."""

    def _answer(path: str, shown: str) -> Answer:
        if path == "/healthz":
            return Answer(status=HTTPStatus.OK, body=b'{"status": "ok"}', kind=_JSON)
        if path == "/readyz":
            return _readiness(application)
        if path != "/metrics":
            return Answer(status=HTTPStatus.NOT_FOUND, body=b"There is /metrics, /healthz and /readyz.\n")
        if readers.token and not readers.shows_token(shown):
            return Answer(status=HTTPStatus.UNAUTHORIZED, body=b"The token of [metrics] is missing.\n")
        return Answer(status=HTTPStatus.OK, body=figures.text(), kind=CONTENT_TYPE)

    host, port = address_of(listen)
    try:
        server = ThreadingHTTPServer((host, port), _Handler)
    except OSError as error:
        raise UsageError(
            f"Figures can't be told at {listen}: {error.strerror}.",
            remedy="Give each worker of a host a port of its own: `erp-bridge worker --metrics 127.0.0.1:9465`.",
        ) from error
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, name="figures", kwargs={"poll_interval": 0.2}, daemon=True)
    thread.start()
    try:
        yield f"{host}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _readiness(application: Application) -> Answer:
    found = readiness(application, has_worker=True)
    status = HTTPStatus.OK if found.is_ready else HTTPStatus.SERVICE_UNAVAILABLE
    return Answer(status=status, body=json.dumps(found.to_json()).encode(), kind=_JSON)
