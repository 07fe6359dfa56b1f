"""The loopback server: who it answers, and what it does with a handler that fails."""

import http.client
import socket

import pytest
import requests

from erp_bridge_core.simulation import Address, Reply, Request, serve


def echo(request: Request) -> Reply:
    """Answer with what was asked."""
    return Reply(body=f"{request.method} {request.path} {dict(request.query)} {request.form}")


def ask(address: Address, headers: dict[str, str], *, method: str = "GET") -> tuple[int, str]:
    """Send exactly these headers."""
    connection = http.client.HTTPConnection(address.host, address.port)
    connection.putrequest(method, "/", skip_host=True)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    response = connection.getresponse()
    answer = (response.status, response.read().decode())
    connection.close()
    return answer


def test_answers_with_path_query_and_form() -> None:
    """A handler is given the method, the path, the query and the fields of a form."""
    with serve(echo) as address:
        assert "POST /a {'page': '2'} {'x': '1 2'}" == requests.post(f"{address.url}/a?page=2", data={"x": "1 2"}).text


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
def test_answers_every_method_that_an_erp_offers(method: str) -> None:
    """Rows are read, made, changed and deleted by their HTTP methods."""
    with serve(echo) as address:
        assert requests.request(method, address.url).text.startswith(f"{method} /")


def test_tells_where_a_client_asks_from() -> None:
    """A handler sees the client's address, by which an ERP may count."""
    with serve(lambda request: Reply(body=request.client)) as address:
        assert "127.0.0.1" == requests.get(address.url).text


def test_loses_a_reply() -> None:
    """A lost reply ends the connection without an answer; the next request is answered."""
    replies = iter([Reply(lost=True), Reply(body="here")])
    with serve(lambda _: next(replies)) as address:
        with pytest.raises(requests.ConnectionError):
            requests.get(address.url)
        assert "here" == requests.get(address.url).text


def test_listens_on_loopback_alone() -> None:
    """The server binds to 127.0.0.1, never to an outside address."""
    with serve(echo) as address:
        assert "127.0.0.1" == address.host


@pytest.mark.parametrize("host", ["example.org", "", "127.0.0.1", "localhost:1"])
def test_refuses_a_foreign_host(host: str) -> None:
    """A request under another name than its own address is refused, as a rebound name would send it."""
    with serve(echo) as address:
        assert 403 == ask(address, {"Host": host})[0]


def test_accepts_localhost() -> None:
    """`localhost` with the port is its own name too."""
    with serve(echo) as address:
        assert 200 == ask(address, {"Host": f"localhost:{address.port}"})[0]


@pytest.mark.parametrize("origin", ["http://example.org", "null", "https://127.0.0.1:1"])
def test_refuses_a_foreign_origin(origin: str) -> None:
    """A page of another site may not send anything here."""
    with serve(echo) as address:
        assert 403 == ask(address, {"Host": str(address), "Origin": origin}, method="POST")[0]


def test_refuses_a_body_that_is_too_large() -> None:
    """A body over the bound is refused unread."""
    with serve(echo) as address:
        assert 413 == ask(address, {"Host": str(address), "Content-Length": "1000001"}, method="POST")[0]


def test_answers_500_when_the_handler_fails(caplog: pytest.LogCaptureFixture) -> None:
    """A failing handler is logged and answered with 500; the server goes on."""

    def fail(request: Request) -> Reply:
        raise ZeroDivisionError

    with serve(fail) as address:
        assert [500, 500] == [requests.get(address.url).status_code for _ in range(2)]
    assert "ZeroDivisionError" in caplog.text


def test_stops_answering_when_the_context_ends() -> None:
    """A client that keeps its connection open is hung up on, and the port is free again."""
    with requests.Session() as session:
        with serve(echo) as address:
            session.get(address.url)
        with pytest.raises(requests.ConnectionError):
            session.get(address.url)
    with socket.create_server((address.host, address.port)):
        pass


def test_reads_cookies() -> None:
    """Cookies come by name, also one whose name starts with a dot."""
    request = Request(method="GET", path="/", headers={"cookie": ".ASPXAUTH=a; b=c"})
    assert {".ASPXAUTH": "a", "b": "c"} == request.cookies
