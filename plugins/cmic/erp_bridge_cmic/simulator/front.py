"""The front of the service: throttle, log-in, permissions and faults, in the order in which they strike."""

import threading
from contextlib import suppress
from typing import Final

from erp_bridge_cmic.simulator import service
from erp_bridge_cmic.simulator.access import TOKEN_PATH, count_call, counts_calls, give_token, sign_in
from erp_bridge_cmic.simulator.address import Address, locate
from erp_bridge_cmic.simulator.company import ENVIRONMENT, Company
from erp_bridge_cmic.simulator.context import Context, open_context
from erp_bridge_cmic.simulator.faults import NO_FAULT, hold, next_fault, take_held
from erp_bridge_cmic.simulator.gate import Gate
from erp_bridge_cmic.simulator.problems import Refusal
from erp_bridge_cmic.simulator.switches import Settings, names_operation, settings
from erp_bridge_cmic.simulator.wire import refusal
from erp_bridge_core.simulation import Reply, Request

_HTML: Final = "<!DOCTYPE html><html><head><title>Error</title></head><body><h1>Service problem</h1></body></html>"


class Front:
    """Answers the service's requests of one company."""

    def __init__(self, company: Company) -> None:
        """Keep the company; nothing is opened before a request comes."""
        self._company = company
        self._gate = Gate()

    def answer(self, request: Request) -> Reply | None:
        """The service's answer, None for an address that is not the service's."""
        if not request.path.startswith((f"/{ENVIRONMENT}/", TOKEN_PATH)):
            return None
        with self._company.reading() as connection:
            switches = settings(connection)
        try:
            bounds = {name: int(switches[name]) for name in ("in_flight", "per_second")}
            with self._gate.passing(request.client, **bounds):
                return self._let_in(request, switches)
        except Refusal as refused:
            return refusal(request, refused)

    def release(self) -> list[str]:
        """Do the writes that were kept, each in a transaction of its own; what became of each."""
        with self._company.writing() as connection:
            held = take_held(connection)
        return [f"{request.method} {request.path}: {self._release(request)}" for request in held]

    def _let_in(self, request: Request, switches: Settings) -> Reply:
        if switches["latency"] != "0":
            threading.Event().wait(int(switches["latency"]) / 1000)
        if request.path == TOKEN_PATH and request.method == "POST":
            with self._company.writing() as connection:
                return give_token(open_context(connection, ""), request)
        user = self._sign_in(request)
        address = locate(request)
        if names_operation(switches["html"], address.name, address.operation):
            return Reply(status=int(switches["html_status"]), body=_HTML, content_type="text/html; charset=utf-8")
        if names_operation(switches["refused"], address.name, address.operation):
            raise Refusal(403, [f"You are not permitted to {address.operation} {address.name}."])
        return self._write(request, address, user) if address.writes else self._read(request, address, user, switches)

    def _sign_in(self, request: Request) -> str:
        with self._company.reading() as connection:
            context = open_context(connection, "")
            user = sign_in(context, request)
            counts = counts_calls(context, request, user)
        if counts:
            with self._company.writing() as connection:
                count_call(open_context(connection, ""), request)
        if user is None:
            raise Refusal(401, ["The log-in is missing, wrong, expired or locked."])
        return user

    def _read(self, request: Request, address: Address, user: str, switches: Settings) -> Reply:
        with self._company.showing() as connection:
            shown = open_context(connection, user)
            context = Context(connection=connection, settings=switches, user=user, moment=shown.moment)
            return service.read(context, request, address)

    def _write(self, request: Request, address: Address, user: str) -> Reply:
        with self._company.writing() as connection:
            context = open_context(connection, user)
            fault = next_fault(context, address)
            if fault == "late":
                hold(connection, request)
        if fault == NO_FAULT:
            return self._do(request, address, user)
        if fault == "lost_reply":
            with suppress(Refusal):  # what it would have been answered is lost too
                self._do(request, address, user)
        threading.Event().wait(int(context.settings["write_fault_stall"]))
        return Reply(lost=True)

    def _do(self, request: Request, address: Address, user: str) -> Reply:
        with self._company.writing() as connection:
            return service.write(open_context(connection, user), request, address)

    def _release(self, request: Request) -> str:
        try:
            reply = self._do(request, locate(request), "LATE")
        except Refusal as refused:
            return f"{refused.status} {refused}"
        return f"{reply.status} {reply.body[:200]}"
