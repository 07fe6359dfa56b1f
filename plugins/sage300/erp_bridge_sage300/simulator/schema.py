"""The tables of the simulated company: masters, unposted entries, posted transactions, and what hh2 was last given.

Amounts are whole cents, units whole hundredths (the text file carries 8.2). An extra is '' on the job itself, never
NULL, as in Sage's own tables. Totals are computed columns, so that Total = Original + Approved can't be broken.
"""

from erp_bridge_core.simulation import CLOCK_SCHEMA, SWITCH_SCHEMA

_GUID = """(lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2)
    || '-a' || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))))"""

_ESTIMATES = """
    original INTEGER NOT NULL DEFAULT 0,
    pending INTEGER NOT NULL DEFAULT 0,
    approved INTEGER NOT NULL DEFAULT 0,
    total INTEGER GENERATED ALWAYS AS (original + approved) VIRTUAL"""

_MASTERS = f"""
CREATE TABLE IF NOT EXISTS company (name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (name));
CREATE TABLE IF NOT EXISTS job (
    job TEXT PRIMARY KEY, bare TEXT NOT NULL, name TEXT NOT NULL, status TEXT NOT NULL DEFAULT 'In progress',
    finalized INTEGER NOT NULL DEFAULT 0, project_management INTEGER NOT NULL DEFAULT 0,
    id TEXT NOT NULL UNIQUE DEFAULT {_GUID}, {_ESTIMATES},
    extras_original INTEGER NOT NULL DEFAULT 0,
    extras_pending INTEGER NOT NULL DEFAULT 0,
    extras_approved INTEGER NOT NULL DEFAULT 0,
    extras_total INTEGER GENERATED ALWAYS AS (extras_original + extras_approved) VIRTUAL
);
CREATE TABLE IF NOT EXISTS extra (
    job TEXT NOT NULL, extra TEXT NOT NULL CHECK (extra <> ''), name TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'In progress', {_ESTIMATES}, PRIMARY KEY (job, extra)
);
CREATE TABLE IF NOT EXISTS cost_code (
    job TEXT NOT NULL, extra TEXT NOT NULL, code TEXT NOT NULL, bare TEXT NOT NULL, name TEXT NOT NULL,
    group_code INTEGER NOT NULL DEFAULT 0, status TEXT NOT NULL DEFAULT 'In progress',
    id TEXT NOT NULL DEFAULT {_GUID}, {_ESTIMATES}, PRIMARY KEY (job, extra, code)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS cost_code_bare ON cost_code (job, extra, bare);
CREATE TABLE IF NOT EXISTS category (
    job TEXT NOT NULL, extra TEXT NOT NULL, code TEXT NOT NULL, category TEXT NOT NULL, name TEXT NOT NULL,
    id TEXT NOT NULL DEFAULT {_GUID}, unit TEXT NOT NULL DEFAULT '', {_ESTIMATES},
    original_units INTEGER NOT NULL DEFAULT 0,
    approved_units INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (job, extra, code, category)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS standard_cost_code (
    code TEXT PRIMARY KEY, bare TEXT NOT NULL, name TEXT NOT NULL, group_code INTEGER NOT NULL DEFAULT 0,
    id TEXT NOT NULL DEFAULT {_GUID}
);
CREATE INDEX IF NOT EXISTS standard_cost_code_bare ON standard_cost_code (bare);
CREATE TABLE IF NOT EXISTS standard_category (
    category TEXT PRIMARY KEY, name TEXT NOT NULL, accumulation TEXT NOT NULL, id TEXT NOT NULL DEFAULT {_GUID}
);
"""

_ENTRY = """
    batch TEXT NOT NULL, job TEXT NOT NULL, extra TEXT NOT NULL, code TEXT NOT NULL, category TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('original', 'approved', 'pending')),
    transaction_date TEXT NOT NULL, accounting_date TEXT NOT NULL, description TEXT NOT NULL,
    units INTEGER NOT NULL, unit TEXT NOT NULL, amount INTEGER NOT NULL"""

_ENTRIES = f"""
CREATE TABLE IF NOT EXISTS batch (
    number INTEGER PRIMARY KEY AUTOINCREMENT, batch TEXT NOT NULL UNIQUE CHECK (length(batch) <= 10),
    source TEXT NOT NULL, made TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS unposted (number INTEGER PRIMARY KEY AUTOINCREMENT, {_ENTRY});
CREATE INDEX IF NOT EXISTS unposted_batch ON unposted (batch, number);
CREATE INDEX IF NOT EXISTS unposted_job ON unposted (job, extra, code, category);
CREATE TABLE IF NOT EXISTS posted (
    run INTEGER NOT NULL, sequence INTEGER NOT NULL, {_ENTRY}, operator TEXT NOT NULL, PRIMARY KEY (run, sequence)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS posted_job ON posted (job, extra, code, category);
CREATE TRIGGER IF NOT EXISTS posted_stays BEFORE DELETE ON posted
    BEGIN SELECT raise(ABORT, 'a posted entry is never deleted; correct it with a reversing entry'); END;
CREATE TABLE IF NOT EXISTS imported_file (sha256 TEXT NOT NULL, name TEXT NOT NULL, batch TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS printed (
    job TEXT NOT NULL, extra TEXT NOT NULL, code TEXT NOT NULL, category TEXT NOT NULL, original INTEGER NOT NULL,
    approved INTEGER NOT NULL, unposted_original INTEGER NOT NULL, unposted_approved INTEGER NOT NULL,
    PRIMARY KEY (job, extra, code, category)
) WITHOUT ROWID;
"""

_SERVICE = """
CREATE TABLE IF NOT EXISTS session (ticket TEXT PRIMARY KEY, ends REAL NOT NULL);
CREATE TABLE IF NOT EXISTS carried (
    position INTEGER PRIMARY KEY AUTOINCREMENT, resource TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL,
    of_extra INTEGER NOT NULL, row TEXT NOT NULL, UNIQUE (resource, id)
);
CREATE INDEX IF NOT EXISTS carried_order ON carried (resource, position);
"""

SCHEMA = SWITCH_SCHEMA + CLOCK_SCHEMA + _MASTERS + _ENTRIES + _SERVICE
