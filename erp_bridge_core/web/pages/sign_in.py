"""Signing in and out. A sign-in always begins a new session and ends the one that the browser had."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Final
from urllib.parse import parse_qs, urlsplit

from attrs import evolve
from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.response import Redirect

from erp_bridge_core.app import Application
from erp_bridge_core.contract.errors import NotAllowed
from erp_bridge_core.web.actors import NEWCOMERS, PUBLIC, WebRequest, cookies_of, sole_company
from erp_bridge_core.web.addresses import own_path
from erp_bridge_core.web.api.attempts import Attempts
from erp_bridge_core.web.errors import Busy, status_of, tell
from erp_bridge_core.web.forms import Field, Filled, Form, as_typed
from erp_bridge_core.web.given import GivenApplication, GivenForm
from erp_bridge_core.web.rendering import redirect, render

_LOGIN: Final = Field(name="login", label="Login", autocomplete="username", longest=100)
_PASSWORD: Final = Field(
    name="password", label="Password", kind="password", autocomplete="current-password", read=as_typed, longest=1000
)
_COMPANY: Final = Field(
    name="company", label="Company", hint="Its short code.", autocomplete="organization", longest=64
)

#: Passwords that are looked at together, each in 64 MiB, and how many seconds the next one waits for its turn.
AT_ONCE: Final = 4
_PATIENCE: Final = 3.0
_ATTEMPTS: Final = Attempts()
_SIGN_INS: Final = BoundedSemaphore(AT_ONCE)


@get("/sign-in", opt=PUBLIC, sync_to_thread=True)
def show_sign_in(request: WebRequest, application: GivenApplication) -> Response[str]:
    """The form; for whoever is signed in, it makes the sign-in recent again."""
    wanted = request.query_params.get("next", "")
    named = parse_qs(urlsplit(own_path(wanted)).query).get("company", [""])[0]
    company = named or cookies_of(request).read(request, "company")
    known = {"login": request.auth.actor.login} if request.auth.actor else {}
    return _page(request, _form(application).empty(company=company, **known), wanted)


@post("/sign-in", opt=PUBLIC, sync_to_thread=True)
def sign_in(request: WebRequest, application: GivenApplication, posted: GivenForm) -> Response[str] | Redirect:
    """Begin a session and go on to where the person wanted to be."""
    filled = _form(application).read(posted)
    wanted = str(posted.get("next") or "")
    if not filled.is_good:
        return _page(request, filled, wanted, status=422)
    company = filled.values.get("company") or sole_company(application)
    try:
        with _ATTEMPTS.of(application.home, filled.values["login"], application.clock.now()), one_of_few():
            token, actor = application.people.sign_in(
                filled.values["login"],
                filled.values["password"],
                company,
                via="page",
                administrators_only=administrators_only(request),
            )
    except NotAllowed as error:
        page = _page(request, filled.refused(error), wanted, status=status_of(error))
        page.headers.update(tell(error).headers)
        return page
    if request.auth.session:
        application.people.sign_out(request.auth.session)
    return redirect(request, own_path(wanted), cookies=session_cookies(request, token, actor.company))


@post("/sign-out", opt=NEWCOMERS, sync_to_thread=True)
def sign_out(request: WebRequest, application: GivenApplication) -> Redirect:
    """End the session; what the browser still shows can do nothing more."""
    application.people.sign_out(request.auth.session)
    gone = [cookies_of(request).remove(kind) for kind in ("session", "visit", "notice")]
    return redirect(request, "/sign-in", cookies=gone)


def session_cookies(request: WebRequest, token: str, company: str) -> list[Cookie]:
    """The cookies of a session that has just begun."""
    cookies = cookies_of(request)
    return [cookies.make("session", token), cookies.make("company", company), cookies.remove("visit")]


def administrators_only(request: WebRequest) -> bool:
    """Whether passwords are for administrators alone: `[oidc] only` has everybody else use the provider."""
    provider = request.app.state.get("provider")
    return provider is not None and bool(provider.config.only)


@contextmanager
def one_of_few() -> Iterator[None]:
    """Looking at a password takes much memory, for strangers too: only so many are looked at together."""
    if not _SIGN_INS.acquire(timeout=_PATIENCE):
        raise Busy("Too many people sign in at this moment.", remedy="Try again in a few seconds.")
    try:
        yield
    finally:
        _SIGN_INS.release()


def _form(application: Application) -> Form:
    """An installation with one company does not ask for it; one with several names none of them to strangers."""
    return Form((_LOGIN, _PASSWORD) if sole_company(application) else (_COMPANY, _LOGIN, _PASSWORD))


def _page(request: WebRequest, filled: Filled, wanted: str, *, status: int = 200) -> Response[str]:
    cookies = []
    if not request.auth.secret:
        visit = cookies_of(request).visit()
        request.scope["auth"] = evolve(request.auth, secret=visit.value or "")
        cookies.append(visit)
    return render(
        request, "sign_in.html", status=status, cookies=cookies, form=filled, next=own_path(wanted),
        only=administrators_only(request),
    )  # fmt: skip


HANDLERS: Final = (show_sign_in, sign_in, sign_out)
