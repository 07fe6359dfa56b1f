"""Rules of the lines of potential change items. A line has no key of its own: two alike are two lines."""

from collections.abc import Iterator
from sqlite3 import Row

from erp_bridge_cmic.simulator.attributes import Stored
from erp_bridge_cmic.simulator.context import Context
from erp_bridge_cmic.simulator.lookups import derived_amount, job_problems, seen_job, unit_problems
from erp_bridge_cmic.simulator.problems import Problem

Values = dict[str, Stored]


class LineRules:
    """PCI lines."""

    def create(self, context: Context, values: Values) -> Iterator[Problem]:
        """The header is there and open, the line's job, phase and category carry it, and its type takes its amounts."""
        header = _header(context, values)
        if header is None:
            yield Problem(f"PCI {values['number']} does not exist in job {values['master']}.", "CmdChgCode")
            return
        yield from _open_problems(header)
        if header["approved"] == "Y" and context.settings["lines_on_approved"] == "no":
            yield Problem(f"PCI {values['number']} is approved; it takes no more lines.", "CmdChgCode")
        yield from _line_problems(context, header, values)
        values.setdefault("status", header["status"])
        values.pop("shown_posting", None)
        _derive(values, values)

    def update(self, context: Context, row: Row, values: Values) -> Iterator[Problem]:
        """As for a new one; a posted line stays as it is."""
        merged = dict(row) | values
        header = _header(context, merged)
        if header is None:
            yield Problem(f"PCI {merged['number']} does not exist in job {merged['master']}.", "CmdMastJobCode")
            return
        yield from _open_problems(header)
        if not row["unposted"]:
            yield Problem("The line is posted; it can't be changed.", "CmdPostingFlag")
        yield from _line_problems(context, header, merged)
        values.pop("shown_posting", None)
        _derive(merged, values)

    def remove(self, context: Context, row: Row) -> Iterator[Problem]:
        """A posted line stays."""
        header = _header(context, dict(row))
        if header is not None:
            yield from _open_problems(header)


def _header(context: Context, values: Values) -> Row | None:
    return context.one(
        "SELECT h.*, t.class, t.costs, t.no_billing FROM seen_pci h"
        " JOIN pci_type t ON t.comp = h.comp AND t.type = h.type WHERE h.comp = ? AND h.job = ? AND h.number = ?",
        values["comp"],
        values["master"],
        values["number"],
    )


def _open_problems(header: Row) -> Iterator[Problem]:
    if header["posted"]:
        yield Problem(f"PCI {header['number']} of job {header['job']} is posted; it can't be changed.", "CmdChgCode")


def _line_problems(context: Context, header: Row, values: Values) -> Iterator[Problem]:
    yield from job_problems(context, values["comp"], values["job"], "CmdJobCode")
    job = seen_job(context, values["comp"], values["job"])
    if job is not None and values["master"] not in (job["job"], job["ctrl"]):
        yield Problem(f"Job {values['job']} is not a sub-job of job {values['master']}.", "CmdJobCode")
    yield from _row_problems(context, values)
    yield from unit_problems(context, values.get("wm"), "CmdWmCode")
    yield from _amount_problems(header, values)
    status = values.get("status")
    known = "SELECT 1 FROM pci_status WHERE comp = ? AND status = ?"
    if status and not context.one(known, values["comp"], status):
        yield Problem(f"PCI Status {status} does not exist in company {values['comp']}.", "CmdStatusCode")


def _row_problems(context: Context, values: Values) -> Iterator[Problem]:
    key = (values["comp"], values["job"], values["phase"], values["category"])
    row = context.one("SELECT * FROM job_category WHERE comp = ? AND job = ? AND phase = ? AND category = ?", *key)
    words = f"{values['phase']} with Category Code {values['category']} in job {values['job']}"
    if row is None:
        yield Problem(f"Cost Code Code {words} does not exist.", "CmdPhsCode")
    elif "N" in (row["active"], row["phase_active"]):
        yield Problem(f"Cost Code Code {words} is not active.", "CmdPhsCode")


def _amount_problems(header: Row, values: Values) -> Iterator[Problem]:
    bills = bool(values.get("billing"))
    if bills and (header["no_billing"] == "Y" or header["class"] == "I"):
        yield Problem(f"PCI Type {header['type']} does not allow a billing amount.", "CmdBillAmt")
    if header["costs"] == "N" and any(values.get(column) for column in ("amount", "estimated", "quoted")):
        yield Problem(f"PCI Type {header['type']} does not allow costs.", "CmdCostAmt")


def _derive(key: Values, values: Values) -> None:
    if "amount" not in values and ("quantity" in values or "rate" in values):
        amount = derived_amount(key.get("quantity"), key.get("rate"))
        if amount is not None:
            values["amount"] = amount
