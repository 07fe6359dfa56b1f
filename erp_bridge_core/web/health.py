"""What is asked by those who watch a server: does it answer, can it work, what are its figures.

Figures are told to whoever shows the token of `[metrics]` alone. That a request comes from this machine proves nothing:
so does every one that a proxy on it passes on.
"""

import logging
from http import HTTPStatus
from typing import Any, Final

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.exceptions import NotFoundException

from erp_bridge_core.contract.errors import ErpBridgeError
from erp_bridge_core.operations.health import readiness
from erp_bridge_core.operations.readers import CONTENT_TYPE, Readers
from erp_bridge_core.web.actors import PUBLIC, Visit
from erp_bridge_core.web.given import GivenApplication

_LOGGER: Final = logging.getLogger(__name__)
Asked = Request[Any, Visit, State]


@get("/healthz", opt=PUBLIC, include_in_schema=False, sync_to_thread=False)
def healthz() -> dict[str, str]:
    """The process answers: nothing else is looked at, so that nobody restarts it for its database's sake."""
    return {"status": "ok"}


@get("/readyz", opt=PUBLIC, include_in_schema=False, sync_to_thread=True)
def readyz(application: GivenApplication, state: State) -> Response[dict[str, str]]:
    """Whether requests should come here; a word for each thing that was looked at, and nothing else."""
    found = readiness(application, has_worker=state["has_worker"])
    return Response(found.to_json(), status_code=HTTPStatus.OK if found.is_ready else HTTPStatus.SERVICE_UNAVAILABLE)


@get("/metrics", opt=PUBLIC, include_in_schema=False, sync_to_thread=True)
def metrics(request: Asked, application: GivenApplication, state: State) -> Response[bytes]:
    """The figures of this process; without the token there is no such page."""
    try:
        readers = Readers.of(application)
    except ErpBridgeError as error:
        # Strangers learn nothing of it; the log and `erp-bridge doctor` tell it.
        _LOGGER.warning("Nobody can read figures: %s", error.message)
        readers = Readers()
    figures = state["figures"]
    if figures is None or not readers.shows_token(request.headers.get("authorization", "")):
        raise NotFoundException
    return Response(figures.text(), media_type=CONTENT_TYPE)


HANDLERS = (healthz, readyz, metrics)
