"""What an administrator sets up: a company with units, types and statuses, and jobs with phases and categories."""

from collections.abc import Iterable, Sequence
from typing import Final

from erp_bridge_cmic.simulator.access import make_credentials
from erp_bridge_cmic.simulator.company import COMPANY, COMPANY_NAME, fact
from erp_bridge_cmic.simulator.context import Context
from erp_bridge_cmic.simulator.lookups import TOP
from erp_bridge_core.contract import JobSetup
from erp_bridge_core.contract.errors import BadInput, Fault

LONGEST_JOB: Final = 10
LONGEST_CODE: Final = 16
LONGEST_UNIT: Final = 2

_UNITS: Final = (
    ("NA", "Not applicable"), ("EA", "Each"), ("LS", "Lump sum"), ("LF", "Linear foot"), ("SF", "Square foot"),
    ("SY", "Square yard"), ("CY", "Cubic yard"), ("TN", "Ton"), ("LB", "Pound"), ("GA", "Gallon"), ("HR", "Hour"),
    ("DY", "Day"), ("WK", "Week"), ("MO", "Month"), ("AC", "Acre"), ("CF", "Cubic foot"), ("LM", "Linear meter"),
    ("SM", "Square meter"), ("CM", "Cubic meter"),
)  # fmt: skip
#: Type codes, names, classes and masks as CMiC's documents have them by default; a site binds its own.
_TYPES: Final = (
    ("EXT", "External", "E", "COE********", "N"), ("INT", "Internal", "I", "COI********", "Y"),
    ("TFR", "Transfer", "T", "COT********", "N"), ("OBC", "Original budget", "O", "COO********", "Y"),
)  # fmt: skip
_STATUSES: Final = (
    ("PREPEND", "Pre-pending", "Pre-Pending"), ("PENDING", "Pending", "Pending"),
    ("APPROVED", "Approved", "Approved"), ("REJECTED", "Rejected", "Rejected"),
)  # fmt: skip


def sub_job_code(job: str, sub_job: str) -> str:
    """The job code that a sub job gets in CMiC, where a sub job is a job of its own below a control job.

    The control job's code, a hyphen, the sub job's code; without hyphens where that has more than ten characters; a
    code that begins with the control job's own stands as it is. Raises BadInput where none of these fits.
    """
    joined = sub_job if sub_job.startswith(job) and sub_job != job else f"{job}-{sub_job}"
    for code in (joined, joined.replace("-", "")):
        if len(code) <= LONGEST_JOB:
            return code
    raise BadInput(
        f"Sub job {sub_job} of job {job} gets no job code of at most {LONGEST_JOB} characters.",
        remedy="Give the job or the sub job a shorter code.",
    )


def set_up(context: Context, jobs: Sequence[JobSetup]) -> None:
    """Create what is missing; what is there stays as it is. Raises BadInput with every code that does not fit."""
    _check(jobs)
    make_credentials(context)
    add(context, "company", {"comp": COMPANY, "name": COMPANY_NAME})
    add(context, "access", {"comp": COMPANY, "user": fact(context.connection, "user")})
    for wm, name in _UNITS:
        add(context, "unit", {"wm": wm, "name": name})
    for status, name, pending_type in _STATUSES:
        values = {"comp": COMPANY, "status": status, "name": name, "pending_type": pending_type}
        add(context, "pci_status", values)
    for code, name, letter, mask, no_billing in _TYPES:
        values = {"comp": COMPANY, "type": code, "name": name, "class": letter, "mask": mask}
        add(context, "pci_type", values | {"own_numbers": "Y", "no_billing": no_billing})
    for setup in jobs:
        _set_up_job(context, setup)


def add(context: Context, table: str, values: dict[str, str]) -> bool:
    """Add a row unless it is there; whether it was added."""
    stamped = {**values, "created": context.moment, "creator": context.user}
    marks = ", ".join("?" * len(stamped))
    return bool(
        context.connection.execute(
            f"INSERT OR IGNORE INTO {table} ({', '.join(stamped)}) VALUES ({marks})",  # noqa: S608 - names are our own
            tuple(stamped.values()),
        ).rowcount
    )


def add_phase(context: Context, job: str, phase: str, name: str) -> None:
    """Put a phase on the company's master list, and on a job where one is named."""
    add(context, "master_phase", {"comp": COMPANY, "phase": phase, "name": name})
    if job:
        add(context, "job_phase", {"comp": COMPANY, "job": job, "phase": phase, "name": name})


def _set_up_job(context: Context, setup: JobSetup) -> None:
    codes = {"": setup.job} | {sub_job: sub_job_code(setup.job, sub_job) for sub_job, _ in setup.sub_jobs}
    add(context, "job", {"comp": COMPANY, "job": setup.job, "name": setup.name[:60], "ctrl": TOP})
    for sub_job, name in setup.sub_jobs:
        _add_sub_job(context, setup.job, codes[sub_job], name)
    for unit in setup.units:
        add(context, "unit", {"wm": unit, "name": unit})
    for category, name, kind in setup.categories:
        values = {"comp": COMPANY, "category": category, "name": name[:60], "type": kind}
        add(context, "master_category", values)
    for sub_job, phase, name in setup.cost_codes:
        add_phase(context, codes[sub_job], phase, name[:60])


def _add_sub_job(context: Context, control: str, code: str, name: str) -> None:
    add(context, "job", {"comp": COMPANY, "job": code, "name": name[:60], "ctrl": control})
    row = context.one("SELECT ctrl FROM job WHERE comp = ? AND job = ?", COMPANY, code)
    if row is not None and row["ctrl"] != control:
        raise BadInput(
            f"Job {code} stands below {row['ctrl']} already, so that it can't be a sub job of {control}.",
            remedy="Give the sub job another code.",
        )


def _check(jobs: Sequence[JobSetup]) -> None:
    faults = [fault for place, setup in enumerate(jobs) for fault in _faults(f"jobs[{place}]", setup)]
    if faults:
        raise BadInput("Some codes do not fit CMiC.", remedy="Give shorter or known codes.", faults=faults)


def _faults(where: str, setup: JobSetup) -> Iterable[Fault]:
    known = {"", *(sub_job for sub_job, _ in setup.sub_jobs)}
    if not 1 <= len(setup.job) <= LONGEST_JOB:
        yield Fault(f"{where}.job", f"a job code has 1 to {LONGEST_JOB} characters", value=setup.job)
    for unit in setup.units:
        if not 1 <= len(unit) <= LONGEST_UNIT:
            yield Fault(f"{where}.units", f"a WM code has 1 or {LONGEST_UNIT} characters", value=unit)
    codes = [("cost_codes", phase) for _, phase, _ in setup.cost_codes]
    for field, code in [*codes, *(("categories", category) for category, _, _ in setup.categories)]:
        if not 1 <= len(code) <= LONGEST_CODE:
            yield Fault(f"{where}.{field}", f"a code has 1 to {LONGEST_CODE} characters", value=code)
    for sub_job, _, _ in setup.cost_codes:
        if sub_job not in known:
            yield Fault(f"{where}.cost_codes", "the job has no such sub job", value=sub_job)
