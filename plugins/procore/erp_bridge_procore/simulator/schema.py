"""The tables of the simulated Procore: people and tokens, masters, budgets, the ERP tool, webhooks.

Amounts, quantities and unit costs are whole ten-thousandths. Every record has a number of one common series. What a
code's modifications and changes add up to is never a column: it is always summed from what made it.
"""

from typing import Final

from erp_bridge_core.simulation import CLOCK_SCHEMA, SWITCH_SCHEMA

_PEOPLE: Final = """
CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS serial (id INTEGER PRIMARY KEY AUTOINCREMENT);
CREATE TABLE IF NOT EXISTS company (id INTEGER PRIMARY KEY, name TEXT NOT NULL, connected INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS person (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, login TEXT NOT NULL UNIQUE, budget TEXT NOT NULL, erp TEXT NOT NULL,
    send INTEGER NOT NULL, push INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS app (
    client_id TEXT PRIMARY KEY, client_secret TEXT NOT NULL, person INTEGER NOT NULL, number INTEGER NOT NULL,
    service INTEGER NOT NULL, redirect_uri TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS token (
    access TEXT PRIMARY KEY, app TEXT NOT NULL, person INTEGER NOT NULL, made REAL NOT NULL, ends REAL NOT NULL,
    revoked INTEGER NOT NULL DEFAULT 0, refresh TEXT UNIQUE, refreshed INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS code (
    code TEXT PRIMARY KEY, app TEXT NOT NULL, person INTEGER NOT NULL, redirect_uri TEXT NOT NULL, ends REAL NOT NULL,
    used INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS consent (ticket TEXT PRIMARY KEY, ends REAL NOT NULL);
"""

_MASTERS: Final = """
CREATE TABLE IF NOT EXISTS project (
    id INTEGER PRIMARY KEY, company INTEGER NOT NULL, name TEXT NOT NULL, number TEXT NOT NULL UNIQUE,
    active INTEGER NOT NULL DEFAULT 1, currency TEXT NOT NULL DEFAULT 'USD', origin_id TEXT, origin_data TEXT,
    created REAL NOT NULL, updated REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS sub_job (
    id INTEGER PRIMARY KEY, project INTEGER NOT NULL, code TEXT NOT NULL, name TEXT NOT NULL, origin_id TEXT,
    origin_data TEXT, UNIQUE (project, code)
);
CREATE TABLE IF NOT EXISTS cost_code (
    id INTEGER PRIMARY KEY, project INTEGER NOT NULL, sub_job INTEGER, parent INTEGER, code TEXT NOT NULL,
    full_code TEXT NOT NULL, name TEXT NOT NULL, origin_id TEXT, origin_data TEXT
);
CREATE TABLE IF NOT EXISTS cost_type (
    id INTEGER PRIMARY KEY, company INTEGER NOT NULL, code TEXT NOT NULL, name TEXT NOT NULL, base_type TEXT NOT NULL,
    origin_id TEXT, origin_data TEXT, UNIQUE (company, code)
);
CREATE TABLE IF NOT EXISTS wbs (
    id INTEGER PRIMARY KEY, project INTEGER NOT NULL, sub_job INTEGER, cost_code INTEGER NOT NULL,
    cost_type INTEGER NOT NULL, flat_code TEXT NOT NULL, description TEXT NOT NULL, UNIQUE (project, flat_code)
);
"""

_BUDGETS: Final = """
CREATE TABLE IF NOT EXISTS budget (
    id INTEGER PRIMARY KEY, project INTEGER NOT NULL UNIQUE, locked INTEGER NOT NULL DEFAULT 0, origin_id TEXT,
    origin_data TEXT, stage TEXT NOT NULL DEFAULT 'not_in_erp', note TEXT NOT NULL DEFAULT '', sent_by INTEGER,
    posted INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS line (
    id INTEGER PRIMARY KEY, project INTEGER NOT NULL, wbs INTEGER NOT NULL UNIQUE, amount INTEGER NOT NULL DEFAULT 0,
    quantity INTEGER NOT NULL DEFAULT 0, unit_cost INTEGER NOT NULL DEFAULT 0, uom TEXT,
    strategy TEXT NOT NULL DEFAULT 'manual'
);
CREATE TABLE IF NOT EXISTS direct_cost (id INTEGER PRIMARY KEY, wbs INTEGER NOT NULL, amount INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS modification (
    id INTEGER PRIMARY KEY, project INTEGER NOT NULL, source INTEGER, target INTEGER, amount INTEGER NOT NULL,
    notes TEXT, origin_id TEXT, origin_data TEXT, created REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS change (
    id INTEGER PRIMARY KEY, project INTEGER NOT NULL, number INTEGER NOT NULL, title TEXT NOT NULL,
    description TEXT NOT NULL, status TEXT NOT NULL, erp_status TEXT NOT NULL, created REAL NOT NULL,
    updated REAL NOT NULL, UNIQUE (project, number)
);
CREATE TABLE IF NOT EXISTS adjustment (
    id INTEGER PRIMARY KEY, change INTEGER NOT NULL, ref TEXT, number INTEGER NOT NULL, wbs INTEGER NOT NULL,
    type TEXT NOT NULL, amount INTEGER NOT NULL, quantity INTEGER, unit_cost INTEGER, uom TEXT, strategy TEXT NOT NULL,
    description TEXT, comment TEXT
);
CREATE TABLE IF NOT EXISTS history (
    id INTEGER PRIMARY KEY, project INTEGER NOT NULL, code TEXT NOT NULL, type TEXT NOT NULL, field TEXT NOT NULL,
    before TEXT, after TEXT, created REAL NOT NULL, person INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS view (
    id INTEGER PRIMARY KEY, company INTEGER NOT NULL, name TEXT NOT NULL, role TEXT NOT NULL, created REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS view_column (
    view INTEGER NOT NULL, key TEXT NOT NULL, figure TEXT NOT NULL, PRIMARY KEY (view, key)
);
CREATE TABLE IF NOT EXISTS snapshot (
    id INTEGER PRIMARY KEY, project INTEGER NOT NULL, view INTEGER NOT NULL, created REAL NOT NULL
);
"""

_ERP: Final = """
CREATE TABLE IF NOT EXISTS job_cost (
    id INTEGER PRIMARY KEY, project INTEGER NOT NULL, wbs INTEGER NOT NULL UNIQUE, origin_id TEXT,
    original_estimate INTEGER, approved_estimate_changes INTEGER, estimate INTEGER
);
CREATE TABLE IF NOT EXISTS erp_transaction (
    id INTEGER PRIMARY KEY, project INTEGER NOT NULL, job_cost INTEGER NOT NULL, type TEXT NOT NULL, code TEXT,
    amount INTEGER NOT NULL, of_type TEXT NOT NULL, of_id INTEGER NOT NULL, synced INTEGER NOT NULL DEFAULT 0,
    origin_id TEXT, notes TEXT, created REAL NOT NULL, marks INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS erp_request (
    id INTEGER PRIMARY KEY, company INTEGER NOT NULL, project INTEGER NOT NULL, name TEXT NOT NULL, data TEXT NOT NULL,
    detail INTEGER, created REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS request_detail (
    id INTEGER PRIMARY KEY, company INTEGER NOT NULL, item_type TEXT NOT NULL, item_id INTEGER NOT NULL,
    status TEXT NOT NULL, messages TEXT NOT NULL DEFAULT '[]', created REAL NOT NULL, updated REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS staged_record (
    id INTEGER PRIMARY KEY, company INTEGER NOT NULL, item_type TEXT NOT NULL, origin_id TEXT NOT NULL,
    origin_code TEXT, status TEXT NOT NULL, data TEXT NOT NULL, UNIQUE (company, item_type, origin_id)
);
"""

_WEBHOOKS: Final = """
CREATE TABLE IF NOT EXISTS hook (
    id INTEGER PRIMARY KEY, company INTEGER NOT NULL, project INTEGER, namespace TEXT NOT NULL, url TEXT NOT NULL,
    headers TEXT NOT NULL, version TEXT NOT NULL, failing_since REAL, pause REAL NOT NULL DEFAULT 0,
    next_try REAL NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS hook_trigger (
    id INTEGER PRIMARY KEY, hook INTEGER NOT NULL, resource TEXT NOT NULL, event TEXT NOT NULL,
    UNIQUE (hook, resource, event)
);
CREATE TABLE IF NOT EXISTS delivery (
    id INTEGER PRIMARY KEY, hook INTEGER NOT NULL, event TEXT NOT NULL, outcome TEXT NOT NULL DEFAULT 'waiting',
    response_status INTEGER, response_error TEXT, created REAL NOT NULL, tries INTEGER NOT NULL DEFAULT 0
);
"""

_INDEXED: Final = (
    ("sub_job", "project"), ("cost_code", "project, full_code"), ("wbs", "cost_code, cost_type"),
    ("wbs", "sub_job"), ("line", "project"), ("direct_cost", "wbs"), ("modification", "project"),
    ("adjustment", "change"), ("adjustment", "wbs"), ("history", "project"), ("job_cost", "project"),
    ("erp_transaction", "job_cost"), ("erp_transaction", "project"), ("delivery", "hook"),
)  # fmt: skip
_INDEXES: Final = "".join(
    f"CREATE INDEX IF NOT EXISTS {table}_by_{columns.partition(',')[0]} ON {table} ({columns});"
    for table, columns in _INDEXED
)

_TABLES: Final = CLOCK_SCHEMA + SWITCH_SCHEMA + _PEOPLE + _MASTERS + _BUDGETS + _ERP + _WEBHOOKS + _INDEXES
#: All in one transaction: the disk is waited for once.
SCHEMA: Final = f"BEGIN IMMEDIATE;{_TABLES}COMMIT;"
