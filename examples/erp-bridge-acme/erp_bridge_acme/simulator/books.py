"""The simulated company's books: jobs with their masters, and entries of lines that count once they are posted."""

import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from sqlite3 import Connection, Row
from typing import Any, Final

from erp_bridge_core.contract import JobSetup
from erp_bridge_core.contract.errors import NotFound
from erp_bridge_core.simulation import SWITCH_SCHEMA, StateFile, Switch, Switches

COMPANY: Final = "SIM"
#: Decimals of amounts and of quantities.
CENTS: Final = 2
PARTS: Final = 4
#: What goes wrong with a write strikes once; what goes wrong with reads lasts.
SWITCHES: Final = Switches(
    [
        Switch(name="write", default="", help="What befalls the next write"),
        Switch(name="capped", default="no", choices=("yes", "no"), help="Lists are cut short without a word"),
        Switch(name="hidden", default="no", choices=("yes", "no"), help="The last row of a list is not seen"),
    ]
)
SCHEMA: Final = f"""
CREATE TABLE IF NOT EXISTS token (token TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS job (job TEXT PRIMARY KEY, name TEXT NOT NULL, status TEXT NOT NULL DEFAULT 'open');
CREATE TABLE IF NOT EXISTS sub_job (job TEXT, code TEXT, name TEXT, PRIMARY KEY (job, code));
CREATE TABLE IF NOT EXISTS cost_code (job TEXT, sub_job TEXT, code TEXT, name TEXT, PRIMARY KEY (job, sub_job, code));
CREATE TABLE IF NOT EXISTS category (code TEXT PRIMARY KEY, name TEXT, kind TEXT);
CREATE TABLE IF NOT EXISTS entry (
  entry INTEGER PRIMARY KEY, job TEXT NOT NULL, reference TEXT UNIQUE, revision TEXT, status TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS line (
  entry INTEGER NOT NULL, line INTEGER NOT NULL, sub_job TEXT NOT NULL, cost_code TEXT NOT NULL,
  category TEXT NOT NULL, amount INTEGER NOT NULL, description TEXT NOT NULL, quantity INTEGER, unit TEXT NOT NULL,
  refused TEXT NOT NULL DEFAULT '', PRIMARY KEY (entry, line));
CREATE INDEX IF NOT EXISTS entry_job ON entry (job);
{SWITCH_SCHEMA}
"""
#: Per key: what is posted and what is not, original and changes apart, in cents, and how many lines made it up.
FIGURES: Final = """
SELECT sub_job, cost_code, category, max(description) AS description, max(unit) AS unit, sum(quantity) AS quantity,
  sum(amount * (status = 'posted' AND revision IS NULL)) AS original,
  sum(amount * (status = 'posted' AND revision IS NOT NULL)) AS changes,
  sum(amount * (status = 'unposted' AND revision IS NULL)) AS unposted_original,
  sum(amount * (status = 'unposted' AND revision IS NOT NULL)) AS unposted_changes,
  sum(status = 'posted' AND revision IS NULL) AS original_lines,
  sum(status = 'posted' AND revision IS NOT NULL) AS change_lines
FROM line JOIN entry USING (entry) WHERE job = ? AND refused = '' AND status IN ('posted', 'unposted')
GROUP BY sub_job, cost_code, category ORDER BY sub_job, cost_code, category"""
ADD_LINE: Final = """
INSERT INTO line (entry, line, sub_job, cost_code, category, amount, description, quantity, unit, refused)
VALUES (:entry, :line, :sub_job, :cost_code, :category, :amount, :description, :quantity, :unit, :refused)"""


def books_of(home: Path) -> StateFile:
    """The file that a simulated company's books are kept in."""
    return StateFile(home / "books.sqlite3", SCHEMA)


def set_up(connection: Connection, jobs: Iterable[JobSetup]) -> None:
    """Add the jobs and masters that are missing, and a token for the service's user."""
    if connection.execute("SELECT 1 FROM token").fetchone() is None:
        connection.execute("INSERT INTO token VALUES (?)", (secrets.token_urlsafe(24),))
    for job in jobs:
        connection.execute("INSERT OR IGNORE INTO job (job, name) VALUES (?, ?)", (job.job, job.name))
        sub_jobs = [(job.job, *sub_job) for sub_job in job.sub_jobs]
        connection.executemany("INSERT OR IGNORE INTO sub_job VALUES (?, ?, ?)", sub_jobs)
        cost_codes = [(job.job, *cost_code) for cost_code in job.cost_codes]
        connection.executemany("INSERT OR IGNORE INTO cost_code VALUES (?, ?, ?, ?)", cost_codes)
        connection.executemany("INSERT OR IGNORE INTO category VALUES (?, ?, ?)", job.categories)


def held_job(connection: Connection, job: str) -> Row:
    """A job; raises NotFound."""
    found: Row | None = connection.execute("SELECT * FROM job WHERE job = ?", (job,)).fetchone()
    if found is None:
        raise NotFound(f"There is no job {job}.", remedy="Name one that was set up.")
    return found


def enter(connection: Connection, lines: Iterable[Mapping[str, Any]], **entry: str | None) -> int:
    """Keep an entry with its lines, amounts and quantities in whole units; answers its number."""
    added = connection.execute(
        "INSERT INTO entry (job, reference, revision, status) VALUES (:job, :reference, :revision, :status)"
        " RETURNING entry",
        {"reference": None, "revision": None, **entry},
    )
    number = int(added.fetchone()["entry"])
    connection.executemany(ADD_LINE, [{"refused": "", **line, "entry": number} for line in lines])
    return number


def move(connection: Connection, job: str, *, before: str, after: str) -> int:
    """Give the entries of a job that have one status another one; answers how many."""
    held_job(connection, job)
    done = connection.execute("UPDATE entry SET status = ? WHERE job = ? AND status = ?", (after, job, before))
    return done.rowcount
