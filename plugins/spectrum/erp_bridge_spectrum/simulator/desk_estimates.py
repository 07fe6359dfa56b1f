"""The desk's acts on estimates: cost activity, typing over them, setting current from original, statuses."""

from collections.abc import Sequence
from pathlib import Path

from erp_bridge_core.contract import DeskCommand
from erp_bridge_spectrum.simulator import hand, typed
from erp_bridge_spectrum.simulator.amounts import typed_amount
from erp_bridge_spectrum.simulator.company import COMPANY, Installation, held_job
from erp_bridge_spectrum.simulator.cost_activity import tell_activity
from erp_bridge_spectrum.simulator.estimates import store
from erp_bridge_spectrum.simulator.switches import SWITCHES
from erp_bridge_spectrum.simulator.typed import command, needed, optional

_STATUSES = ("A", "I", "C")


def cost_activity(home: Path, *, job: str, company: str = COMPANY) -> Sequence[str]:
    """Every row of a job with its estimated cost."""
    with Installation(home).reading() as connection:
        return list(tell_activity(connection, company, job))


def add_phase(
    home: Path, *, job: str, phase: str, cost_type: str, description: str = "", company: str = COMPANY
) -> Sequence[str]:
    """Make a phase with a cost type, at nought."""
    with Installation(home).writing() as connection:
        key = hand.add_row(connection, held_job(connection, company, job), phase, cost_type, description[:25])
        return [f"Job {key.job} has phase {key.phase} with cost type {key.cost_type}."]


def enter(
    home: Path, *, job: str, phase: str, cost_type: str, original: str = "", current: str = "", company: str = COMPANY
) -> Sequence[str]:
    """Type an original or current estimated cost over a row's own."""
    amounts = [typed_amount(text) if text else None for text in (original, current)]
    with Installation(home).writing() as connection:
        key = hand.held_key(connection, company, job, phase, cost_type)
        hand.enter_estimate(connection, key, *amounts)
        return list(tell_activity(connection, company, job))


def book_cost(
    home: Path, *, job: str, phase: str, cost_type: str, amount: str, company: str = COMPANY
) -> Sequence[str]:
    """Set the actual cost to date of a row."""
    cents = typed_amount(amount)
    with Installation(home).writing() as connection:
        key = hand.held_key(connection, company, job, phase, cost_type)
        store(connection, key, {"actual_cost": cents}, operator=hand.OPERATOR)
        return [f"Job {job}, phase {key.phase} {cost_type} has actual cost {amount}."]


def set_current(home: Path, *, job: str, phase: str = "", company: str = COMPANY) -> Sequence[str]:
    """Set current estimates from the originals."""
    with Installation(home).writing() as connection:
        rows = hand.set_current_from_original(connection, company, job, phase)
        return [f"{rows} rows of job {job} were set from their original estimate."]


def display_only(home: Path, *, value: str) -> Sequence[str]:
    """Set *Current Estimate display only?*."""
    with Installation(home).writing() as connection:
        SWITCHES.set(connection, "display_only", typed.one_of("value", value, ("yes", "no")))
    return [f"Current Estimate display only? is now {value}."]


def job_status(home: Path, *, job: str, status: str, company: str = COMPANY) -> Sequence[str]:
    """Make a job Active, Inactive or Complete."""
    chosen = typed.one_of("status", status, _STATUSES)
    with Installation(home).writing() as connection:
        hand.set_job_status(connection, company, job, chosen)
        return [f"Job {job} now has status {chosen}."]


def phase_status(
    home: Path, *, job: str, phase: str, status: str, cost_type: str = "", company: str = COMPANY
) -> Sequence[str]:
    """Make a phase Active, Inactive or Complete."""
    chosen = typed.one_of("status", status, _STATUSES)
    with Installation(home).writing() as connection:
        rows = hand.set_phase_status(connection, company, job, phase, chosen, cost_type=cost_type)
        return [f"{rows} rows of phase {phase} now have status {chosen}."]


_JOB = needed("job", "job")
_PHASE = needed("phase", "phase")
_COST_TYPE = needed("cost_type", "cost type")
_COMPANY = optional("company", f"company; {COMPANY} by default")
_STATUS = needed("status", "A (Active), I (Inactive) or C (Complete)")
COMMANDS: tuple[DeskCommand, ...] = (
    command("cost-activity", "Show the cost activity of a job, Estimated Cost per phase and cost type", cost_activity,
            _JOB, _COMPANY),
    command("add-phase", "Make a phase with a cost type, at nought", add_phase, _JOB, _PHASE, _COST_TYPE,
            optional("description", "description"), _COMPANY),
    command("enter", "Type an original or current estimated cost by hand", enter, _JOB, _PHASE, _COST_TYPE,
            optional("original", "original estimated cost"), optional("current", "current estimated cost"), _COMPANY),
    command("book-cost", "Set the actual cost of a phase and cost type", book_cost, _JOB, _PHASE, _COST_TYPE,
            needed("amount", "amount, such as 1234.50"), _COMPANY),
    command("set-current", "Set current estimates from the originals", set_current, _JOB,
            optional("phase", "phase; all by default"), _COMPANY),
    command("display-only", "Set Current Estimate display only?", display_only, needed("value", "yes or no")),
    command("job-status", "Make a job Active, Inactive or Complete", job_status, _JOB, _STATUS, _COMPANY),
    command("phase-status", "Make a phase Active, Inactive or Complete", phase_status, _JOB, _PHASE, _STATUS,
            optional("cost_type", "cost type; all by default"), _COMPANY),
)  # fmt: skip
