"""The REST API, one module a noun. Its models are its own: a domain's value never leaves, nor comes in, by itself."""

from typing import Final

from erp_bridge_core.web.api import (
    answers,
    audit,
    budgets,
    changes,
    companies,
    connections,
    exports,
    imports,
    items,
    mail,
    maps,
    people,
    plugins,
    projects,
    reports,
    sending,
    session,
    sign_ins,
    tokens,
    unresolved,
    verification,
    webhooks,
)

#: In the order of the work.
HANDLERS: Final = (
    *session.HANDLERS,
    *sign_ins.HANDLERS,
    *companies.HANDLERS,
    *people.HANDLERS,
    *tokens.HANDLERS,
    *connections.HANDLERS,
    *maps.HANDLERS,
    *plugins.HANDLERS,
    *projects.HANDLERS,
    *budgets.HANDLERS,
    *imports.HANDLERS,
    *changes.HANDLERS,
    *sending.HANDLERS,
    *items.HANDLERS,
    *answers.HANDLERS,
    *exports.HANDLERS,
    *verification.HANDLERS,
    *reports.HANDLERS,
    *unresolved.HANDLERS,
    *audit.HANDLERS,
    *mail.HANDLERS,
    *webhooks.HANDLERS,
)
