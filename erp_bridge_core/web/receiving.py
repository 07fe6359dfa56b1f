"""Where sources call us: no session, no form; a signature that the source's plugin checks is all the proof there is.

Whoever calls learns nothing but whether to call again: every answer is empty, and a connection that there is not is
told as one that takes no calls.
"""

import logging
from http import HTTPStatus
from typing import Any, Final

from litestar import MediaType, Request, Response, post
from litestar.datastructures import State
from litestar.params import FromPath, RawBody

from erp_bridge_core.connector.receiving import LARGEST_BODY, Received
from erp_bridge_core.contract.errors import ErpBridgeError
from erp_bridge_core.contract.source import Delivery
from erp_bridge_core.web.actors import PUBLIC, Visit
from erp_bridge_core.web.csrf import BY_SIGNATURE
from erp_bridge_core.web.given import GivenApplication

_LOGGER: Final = logging.getLogger(__name__)
_AGAIN: Final = {"Retry-After": "60"}
Asked = Request[Any, Visit, State]

#: What each kind of delivery is answered with; those that are ours to look at are told as done.
_STATUSES: Final = {
    Received.NOTED: HTTPStatus.NO_CONTENT,
    Received.REPEATED: HTTPStatus.NO_CONTENT,
    Received.ECHO: HTTPStatus.NO_CONTENT,
    Received.NOT_FOR_US: HTTPStatus.NO_CONTENT,
    Received.FORGED: HTTPStatus.UNAUTHORIZED,
    Received.UNREADABLE: HTTPStatus.BAD_REQUEST,
    Received.UNKNOWN: HTTPStatus.NOT_FOUND,
    Received.TOO_MANY: HTTPStatus.TOO_MANY_REQUESTS,
}


@post(
    "/receive/{name:str}",
    opt={**PUBLIC, **BY_SIGNATURE},
    include_in_schema=False,
    request_max_body_size=LARGEST_BODY,
    sync_to_thread=True,
)
def receive(request: Asked, application: GivenApplication, name: FromPath[str], body: RawBody) -> Response[bytes]:
    """Take what a source delivers to one connection: noted, and looked after later."""
    delivery = Delivery(headers={key.lower(): value for key, value in request.headers.items()}, body=body)
    try:
        became = application.requests.receive(name, delivery)
    except ErpBridgeError as error:
        # The source calls again; the log tells us why.
        _LOGGER.warning("A delivery to the connection %s could not be taken: %s", name, error.message)
        return Response(b"", status_code=HTTPStatus.SERVICE_UNAVAILABLE, headers=_AGAIN, media_type=MediaType.TEXT)
    status = _STATUSES[became]
    headers = _AGAIN if became is Received.TOO_MANY else {}
    return Response(b"", status_code=status, headers=headers, media_type=MediaType.TEXT)


HANDLERS: Final = (receive,)
