"""Encrypted connections: the name is checked, the address is pinned, a stranger's certificate gets no body."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from connection_doubles import Handler, RawServer, Try, answering, raw_server, reply, session_for

from erp_bridge_core.contract.errors import Doubtful, NotSent
from erp_bridge_core.wire.http import GuardedSession, writing

CERTIFICATES = Path(__file__).parent / "certificates"


@contextmanager
def tls_server(handle: Handler) -> Iterator[RawServer]:
    """A raw server that speaks TLS as `localhost`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATES / "localhost.pem", CERTIFICATES / "localhost.key")
    with raw_server(handle, wrap=lambda connection: context.wrap_socket(connection, server_side=True)) as server:
        yield server


def session(home: Path, *hosts: str, known: bool = True) -> GuardedSession:
    """A session that knows the test's authority, or does not."""
    opened = session_for(home, *hosts, plain_http=False)
    if known:
        opened.verify = str(CERTIFICATES / "localhost.pem")
    return opened


def test_an_encrypted_write_arrives(tmp_path: Path) -> None:
    """The lease is checked once, and the certificate's authority is the configured one."""
    attempt = Try()
    with tls_server(answering(reply(body=b"[5]"))) as server, writing(attempt):
        answer = session(tmp_path, f"localhost:{server.port}").post(f"https://localhost:{server.port}/x", data=b"body")
    assert [5] == answer.json()
    assert 1 == attempt.checks
    assert server.requests[0].endswith(b"body")


@pytest.mark.rule("L6")
def test_an_unknown_authority_gets_no_body(tmp_path: Path) -> None:
    """The handshake comes before the body: not sent."""
    with tls_server(answering(reply())) as server:
        with writing(Try()), pytest.raises(NotSent, match="certificate"):
            session(tmp_path, f"localhost:{server.port}", known=False).post(
                f"https://localhost:{server.port}/x", data=b"b"
            )
        assert [] == server.requests


@pytest.mark.rule("L6")
def test_a_certificate_for_another_name_gets_no_body(tmp_path: Path) -> None:
    """The name in the URL counts, not the address it is pinned to."""
    with tls_server(answering(reply())) as server:
        with writing(Try()), pytest.raises(NotSent, match=r"127\.0\.0\.1"):
            session(tmp_path, server.host).post(f"https://{server.host}/x", data=b"body")
        assert [] == server.requests


@pytest.mark.rule("L6")
def test_an_encrypted_connection_that_breaks_after_the_body_is_doubtful(tmp_path: Path) -> None:
    """As with a plain one."""

    def close(connection: socket.socket, _: bytes) -> None:
        connection.close()

    with tls_server(close) as server, writing(Try()), pytest.raises(Doubtful):
        session(tmp_path, f"localhost:{server.port}").post(f"https://localhost:{server.port}/x", data=b"body")


@pytest.mark.rule("L6")
def test_an_encrypted_write_uses_a_fresh_connection(tmp_path: Path) -> None:
    """Reads may keep theirs."""
    ports = []

    def handle(connection: socket.socket, _: bytes) -> None:
        ports.append(connection.getpeername()[1])
        connection.sendall(reply())

    with tls_server(handle) as server:
        opened = session(tmp_path, f"localhost:{server.port}")
        for _ in range(2):
            opened.get(f"https://localhost:{server.port}/keep")
        with writing(Try()):
            opened.post(f"https://localhost:{server.port}/keep", data=b"body")
    assert ports[0] == ports[1]
    assert ports[1] != ports[2]


def test_a_name_keeps_its_address_for_the_sessions_life(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked for once, however many connections are opened."""
    asked = []
    real = socket.getaddrinfo

    def getaddrinfo(host: str, port: int, *others: object, **options: object) -> object:
        if host == "erp.localhost":
            asked.append(host)
            host = "127.0.0.1" if len(asked) == 1 else "127.0.0.2"
        return real(host, port, *others, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    with raw_server(answering(reply(Connection="close"))) as server:
        opened = session_for(tmp_path, f"erp.localhost:{server.port}")
        for _ in range(2):
            opened.get(f"http://erp.localhost:{server.port}/jobs")
    assert ["erp.localhost"] == asked
    assert 2 == len(server.requests)
