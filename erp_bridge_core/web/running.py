"""Running the server: on the loopback address, or on another one behind a proxy that ends TLS."""

import ipaddress
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING, Final

import uvicorn
from litestar import Litestar

from erp_bridge_core.app import Application
from erp_bridge_core.configuration.configuration import Configuration, WebConfig
from erp_bridge_core.contract.errors import BadSettings, Fault, NotAllowed, UsageError
from erp_bridge_core.engine.worker import EngineWorker
from erp_bridge_core.operations.service_manager import ALIVE, READY, STOPPING, notify, watchdog_seconds
from erp_bridge_core.web.security import is_https
from erp_bridge_core.web.server import create_server, watch_process

if TYPE_CHECKING:
    from erp_bridge_core.operations.metrics import Figures

#: Seconds that requests under way may take once the server is to end.
GRACE: Final = 30


def run_server(
    application: Application,
    *,
    host: str,
    port: int,
    behind_tls: bool,
    said: Callable[[str], object],
    worker: str = "",
    figures: "Figures | None" = None,
) -> None:
    """Serve until a signal ends it; `said` is told the address once the port is ours (0: any that is free).

    With a kind of `worker` one is at work in this process meanwhile; `figures` are what the process counts.
    Raises `UsageError`, `BadSettings` or
    `NotAllowed` where it may not or can't listen there.
    """
    web = Configuration.read(application.home).web
    require_may_listen(host, web, behind_tls=behind_tls, demo=application.demo)
    server = create_server(application, web=web)
    watch_process(server, has_worker=bool(worker), figures=figures)
    config = _config(server)
    work = EngineWorker(application, worker).at_work() if worker else nullcontext()
    with listening(host, port) as listener, work:
        bound = listener.getsockname()[1]
        said(web.base_url or f"http://{f'[{host}]' if ':' in host else host}:{bound}")
        notify(READY)
        _Server(config).run(sockets=[listener])


@contextmanager
def served_aside(application: Application) -> Iterator[str]:
    """Serve on a free port of loopback, in a thread and without workers, until the context ends: its address."""
    server = _Server(_config(create_server(application)))
    with listening("127.0.0.1", 0) as listener:
        thread = Thread(target=server.run, kwargs={"sockets": [listener]}, name="pages")
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def _config(server: Litestar) -> uvicorn.Config:
    return uvicorn.Config(
        server,
        # Its lines go where ours go.
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        # Nothing that a client could send is believed of it: its own address is in `[web] base_url`.
        proxy_headers=False,
        ws="none",
        lifespan="on",
        timeout_graceful_shutdown=GRACE,
    )


class _Server(uvicorn.Server):
    """Says now and then that it lives, from the loop in which requests are answered."""

    _lived = 0.0

    async def on_tick(self, counter: int) -> bool:
        """Called by the loop, ten times a second."""
        every = watchdog_seconds()
        if every is not None and monotonic() - self._lived >= every:
            self._lived = monotonic()
            notify(ALIVE)
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let nobody else in, and what is under way end."""
        notify(STOPPING)
        await super().shutdown(sockets)


def require_may_listen(host: str, web: WebConfig, *, behind_tls: bool, demo: bool) -> None:
    """Beyond the loopback address: never a demo's home, and only behind a proxy that is said to end TLS."""
    if is_loopback(host):
        return
    if demo:
        raise NotAllowed(
            "A demo's home is served on the loopback address alone: there anybody may play anybody.",
            remedy="Make a home of your own with `erp-bridge init`, or leave --host out.",
        )
    if not behind_tls:
        raise UsageError(
            f"On {host} passwords would travel in the clear.",
            remedy="Put a proxy that ends TLS before it, let only that reach the port, and say so with --behind-tls.",
        )
    if not is_https(web):
        fault = Fault("web.base_url", "is not https", value=web.base_url, expected="https:// and the name people type")
        raise BadSettings(
            "The address that people type is not set.", remedy="Set it in erp-bridge.toml.", faults=[fault]
        )


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def listening(host: str, port: int) -> socket.socket:
    """The socket to serve on; raises `UsageError` where the port is taken or the address is not this machine's."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family)
        # Heads and bodies of answers go out in two writes: the second must not wait 40 ms for the first one's receipt.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except OSError as error:
        raise UsageError(
            f"Nothing can be served on port {port} of {host}: {error.strerror}.", remedy="Choose another with --port."
        ) from error
    return listener
