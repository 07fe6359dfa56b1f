"""Posting a potential change item: the answer is SUCCESS or a sentence, never an HTTP error.

Only an approved one is posted, and what is posted is never un-posted; both are CMiC's own rules. That an empty one, an
unbalanced transfer, a closed period or an inactive row is refused in these words is assumed.
"""

from collections.abc import Iterator
from sqlite3 import Row
from typing import Final

from erp_bridge_cmic.simulator.context import Context

SUCCESS: Final = "SUCCESS"
#: The columns of the budget row that each class moves; internal and transfer changes share one, as on the screen.
_COLUMNS: Final = {"E": "posted_external", "I": "posted_internal", "T": "posted_internal", "O": "posted_original"}


def post(context: Context, *, comp: str, job: str, number: str, day: str) -> str:
    """Post one PCI as of a day (YYYY-MM-DD); `SUCCESS`, or why it can't be posted."""
    header = context.one(
        "SELECT h.*, t.class, s.pending_type FROM seen_pci h JOIN pci_type t ON t.comp = h.comp AND t.type = h.type"
        " JOIN pci_status s ON s.comp = h.comp AND s.status = h.status"
        " WHERE h.comp = ? AND h.job = ? AND h.number = ?",
        comp,
        job,
        number,
    )
    if header is None:
        return f"PCI does not exist. Company: {comp}, Job: {job}, Change: {number}."
    lines = context.connection.execute(
        "SELECT * FROM pci_line WHERE comp = ? AND master = ? AND number = ? ORDER BY id", (comp, job, number)
    ).fetchall()
    reason = next(_reasons(context, header, lines, day), None)
    if reason is None:
        _post_lines(context, header, lines, day)
    return reason or SUCCESS


def _reasons(context: Context, header: Row, lines: list[Row], day: str) -> Iterator[str]:
    named = f"Company: {header['comp']}, Job: {header['job']}, Change: {header['number']}"
    if header["posted"]:
        yield f"PCI is already posted. {named}."
    if not _approved(context, header, lines):
        flag = header["approved"]
        yield f"PCI is not approved. {named}, Approved Flag: {flag}, PCI Status: {header['status']}."
    if not lines:
        yield f"PCI has no details. {named}."
    yield from _job_reasons(context, header, lines, named)
    closed = context.settings["closed_through"]
    if closed and day <= closed and context.settings["post_to_closed_period"] == "no":
        yield f"The posting period of {day} is closed. {named}."
    if header["class"] == "T":
        yield from _balance_reasons(context, lines, named)


def _approved(context: Context, header: Row, lines: list[Row]) -> bool:
    if context.settings["approval"] == "header" or header["pending_type"] != "Approved":
        return str(header["pending_type"]) == "Approved"
    approved = context.connection.execute(
        "SELECT status FROM pci_status WHERE comp = ? AND pending_type = 'Approved'", (header["comp"],)
    )
    return {line["status"] for line in lines} <= {row["status"] for row in approved}


def _job_reasons(context: Context, header: Row, lines: list[Row], named: str) -> Iterator[str]:
    for job in sorted({header["job"], *(line["job"] for line in lines)}):
        row = context.one("SELECT * FROM job WHERE comp = ? AND job = ?", header["comp"], job)
        if row is None or row["status"] == "C":
            yield f"Job {job} is closed. {named}."
        elif row["transactions"] == "N" and row["pci"] == "N":
            yield f"Job {job} allows neither transactions nor PCI entry. {named}."
    inactive = context.one(
        "SELECT l.phase, l.category FROM pci_line l JOIN job_category r ON r.comp = l.comp AND r.job = l.job"
        " AND r.phase = l.phase AND r.category = l.category"
        " WHERE l.comp = ? AND l.master = ? AND l.number = ? AND 'N' IN (r.active, r.phase_active)",
        header["comp"],
        header["job"],
        header["number"],
    )
    if inactive is not None:
        yield f"Cost Code Code {inactive['phase']} with Category Code {inactive['category']} is not active. {named}."


def _balance_reasons(context: Context, lines: list[Row], named: str) -> Iterator[str]:
    checked = (("transfers_balance", "amount", "budgeted"), ("transfers_balance_billing", "billing", "billing"))
    for flag, column, words in checked:
        if context.settings[flag] == "yes" and sum(line[column] or 0 for line in lines) != 0:
            yield f"The {words} amounts of the transfer do not net to zero. {named}."


def _post_lines(context: Context, header: Row, lines: list[Row], day: str) -> None:
    moves = header["class"] != "I" or context.settings["internal_moves_budget"] == "yes"
    column = _COLUMNS[header["class"]]
    for line in lines:
        amount, moved = line["amount"] or 0, "Y" if moves else "N"
        key = (line["comp"], line["job"], line["phase"], line["category"])
        context.connection.execute(
            "INSERT INTO posting (comp, job, phase, category, master, number, line, class, amount, moved, day)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*key, header["job"], header["number"], line["id"], header["class"], amount, moved, day),
        )
        if moves:
            context.connection.execute(
                f"UPDATE job_category SET {column} = {column} + ?"  # noqa: S608 - one of our own columns
                " WHERE comp = ? AND job = ? AND phase = ? AND category = ?",
                (amount, *key),
            )
    context.connection.execute("UPDATE pci SET posted = ? WHERE vuuid = ?", (day, header["vuuid"]))
