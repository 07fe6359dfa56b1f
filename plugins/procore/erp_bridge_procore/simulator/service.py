"""The API of the simulated Procore: who calls, how often, for which company, what, and then the handler.

A write is one transaction. What a fault has is looked at in the same order: rate first, then the server's own troubles.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from attrs import define, evolve, field

from erp_bridge_core.contract.errors import StorageError
from erp_bridge_core.simulation import Reply, Request, now
from erp_bridge_procore.simulator.access import Caller, admit, company_of, permit
from erp_bridge_procore.simulator.budget import raise_first
from erp_bridge_procore.simulator.company import COMPANY, Installation
from erp_bridge_procore.simulator.context import Context, open_context
from erp_bridge_procore.simulator.oauth import answer_oauth
from erp_bridge_procore.simulator.problems import Refusal
from erp_bridge_procore.simulator.routes import UNSCOPED, Found, find_route
from erp_bridge_procore.simulator.switches import SWITCHES, take
from erp_bridge_procore.simulator.windows import SPIKE, Windows, refused
from erp_bridge_procore.simulator.wire import Gone, Headers, Listed, Made, answer, in_pages


@define
class Service:
    """Answers the login host's and the API host's addresses of one installation, while one server runs."""

    installation: Installation
    after_write: Callable[[], None]
    _windows: Windows = field(factory=Windows, init=False)

    def answer(self, request: Request) -> Reply | None:
        """The answer; None for an address that is neither host's."""
        if request.path.startswith("/oauth/"):
            with self.installation.writing() as connection:
                return answer_oauth(open_context(connection, company=COMPANY, person=0), request)
        if not request.path.startswith("/rest/"):
            return None
        headers: Headers = ()
        try:
            caller, headers = self._let_in(request)
            reply = self._answer(request, caller)
        except Refusal as refusal:
            return self._refusal(refusal, headers)
        if request.method != "GET":
            self.after_write()
        return _with(reply, headers)

    def _let_in(self, request: Request) -> tuple[Caller, Headers]:
        with self.installation.writing() as connection:
            caller = admit(connection, request)
            moment = now(connection)
            bounds = {name: SWITCHES.number(connection, f"{name}_limit") for name in ("hourly", "spike")}
            told = SWITCHES.get(connection, "told_429")
            too_many = take(connection, "refused_429")
            busy = not too_many and take(connection, "busy_503")
        if too_many:
            raise refused(moment, SPIKE, bounds["spike"], told=told)
        headers = self._windows.enter(caller.app, moment, **bounds, told=told)
        if busy:
            raise Refusal(503, "Service Unavailable", headers=(("Retry-After", "7"), *headers))
        return caller, headers

    def _answer(self, request: Request, caller: Caller) -> Reply:
        found = find_route(request.method, request.path)
        if not isinstance(found, Found):
            if found:
                raise Refusal(405, "Method not allowed", headers=(("Allow", ", ".join(found)),))
            raise Refusal(404, "Not found")
        with _bad_values_refused(), self.installation.writing() as connection:
            scoped = request.path not in UNSCOPED
            context = open_context(
                connection,
                company=company_of(connection, request, scoped=scoped),
                person=caller.person,
                app=caller.number,
                request=request,
            )
            permit(context, found.route.need, found.parts.get("company"))
            if request.method == "GET":
                return self._read(context, found)
            return self._write(context, found)

    def _read(self, context: Context, found: Found) -> Reply:
        shift = int(context.query("page") not in ("", "1") and take(context.connection, "shifted_pages"))
        with self.installation.showing() as shown:
            reading = evolve(context, connection=shown)
            reply = _reply(reading, found.route.handler(reading, **found.parts), shift=shift)
        if take(context.connection, "errors_500"):
            return answer({"errors": "Internal Server Error"}, status=500)
        if found.route.template.endswith("/detail_rows") and take(context.connection, "edits_while_read"):
            raise_first(context)
        return reply

    def _write(self, context: Context, found: Found) -> Reply:
        fails = take(context.connection, "errors_500")
        if fails and not context.on("errors_500_commit"):
            return answer({"errors": "Internal Server Error"}, status=500)
        reply = _reply(context, found.route.handler(context, **found.parts))
        if fails:
            return answer({"errors": "Internal Server Error"}, status=500)
        return Reply(lost=True) if take(context.connection, "lost_replies") else reply

    def _refusal(self, refusal: Refusal, headers: Headers) -> Reply:
        with self.installation.reading() as connection:
            shape = SWITCHES.get(connection, "error_shape")
        own = {name for name, _ in refusal.headers}
        rest = tuple(pair for pair in headers if pair[0] not in own)
        return answer(refusal.body(shape), status=refusal.status, headers=(*refusal.headers, *rest))


@contextmanager
def _bad_values_refused() -> Iterator[None]:
    """What a client sent where a number or text belongs, such as a list, can't be looked up: 400, nothing done."""
    try:
        yield
    except OverflowError as error:
        raise Refusal(400, "Bad request") from error
    except (sqlite3.InterfaceError, StorageError) as error:
        cause = error.__cause__ if isinstance(error, StorageError) else error
        if "binding parameter" not in str(cause):
            raise
        raise Refusal(400, "Bad request") from error


def _reply(context: Context, document: Any, *, shift: int = 0) -> Reply:
    assert context.request is not None
    if isinstance(document, Listed):
        most = SWITCHES.number(context.connection, "largest_page")
        return in_pages(context.request, document, most=most, shift=shift)
    if isinstance(document, Made):
        return answer(document.document, status=201)
    return Reply(status=204) if isinstance(document, Gone) else answer(document)


def _with(reply: Reply, headers: Headers) -> Reply:
    return Reply(
        status=reply.status, body=reply.body, content_type=reply.content_type, headers=(*reply.headers, *headers),
        lost=reply.lost,
    )  # fmt: skip
