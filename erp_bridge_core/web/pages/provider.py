"""Signing in through the provider of `[oidc]`, and linking oneself with what one is there."""

from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, urlsplit

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.response import Redirect

from erp_bridge_core.app import Application
from erp_bridge_core.contract.errors import BadInput, ErpBridgeError, NotAllowed, NotFound
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.identities import own_link_faults
from erp_bridge_core.people.rules import require
from erp_bridge_core.web.actors import PUBLIC, WebRequest, cookies_of
from erp_bridge_core.web.addresses import HOME, own_path
from erp_bridge_core.web.errors import status_of
from erp_bridge_core.web.flash import Flash
from erp_bridge_core.web.given import GivenActor, GivenApplication, GivenForm
from erp_bridge_core.web.oidc.rounds import SECONDS, Going, Proof, ProviderFailed, Purpose, Round
from erp_bridge_core.web.pages.sign_in import session_cookies
from erp_bridge_core.web.rendering import redirect, render

if TYPE_CHECKING:
    from erp_bridge_core.web.oidc.provider import Provider

#: The cookie that holds a round meanwhile.
_COOKIE: Final = "round"
_PROFILE: Final = "/profile"


@get("/sign-in/provider", opt=PUBLIC, sync_to_thread=True)
def go_to_provider(request: WebRequest) -> Response[str] | Redirect:
    """Go to the provider, to come back signed in; whoever is signed in already shows there anew who he is."""
    provider, then = _provider(request), own_path(request.query_params.get("next", ""))
    company = parse_qs(urlsplit(then).query).get("company", [""])[0] or cookies_of(request).read(request, "company")
    try:
        going = provider.begin(
            Purpose.SIGN_IN, then=then, company=company, session=request.auth.session,
            again=request.auth.actor is not None,
        )  # fmt: skip
    except ProviderFailed as error:
        return _failed(request, error, then)
    return redirect(request, going.url, cookies=[_kept(request, going)])


@get("/sign-in/provider/back", opt=PUBLIC, sync_to_thread=True)
def come_back(request: WebRequest, application: GivenApplication) -> Response[str] | Redirect:
    """End a round: believe the provider or say why not, and go on to where the person wanted to be."""
    provider, then, proof = _provider(request), HOME, None
    answer = dict(request.query_params.items())
    sealed = request.cookies.get(cookies_of(request).name(_COOKIE), "")
    try:
        one = provider.round_of(answer, sealed, request.auth.session)
        then = one.then
        proof = provider.proof(answer, one)
        if one.purpose is Purpose.LINK:
            done = _linked(request, application, proof)
        else:
            done = _signed_in(request, application, one, proof)
    except (NotAllowed, BadInput, ProviderFailed) as error:
        return _failed(request, error, then, proof)
    done.set_cookie(cookies_of(request).remove(_COOKIE))
    return done


@post("/profile/identities/link", sync_to_thread=True)
def link_oneself(request: WebRequest, application: GivenApplication, actor: GivenActor) -> Response[str]:
    """Go to the provider to be linked with what one is there.

    A form of ours leads to no other site, so that the page in between does.
    """
    provider = _provider(request)
    require(own_link_faults(actor, application.clock.now()))
    try:
        going = provider.begin(
            Purpose.LINK, then=_PROFILE, company=actor.company, session=request.auth.session, again=True
        )
    except ProviderFailed as error:
        return _failed(request, error, _PROFILE)
    return render(request, "provider/go_on.html", cookies=[_kept(request, going)], url=going.url)


@post("/profile/identities/unlink", sync_to_thread=True)
def unlink_oneself(
    request: WebRequest, application: GivenApplication, actor: GivenActor, posted: GivenForm
) -> Redirect:
    """Take an identity from oneself; sign-ins through it end, this one, too."""
    application.people.identities.unlink(actor, actor.login, **identity_in(posted))
    return redirect(request, _PROFILE, flash=Flash("It was unlinked; sign-ins through it have ended."))


def identity_in(posted: GivenForm) -> dict[str, str]:
    """The identity that a button names."""
    return {name: str(posted.get(name) or "") for name in ("issuer", "subject")}


def _linked(request: WebRequest, application: Application, proof: Proof) -> Redirect:
    actor: Actor | None = request.auth.actor
    if actor is None:
        raise NotAllowed("You are not signed in any more; nothing was linked.", remedy="Sign in, then link it.")
    application.people.identities.link_own(actor, issuer=proof.issuer, subject=proof.subject)
    return redirect(request, _PROFILE, flash=Flash("You are linked, and may sign in that way from now on."))


def _signed_in(request: WebRequest, application: Application, one: Round, proof: Proof) -> Redirect:
    token, actor = application.people.signing.by_identity(
        proof.issuer, proof.subject, company=one.company, via="page", proved_at=proof.proved_at
    )
    if request.auth.session:
        application.people.sign_out(request.auth.session)
    return redirect(request, one.then, cookies=session_cookies(request, token, actor.company))


def _failed(request: WebRequest, error: ErpBridgeError, then: str, proof: Proof | None = None) -> Response[str]:
    gone = [cookies_of(request).remove(_COOKIE)]
    status = status_of(error)
    return render(request, "provider/failed.html", status=status, cookies=gone, error=error, next=then, proof=proof)


def _kept(request: WebRequest, going: Going) -> Cookie:
    return cookies_of(request).make(_COOKIE, going.sealed, seconds=SECONDS)


def _provider(request: WebRequest) -> "Provider":
    provider: Provider | None = request.app.state.get("provider")
    if provider is None:
        raise NotFound("There is no provider of sign-ins here.", remedy="Sign in by password.")
    return provider


HANDLERS: Final = (go_to_provider, come_back, link_oneself, unlink_oneself)
