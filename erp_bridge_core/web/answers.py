"""How an error is answered: a page, problem+json under /api, or the sign-in page for whoever has to sign in first."""

from typing import Any, Final

from litestar import Response
from litestar.enums import MediaType
from litestar.exceptions import HTTPException
from litestar.response import Redirect
from litestar.types import ExceptionHandlersMap

from erp_bridge_core.contract.errors import ErpBridgeError, OneTimePassword
from erp_bridge_core.defects import tell_defect
from erp_bridge_core.following import current_id
from erp_bridge_core.web.actors import API, OtherCompany, WebRequest, application_of, cookies_of
from erp_bridge_core.web.addresses import FIRST_OF_ALL, HOME, asked_path, sign_in_path
from erp_bridge_core.web.errors import PROBLEM, Defect, ForeignForm, NotSignedIn, Told, asks_for_sign_in, problem, tell
from erp_bridge_core.web.kept import way_back
from erp_bridge_core.web.rendering import redirect, render, render_bare


def answer_error(request: WebRequest, error: Exception) -> Response[Any]:
    """The answer to a request that ended with an error; a defect is logged first."""
    told = tell(error)
    if isinstance(told.error, Defect):
        application = application_of(request)
        tell_defect(error, told.error.details["id"], home=application.home, clean=application.redactor.clean)
    path = asked_path(request.scope)
    if path.startswith(API):
        return Response(problem(told, path), status_code=told.status, media_type=PROBLEM, headers=dict(told.headers))
    if isinstance(told.error, OneTimePassword):
        return Redirect(FIRST_OF_ALL, status_code=303)
    if isinstance(told.error, NotSignedIn):
        return Redirect(sign_in_path(way_back(request)), status_code=303)
    return _page(request, told)


def _page(request: WebRequest, told: Told) -> Response[Any]:
    again = sign_in_path(way_back(request)) if asks_for_sign_in(told.error) else ""
    form = way_back(request, with_company=True) if isinstance(told.error, ForeignForm) else HOME
    shown: dict[str, Any] = {"told": told, "sign_in_again": again, "form": form, "reference": current_id()}
    try:
        page = render(request, "error.html", status=told.status, **shown)
    except ErpBridgeError:
        # The database is what failed, and the page's frame is read from it.
        bare = render_bare(request, "error.html", **shown)
        page = Response(bare, status_code=told.status, media_type=MediaType.HTML)
    page.headers.update(told.headers)
    return page


def enter_company(request: WebRequest, chosen: OtherCompany) -> Redirect:
    """The page that a link leads to, in the company that it names; forms of the other one are refused from here on."""
    return redirect(request, chosen.path, cookies=[cookies_of(request).make("company", chosen.company)])


HANDLERS: Final[ExceptionHandlersMap] = {
    OtherCompany: enter_company,
    ErpBridgeError: answer_error,
    HTTPException: answer_error,
    Exception: answer_error,
}
