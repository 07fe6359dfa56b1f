"""The server over an opened installation: pages, REST API, OpenAPI document, static files and health."""

from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from litestar import Litestar, Router, get
from litestar.datastructures import CacheControlHeader
from litestar.exceptions import NotFoundException
from litestar.middleware import DefineMiddleware
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.params import FromPath
from litestar.static_files import create_static_files_router

from erp_bridge_core.app import Application
from erp_bridge_core.configuration.configuration import Configuration, WebConfig
from erp_bridge_core.contract.errors import BadSettings
from erp_bridge_core.web import answers, api, health, pages, receiving
from erp_bridge_core.web.actors import PUBLIC, Authentication
from erp_bridge_core.web.background import Background
from erp_bridge_core.web.csrf import require_own_form
from erp_bridge_core.web.given import DEPENDENCIES
from erp_bridge_core.web.idempotency import Living, Writes
from erp_bridge_core.web.kept import KeptForms
from erp_bridge_core.web.requests import Requests, Routed
from erp_bridge_core.web.security import LARGEST_BODY, MOST_PARTS, Perimeter
from erp_bridge_core.web.sessions import Cookies
from erp_bridge_core.web.static_files import FOLDER, SECONDS

if TYPE_CHECKING:
    from erp_bridge_core.operations.metrics import Figures
    from erp_bridge_core.web.oidc.provider import Provider

#: Paths where nobody asks who asks.
_FOR_ANYBODY: Final = ("^/schema", "^/static", "^/healthz", "^/readyz", "^/metrics", "^/receive/")


def create_server(application: Application, *, web: WebConfig | None = None) -> Litestar:
    """The ASGI application of an opened installation, which whoever opened it closes after the server has ended.

    `web` is the configuration's section `[web]` unless it is given. Every handler needs a signed-in actor unless it is
    marked public, and every one that changes something a form of ours or a bearer token.
    """
    configured = web or Configuration.read(application.home).web
    server = Litestar(
        route_handlers=[
            Router("/", route_handlers=list(pages.HANDLERS), include_in_schema=False),
            Router(
                "/api/v1",
                route_handlers=list(api.HANDLERS),
                security=[{"token": []}, {"session": []}],
                middleware=[Writes],
            ),
            create_static_files_router(
                "/static",
                directories=[FOLDER],
                opt=PUBLIC,
                cache_control=CacheControlHeader(max_age=SECONDS, public=True, immutable=True),
            ),
            *health.HANDLERS,
            *receiving.HANDLERS,
            unknown_page,
        ],
        dependencies=DEPENDENCIES,
        middleware=[Routed, DefineMiddleware(Authentication, exclude=list(_FOR_ANYBODY))],
        guards=[require_own_form],
        exception_handlers=answers.HANDLERS,
        on_shutdown=[_end],
        openapi_config=_openapi(Cookies(configured)),
        request_max_body_size=LARGEST_BODY,
        multipart_form_part_limit=MOST_PARTS,
        logging_config=None,
        debug=False,
    )
    within = Perimeter(server.asgi_handler, configured)
    server.asgi_handler = Requests(within, id_from_proxy=Configuration.read(application.home).logs.id_from_proxy)
    serve_installation(server, application, web=configured)
    return server


def serve_installation(server: Litestar, application: Application, *, web: WebConfig) -> None:
    """Let a server that does not run serve this installation: all that is an installation's is in the server's state.

    `web` is what the server was created with.
    """
    server.state["application"] = application
    server.state["cookies"] = Cookies(web)
    server.state["background"] = Background(application)
    server.state["living"] = Living(application.home / "locks")
    server.state["kept"] = KeptForms(application.clock.now)
    watch_process(server, has_worker=False, figures=None)
    server.state["provider"] = _provider(application, Configuration.read(application.home), web.base_url)


def watch_process(server: Litestar, *, has_worker: bool, figures: "Figures | None") -> None:
    """Say what those who watch the server are told of its process: its figures, and a worker that should live in it."""
    server.state["has_worker"], server.state["figures"] = has_worker, figures


async def _end(server: Litestar) -> None:
    background: Background = server.state["background"]
    living: Living = server.state["living"]
    await background.end()
    living.end()


@get("/{path:path}", include_in_schema=False, sync_to_thread=False)
def unknown_page(path: FromPath[str]) -> None:
    """Whatever no page has: strangers are asked to sign in first, so that they learn of no page."""
    raise NotFoundException(path)


def _provider(application: Application, configuration: Configuration, base_url: str) -> "Provider | None":
    if not configuration.oidc.issuer:
        return None
    try:
        from erp_bridge_core.web.oidc.provider import Provider
    except ImportError as error:
        remedy = "Install it: pip install 'erp-bridge-core[oidc]'."
        raise BadSettings("[oidc] needs the extra oidc, which is not installed.", remedy=remedy) from error
    return Provider.of(application, configuration, base_url)


_SENT: Final = (
    "An API token: `erp-bridge person token`. Where an installation has several companies, the header"
    " `ERP-Bridge-Company` names the one to act in."
)


def _openapi(cookies: Cookies) -> OpenAPIConfig:
    session = SecurityScheme(
        type="apiKey", name=cookies.name("session"), security_scheme_in="cookie", description="A sign-in on a page."
    )
    token = SecurityScheme(type="http", scheme="bearer", description=_SENT)
    return OpenAPIConfig(
        title="ERP Bridge",
        version=version("erp-bridge-core"),
        path="/schema",
        render_plugins=[JsonRenderPlugin()],
        components=Components(security_schemes={"token": token, "session": session}),
        use_handler_docstrings=True,
        create_examples=False,
    )
