"""The pages, one module a noun. Each ends with `HANDLERS`; `HANDLERS` here are all of them."""

from typing import Final

from erp_bridge_core.web.pages import (
    company,
    home,
    items,
    items_answers,
    items_exports,
    items_posting,
    password,
    problems,
    sign_in,
)

HANDLERS: Final = (
    *sign_in.HANDLERS,
    *home.HANDLERS,
    *items.HANDLERS,
    *items_answers.HANDLERS,
    *items_exports.HANDLERS,
    *items_posting.HANDLERS,
    *problems.HANDLERS,
    *company.HANDLERS,
    *password.HANDLERS,
)
