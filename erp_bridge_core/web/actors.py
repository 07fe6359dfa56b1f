"""Who asks: a request's `Visit`, found before any handler runs. Whatever is not marked public needs an actor."""

from contextlib import suppress
from typing import Any, Final
from urllib.parse import urlencode

from anyio.to_thread import run_sync
from attrs import define, field, frozen
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.middleware.authentication import AbstractAuthenticationMiddleware, AuthenticationResult

from erp_bridge_core.app import Application
from erp_bridge_core.configuration.configuration import WebConfig
from erp_bridge_core.contract.errors import NotAllowed, UsageError
from erp_bridge_core.people.actor import Actor, system_actor
from erp_bridge_core.people.rules import require_own_password
from erp_bridge_core.web.addresses import asked_path, own_path, read_part
from erp_bridge_core.web.errors import NotSignedIn
from erp_bridge_core.web.sessions import Cookies, is_over

API: Final = "/api/"
COMPANY_HEADER: Final = "ERP-Bridge-Company"
#: Marks a handler that needs no sign-in.
PUBLIC: Final = {"public": True}
#: Marks a handler that is open to whoever has to choose his own password before anything else.
NEWCOMERS: Final = {"newcomers": True}
_OPEN_TO_NEWCOMERS: Final = NEWCOMERS.keys() | PUBLIC.keys()
_BEARER: Final = "bearer "


@frozen(kw_only=True)
class Visit:
    """What a request shows of who asks.

    `secret` is what its forms are bound to: the session's token, or the visit's before a sign-in. `session` is the
    session's token, blank without one; `bearer` says that an API token asks, which no other site can send along.
    """

    actor: Actor | None = None
    secret: str = field(default="", repr=False)
    session: str = field(default="", repr=False)
    bearer: bool = False

    @property
    def company(self) -> str:
        """The company that is acted in; blank before a sign-in."""
        return self.actor.company if self.actor else ""


class OtherCompany(Exception):
    """A link of ours leads into another company of the person's: he is taken there first, by `path` again."""

    def __init__(self, company: str, path: str) -> None:
        """Say which company, and the page without it."""
        super().__init__(company)
        self.company = company
        self.path = path


WebRequest = Request[Actor | None, Visit, State]


def application_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Application:
    """The installation that this server serves."""
    application: Application = connection.app.state["application"]
    return application


def cookies_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Cookies:
    """The cookies as this server names and flags them."""
    cookies: Cookies = connection.app.state["cookies"]
    return cookies


def visit_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Visit:
    """The request's visit; an empty one where a request failed before it was looked for."""
    visit = connection.scope.get("auth")
    return visit if isinstance(visit, Visit) else Visit()


def actor_of(request: WebRequest) -> Actor:
    """Whoever is signed in; raises `NotSignedIn`."""
    if request.auth.actor is None:
        raise nobody()
    return request.auth.actor


def nobody() -> NotSignedIn:
    """The error for a request that needs somebody."""
    return NotSignedIn("Nobody is signed in.", remedy="Sign in; a program sends an API token.")


def sole_company(application: Application) -> str:
    """The code of the installation's only company; blank where it has several."""
    companies = application.companies.list(system_actor(0, ""))
    return companies[0].code if len(companies) == 1 else ""


class Authentication(AbstractAuthenticationMiddleware):
    """Finds the visit of every request, in a thread; who may come in nowhere is told before a handler runs."""

    async def authenticate_request(self, connection: ASGIConnection[Any, Any, Any, Any]) -> AuthenticationResult:
        """Find who asks; raises `NotSignedIn` where a handler needs an actor and there is none."""
        params = connection.scope["path_params"]
        connection.scope["path_params"] = {name: read_part(value) for name, value in params.items()}
        visit = await run_sync(_Finding(application_of(connection), cookies_of(connection)).find, connection)
        # A form of a page is refused by its guard, which first has at hand what was typed into it.
        is_form = connection.scope.get("method") == "POST" and not connection.scope["path"].startswith(API)
        if visit.actor is None and not is_form and not connection.route_handler.opt.get("public"):
            raise nobody()
        if visit.actor is not None and not _OPEN_TO_NEWCOMERS & connection.route_handler.opt.keys():
            require_own_password(visit.actor)
        return AuthenticationResult(user=visit.actor, auth=visit)


@define
class _Finding:
    application: Application
    cookies: Cookies

    def find(self, connection: ASGIConnection[Any, Any, Any, Any]) -> Visit:
        is_api = connection.scope["path"].startswith(API)
        authorization = connection.headers.get("authorization", "") if is_api else ""
        if authorization:
            return self._by_token(authorization, connection.headers.get(COMPANY_HEADER, ""))
        session, company = self.cookies.read(connection, "session"), self.cookies.read(connection, "company")
        actor = self._by_session(session, company, via="api" if is_api else "page")
        if session and not is_api:
            self._follow(connection, session, company)
        if actor is None:
            return Visit(secret=self.cookies.read(connection, "visit"))
        return Visit(actor=actor, secret=session, session=session)

    def _follow(self, connection: ASGIConnection[Any, Any, Any, Any], session: str, company: str) -> None:
        """Links in mail name their company, since their reader may work in another one; a foreign one is ignored."""
        wanted = connection.query_params.get("company", "")
        if not wanted or wanted == company or connection.scope.get("method") != "GET":
            return
        if self._by_session(session, wanted, via="page") is not None:
            kept = [(name, value) for name, value in connection.query_params.multi_items() if name != "company"]
            raise OtherCompany(wanted, own_path(asked_path(connection.scope) + (f"?{urlencode(kept)}" if kept else "")))

    def _by_session(self, session: str, company: str, *, via: str) -> Actor | None:
        if not session or not company:
            return None
        try:
            actor = self.application.people.actor_from_session(session, company, via=via)
        except NotAllowed:  # it ended, or he left the company: he is asked to sign in
            return None
        return None if is_over(self._web, actor.began_at, self.application.clock.now()) else actor

    def _by_token(self, authorization: str, company: str) -> Visit:
        if not authorization.lower().startswith(_BEARER):
            raise NotSignedIn("Only bearer tokens are known here.", remedy="Send `Authorization: Bearer TOKEN`.")
        token = authorization[len(_BEARER) :].strip()
        code = company or sole_company(self.application)
        if not code and self._is_of_some_company(token):
            raise UsageError(
                "This installation has several companies.", remedy=f"Say which one: the header {COMPANY_HEADER}."
            )
        try:
            actor = self.application.people.actor_from_token(token, code)
        except NotAllowed as error:
            raise NotSignedIn(error.message, remedy=error.remedy) from error
        return Visit(actor=actor, bearer=True)

    def _is_of_some_company(self, token: str) -> bool:
        """Whether the company is all that is missing: who shows no good token is not told how many there are."""
        for company in self.application.companies.list(system_actor(0, "")):
            with suppress(NotAllowed):
                self.application.people.actor_from_token(token, company.code)
                return True
        return False

    @property
    def _web(self) -> WebConfig:
        return self.cookies.web
