"""The door at which a source tells the demo of requests: a real server, where what it needs is installed."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from erp_bridge_core.app import Application


@contextmanager
def receiving(application: "Application") -> Iterator[str]:
    """Serve pages and receiver until the context ends: their address.

    Blank without the extra `web`: then only looking finds what is asked.
    """
    if not all(map(find_spec, ("anyio", "litestar", "uvicorn"))):
        yield ""
        return
    from erp_bridge_core.web.running import served_aside

    with served_aside(application) as address:
        yield address
