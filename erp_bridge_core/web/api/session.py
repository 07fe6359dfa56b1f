"""`/session`: who asks, in which company, with which limits; signing in and out."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Final

import msgspec
from attrs import evolve, frozen
from litestar import Response
from litestar.params import JSONBody

from erp_bridge_core.people.actor import Actor
from erp_bridge_core.web.actors import NEWCOMERS, PUBLIC, Visit, WebRequest, cookies_of, sole_company
from erp_bridge_core.web.api.attempts import Attempts
from erp_bridge_core.web.api.models import Body, Name
from erp_bridge_core.web.api.operations import Operations
from erp_bridge_core.web.csrf import BY_JSON, form_token
from erp_bridge_core.web.given import GivenActor, GivenApplication
from erp_bridge_core.web.pages.sign_in import administrators_only, one_of_few, session_cookies

_on = Operations("session")
_ATTEMPTS: Final = Attempts()


@frozen(kw_only=True)
class Session:
    """Whoever asks. `verbs` are a token's, null for a person; `csrf_token` is what a page's script sends with writes,
    null for a token, which needs none. `one_time_password`: somebody else set the password; nothing is answered before
    it is changed. `locale` and `time_zone` are how values are shown; null where the person never said.
    """

    login: str
    name: str
    company: str
    signed_in_at: datetime | None
    one_time_password: bool
    locale: str | None
    time_zone: str | None
    verbs: list[str] | None
    csrf_token: str | None


class ReaderFormats(Body):
    """A locale as in CLDR (`fr_CA`), a time zone as in the IANA data; null: as the browser says, the company's."""

    locale: Annotated[str, msgspec.Meta(max_length=20)] | None
    time_zone: Annotated[str, msgspec.Meta(max_length=64)] | None


class SignIn(Body):
    """Login and password; the company where an installation has several."""

    login: Name
    password: Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]
    company: Annotated[str, msgspec.Meta(max_length=64)] = ""


@_on.read("/session", "Who asks", opt=NEWCOMERS)
def show_session(request: WebRequest, actor: GivenActor) -> Session:
    """Show who asks."""
    return _session(actor, csrf_token=None if request.auth.bearer else form_token(request.auth))


@_on.act("/session", "Sign in", HTTPStatus.TOO_MANY_REQUESTS, opt={**PUBLIC, **BY_JSON})
def sign_in(request: WebRequest, application: GivenApplication, data: JSONBody[SignIn]) -> Response[Session]:
    """Begin a session: its cookies come with the answer. Send `csrf_token` as `X-CSRF-Token` with every write."""
    company = data.company or sole_company(application)
    with _ATTEMPTS.of(application.home, data.login, application.clock.now()), one_of_few():
        token, actor = application.people.sign_in(
            data.login, data.password, company, via="api", administrators_only=administrators_only(request)
        )
    if request.auth.session:
        application.people.sign_out(request.auth.session)
    visit = Visit(actor=actor, secret=token, session=token)
    return Response(
        _session(actor, csrf_token=form_token(visit)), cookies=session_cookies(request, token, actor.company)
    )


@_on.put("/session/formats", "Set how values are shown to oneself")
def set_formats(
    request: WebRequest, application: GivenApplication, actor: GivenActor, data: JSONBody[ReaderFormats]
) -> Session:
    """Set how oneself reads money, dates and times, on pages and in mail; not for tokens."""
    application.people.accounts.set_formats(actor, locale=data.locale, time_zone=data.time_zone)
    changed = evolve(actor, locale=data.locale or None, time_zone=data.time_zone or None)
    return _session(changed, csrf_token=form_token(request.auth))


@_on.remove("/session", "Sign out", opt=NEWCOMERS)
def sign_out(request: WebRequest, application: GivenApplication) -> Response[None]:
    """End the session that the cookies are of; a token is ended by `DELETE /tokens/{name}`."""
    if request.auth.session:
        application.people.sign_out(request.auth.session)
    gone = [cookies_of(request).remove(kind) for kind in ("session", "visit")]
    return Response(None, status_code=204, cookies=gone)


def _session(actor: Actor, *, csrf_token: str | None) -> Session:
    return Session(
        login=actor.login,
        name=actor.name,
        company=actor.company,
        signed_in_at=actor.signed_in_at,
        one_time_password=actor.one_time_password,
        locale=actor.locale,
        time_zone=actor.time_zone,
        verbs=None if actor.token_verbs is None else sorted(actor.token_verbs),
        csrf_token=csrf_token,
    )


HANDLERS: Final = (show_session, sign_in, set_formats, sign_out)
