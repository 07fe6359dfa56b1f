"""A reply is read within bounds of time and size, or not at all."""

import gzip
import socket
import threading
import zlib
from pathlib import Path

import pytest
from connection_doubles import Try, answering, raw_server, reply, session_for

from erp_bridge_core.contract.errors import Doubtful, ReadFailed
from erp_bridge_core.wire.http import Limits, writing


def test_a_dripping_reply_is_cut_when_the_whole_takes_too_long(tmp_path: Path) -> None:
    """Each byte comes in time, the reply never ends."""
    stop = threading.Event()

    def drip(connection: socket.socket, _: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
        while not stop.wait(0.02):
            connection.sendall(b"a")

    with raw_server(drip) as server, pytest.raises(Doubtful, match="not over after"), writing(Try()):
        session_for(tmp_path, server.host, limits=Limits(total=0.3)).post(f"{server.url}/entries", data=b"x")
    stop.set()


def test_a_reply_without_an_end_that_is_cut_by_time_is_not_taken_for_whole(tmp_path: Path) -> None:
    """A shut socket looks like the end of a reply that has no length."""
    stop = threading.Event()

    def drip(connection: socket.socket, _: bytes) -> None:
        connection.sendall(b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n[")
        while not stop.wait(0.02):
            connection.sendall(b" ")

    with raw_server(drip) as server, pytest.raises(ReadFailed, match="not over after"):
        session_for(tmp_path, server.host, limits=Limits(total=0.3)).get(f"{server.url}/jobs")
    stop.set()


def test_a_huge_reply_is_refused(tmp_path: Path) -> None:
    """Bytes are bounded on the wire."""
    with raw_server(answering(reply(body=b"x" * 5000))) as server, pytest.raises(ReadFailed, match="larger than 1000"):
        session_for(tmp_path, server.host, limits=Limits(reply_bytes=1000)).get(f"{server.url}/jobs")


@pytest.mark.parametrize("packed", [gzip.compress(b"0" * 10_000_000), zlib.compress(b"0" * 10_000_000)])
def test_a_reply_that_grows_when_unpacked_is_refused(tmp_path: Path, packed: bytes) -> None:
    """Ten thousand bytes that stand for ten million."""
    encoding = "gzip" if packed[:1] == b"\x1f" else "deflate"
    handle = answering(reply(body=packed, Content_Encoding=encoding))
    with raw_server(handle) as server, pytest.raises(ReadFailed, match="larger than 1000000"):
        session_for(tmp_path, server.host, limits=Limits(reply_bytes=1_000_000)).get(f"{server.url}/jobs")


def test_a_packed_reply_is_unpacked(tmp_path: Path) -> None:
    """An ordinary compressed reply reads as if it were plain."""
    handle = answering(reply(body=gzip.compress(b"[1, 2]"), Content_Encoding="gzip"))
    with raw_server(handle) as server:
        assert [1, 2] == session_for(tmp_path, server.host).get(f"{server.url}/jobs").json()


@pytest.mark.parametrize("encoding", ["gzip", "br"])
def test_a_packed_reply_that_can_not_be_unpacked_is_a_failed_read(tmp_path: Path, encoding: str) -> None:
    """Cut short, or packed in a way that was not asked for."""
    handle = answering(reply(body=gzip.compress(b"[1, 2]" * 50)[:-12], Content_Encoding=encoding))
    with raw_server(handle) as server, pytest.raises(ReadFailed):
        session_for(tmp_path, server.host).get(f"{server.url}/jobs")
