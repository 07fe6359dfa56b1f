"""The REST API, one module a noun. Its models are its own: a domain's value never leaves, nor comes in, by itself."""

from typing import Final

from erp_bridge_core.web.api import items, session

HANDLERS: Final = (*session.HANDLERS, *items.HANDLERS)
