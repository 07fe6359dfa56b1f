"""Data Exchange: WSDLs, calls, and everything that may go wrong with a call on its way."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from erp_bridge_core.simulation import Reply, Request
from erp_bridge_spectrum.simulator import soap, tokens
from erp_bridge_spectrum.simulator.answering import answer_get, answer_put
from erp_bridge_spectrum.simulator.company import Installation
from erp_bridge_spectrum.simulator.elements import SERVICES
from erp_bridge_spectrum.simulator.switches import SWITCHES, take
from erp_bridge_spectrum.simulator.wsdl import write_wsdl

_XML: Final = "text/xml; charset=utf-8"
_WSDLS: Final = "/wsdls/"
_CALLS: Final = "/ws/"
_HTML: Final = "<!doctype html><html><head><title>Sign in</title></head><body><h1>Sign in</h1></body></html>"


class DataExchange:
    """Answers `/wsdls/<Name>.jws`, `/ws/<Method>` and `/connect/token` for one installation."""

    def __init__(self, installation: Installation) -> None:
        """Keep the installation; calls at once are counted here, for one running server."""
        self._installation = installation
        self._running = 0
        self._guard = threading.Lock()

    def answer(self, request: Request) -> Reply | None:
        """The answer, or None for an address that is not Data Exchange's."""
        if request.path == tokens.PATH and request.method == "POST":
            with self._installation.writing() as connection:
                return tokens.give_token(connection, request.form)
        service = SERVICES.get(request.path.removeprefix(_WSDLS).removesuffix(".jws"))
        if service and request.method == "GET" and request.path == f"{_WSDLS}{service.name}.jws":
            with self._installation.reading() as connection:
                qualified = SWITCHES.get(connection, "wsdl_children")
            url = f"http://{request.headers['host']}{_CALLS}{service.name}"
            return Reply(body=write_wsdl(service, url, qualified=qualified), content_type=_XML)
        method = request.path.removeprefix(_CALLS)
        if method in SERVICES and request.method == "POST" and request.path != method:
            return self._call(method, request)
        return None

    def _call(self, method: str, request: Request) -> Reply:
        with self._counted() as running:
            with self._installation.reading() as connection:
                latency, bound, pages = (
                    SWITCHES.number(connection, name) for name in ("latency", "at_once", "html_answers")
                )
                enhanced = SWITCHES.on(connection, "enhanced_authentication")
                admitted = not enhanced or tokens.has_token(connection, request)
            if bound and running > bound:
                return self._fault()
            if latency:
                time.sleep(latency / 1000)
            if not admitted:
                return Reply(status=401, body="", headers=(("WWW-Authenticate", "Bearer"),))
            return self._page() if pages else self._carry_out(method, request.body)

    def _page(self) -> Reply:
        with self._installation.writing() as connection:
            take(connection, "html_answers")
            status = SWITCHES.number(connection, "html_status")
        return Reply(status=status, body=_HTML, content_type="text/html; charset=utf-8")

    def _carry_out(self, method: str, body: bytes) -> Reply:
        try:
            call = soap.parse(body, method)
            if SERVICES[method].is_get:
                return self._get(call)
            return self._put(call, body)
        except soap.Unreadable:
            return self._fault()

    def _get(self, call: soap.Call) -> Reply:
        if self._take("faults"):
            return self._fault()
        return Reply(body=answer_get(self._installation, call), content_type=_XML)

    def _put(self, call: soap.Call, body: bytes) -> Reply:
        with self._installation.writing() as connection:
            faulty = take(connection, "faults")
            if faulty and not SWITCHES.on(connection, "faults_commit"):
                return self._fault()
            if take(connection, "late_writes"):
                connection.execute("INSERT INTO late_write (body) VALUES (?)", (body,))
                return Reply(lost=True)
            reply = answer_put(connection, call)
            lost = take(connection, "lost_replies")
        if faulty:
            return self._fault()
        return Reply(body=reply, content_type=_XML, lost=lost)

    def _take(self, switch: str) -> bool:
        with self._installation.reading() as connection:
            if SWITCHES.number(connection, switch) == 0:
                return False
        with self._installation.writing() as connection:
            return take(connection, switch)

    def _fault(self) -> Reply:
        with self._installation.reading() as connection:
            status = SWITCHES.number(connection, "fault_status")
        return Reply(status=status, body=soap.fault(), content_type=_XML)

    @contextmanager
    def _counted(self) -> Iterator[int]:
        with self._guard:
            self._running += 1
            running = self._running
        try:
            yield running
        finally:
            with self._guard:
                self._running -= 1
