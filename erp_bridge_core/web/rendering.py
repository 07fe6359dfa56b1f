"""Pages: Jinja2 with everything escaped, and the frame around each: who, where, what is open to him, what was done."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

from attrs import evolve, frozen
from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import Response
from litestar.datastructures import Cookie
from litestar.enums import MediaType
from litestar.response import Redirect

from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.rights import rights_of
from erp_bridge_core.people.rules import Rights
from erp_bridge_core.people.views import Company
from erp_bridge_core.web.actors import WebRequest, actor_of, application_of, cookies_of, visit_of
from erp_bridge_core.web.addresses import path_to, sign_in_path
from erp_bridge_core.web.csrf import FIELD, form_token
from erp_bridge_core.web.filling import fill
from erp_bridge_core.web.flash import Flash, flash_cookie, read_flash
from erp_bridge_core.web.format import Formats, locale_of, preferred_locale
from erp_bridge_core.web.kept import QUERY, TOO_LONG, kept_for, origin_field, way_back
from erp_bridge_core.web.navigation import Entry, entries
from erp_bridge_core.web.remedies import on_pages
from erp_bridge_core.web.static_files import static_path
from erp_bridge_core.web.text import finalized, headed

_TOO_LONG: Final = "What you had typed was too long to be kept; the browser may still have it: go back."
_NOT_THERE: Final = "What was typed before this sign-in is not kept any more, or is somebody else's."

_TEMPLATES: Final = Environment(
    loader=PackageLoader("erp_bridge_core.web", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    finalize=finalized,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters["on_pages"] = on_pages
_TEMPLATES.filters["headed"] = headed
_TEMPLATES.globals["static_path"] = static_path
_TEMPLATES.globals["path_to"] = path_to


@frozen(kw_only=True)
class Restored:
    """A form that was filled in again with what was typed before a sign-in: what of it has no place in it any more.

    `why_not` says why nothing was kept; blank where something was. Of a button nothing is to be filled in.
    """

    is_filled: bool = False
    left: Sequence[tuple[str, str]] = ()
    has_file: bool = False
    why_not: str = ""


@frozen(kw_only=True)
class Frame:
    """What surrounds every page. Without an actor it is the page of a stranger.

    `provider` is what people call the provider of sign-ins; blank where there is none. `origin` is what its forms say
    of theirs; `restored` is told where a form was filled in again; `sign_in_again` answers the way to a sign-in and
    back, for a page that asks for a recent one.
    """

    path: str
    csrf_field: str
    csrf_token: str
    origin: str = ""
    restored: Restored | None = None
    sign_in_again: Callable[[], str] = str
    actor: Actor | None = None
    company: Company | None = None
    several_companies: bool = False
    navigation: Sequence[Entry] = ()
    flash: Flash | None = None
    provider: str = ""


def render(
    request: WebRequest, template: str, *, status: int = 200, cookies: Sequence[Cookie] = (), **values: Any
) -> Response[str]:
    """A page. `frame` and `show` (the reader's formats) are there in every template."""
    frame = _frame(request)
    accepted = request.headers.get("accept-language", "")
    show = Formats(preferred_locale(accepted))
    if frame.company:
        show = formats_of(request, frame.company)
    page = partial(_TEMPLATES.get_template(template).render, show=show, **values)
    text = _restored(request, page, frame) if request.query_params.get(QUERY) else page(frame=frame)
    gone = [cookies_of(request).remove("notice")] if frame.flash else []
    return Response(text, status_code=status, media_type=MediaType.HTML, cookies=[*gone, *cookies])


def formats_of(request: WebRequest, company: Company) -> Formats:
    """How whoever asks reads values."""
    actor, accepted = actor_of(request), request.headers.get("accept-language", "")
    return Formats(locale_of(actor.locale, accepted, company.policy.locale), actor.time_zone or company.time_zone)


def render_bare(request: WebRequest, template: str, **values: Any) -> str:
    """A page for when nothing else can be asked: no actor, no database."""
    frame = Frame(path="", csrf_field=FIELD, csrf_token="")
    show = Formats(preferred_locale(request.headers.get("accept-language", "")))
    return _TEMPLATES.get_template(template).render(frame=frame, show=show, **values)


def redirect(request: WebRequest, path: str, *, flash: Flash | None = None, cookies: Sequence[Cookie] = ()) -> Redirect:
    """On to a page of ours, by GET, where `flash` is told."""
    told = [flash_cookie(request, flash)] if flash else []
    return Redirect(path, status_code=303, cookies=[*told, *cookies])


def _restored(request: WebRequest, page: Callable[..., str], frame: Frame) -> str:
    """The page with what was kept in its form; it is written twice, since what is left of that stands above it."""
    if frame.actor is None or request.method != "GET":
        return page(frame=frame)
    kept = kept_for(request)
    if kept is None:
        why_not = _TOO_LONG if request.query_params.get(QUERY) == TOO_LONG else _NOT_THERE
        return page(frame=evolve(frame, restored=Restored(why_not=why_not)))
    done = fill(page(frame=frame), kept.action, kept.fields)
    restored = Restored(is_filled=done.is_filled, left=done.left, has_file=kept.has_file)
    told = evolve(frame, restored=restored)
    return fill(page(frame=told), kept.action, kept.fields).page


def _frame(request: WebRequest) -> Frame:
    visit = visit_of(request)
    provider = request.app.state.get("provider")
    frame = Frame(
        path=request.scope["path"], csrf_field=FIELD, csrf_token=form_token(visit), origin=origin_field(request),
        sign_in_again=lambda: sign_in_path(way_back(request)), provider=provider.config.label if provider else "",
    )  # fmt: skip
    if visit.actor is None:
        return frame
    companies = application_of(request).companies.list(visit.actor)
    return evolve(
        frame,
        actor=visit.actor,
        company=next(each for each in companies if each.code == visit.actor.company),
        several_companies=len(companies) > 1,
        navigation=() if visit.actor.one_time_password else entries(_rights(request, visit.actor)),
        flash=read_flash(request),
    )


def _rights(request: WebRequest, actor: Actor) -> Rights:
    with application_of(request).store.read() as connection:
        return rights_of(connection, actor)
