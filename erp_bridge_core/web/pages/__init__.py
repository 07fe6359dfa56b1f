"""The pages, one module a noun. Each ends with `HANDLERS`; `HANDLERS` here are all of them."""

from typing import Final

from erp_bridge_core.web.pages import (
    budget,
    budget_changes,
    budget_import,
    budget_lines,
    budget_send,
    company,
    home,
    items,
    items_answers,
    items_exports,
    items_posting,
    password,
    problems,
    projects,
    reports,
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
    *projects.HANDLERS,
    *budget.HANDLERS,
    *budget_lines.HANDLERS,
    *budget_changes.HANDLERS,
    *budget_import.HANDLERS,
    *budget_send.HANDLERS,
    *reports.HANDLERS,
    *company.HANDLERS,
    *password.HANDLERS,
)
