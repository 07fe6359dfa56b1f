"""The tables of the simulated company: masters, budget rows, potential change items (PCI), and the journals behind.

Amounts are whole cents, quantities whole hundred-millionths, rates whole ten-thousandths. Every row has a VUUID of 32
upper-case hex characters. What moved a budget is kept twice: on the row, as CMiC shows it, and in the two journals
`row_entry` and `posting`, from which the simulator's own books are added up.
"""

from typing import Final

from erp_bridge_core.simulation import CLOCK_SCHEMA, SWITCH_SCHEMA

_ROW: Final = """
    vuuid TEXT NOT NULL UNIQUE DEFAULT (hex(randomblob(16))),
    created REAL, creator TEXT, updated REAL, updater TEXT"""

_MASTERS: Final = f"""
CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS company (comp TEXT PRIMARY KEY, name TEXT NOT NULL, {_ROW});
CREATE TABLE IF NOT EXISTS unit (wm TEXT PRIMARY KEY, name TEXT NOT NULL, {_ROW});
CREATE TABLE IF NOT EXISTS access (comp TEXT NOT NULL, user TEXT NOT NULL, {_ROW}, PRIMARY KEY (comp, user));
CREATE TABLE IF NOT EXISTS job (
    comp TEXT NOT NULL, job TEXT NOT NULL, name TEXT NOT NULL, ctrl TEXT NOT NULL DEFAULT 'ALL',
    status TEXT NOT NULL DEFAULT 'P' CHECK (status IN ('P', 'I', 'C')), started TEXT, department TEXT,
    cost_method TEXT NOT NULL DEFAULT 'C', transactions TEXT NOT NULL DEFAULT 'Y', pci TEXT NOT NULL DEFAULT 'Y',
    bid TEXT NOT NULL DEFAULT 'N', security TEXT, visible TEXT NOT NULL DEFAULT 'Y', contract INTEGER,
    project_vuuid TEXT NOT NULL UNIQUE DEFAULT (hex(randomblob(16))), {_ROW}, PRIMARY KEY (comp, job)
);
CREATE INDEX IF NOT EXISTS job_ctrl ON job (comp, ctrl);
CREATE TABLE IF NOT EXISTS master_phase (
    comp TEXT NOT NULL, phase TEXT NOT NULL, name TEXT NOT NULL, ctrl TEXT NOT NULL DEFAULT 'ALL',
    active TEXT NOT NULL DEFAULT 'Y', {_ROW}, PRIMARY KEY (comp, phase)
);
CREATE TABLE IF NOT EXISTS master_category (
    comp TEXT NOT NULL, category TEXT NOT NULL, name TEXT NOT NULL, ctrl TEXT NOT NULL DEFAULT 'ALL',
    type TEXT NOT NULL DEFAULT '', active TEXT NOT NULL DEFAULT 'Y', {_ROW}, PRIMARY KEY (comp, category)
);
CREATE TABLE IF NOT EXISTS job_phase (
    comp TEXT NOT NULL, job TEXT NOT NULL, phase TEXT NOT NULL, name TEXT, ctrl TEXT NOT NULL DEFAULT 'ALL',
    active TEXT NOT NULL DEFAULT 'Y', factorable TEXT NOT NULL DEFAULT 'N', {_ROW}, PRIMARY KEY (comp, job, phase)
);
CREATE INDEX IF NOT EXISTS job_phase_ctrl ON job_phase (comp, job, ctrl);
CREATE TABLE IF NOT EXISTS job_category (
    comp TEXT NOT NULL, job TEXT NOT NULL, phase TEXT NOT NULL, category TEXT NOT NULL,
    active TEXT NOT NULL DEFAULT 'Y', phase_active TEXT NOT NULL DEFAULT 'Y', cost_override TEXT NOT NULL DEFAULT 'N',
    exclude_budget TEXT NOT NULL DEFAULT 'N', exclude_cost TEXT NOT NULL DEFAULT 'N', labour TEXT NOT NULL DEFAULT 'N',
    wm TEXT, units INTEGER, rate INTEGER, entered INTEGER NOT NULL DEFAULT 0,
    posted_original INTEGER NOT NULL DEFAULT 0, posted_internal INTEGER NOT NULL DEFAULT 0,
    posted_external INTEGER NOT NULL DEFAULT 0, {_ROW}, PRIMARY KEY (comp, job, phase, category)
);
"""

_CHANGES: Final = f"""
CREATE TABLE IF NOT EXISTS pci_type (
    comp TEXT NOT NULL, type TEXT NOT NULL, name TEXT NOT NULL,
    class TEXT NOT NULL CHECK (class IN ('E', 'I', 'O', 'T')), mask TEXT NOT NULL, costs TEXT NOT NULL DEFAULT 'Y',
    own_numbers TEXT DEFAULT 'N', no_billing TEXT DEFAULT 'N', {_ROW}, PRIMARY KEY (comp, type)
);
CREATE TABLE IF NOT EXISTS pci_status (
    comp TEXT NOT NULL, status TEXT NOT NULL, name TEXT NOT NULL,
    pending_type TEXT NOT NULL CHECK (pending_type IN ('Pre-Pending', 'Pending', 'Approved', 'Rejected')),
    {_ROW}, PRIMARY KEY (comp, status)
);
CREATE TABLE IF NOT EXISTS pci (
    comp TEXT NOT NULL, job TEXT NOT NULL, number TEXT NOT NULL, type TEXT NOT NULL, name TEXT NOT NULL,
    reference_date TEXT NOT NULL, status TEXT NOT NULL, second_status TEXT, method TEXT NOT NULL, scope TEXT,
    posted TEXT, {_ROW}, PRIMARY KEY (comp, job, number)
);
CREATE TABLE IF NOT EXISTS pci_line (
    id INTEGER PRIMARY KEY AUTOINCREMENT, comp TEXT NOT NULL, master TEXT NOT NULL, job TEXT NOT NULL,
    number TEXT NOT NULL, phase TEXT NOT NULL, category TEXT NOT NULL, status TEXT, posting TEXT, amount INTEGER,
    estimated INTEGER, quoted INTEGER, wm TEXT, quantity INTEGER, rate INTEGER, name TEXT, billing INTEGER,
    bill_category TEXT, bill_code TEXT, bill_draw INTEGER, bill_changed TEXT, bill_name TEXT, {_ROW},
    FOREIGN KEY (comp, master, number) REFERENCES pci (comp, job, number)
);
CREATE INDEX IF NOT EXISTS pci_line_header ON pci_line (comp, master, number);
CREATE INDEX IF NOT EXISTS pci_line_key ON pci_line (comp, job, phase, category);
"""

_JOURNALS: Final = """
CREATE TABLE IF NOT EXISTS row_entry (
    id INTEGER PRIMARY KEY AUTOINCREMENT, comp TEXT NOT NULL, job TEXT NOT NULL, phase TEXT NOT NULL,
    category TEXT NOT NULL, moved_by INTEGER NOT NULL, writer TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS row_entry_key ON row_entry (comp, job, phase, category);
CREATE TABLE IF NOT EXISTS posting (
    id INTEGER PRIMARY KEY AUTOINCREMENT, comp TEXT NOT NULL, master TEXT NOT NULL, number TEXT NOT NULL,
    line INTEGER NOT NULL UNIQUE, job TEXT NOT NULL, phase TEXT NOT NULL, category TEXT NOT NULL, class TEXT NOT NULL,
    amount INTEGER NOT NULL, moved TEXT NOT NULL, day TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS posting_key ON posting (comp, job, phase, category);
CREATE TRIGGER IF NOT EXISTS posting_stays BEFORE DELETE ON posting
    BEGIN SELECT raise(ABORT, 'a posted PCI is never un-posted'); END;
CREATE TABLE IF NOT EXISTS token (ticket TEXT PRIMARY KEY, ends REAL NOT NULL, calls INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS held_write (
    id INTEGER PRIMARY KEY AUTOINCREMENT, method TEXT NOT NULL, path TEXT NOT NULL, query TEXT NOT NULL,
    headers TEXT NOT NULL, body BLOB NOT NULL
);
"""

#: Unposted lines by how near they are to the budget; a rejected one is nowhere, a posted one is on the row.
_VIEWS: Final = """
CREATE VIEW IF NOT EXISTS unposted_line AS
    SELECT l.*, s.pending_type FROM pci_line l
    JOIN pci h ON h.comp = l.comp AND h.job = l.master AND h.number = l.number
    JOIN pci_status s ON s.comp = h.comp AND s.status = h.status WHERE h.posted IS NULL;
CREATE VIEW IF NOT EXISTS budget_row AS
    SELECT r.*, j.status AS job_status, r.posted_internal + r.posted_external AS changes,
        r.entered + r.posted_original AS original,
        r.entered + r.posted_original + r.posted_internal + r.posted_external AS current,
        r.entered + r.posted_original + CASE WHEN j.status = 'P'
            AND (SELECT value FROM switch WHERE name = 'pending_budget_shows') = 'with_changes'
            THEN r.posted_internal + r.posted_external ELSE 0 END AS budget,
        coalesce((SELECT sum(amount) FROM unposted_line u WHERE u.comp = r.comp AND u.job = r.job
            AND u.phase = r.phase AND u.category = r.category AND u.pending_type IN ('Pending', 'Approved')), 0)
            AS pending,
        coalesce((SELECT sum(amount) FROM unposted_line u WHERE u.comp = r.comp AND u.job = r.job
            AND u.phase = r.phase AND u.category = r.category AND u.pending_type = 'Pre-Pending'), 0) AS prepending
    FROM job_category r JOIN job j ON j.comp = r.comp AND j.job = r.job WHERE j.visible = 'Y';
CREATE VIEW IF NOT EXISTS seen_job AS SELECT * FROM job WHERE visible = 'Y';
CREATE VIEW IF NOT EXISTS project AS
    SELECT comp, job, name, job AS project, status, started, transactions, bid, security, ctrl, contract,
        project_vuuid AS vuuid, created, creator, updated, updater FROM seen_job;
CREATE VIEW IF NOT EXISTS seen_phase AS
    SELECT p.* FROM job_phase p JOIN seen_job j ON j.comp = p.comp AND j.job = p.job;
CREATE VIEW IF NOT EXISTS seen_pci AS
    SELECT h.*, CASE WHEN h.posted IS NULL THEN 'UNPOSTED' ELSE 'POSTED' END AS posting,
        CASE WHEN s.pending_type = 'Approved' THEN 'Y' ELSE 'N' END AS approved
    FROM pci h JOIN seen_job j ON j.comp = h.comp AND j.job = h.job
    JOIN pci_status s ON s.comp = h.comp AND s.status = h.status;
CREATE VIEW IF NOT EXISTS seen_line AS
    SELECT l.*, h.posted IS NULL AS unposted,
        CASE WHEN h.posted IS NULL THEN coalesce(l.posting, 'UNPOSTED') ELSE 'POSTED' END AS shown_posting
    FROM pci_line l JOIN pci h ON h.comp = l.comp AND h.job = l.master AND h.number = l.number
    JOIN seen_job j ON j.comp = l.comp AND j.job = l.master;
CREATE VIEW IF NOT EXISTS seen_unposted_line AS SELECT * FROM seen_line WHERE unposted;
CREATE VIEW IF NOT EXISTS seen_posted_line AS SELECT * FROM seen_line WHERE NOT unposted;
"""

SCHEMA: Final = SWITCH_SCHEMA + CLOCK_SCHEMA + _MASTERS + _CHANGES + _JOURNALS + _VIEWS
