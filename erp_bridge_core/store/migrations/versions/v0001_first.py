"""The tables of the first version, in the order of their foreign keys."""

from erp_bridge_core.store.migrations.first import (
    approvals,
    audit,
    budgets,
    connections,
    connector,
    engine,
    exports,
    functions,
    mail,
    people,
    policies,
    triggers,
    verification,
    web,
    webhooks,
)

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

STEPS = (
    people.companies,
    connections.erp_turns,
    audit.installation,
    people.people,
    web.provider_rounds,
    engine.workers,
    people.api_tokens,
    audit.audit_entries,
    connections.connections,
    web.idempotency_keys,
    people.identities,
    people.memberships,
    mail.outbox,
    webhooks.webhooks,
    connections.adapter_state,
    mail.deliveries,
    connections.maps,
    budgets.projects,
    people.sessions,
    connector.source_hints,
    connector.source_polls,
    budgets.budget_changes,
    budgets.budget_lines,
    budgets.column_mappings,
    budgets.contributions,
    connections.erp_jobs,
    approvals.items,
    connections.master_readings,
    people.privileges,
    people.project_permissions,
    budgets.sub_jobs,
    verification.adoptions,
    verification.baselines,
    budgets.change_lines,
    verification.conditions,
    exports.exports,
    approvals.item_changes,
    approvals.item_findings,
    approvals.item_lines,
    connections.master_categories,
    connections.master_cost_codes,
    connections.master_figures,
    connections.master_sub_jobs,
    connector.source_requests,
    connector.source_transactions,
    engine.tasks,
    verification.verifications,
    webhooks.webhook_deliveries,
    exports.effects,
    verification.key_outcomes,
    verification.observations,
    exports.reserved,
    verification.resolutions,
    connector.source_asked,
    exports.attempts,
    exports.effect_lines,
    exports.sightings,
    functions.casefold,
    triggers.item_told,
    policies.of_companies,
)


def upgrade() -> None:
    """Create every table, then the triggers."""
    for create in STEPS:
        create()
