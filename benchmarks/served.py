"""An ASGI application on a real port of the loopback address, in a thread of this process."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import uvicorn

from erp_bridge_core.web.running import listening


@contextmanager
def served(application: Any) -> Iterator[int]:
    """Serve until the block ends; answers the port."""
    config = uvicorn.Config(
        application, log_level="warning", access_log=False, ws="none", lifespan="on", timeout_keep_alive=600
    )
    server = uvicorn.Server(config)
    with listening("127.0.0.1", 0) as listener:
        thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()
