"""The desk's acts on jobs: their states, their codes, their budget rows, and the Cost Status Query."""

from collections.abc import Sequence
from pathlib import Path
from sqlite3 import Connection

from erp_bridge_cmic.simulator import books, office
from erp_bridge_cmic.simulator.company import COMPANY, Company
from erp_bridge_cmic.simulator.desk_words import command, flag, needed, optional
from erp_bridge_cmic.simulator.lookups import TOP
from erp_bridge_cmic.simulator.masters import LONGEST_JOB, add, add_phase
from erp_bridge_cmic.simulator.resources import BY_NAME
from erp_bridge_core.contract import DeskCommand
from erp_bridge_core.contract.errors import BadInput, NotFound
from erp_bridge_core.simulation import today

_STATUSES = {"P": "pending", "I": "in process", "C": "closed"}


def list_jobs(home: Path) -> Sequence[str]:
    """All jobs with control job and status."""
    with Company(home).reading() as connection:
        return [
            f"{row['job']:<10}  below {row['ctrl']:<10}  {_STATUSES[row['status']]:<10}  {row['name']}"
            for row in connection.execute("SELECT * FROM job ORDER BY job")
        ]


def cost_status(home: Path, *, job: str) -> Sequence[str]:
    """The Cost Status Query of a job and its sub jobs."""
    with Company(home).reading() as connection:
        return [
            f"{row_job} / {phase} / {category}: original {original}, posted internal and transfer {internal}, "
            f"posted external {external}, current {current}, pending {pending}, pre-pending {prepending}"
            for row_job, phase, category, original, internal, external, current, pending, prepending in (
                books.cost_status(connection, job)
            )
        ]


def start(home: Path, *, job: str) -> Sequence[str]:
    """Start a pending job, which freezes its original budget."""
    with Company(home).writing() as connection:
        if books.check_job(connection, job)["status"] != "P":
            raise BadInput(f"Job {job} is not pending.", remedy="Start a pending job.")
        day = today(connection).isoformat()
        connection.execute("UPDATE job SET status = 'I', started = ? WHERE comp = ? AND job = ?", (day, COMPANY, job))
    return [f"Job {job} is in process; its original budget is frozen."]


def close(home: Path, *, job: str) -> Sequence[str]:
    """Close a job."""
    return _set(home, job, "status", "C", f"Job {job} is closed.")


def reopen(home: Path, *, job: str) -> Sequence[str]:
    """Reopen a closed job, as in process where it was started and as pending where it was not."""
    with Company(home).writing() as connection:
        status = "I" if books.check_job(connection, job)["started"] else "P"
        connection.execute("UPDATE job SET status = ? WHERE comp = ? AND job = ?", (status, COMPANY, job))
    return [f"Job {job} is {_STATUSES[status]}."]


def allow_transactions(home: Path, *, job: str, allowed: str) -> Sequence[str]:
    """Set a job's flag *Allow Transactions*."""
    return _set(home, job, "transactions", flag("allowed", allowed), f"Transactions on job {job}: {allowed}.")


def allow_pci(home: Path, *, job: str, allowed: str) -> Sequence[str]:
    """Set a job's flag *Allow PCI Entry*."""
    return _set(home, job, "pci", flag("allowed", allowed), f"PCI entry on job {job}: {allowed}.")


def show_to_service(home: Path, *, job: str, visible: str) -> Sequence[str]:
    """Put a job into the service account's security group, or take it out."""
    return _set(home, job, "visible", flag("visible", visible), f"Job {job} is visible to the service: {visible}.")


def make_job(home: Path, *, job: str, name: str = "", control: str = TOP) -> Sequence[str]:
    """Make a pending job, below a control job where one is named."""
    if len(job) > LONGEST_JOB:
        raise BadInput(f"Job code {job} is longer than {LONGEST_JOB} characters.", remedy="Give a shorter code.")
    with Company(home).writing() as connection:
        if control != TOP:
            books.check_job(connection, control)
        values = {"comp": COMPANY, "job": job, "name": name or job, "ctrl": control}
        made = add(office.at_screen(connection), "job", values)
    return [f"Job {job} is {'pending' if made else 'there already'}."]


def make_phase(home: Path, *, phase: str, name: str = "", job: str = "") -> Sequence[str]:
    """Put a phase on the master list, and on a job where one is named."""
    with Company(home).writing() as connection:
        if job:
            books.check_job(connection, job)
        add_phase(office.at_screen(connection), job, phase, name or phase)
    return [f"Phase {phase} is on the master list{f' and on job {job}' if job else ''}."]


def make_category(home: Path, *, category: str, name: str = "", control: str = "ALL") -> Sequence[str]:
    """Put a category on the master list, below a control category where one is named; there are two levels at most."""
    with Company(home).writing() as connection:
        above = connection.execute(
            "SELECT ctrl FROM master_category WHERE comp = ? AND category = ?", (COMPANY, control)
        ).fetchone()
        if control != "ALL" and (above is None or above["ctrl"] != "ALL"):
            raise BadInput(f"{control} is not a category at the top.", remedy="Name one that has no control category.")
        values = {"comp": COMPANY, "category": category, "name": name or category, "ctrl": control}
        add(office.at_screen(connection), "master_category", values)
    return [f"Category {category} is on the master list."]


def control_phase(home: Path, *, job: str, phase: str, control: str) -> Sequence[str]:
    """Put a phase of a job below a control phase."""
    return _change_row(home, "jcjobcostcodes", (job, phase), {"GjjpCtrlCode": control})


def activate_phase(home: Path, *, job: str, phase: str, active: str) -> Sequence[str]:
    """Make a phase of a job active or inactive."""
    return _change_row(home, "jcjobcostcodes", (job, phase), {"GjjpActiveFlag": flag("active", active)})


def activate_row(home: Path, *, job: str, phase: str, category: str, active: str) -> Sequence[str]:
    """Make a budget row active or inactive."""
    return _change_row(home, "jcjobcategory", (job, phase, category), {"JcatCatActiveFlag": flag("active", active)})


def edit_budget(home: Path, *, job: str, phase: str, category: str, amount: str) -> Sequence[str]:
    """Edit the original budget of a row of a pending job, as the screen Enter Budget does."""
    return _change_row(home, "jcjobcategory", (job, phase, category), {"JcatBudgAmt": books.typed(amount)})


def revise_budget(home: Path, *, job: str, phase: str, category: str, amount: str) -> Sequence[str]:
    """Set the original budget of a row of a started job by the utility screen Revise Budget."""
    with Company(home).writing() as connection:
        status = books.check_job(connection, job)["status"]
        if status != "I":
            raise BadInput(f"Job {job} is not in process.", remedy="Edit the budget of a pending job instead.")
        # The screen lifts the freeze for its own write; nobody sees the job pending meanwhile.
        connection.execute("UPDATE job SET status = 'P' WHERE comp = ? AND job = ?", (COMPANY, job))
        vuuid = _held_row(connection, "jcjobcategory", (job, phase, category))
        office.change(office.at_screen(connection), "jcjobcategory", vuuid, JcatBudgAmt=books.typed(amount))
        connection.execute("UPDATE job SET status = ? WHERE comp = ? AND job = ?", (status, COMPANY, job))
    return [f"The original budget of {job} / {phase} / {category} is {amount}."]


def _set(home: Path, job: str, column: str, value: str, told: str) -> Sequence[str]:
    with Company(home).writing() as connection:
        books.check_job(connection, job)
        connection.execute(f"UPDATE job SET {column} = ? WHERE comp = ? AND job = ?", (value, COMPANY, job))  # noqa: S608
    return [told]


def _change_row(home: Path, resource: str, key: tuple[str, ...], values: dict[str, str]) -> Sequence[str]:
    with Company(home).writing() as connection:
        office.change(office.at_screen(connection), resource, _held_row(connection, resource, key), **values)
    return [f"{' / '.join(key)}: {', '.join(values.values())}."]


def _held_row(connection: Connection, resource: str, key: tuple[str, ...]) -> str:
    columns = ("job", "phase", "category")[: len(key)]
    table = BY_NAME[resource].table
    where = " AND ".join(f"{column} = ?" for column in columns)
    row = connection.execute(f"SELECT vuuid FROM {table} WHERE comp = ? AND {where}", (COMPANY, *key)).fetchone()  # noqa: S608
    if row is None:
        raise NotFound(f"CMiC has no row {' / '.join(key)}.", remedy="Look at the cost status and name what is there.")
    return str(row["vuuid"])


_JOB = needed("job", "job")
_PHASE = needed("phase", "phase")
_CATEGORY = needed("category", "category")
_YES_NO = "yes or no"
COMMANDS: tuple[DeskCommand, ...] = (
    command("jobs", "List the jobs", list_jobs),
    command("cost-status", "Cost Status Query of a job and its sub jobs", cost_status, _JOB),
    command("start", "Start a job, which freezes its original budget", start, _JOB),
    command("close", "Close a job", close, _JOB),
    command("reopen", "Reopen a closed job", reopen, _JOB),
    command("allow-transactions", "Allow transactions on a job", allow_transactions, _JOB, needed("allowed", _YES_NO)),
    command("allow-pci", "Allow PCI entry on a job", allow_pci, _JOB, needed("allowed", _YES_NO)),
    command("show-to-service", "Let the service account see a job", show_to_service, _JOB, needed("visible", _YES_NO)),
    command("add-job", "Make a job, below a control job where one is named", make_job, _JOB, optional("name", "name"),
            optional("control", "control job")),
    command("add-phase", "Put a phase on the master list, and on a job", make_phase, _PHASE, optional("name", "name"),
            optional("job", "job")),
    command("add-category", "Put a category on the master list", make_category, _CATEGORY, optional("name", "name"),
            optional("control", "control category")),
    command("control-phase", "Put a phase below a control phase", control_phase, _JOB, _PHASE,
            needed("control", "control phase, or ALL")),
    command("activate-phase", "Make a phase of a job active or not", activate_phase, _JOB, _PHASE,
            needed("active", _YES_NO)),
    command("activate-row", "Make a budget row active or not", activate_row, _JOB, _PHASE, _CATEGORY,
            needed("active", _YES_NO)),
    command("edit-budget", "Edit a row's budget while the job is pending", edit_budget, _JOB, _PHASE, _CATEGORY,
            needed("amount", "amount")),
    command("revise-budget", "Revise a row's original budget once the job is started", revise_budget, _JOB, _PHASE,
            _CATEGORY, needed("amount", "amount")),
)  # fmt: skip
