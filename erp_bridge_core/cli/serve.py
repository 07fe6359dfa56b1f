"""`serve`: the pages and the REST API, until it is stopped."""

import signal
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NoReturn

import click

from erp_bridge_core.cli.acts import Act, pass_call
from erp_bridge_core.cli.call import Call
from erp_bridge_core.contract.errors import UsageError

if TYPE_CHECKING:
    from types import ModuleType

#: What the extra `web` installs, by the names that are imported.
_EXTRA: Final = frozenset({"anyio", "litestar", "uvicorn"})


@click.command("serve", cls=Act, answer=["done", "address", "home"])
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="The port; 0 any free one."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--behind-tls", is_flag=True, help="A proxy that ends TLS is before it, and only that reaches the port.")
@click.option("--no-worker", is_flag=True, help="Pages alone: a worker runs elsewhere, or commands on a schedule.")
@pass_call
def serve(call: Call, *, port: int, host: str, behind_tls: bool, no_worker: bool) -> None:
    """Serve the pages and the REST API, and do the installation's own work, until it is stopped."""
    from erp_bridge_core.operations.telling import telling

    running, call.runs_on = serving(), True

    def tell(address: str) -> None:
        call.done(f"Serving {call.folder} on {address}. Stop it with Ctrl-C.", address=address, home=call.folder)

    # A service manager ends it like a person at the keyboard: what is under way is finished first.
    signal.signal(signal.SIGTERM, stop)
    with telling(call.app, kind="serve", runs_on=True) as figures, suppress(KeyboardInterrupt):
        running.run_server(
            call.app,
            host=host,
            port=port,
            behind_tls=behind_tls,
            said=tell,
            worker="" if no_worker else "serve",
            figures=figures,
        )


def stop(*_: object) -> NoReturn:
    """A signal that ends a server like a person at the keyboard."""
    raise KeyboardInterrupt


def serving() -> "ModuleType":
    """What serves pages, loaded when it is needed; raises `UsageError` where its packages are not installed."""
    try:
        from erp_bridge_core.web import running
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _EXTRA:
            raise
        raise UsageError(
            "The pages and the REST API need packages that are not installed.",
            remedy="Install them: `pip install 'erp-bridge-core[web]'`.",
        ) from error
    return running
