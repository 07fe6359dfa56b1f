"""Rules of Job Costing: a job's phases, and the rows that hold its budget.

The freeze is CMiC's own rule: the original budget is editable while the job is pending, and no more once it is started.
"""

from collections.abc import Iterator
from sqlite3 import Row

from erp_bridge_cmic.simulator.attributes import Stored
from erp_bridge_cmic.simulator.context import Context
from erp_bridge_cmic.simulator.lookups import TOP, derived_amount, job_problems, unit_problems
from erp_bridge_cmic.simulator.problems import Problem

Values = dict[str, Stored]
_BUDGET = ("budget", "units", "rate")


class PhaseRules:
    """Phases of a job come from the company's master list."""

    def create(self, context: Context, values: Values) -> Iterator[Problem]:
        """The job may be written to, the company has the phase, and its control phase stands on the job."""
        yield from job_problems(context, values["comp"], values["job"], "GjjpJobCode")
        master = "SELECT 1 FROM master_phase WHERE comp = ? AND phase = ? AND active = 'Y'"
        if not context.one(master, values["comp"], values["phase"]):
            yield Problem(f"Cost Code Code {values['phase']} is not an active phase of the company.", "GjjpCode")
        yield from self._control(context, values["comp"], values["job"], values["ctrl"])

    def update(self, context: Context, row: Row, values: Values) -> Iterator[Problem]:
        """As for a new one."""
        yield from job_problems(context, row["comp"], row["job"], "GjjpJobCode")
        yield from self._control(context, row["comp"], row["job"], values.get("ctrl", TOP))

    def remove(self, context: Context, row: Row) -> Iterator[Problem]:  # noqa: ARG002 - never offered
        """Phases are not removed by REST."""
        yield Problem("A phase can't be removed.")

    def _control(self, context: Context, comp: Stored, job: Stored, ctrl: Stored) -> Iterator[Problem]:
        known = "SELECT 1 FROM job_phase WHERE comp = ? AND job = ? AND phase = ?"
        if ctrl != TOP and not context.one(known, comp, job, ctrl):
            yield Problem(f"Control phase {ctrl} is not assigned to job {job}.", "GjjpCtrlCode")


class RowRules:
    """Rows of job, phase and category."""

    def create(self, context: Context, values: Values) -> Iterator[Problem]:
        """Job, phase and category fit, and a budget comes only where one may stand."""
        yield from job_problems(context, values["comp"], values["job"], "JcatJobCode")
        yield from _control_problems(context, values)
        yield from _phase_problems(context, values)
        yield from _category_problems(context, values["comp"], values["category"])
        yield from unit_problems(context, values.get("wm"), "JcatWmCode")
        yield from _budget_problems(context, values, values)
        amount = _take_amount(values, values)
        values["entered"] = amount or 0
        if amount is not None:
            _journal(context, values, amount)

    def update(self, context: Context, row: Row, values: Values) -> Iterator[Problem]:
        """The job is open, the codes exist, and the budget is not frozen."""
        yield from job_problems(context, row["comp"], row["job"], "JcatJobCode")
        if "category" in values:
            yield from _move_problems(context, row, values["category"])
        yield from unit_problems(context, values.get("wm"), "JcatWmCode")
        key = dict(row) | values
        yield from _budget_problems(context, key, values)
        amount = _take_amount(key, values)
        entered = None if amount is None else amount - row["posted_original"]
        if entered is not None and entered != row["entered"]:
            values["entered"] = entered
            _journal(context, key, entered - row["entered"])

    def remove(self, context: Context, row: Row) -> Iterator[Problem]:  # noqa: ARG002 - never offered
        """Rows are not removed by REST."""
        yield Problem("A job category can't be removed.")


def _control_problems(context: Context, values: Values) -> Iterator[Problem]:
    below = "SELECT 1 FROM job WHERE comp = ? AND ctrl = ?"
    refuses = context.settings["control_jobs_hold_rows"] == "no"
    if refuses and context.one(below, values["comp"], values["job"]):
        yield Problem(f"Job {values['job']} is a control job; its sub-jobs hold the rows.", "JcatJobCode")


def _phase_problems(context: Context, values: Values) -> Iterator[Problem]:
    phase = "SELECT 1 FROM job_phase WHERE comp = ? AND job = ? AND phase = ? AND active = 'Y'"
    if not context.one(phase, values["comp"], values["job"], values["phase"]):
        yield Problem(f"Cost Code Code {values['phase']} is not an active phase of job {values['job']}.", "JcatPhsCode")


def _category_problems(context: Context, comp: Stored, category: Stored) -> Iterator[Problem]:
    known = "SELECT 1 FROM master_category WHERE comp = ? AND category = ? AND active = 'Y'"
    if not context.one(known, comp, category):
        yield Problem(f"Category Code {category} is not an active category of company {comp}.", "JcatCode")


def _move_problems(context: Context, row: Row, category: Stored) -> Iterator[Problem]:
    """Why a row can't go to another category; its journal goes with it."""
    yield from _category_problems(context, row["comp"], category)
    key = (row["comp"], row["job"], row["phase"], row["category"])
    where = "WHERE comp = ? AND job = ? AND phase = ? AND category = ?"
    if context.one(f"SELECT 1 FROM pci_line {where}", *key):  # noqa: S608 - a constant
        yield Problem(f"Category Code {row['category']} has PCI lines; it can't be changed.", "JcatCode")
    context.connection.execute(f"UPDATE row_entry SET category = ? {where}", (category, *key))  # noqa: S608


def _budget_problems(context: Context, key: Values, values: Values) -> Iterator[Problem]:
    """Why a budget may not be written; where frozen budgets are ignored, it is taken out of the values instead."""
    given = [column for column in _BUDGET if values.get(column)] or [
        column for column in _BUDGET if column in values and "vuuid" in key
    ]
    if not given:
        return
    job = context.one("SELECT status FROM seen_job WHERE comp = ? AND job = ?", key["comp"], key["job"])
    if job is not None and job["status"] == "I":
        yield from _frozen_budget(context, key, values)
        return
    controlled = "SELECT 1 FROM job_phase WHERE comp = ? AND job = ? AND ctrl = ?"
    if context.one(controlled, key["comp"], key["job"], key["phase"]):
        yield Problem(f"Phase {key['phase']} is a control phase; budgets stand below it.", "JcatPhsCode")
    controlled = "SELECT 1 FROM master_category WHERE comp = ? AND ctrl = ?"
    if context.one(controlled, key["comp"], key["category"]):
        yield Problem(f"Category {key['category']} is a control category; budgets stand below it.", "JcatCode")


def _frozen_budget(context: Context, key: Values, values: Values) -> Iterator[Problem]:
    if context.settings["frozen_budget"] == "refuse":
        yield Problem(f"Job {key['job']} is in process; its original budget can't be changed.", "JcatBudgAmt")
    for column in _BUDGET:
        values.pop(column, None)


def _take_amount(key: Values, values: Values) -> int | None:
    """The amount that is written: as given, or units times rate where they alone are; None where neither is."""
    if "budget" in values:
        return int(values.pop("budget") or 0)
    if "units" in values or "rate" in values:
        return derived_amount(key.get("units"), key.get("rate"))
    return None


def _journal(context: Context, key: Values, moved_by: int) -> None:
    context.connection.execute(
        "INSERT INTO row_entry (comp, job, phase, category, moved_by, writer) VALUES (?, ?, ?, ?, ?, ?)",
        (key["comp"], key["job"], key["phase"], key["category"], moved_by, context.user),
    )
