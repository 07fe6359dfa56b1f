"""Masters as an administrator makes them: jobs, extras, cost codes, and the company's standard lists."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from erp_bridge_core.contract import JobSetup
from erp_bridge_core.contract.errors import BadInput, Fault, NotFound
from erp_bridge_sage300.simulator import codes
from erp_bridge_sage300.simulator.company import changed

#: Names and descriptions take 30 characters; a person can type no more into the field.
NAME_LENGTH: Final = 30
ACCUMULATIONS: Final = ("Labor", "Material", "Subcontract", "Equipment", "Overhead", "Other")


def add_job(connection: sqlite3.Connection, job: str, name: str, *, status: str = "In progress") -> None:
    """Make a job unless the company has it."""
    connection.execute(
        "INSERT OR IGNORE INTO job (job, bare, name, status) VALUES (?, ?, ?, ?)",
        (job, codes.bare(job), name[:NAME_LENGTH], status),
    )


def add_extra(connection: sqlite3.Connection, job: str, extra: str, name: str) -> None:
    """Make an extra under a job unless it is there."""
    connection.execute(
        "INSERT OR IGNORE INTO extra (job, extra, name) VALUES (?, ?, ?)", (job, extra, name[:NAME_LENGTH])
    )


def check_extra(connection: sqlite3.Connection, job: str, extra: str) -> None:
    """Raise NotFound unless the job has that extra; blank means the job itself."""
    known = "SELECT 1 FROM extra WHERE job = ? AND extra = ?"
    if extra and connection.execute(known, (job, extra)).fetchone() is None:
        raise NotFound(f"Job {job} has no extra {extra}.", remedy="Show the job and give one of its extras.")


def add_standard_codes(connection: sqlite3.Connection, rows: Iterable[tuple[str, str]]) -> None:
    """Put cost codes (code, name) on the standard list unless they are there."""
    connection.executemany(
        "INSERT OR IGNORE INTO standard_cost_code (code, bare, name) VALUES (?, ?, ?)",
        ((code, codes.bare(code), name[:NAME_LENGTH]) for code, name in rows),
    )


def add_cost_codes(connection: sqlite3.Connection, job: str, rows: Iterable[tuple[str, str, str]]) -> None:
    """Put cost codes (extra, code, name) under a job or its extras unless they are there."""
    connection.executemany(
        "INSERT OR IGNORE INTO cost_code (job, extra, code, bare, name) VALUES (?, ?, ?, ?, ?)",
        ((job, extra, code, codes.bare(code), name[:NAME_LENGTH]) for extra, code, name in rows),
    )


def add_standard_categories(connection: sqlite3.Connection, rows: Iterable[tuple[str, str, str]]) -> None:
    """Put categories (code, name, kind) on the standard list; the kind is the accumulation type in any case."""
    connection.executemany(
        "INSERT OR IGNORE INTO standard_category (category, name, accumulation) VALUES (?, ?, ?)",
        ((category, name[:NAME_LENGTH], kind.capitalize()) for category, name, kind in rows),
    )


def add_categories(connection: sqlite3.Connection, keys: Iterable[Sequence[object]]) -> None:
    """Put category records (job, extra, cost code, category) under their cost codes, named as the standard ones."""
    connection.executemany(
        """INSERT OR IGNORE INTO category (job, extra, code, category, name)
           SELECT ?1, ?2, ?3, category, name FROM standard_category WHERE category = ?4""",
        keys,
    )


def set_up(connection: sqlite3.Connection, setups: Sequence[JobSetup]) -> None:
    """Make whatever of the jobs is missing, every code on the standard list as well, where Sage wants it born.

    Raises BadInput with every code that does not fit its field, every unknown kind and every unknown extra.
    """
    faults = [fault for number, setup in enumerate(setups) for fault in _faults(f"jobs[{number}]", setup)]
    if faults:
        raise BadInput("The jobs can't be set up in Sage.", faults=faults, remedy="Correct them; nothing was made.")
    for setup in setups:
        add_job(connection, setup.job, setup.name)
        for extra, name in setup.sub_jobs:
            add_extra(connection, setup.job, extra, name)
        held = [(extra, codes.stored(connection, code), name) for extra, code, name in setup.cost_codes]
        add_standard_codes(connection, [(code, name) for _, code, name in held])
        add_cost_codes(connection, setup.job, held)
        add_standard_categories(connection, setup.categories)
    changed(connection)


def _faults(where: str, setup: JobSetup) -> Iterator[Fault]:
    known = {"", *(extra for extra, _ in setup.sub_jobs)}
    misfits = [(f"{where}.job", codes.job_misfit(setup.job))]
    misfits += [(f"{where}.sub_jobs[{n}]", codes.extra_misfit(row[0])) for n, row in enumerate(setup.sub_jobs)]
    misfits += [(f"{where}.categories[{n}]", codes.category_misfit(row[0])) for n, row in enumerate(setup.categories)]
    for number, (extra, code, _) in enumerate(setup.cost_codes):
        misfits.append((f"{where}.cost_codes[{number}]", codes.cost_code_misfit(code)))
        if extra not in known:
            yield Fault(f"{where}.cost_codes[{number}]", "the job has no such extra", value=extra)
    for number, (_, _, kind) in enumerate(setup.categories):
        if kind.capitalize() not in ACCUMULATIONS:
            wanted = ", ".join(ACCUMULATIONS).lower()
            yield Fault(f"{where}.categories[{number}]", "no accumulation type", value=kind, expected=wanted)
    yield from (Fault(place, misfit) for place, misfit in misfits if misfit)
