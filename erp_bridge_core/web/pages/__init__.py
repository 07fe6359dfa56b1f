"""The pages, one module a noun. Each ends with `HANDLERS`; `HANDLERS` here are all of them."""

from typing import Final

from erp_bridge_core.web.pages import company, home, items, password, sign_in

HANDLERS: Final = (*sign_in.HANDLERS, *home.HANDLERS, *items.HANDLERS, *company.HANDLERS, *password.HANDLERS)
