"""Codes as the simulated company holds them: found in either form, formatted by the section lengths of the company."""

import re
import sqlite3
from typing import Final

from erp_bridge_core.contract.errors import NotFound
from erp_bridge_sage300.simulator.switches import SWITCHES

_SEPARATORS: Final = re.compile(r"[-./ ]")


def bare(code: str) -> str:
    """A code without the separators of its sections."""
    return _SEPARATORS.sub("", code)


def stored(connection: sqlite3.Connection, code: str) -> str:
    """The form in which a new cost code is held: bare, or formatted by the company's sections where it has any."""
    if SWITCHES.get(connection, "stored_form") == "bare":
        return bare(code)
    sections = [int(length) for length in SWITCHES.get(connection, "code_sections").split("-") if length]
    plain = bare(code)
    if code != plain or sum(sections) != len(plain):
        return code
    return "-".join(_cut(plain, sections))


def _cut(code: str, lengths: list[int]) -> list[str]:
    ends = [sum(lengths[: count + 1]) for count in range(len(lengths))]
    return [code[end - length : end] for length, end in zip(lengths, ends, strict=True)]


def find_job(connection: sqlite3.Connection, job: str) -> str | None:
    """The job's code as held, found as given or without separators."""
    rows = connection.execute("SELECT job FROM job WHERE job = ? OR bare = ?", (job, bare(job))).fetchall()
    return _pick([row[0] for row in rows], job)


def held_job(connection: sqlite3.Connection, job: str) -> str:
    """The job's code as held; raises NotFound for a job that the company does not have."""
    found = find_job(connection, job)
    if found is None:
        raise NotFound(f"Sage has no job {job}.", remedy="List the jobs and give one of them.")
    return found


def find_cost_code(connection: sqlite3.Connection, job: str, extra: str, code: str) -> sqlite3.Row | None:
    """The cost code of a job (or of its extra) as held: its code and whether it is a group code."""
    # Without the hint SQLite takes the primary key and reads all codes of the job for each record of a file.
    rows = connection.execute(
        "SELECT code, group_code FROM cost_code INDEXED BY cost_code_bare WHERE job = ? AND extra = ? AND bare = ?",
        (job, extra, bare(code)),
    ).fetchall()
    return _pick_row(rows, code)


def find_standard(connection: sqlite3.Connection, code: str) -> sqlite3.Row | None:
    """The standard cost code as held: its code, name, and whether it is a group code."""
    rows = connection.execute(
        "SELECT code, name, group_code FROM standard_cost_code WHERE bare = ?", (bare(code),)
    ).fetchall()
    return _pick_row(rows, code)


def _pick(codes: list[str], code: str) -> str | None:
    if code in codes:
        return code
    return codes[0] if len(codes) == 1 else None


def _pick_row(rows: list[sqlite3.Row], code: str) -> sqlite3.Row | None:
    picked = _pick([row["code"] for row in rows], code)
    return next((row for row in rows if row["code"] == picked), None)


def misfit(what: str, code: str, *, bare_length: int, formatted_length: int) -> str | None:
    """Why a code does not fit Sage's field, or None: database columns count bare characters, files formatted ones."""
    if not code:
        return f"{what} is blank"
    if len(code) > formatted_length or len(bare(code)) > bare_length:
        return f"{what} {code!r} is longer than {bare_length} characters ({formatted_length} with separators)"
    return None


def job_misfit(job: str) -> str | None:
    """Why a job code does not fit (10 bare, 12 formatted), or None."""
    return misfit("Job", job, bare_length=10, formatted_length=12)


def extra_misfit(extra: str) -> str | None:
    """Why an extra's code does not fit (10), or None."""
    return misfit("Extra", extra, bare_length=10, formatted_length=10)


def cost_code_misfit(code: str) -> str | None:
    """Why a cost code does not fit (12 bare, 13 formatted), or None."""
    return misfit("Cost code", code, bare_length=12, formatted_length=13)


def category_misfit(category: str) -> str | None:
    """Why a category's code does not fit (3), or None."""
    return misfit("Category", category, bare_length=3, formatted_length=3)
