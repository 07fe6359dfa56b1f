"""One request to a webhook: to a pinned address, bounded in time and size, following nowhere."""

from contextlib import closing
from typing import Final

import requests
from attrs import frozen
from urllib3.exceptions import HTTPError

from erp_bridge_core.webhooks.addresses import PublicAddresses
from erp_bridge_core.wire.addresses import Forbidden
from erp_bridge_core.wire.exchange import Exchange, under_way
from erp_bridge_core.wire.pinned import GuardedPools
from erp_bridge_core.wire.replies import BadReply, read_reply

#: Seconds for the whole, and for a connection; bytes of an answer, of which nothing but the status counts.
SECONDS: Final = 20.0
_CONNECT: Final = 5.0
_MOST_BYTES: Final = 64 * 1024


class NotTold(Exception):
    """The program was not reached, or its answer can't be read; the words say why."""


@frozen(kw_only=True)
class Post:
    """What is sent where. `ca_file` names the certificates of a company's own authority."""

    url: str
    body: bytes
    headers: dict[str, str]
    exempt: bool = False
    ca_file: str | None = None


def post(what: Post) -> int:
    """Send it and answer the status, a redirect's too; raises `NotTold`."""
    headers = {"Content-Type": "application/json", "User-Agent": "erp-bridge-webhooks", **what.headers}
    try:
        request = requests.Request("POST", what.url, data=what.body, headers=headers).prepare()
        exchange = Exchange(addresses=PublicAddresses(exempt=what.exempt), attempt=None, seconds=SECONDS)
        with under_way(exchange), closing(GuardedPools(max_retries=0)) as pools:
            response = pools.send(request, stream=True, timeout=(_CONNECT, SECONDS), verify=what.ca_file or True)
            with response.raw:
                read_reply(response, exchange, most_bytes=_MOST_BYTES)
            return int(response.status_code)
    except Forbidden as error:
        raise NotTold(str(error)) from error
    except (requests.RequestException, HTTPError, BadReply, OSError, ValueError) as error:
        raise NotTold(f"it was not reached: {type(error).__name__}") from error
