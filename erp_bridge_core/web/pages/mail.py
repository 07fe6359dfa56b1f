"""The company's mail: what people were told or are to be, its words, and what was given up (workflow section 7)."""

from typing import Annotated, Final

from litestar import MediaType, Response, get, post
from litestar.params import FromQuery, PathParameter
from litestar.response import Redirect

from erp_bridge_core.app import Application
from erp_bridge_core.contract.errors import BadInput, BadSettings, MailFailed
from erp_bridge_core.mail.deliveries import DeliveryState
from erp_bridge_core.mail.service import FOLDER
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.web.actors import WebRequest
from erp_bridge_core.web.errors import status_of
from erp_bridge_core.web.flash import Flash
from erp_bridge_core.web.forms import Field, Filled, Form
from erp_bridge_core.web.given import GivenActor, GivenApplication, GivenForm
from erp_bridge_core.web.moments import of_one_moment
from erp_bridge_core.web.paging import page_number, slice_of_page
from erp_bridge_core.web.rendering import redirect, render
from erp_bridge_core.web.views.budget import renamed

_Number = Annotated[int, PathParameter(ge=1, le=2**63 - 1)]
#: The newest that the pages lead to; older ones are in the folder of a mail program.
_NEWEST: Final = 1000
#: A mail's HTML runs nothing, loads nothing, sends nothing, and is kept apart from our pages.
_NOTHING: Final = "default-src 'none'; form-action 'none'; sandbox"
_TEST: Final = Form((Field(name="address", label="Address", kind="email", longest=254),))


@get("/mail", sync_to_thread=True)
@of_one_moment
def list_mail(
    *,
    request: WebRequest,
    application: GivenApplication,
    actor: GivenActor,
    in_state: FromQuery[str] = "",
    page: FromQuery[int] = 1,
) -> Response[str]:
    """The newest mail, of one state or of all; for administrators."""
    return _page(request, application, actor, _TEST.empty(), in_state=in_state, page=page)


@get("/mail/{number:int}", sync_to_thread=True)
@of_one_moment
def show_mail(request: WebRequest, application: GivenApplication, actor: GivenActor, number: _Number) -> Response[str]:
    """One mail with its words as they would go out now."""
    return render(request, "mail/one.html", shown=application.mail.show(actor, number))


@get("/mail/{number:int}/html", sync_to_thread=True)
def show_html(application: GivenApplication, actor: GivenActor, number: _Number) -> Response[str]:
    """The mail as a mail program would show it, in an answer of its own that may do nothing."""
    html = application.mail.show(actor, number).html
    return Response(html, media_type=MediaType.HTML, headers={"Content-Security-Policy": _NOTHING})


@post("/mail/{number:int}/retry", sync_to_thread=True)
def retry_mail(request: WebRequest, application: GivenApplication, actor: GivenActor, number: _Number) -> Redirect:
    """Make a mail that was given up due again."""
    application.mail.retry(actor, number)
    return redirect(request, f"/mail/{number}", flash=Flash(f"Mail {number} is due again."))


@post("/mail/test", sync_to_thread=True)
def send_test(
    request: WebRequest, application: GivenApplication, actor: GivenActor, posted: GivenForm
) -> Response[str] | Redirect:
    """Send a mail at once, to see whether mail works; what the server says is told beside the address."""
    filled, status = _TEST.read(posted), 422
    if filled.is_good:
        try:
            application.mail.test(actor, filled.values["address"])
        except (BadInput, BadSettings, MailFailed) as error:
            filled, status = filled.refused(renamed(error, {"email": "address"})), status_of(error)
        else:
            return redirect(request, "/mail", flash=Flash(f"Sent to {filled.values['address']}."))
    return _page(request, application, actor, filled, status=status)


@post("/mail/retry", sync_to_thread=True)
def retry_all(request: WebRequest, application: GivenApplication, actor: GivenActor) -> Redirect:
    """Make all mail that was given up due again."""
    put = application.mail.retry(actor)
    told = f"Due again: {', '.join(map(str, put))}." if put else "Nothing was given up."
    return redirect(request, "/mail", flash=Flash(told))


def _page(
    request: WebRequest,
    application: Application,
    actor: Actor,
    test: Filled,
    *,
    in_state: str = "",
    page: int = 1,
    status: int = 200,
) -> Response[str]:
    wanted = _state(in_state)
    found = slice_of_page(application.mail.list(actor, state=wanted, limit=_NEWEST), page)
    return render(
        request,
        "mail/list.html",
        status=status,
        form=test,
        mail=found,
        states=tuple(DeliveryState),
        wanted=wanted,
        files=_files(application) if application.demo else None,
        previous_page=page_number(found, found.previous_offset),
        next_page=page_number(found, found.next_offset),
    )


def _state(name: str) -> DeliveryState | None:
    if not name:
        return None
    try:
        return DeliveryState(name)
    except ValueError as error:
        raise BadInput("There is no such state of mail.", remedy="Choose one on the page Mail.") from error


def _files(application: Application) -> tuple[str, ...]:
    """The files that a demo's mail became, the newest first."""
    return tuple(sorted((path.name for path in (application.home / FOLDER).glob("*.eml")), reverse=True)[:100])


HANDLERS: Final = (list_mail, show_mail, show_html, send_test, retry_mail, retry_all)
