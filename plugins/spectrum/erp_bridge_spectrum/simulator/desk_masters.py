"""The desk's acts on masters: jobs and their masks, companies, contracts, cost types, units and other codes."""

from collections.abc import Sequence
from pathlib import Path
from sqlite3 import Connection

from erp_bridge_core.contract import DeskCommand
from erp_bridge_core.contract.errors import BadInput, NotFound
from erp_bridge_spectrum.simulator import masters, typed
from erp_bridge_spectrum.simulator.company import COMPANY, Installation, held_job
from erp_bridge_spectrum.simulator.masks import FILLS, LONGEST, bare, sample
from erp_bridge_spectrum.simulator.typed import command, needed, optional

_LENGTHS = {"unit": 3, "cost_center": 10, "work_comp": 6, "customer": 10}


def list_jobs(home: Path) -> Sequence[str]:
    """All jobs with status, mask, customer and contract."""
    with Installation(home).reading() as connection:
        return [
            f"{row['company']:<3}  {row['job']:<10}  {row['status']}  mask {row['mask']} (fill {row['fill']})  "
            f"customer {row['customer'] or '-'}  contract {row['contract'] or '-'}  {row['description']}"
            for row in connection.execute("SELECT * FROM job ORDER BY company, job")
        ]


def add_company(home: Path, *, company: str, name: str) -> Sequence[str]:
    """Make a company."""
    typed.code("company", company, 3)
    with Installation(home).writing() as connection:
        masters.add_company(connection, company, name)
    return [f"There is a company {company}."]


def add_job(home: Path, *, job: str, name: str, mask: str, master: str = "", company: str = COMPANY) -> Sequence[str]:
    """Make a job."""
    typed.code("job", job, 10)
    with Installation(home).writing() as connection:
        _held_company(connection, company)
        masters.add_job(connection, company, job, name, [sample(_mask(mask))])
        connection.execute("UPDATE job SET master_job = ? WHERE company = ? AND job = ?", (master, company, job))
    return [f"Company {company} has job {job}."]


def set_mask(home: Path, *, job: str, mask: str, fill: str = "none", company: str = COMPANY) -> Sequence[str]:
    """Give a job another phase mask and fill."""
    typed.one_of("fill", fill, FILLS)
    with Installation(home).writing() as connection:
        held = held_job(connection, company, job)["job"]
        connection.execute(
            "UPDATE job SET mask = ?, fill = ? WHERE company = ? AND job = ?", (_mask(mask), fill, company, held)
        )
    return [f"Job {job} has mask {mask} and fill {fill}."]


def contract(home: Path, *, job: str, customer: str = "", company: str = COMPANY) -> Sequence[str]:
    """Give a job a customer's contract, or take its contracts away."""
    with Installation(home).writing() as connection:
        held = held_job(connection, company, job)["job"]
        if customer:
            typed.code("customer", customer, 10)
            masters.add_masters(connection, company, "customer", [(customer, customer)])
            masters.add_contract(connection, company, held, customer)
        else:
            connection.execute("DELETE FROM contract WHERE company = ? AND job = ?", (company, held))
        connection.execute(
            "UPDATE job SET customer = ?, contract = ? WHERE company = ? AND job = ?",
            (customer, held if customer else "", company, held),
        )
    return [f"Job {job} has {f'a contract of customer {customer}' if customer else 'no contract'}."]


def add_cost_type(
    home: Path, *, cost_type: str, name: str, kind: str = "other", company: str = COMPANY
) -> Sequence[str]:
    """Put a cost type into its master."""
    typed.code("cost_type", cost_type, 3)
    typed.one_of("kind", kind, masters.KINDS)
    with Installation(home).writing() as connection:
        _held_company(connection, company)
        masters.add_cost_types(connection, company, [(cost_type, name, kind)])
    return [f"Cost type {cost_type} is in the master."]


def add_code(home: Path, *, kind: str, code: str, name: str = "", company: str = COMPANY) -> Sequence[str]:
    """Put a code into the master of units, cost centers, workers' compensation codes or customers."""
    typed.code("code", code, _LENGTHS[typed.one_of("kind", kind, tuple(_LENGTHS))])
    with Installation(home).writing() as connection:
        _held_company(connection, company)
        masters.add_masters(connection, company, kind, [(code, name or code)])
    return [f"{code} is in the master of kind {kind}."]


def _mask(mask: str) -> str:
    if not bare(mask) or set(mask) - set("9X-") or len(bare(mask)) > LONGEST:
        raise BadInput(
            f"{mask!r} is no mask.", remedy="Write 9 for a digit, X for any sign, - between groups; 20 signs."
        )
    return mask


def _held_company(connection: Connection, company: str) -> None:
    if connection.execute("SELECT 1 FROM company WHERE company = ?", (company,)).fetchone() is None:
        raise NotFound(f"There is no company {company}.", remedy="Make it first, or give another one.")


_JOB = needed("job", "job")
_MASK = needed("mask", "mask: 9 a digit, X any sign, - between groups")
_COMPANY = optional("company", f"company; {COMPANY} by default")
COMMANDS: tuple[DeskCommand, ...] = (
    command("jobs", "List the jobs", list_jobs),
    command("add-company", "Make a company", add_company, needed("company", "company"), needed("name", "name")),
    command("add-job", "Make a job", add_job, _JOB, needed("name", "name"), _MASK,
            optional("master", "master job"), _COMPANY),
    command("mask", "Give a job another phase mask", set_mask, _JOB, _MASK,
            optional("fill", "zeros that fill a short phase: none (the default), leading or trailing"), _COMPANY),
    command("contract", "Give a job a customer's contract, or take it away", contract, _JOB,
            optional("customer", "customer; left out: none"), _COMPANY),
    command("add-cost-type", "Put a cost type into the master", add_cost_type, needed("cost_type", "cost type"),
            needed("name", "name"), optional("kind", f"one of {', '.join(masters.KINDS)}"), _COMPANY),
    command("add-code", "Put a unit, cost center, workers' compensation code or customer into its master", add_code,
            needed("kind", f"one of {', '.join(_LENGTHS)}"), needed("code", "code"), optional("name", "name"),
            _COMPANY),
)  # fmt: skip
