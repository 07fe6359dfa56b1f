"""Every table, one module a room. Every row belongs to a company (P0); money is whole minor units, never a float."""

from erp_bridge_core.store.tables.approvals import item_changes, item_findings, item_lines, items
from erp_bridge_core.store.tables.audit import audit_entries, installation
from erp_bridge_core.store.tables.budgets import (
    budget_changes,
    budget_lines,
    change_lines,
    column_mappings,
    contributions,
    projects,
    sub_jobs,
)
from erp_bridge_core.store.tables.columns import Utc, metadata
from erp_bridge_core.store.tables.connections import (
    adapter_state,
    connections,
    erp_jobs,
    erp_turns,
    maps,
    master_categories,
    master_cost_codes,
    master_figures,
    master_readings,
    master_sub_jobs,
)
from erp_bridge_core.store.tables.connector import (
    outcome_looks,
    outcome_transactions,
    outcomes,
    source_asked,
    source_hints,
    source_polls,
    source_requests,
    source_transactions,
)
from erp_bridge_core.store.tables.engine import tasks, workers
from erp_bridge_core.store.tables.exports import attempts, effect_lines, effects, exports, reserved, sightings
from erp_bridge_core.store.tables.mail import deliveries, outbox
from erp_bridge_core.store.tables.people import (
    api_tokens,
    companies,
    identities,
    memberships,
    people,
    privileges,
    project_permissions,
    sessions,
)
from erp_bridge_core.store.tables.pulling import source_changes, source_lines, source_links
from erp_bridge_core.store.tables.verification import (
    adoptions,
    baselines,
    conditions,
    key_outcomes,
    observations,
    resolutions,
    verifications,
)
from erp_bridge_core.store.tables.web import idempotency_keys, provider_rounds
from erp_bridge_core.store.tables.webhooks import webhook_deliveries, webhooks

__all__ = [
    "Utc", "adapter_state", "adoptions", "api_tokens", "attempts", "audit_entries", "baselines", "budget_changes",
    "budget_lines", "change_lines", "column_mappings", "companies", "conditions", "connections", "contributions",
    "deliveries", "effect_lines", "effects", "erp_jobs", "erp_turns", "exports", "idempotency_keys", "identities",
    "installation", "item_changes", "item_findings", "item_lines", "items", "key_outcomes", "maps", "master_categories",
    "master_cost_codes", "master_figures", "master_readings", "master_sub_jobs", "memberships", "metadata",
    "observations", "outbox", "outcome_looks", "outcome_transactions", "outcomes", "people", "privileges",
    "project_permissions", "projects", "provider_rounds", "reserved", "resolutions", "sessions", "sightings",
    "source_asked", "source_changes", "source_hints", "source_lines", "source_links", "source_polls", "source_requests",
    "source_transactions", "sub_jobs", "tasks", "verifications", "webhook_deliveries", "webhooks", "workers",
]  # fmt: skip
