"""How an error is answered: a page, problem+json under /api, or the sign-in page for whoever has to sign in first."""

from typing import Any, Final
from urllib.parse import urlsplit

from litestar import Response
from litestar.enums import MediaType
from litestar.exceptions import HTTPException
from litestar.response import Redirect
from litestar.types import ExceptionHandlersMap

from erp_bridge_core.contract.errors import ErpBridgeError, OneTimePassword
from erp_bridge_core.web.actors import API, OtherCompany, WebRequest, application_of, cookies_of, visit_of
from erp_bridge_core.web.addresses import FIRST_OF_ALL, HOME, asked_path, own_path, sign_in_path
from erp_bridge_core.web.defects import log_defect
from erp_bridge_core.web.errors import PROBLEM, Defect, NotSignedIn, Told, asks_for_sign_in, problem, tell
from erp_bridge_core.web.rendering import redirect, render, render_bare


def answer_error(request: WebRequest, error: Exception) -> Response[Any]:
    """The answer to a request that ended with an error; a defect is logged first."""
    told = tell(error)
    if isinstance(told.error, Defect):
        application = application_of(request)
        log_defect(error, told.error.details["id"], home=application.home, redactor=application.redactor)
    path = asked_path(request.scope)
    if path.startswith(API):
        return Response(problem(told, path), status_code=told.status, media_type=PROBLEM, headers=dict(told.headers))
    if isinstance(told.error, OneTimePassword):
        return Redirect(FIRST_OF_ALL, status_code=303)
    if isinstance(told.error, NotSignedIn):
        return Redirect(sign_in_path(_came_from(request)), status_code=303)
    return _page(request, told)


def _page(request: WebRequest, told: Told) -> Response[Any]:
    again = sign_in_path(_came_from(request)) if asks_for_sign_in(told.error) else ""
    try:
        page = render(request, "error.html", status=told.status, told=told, sign_in_again=again)
    except ErpBridgeError:
        # The database is what failed, and the page's frame is read from it.
        bare = render_bare(request, "error.html", told=told, sign_in_again=again)
        page = Response(bare, status_code=told.status, media_type=MediaType.HTML)
    page.headers.update(told.headers)
    return page


def _came_from(request: WebRequest) -> str:
    """The page to come back to: this one, or the one whose form was sent."""
    if request.method == "GET":
        query = request.scope["query_string"].decode("latin-1")
        return own_path(asked_path(request.scope) + (f"?{query}" if query else ""))
    try:
        sent_from = urlsplit(request.headers.get("referer", ""))
    except ValueError:  # it is no address
        return HOME
    if visit_of(request).actor is None or sent_from.netloc != request.headers.get("host"):
        return HOME
    return own_path(sent_from.path or HOME)


def enter_company(request: WebRequest, chosen: OtherCompany) -> Redirect:
    """The page that a link leads to, in the company that it names; forms of the other one are refused from here on."""
    return redirect(request, chosen.path, cookies=[cookies_of(request).make("company", chosen.company)])


HANDLERS: Final[ExceptionHandlersMap] = {
    OtherCompany: enter_company,
    ErpBridgeError: answer_error,
    HTTPException: answer_error,
    Exception: answer_error,
}
