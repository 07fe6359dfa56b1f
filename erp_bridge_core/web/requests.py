"""Each request is an act of its own, with an id that its answer, its log lines and all that it causes bear.

Stands outside of everything else, so that even a request for a foreign host, or one that meets a defect, has one.
"""

from typing import Any, Final

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from erp_bridge_core.following import Cause, Step, cause_of_request, caused_by, current_id, doing, new_cause

HEADER: Final = "X-Request-ID"
#: Where the request's step lies in its scope, for those further in who know more of it.
_STEP: Final = "erp_bridge_step"
#: Whatever else a client makes up is one method to logs and metrics.
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_OTHER_METHOD: Final = "OTHER"


class Requests:
    """Gives each request its id: a new one, or the proxy's where that is trusted to give them."""

    def __init__(self, app: ASGIApp, *, id_from_proxy: bool) -> None:
        self._app = app
        self._id_from_proxy = id_from_proxy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        method = scope["method"] if scope["method"] in _METHODS else _OTHER_METHOD
        with caused_by(self._cause(scope)), doing("request", method=method, route="") as step:

            async def answered(message: Message) -> None:
                if message["type"] == "http.response.start":
                    step.tell(status=message["status"])
                    own = (HEADER.lower().encode(), current_id().encode())
                    message["headers"] = [*(pair for pair in message["headers"] if pair[0].lower() != own[0]), own]
                await send(message)

            followed: Any = {**scope, _STEP: step}
            await self._app(followed, receive, answered)

    def _cause(self, scope: Scope) -> Cause:
        if not self._id_from_proxy:
            return new_cause()
        given = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        return cause_of_request(given.get(b"traceparent", ""), given.get(HEADER.lower().encode(), ""))


class Routed:
    """Tells which route a request found, as patterns name it: what was typed into an address is no log's business."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on; who asked is known once it was answered."""
        step = scope.get(_STEP)
        if not isinstance(step, Step):
            await self._app(scope, receive, send)
            return
        step.tell(route=scope.get("path_template") or "")
        try:
            await self._app(scope, receive, send)
        finally:
            if company := getattr(scope.get("user"), "company", ""):
                step.tell(company=company)
