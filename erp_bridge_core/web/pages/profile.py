"""Oneself: name and mail address, how one reads values, what was granted, and where one is signed in."""

from typing import Final

from litestar import Response, get, post
from litestar.params import FromQuery
from litestar.response import Redirect

from erp_bridge_core.app import Application
from erp_bridge_core.contract.errors import BadInput, NotFound
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.identities import own_link_faults
from erp_bridge_core.web.actors import WebRequest, cookies_of
from erp_bridge_core.web.errors import status_of
from erp_bridge_core.web.flash import Flash
from erp_bridge_core.web.forms import Filled
from erp_bridge_core.web.given import GivenActor, GivenApplication, GivenForm
from erp_bridge_core.web.moments import of_one_moment
from erp_bridge_core.web.pages.people import ACCOUNT
from erp_bridge_core.web.rendering import redirect, render
from erp_bridge_core.web.views.people import grant_pages
from erp_bridge_core.web.views.reader import EXAMPLE, formats_form


@get("/profile", sync_to_thread=True)
@of_one_moment
def show_profile(
    *,
    request: WebRequest,
    application: GivenApplication,
    actor: GivenActor,
    page: FromQuery[int] = 1,
    privileges: FromQuery[int] = 1,
) -> Response[str]:
    """What is known of whoever is signed in; many grants in pages."""
    return _page(request, application, actor, shown=(page, privileges))


@post("/profile", sync_to_thread=True)
def change_profile(
    request: WebRequest, application: GivenApplication, actor: GivenActor, posted: GivenForm
) -> Response[str] | Redirect:
    """Set one's own name and mail address; asks for a recent sign-in."""
    filled = ACCOUNT.read(posted)
    if not filled.is_good:
        return _page(request, application, actor, filled, status=422)
    try:
        application.people.accounts.change(actor, actor.login, name=filled.values["name"], email=filled.values["email"])
    except BadInput as error:
        return _page(request, application, actor, filled.refused(error), status=status_of(error))
    return redirect(request, "/profile", flash=Flash("Your name and address were changed."))


@post("/profile/formats", sync_to_thread=True)
def set_formats(
    request: WebRequest, application: GivenApplication, actor: GivenActor, posted: GivenForm
) -> Response[str] | Redirect:
    """Set how one reads money, dates and times."""
    filled = formats_form(actor).read(posted)
    if filled.is_good:
        try:
            application.people.accounts.set_formats(
                actor, locale=filled.values["locale"], time_zone=filled.values["time_zone"]
            )
        except BadInput as error:
            filled = filled.refused(error)
        else:
            return redirect(request, "/profile", flash=Flash("Values are shown so from here on, in mail, too."))
    return _page(request, application, actor, formats=filled, status=422)


@post("/profile/sessions/end", sync_to_thread=True)
def end_session(request: WebRequest, application: GivenApplication, actor: GivenActor, posted: GivenForm) -> Redirect:
    """End one of one's own sign-ins; another's is not found."""
    number = str(posted.get("number") or "")
    if not (number.isascii() and number.isdigit() and len(number) < len("999999999999")):
        raise NotFound("You have no such session.")
    application.people.accounts.end_session(actor, int(number))
    return redirect(request, "/profile", flash=Flash("That sign-in has ended."))


@post("/profile/sessions/end-all", sync_to_thread=True)
def end_sessions(request: WebRequest, application: GivenApplication, actor: GivenActor) -> Redirect:
    """Sign out everywhere, here too."""
    application.people.accounts.end_sessions(actor)
    gone = [cookies_of(request).remove(kind) for kind in ("session", "visit", "notice")]
    return redirect(request, "/sign-in", cookies=gone)


def _page(
    request: WebRequest,
    application: Application,
    actor: Actor,
    filled: Filled | None = None,
    *,
    formats: Filled | None = None,
    shown: tuple[int, int] = (1, 1),
    status: int = 200,
) -> Response[str]:
    person = application.people.show(actor, actor.login)
    return render(
        request,
        "profile.html",
        status=status,
        person=person,
        grants=grant_pages(person, "/profile", budgets=shown[0], privileges=shown[1]),
        sessions=application.people.accounts.sessions(actor, request.auth.session),
        linked=application.people.identities.of(actor, actor.login),
        why_not_link=own_link_faults(actor, application.clock.now()),
        formats=formats or formats_form(actor).empty(locale=actor.locale or "", time_zone=actor.time_zone or ""),
        example=EXAMPLE,
        now=application.clock.now(),
        form=filled or ACCOUNT.empty(name=person.name, email=person.email),
    )


HANDLERS: Final = (show_profile, change_profile, set_formats, end_session, end_sessions)
