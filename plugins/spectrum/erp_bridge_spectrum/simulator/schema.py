"""The tables of the simulated installation: masters, estimates, change requests, and what the services remember.

Costs are whole cents; quantities and hours whole hundredths. An original, the delta that AddPhase's current figures
made, and the lines of change requests are kept apart: the current estimate is their sum, never a column.
"""

from erp_bridge_core.simulation import CLOCK_SCHEMA, SWITCH_SCHEMA
from erp_bridge_spectrum.simulator.sql_views import VIEWS

_MASTERS = """
CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS company (company TEXT PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS job (
    company TEXT NOT NULL, job TEXT NOT NULL, description TEXT NOT NULL, status TEXT NOT NULL DEFAULT 'A',
    mask TEXT NOT NULL, fill TEXT NOT NULL, master_job TEXT NOT NULL DEFAULT '',
    customer TEXT NOT NULL DEFAULT '', contract TEXT NOT NULL DEFAULT '', price_method TEXT NOT NULL DEFAULT 'F',
    division TEXT NOT NULL DEFAULT '', project_manager TEXT NOT NULL DEFAULT '',
    superintendent TEXT NOT NULL DEFAULT '', estimator TEXT NOT NULL DEFAULT '',
    cost_center TEXT NOT NULL DEFAULT '', PRIMARY KEY (company, job)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS cost_type (
    company TEXT NOT NULL, cost_type TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL,
    PRIMARY KEY (company, cost_type)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS standard_phase (
    company TEXT NOT NULL, phase TEXT NOT NULL, description TEXT NOT NULL, PRIMARY KEY (company, phase)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS master (
    company TEXT NOT NULL, kind TEXT NOT NULL CHECK (kind IN ('unit', 'cost_center', 'work_comp', 'customer')),
    code TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (company, kind, code)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS contract (
    company TEXT NOT NULL, job TEXT NOT NULL, customer TEXT NOT NULL, contract TEXT NOT NULL,
    PRIMARY KEY (company, job, customer)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS billing_item (
    company TEXT NOT NULL, job TEXT NOT NULL, customer TEXT NOT NULL, item TEXT NOT NULL,
    PRIMARY KEY (company, job, customer, item)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS request_status (
    company TEXT NOT NULL, status TEXT NOT NULL, name TEXT NOT NULL,
    action_type INTEGER NOT NULL CHECK (action_type BETWEEN 1 AND 5), approved INTEGER NOT NULL,
    PRIMARY KEY (company, status)
) WITHOUT ROWID;
"""

_FIGURES = "\n".join(
    f"    {kind}_{figure} INTEGER NOT NULL DEFAULT 0,"
    for kind in ("original", "delta", "actual", "projected")
    for figure in ("cost", "quantity", "hours")
)

_ESTIMATES = f"""
CREATE TABLE IF NOT EXISTS phase (
    company TEXT NOT NULL, job TEXT NOT NULL, phase TEXT NOT NULL, description TEXT NOT NULL,
    PRIMARY KEY (company, job, phase)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS estimate (
    company TEXT NOT NULL, job TEXT NOT NULL, phase TEXT NOT NULL, cost_type TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'A', unit TEXT NOT NULL DEFAULT '', price_method TEXT NOT NULL DEFAULT '',
    bid_item TEXT NOT NULL DEFAULT '', alternate TEXT NOT NULL DEFAULT '', work_comp TEXT NOT NULL DEFAULT '',
    cost_center TEXT NOT NULL DEFAULT '', completed TEXT NOT NULL DEFAULT '',
{_FIGURES}
    original_writes INTEGER NOT NULL DEFAULT 0, change_writes INTEGER NOT NULL DEFAULT 0,
    operator TEXT NOT NULL DEFAULT '', PRIMARY KEY (company, job, phase, cost_type)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS change_request (
    company TEXT NOT NULL, job TEXT NOT NULL, customer TEXT NOT NULL, number TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '', status TEXT NOT NULL, reimbursable TEXT NOT NULL DEFAULT 'N',
    originated TEXT NOT NULL, approved TEXT NOT NULL DEFAULT '', fee_percent INTEGER NOT NULL DEFAULT 0,
    fee_amount INTEGER NOT NULL DEFAULT 0, change_order TEXT NOT NULL DEFAULT '', billing_item TEXT NOT NULL DEFAULT '',
    details TEXT NOT NULL DEFAULT '{{}}', operator TEXT NOT NULL, PRIMARY KEY (company, job, customer, number)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS change_line (
    company TEXT NOT NULL, job TEXT NOT NULL, customer TEXT NOT NULL, number TEXT NOT NULL,
    phase TEXT NOT NULL, cost_type TEXT NOT NULL, subcontractor TEXT NOT NULL DEFAULT '',
    subcontract TEXT NOT NULL DEFAULT '', sub_group TEXT NOT NULL DEFAULT '', sub_item TEXT NOT NULL DEFAULT '',
    quantity INTEGER NOT NULL DEFAULT 0, hours INTEGER NOT NULL DEFAULT 0, amount INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (company, job, customer, number, phase, cost_type, subcontractor, subcontract, sub_group, sub_item),
    FOREIGN KEY (company, job, customer, number) REFERENCES change_request
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS change_line_job ON change_line (company, job, phase, cost_type);
"""

_SERVICE = """
CREATE TABLE IF NOT EXISTS authorization (
    id TEXT PRIMARY KEY, status TEXT NOT NULL DEFAULT 'Active', services TEXT NOT NULL DEFAULT 'ALL',
    companies TEXT NOT NULL DEFAULT 'ALL', default_company TEXT NOT NULL DEFAULT '',
    operator TEXT NOT NULL DEFAULT '', jobs TEXT NOT NULL DEFAULT 'ALL'
);
CREATE TABLE IF NOT EXISTS guid (
    method TEXT NOT NULL, guid TEXT NOT NULL, authorization TEXT NOT NULL, first_used REAL NOT NULL,
    PRIMARY KEY (method, guid)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS token (token TEXT PRIMARY KEY, ends REAL NOT NULL);
CREATE TABLE IF NOT EXISTS late_write (number INTEGER PRIMARY KEY AUTOINCREMENT, body BLOB NOT NULL);
"""

SCHEMA = SWITCH_SCHEMA + CLOCK_SCHEMA + _MASTERS + _ESTIMATES + _SERVICE + VIEWS
