"""Masters as an administrator makes them: companies, jobs with mask, customer and contract, cost types, units."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from erp_bridge_core.contract import JobSetup
from erp_bridge_core.contract.errors import BadInput, Fault
from erp_bridge_spectrum.simulator.company import COMPANY, find_job
from erp_bridge_spectrum.simulator.masks import bare, choose_fill, fit_phase, make_mask, sample
from erp_bridge_spectrum.simulator.requests import STATUSES
from erp_bridge_spectrum.simulator.switches import SWITCHES
from erp_bridge_spectrum.simulator.typed import code_misfit

DESCRIPTION: Final = 25
CUSTOMER: Final = "OWNER"
BILLING_ITEM: Final = "1"
KINDS: Final = ("labor", "material", "subcontract", "equipment", "overhead", "other")
#: Units that every simulated company has; a job's set-up names what else it needs.
UNITS: Final = (
    "EA", "LS", "LF", "SF", "SY", "CF", "CY", "AC", "FT", "IN", "MI", "TON", "LB", "GAL", "HR", "DAY", "WK", "MO",
    "YR", "SET", "BF", "SQ", "PR", "STA", "LOT",
)  # fmt: skip


def set_up(connection: sqlite3.Connection, jobs: Sequence[JobSetup]) -> None:
    """Make the company and the jobs, or what is missing of them; raises BadInput with everything that does not fit.

    No phase is made: a budget brings them. Sub jobs are passed over, since Spectrum has none.
    """
    faults = list(_find_faults(jobs))
    if faults:
        raise BadInput("The jobs do not fit Spectrum.", faults=faults, remedy="Shorten the codes, or map them.")
    add_company(connection, COMPANY, "Simulated Construction")
    for job in jobs:
        add_cost_types(connection, COMPANY, job.categories)
        add_masters(connection, COMPANY, "unit", ((unit, unit) for unit in job.units))
        codes = [code for _, code, _ in job.cost_codes]
        add_job(connection, COMPANY, job.job, job.name, codes)
        connection.executemany(
            "INSERT OR IGNORE INTO standard_phase VALUES (?, ?, ?)",
            ((COMPANY, bare(code), name[:DESCRIPTION]) for _, code, name in job.cost_codes),
        )


def add_company(connection: sqlite3.Connection, company: str, name: str) -> None:
    """Make a company with its standard units, one customer and the change request statuses, unless it is there."""
    connection.execute("INSERT OR IGNORE INTO company VALUES (?, ?)", (company, name))
    add_masters(connection, company, "unit", ((unit, unit) for unit in UNITS))
    add_masters(connection, company, "customer", [(CUSTOMER, "Owner")])
    connection.executemany(
        "INSERT OR IGNORE INTO request_status VALUES (?, ?, ?, ?, ?)", ((company, *status) for status in STATUSES)
    )


def add_masters(connection: sqlite3.Connection, company: str, kind: str, rows: Iterable[tuple[str, str]]) -> None:
    """Put codes (code, name) into a master (unit, cost_center, work_comp, customer) unless they are there."""
    connection.executemany(
        "INSERT OR IGNORE INTO master VALUES (?, ?, ?, ?)",
        ((company, kind, code, name[:DESCRIPTION]) for code, name in rows),
    )


def add_cost_types(connection: sqlite3.Connection, company: str, rows: Iterable[tuple[str, str, str]]) -> None:
    """Put cost types (code, name, kind) into their master unless they are there."""
    connection.executemany(
        "INSERT OR IGNORE INTO cost_type VALUES (?, ?, ?, ?)",
        ((company, code, name[:DESCRIPTION], kind) for code, name, kind in rows),
    )


def add_job(connection: sqlite3.Connection, company: str, job: str, name: str, codes: Sequence[str]) -> None:
    """Make an Active fixed-price job with its own mask for these phases, a customer and a contract.

    A job that is there keeps all it has; its mask is widened where a phase does not fit.
    """
    held = find_job(connection, company, job)
    if held is not None:
        codes = [*codes, sample(held["mask"])]
    mask, fill = make_mask(codes), choose_fill(codes, SWITCHES.get(connection, "phase_fill"))
    if held is None:
        connection.execute(
            "INSERT INTO job (company, job, description, mask, fill, customer, contract) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (company, job, name[:DESCRIPTION], mask or "9" * 10, fill, CUSTOMER, job),
        )
        add_contract(connection, company, job, CUSTOMER)
    elif any(fit_phase(bare(code), held["mask"], held["fill"]) != bare(code) for code in codes):
        connection.execute(
            "UPDATE job SET mask = ?, fill = ? WHERE company = ? AND job = ?", (mask, fill, company, job)
        )


def add_contract(connection: sqlite3.Connection, company: str, job: str, customer: str) -> None:
    """Give a job a contract of a customer, with one billing item, unless it has it."""
    connection.execute("INSERT OR IGNORE INTO contract VALUES (?, ?, ?, ?)", (company, job, customer, job))
    connection.execute("INSERT OR IGNORE INTO billing_item VALUES (?, ?, ?, ?)", (company, job, customer, BILLING_ITEM))


def tell_masters(connection: sqlite3.Connection, company: str) -> dict[str, object]:
    """What an administrator would tell whoever connects: no service lists cost types, units, or the jobs' masks."""
    jobs = connection.execute("SELECT job, mask FROM job WHERE company = ?", (company,))
    types = connection.execute("SELECT cost_type, name FROM cost_type WHERE company = ? ORDER BY 1", (company,))
    units = connection.execute("SELECT code FROM master WHERE company = ? AND kind = 'unit' ORDER BY 1", (company,))
    return {
        "phase_masks": {row["job"]: row["mask"] for row in jobs},
        "cost_types": {row["cost_type"]: row["name"] for row in types},
        "units": [row["code"] for row in units],
    }


def _find_faults(jobs: Sequence[JobSetup]) -> Iterator[Fault]:
    for number, job in enumerate(jobs):
        codes = [
            ("job", job.job, 10),
            *((f"cost_codes[{at}]", bare(code), 20) for at, (_, code, _) in enumerate(job.cost_codes)),
            *((f"categories[{at}]", code, 3) for at, (code, _, _) in enumerate(job.categories)),
            *((f"units[{at}]", unit, 3) for at, unit in enumerate(job.units)),
        ]
        for where, code, length in codes:
            misfit = code_misfit(code, length)
            if misfit:
                yield Fault(f"jobs[{number}].{where}", misfit, value=code)
        for at, (_, _, kind) in enumerate(job.categories):
            if kind not in KINDS:
                yield Fault(
                    f"jobs[{number}].categories[{at}]",
                    "unknown kind",
                    value=kind,
                    expected=f"one of {', '.join(KINDS)}",
                )
