"""The ERP tool's ledger: a job cost per code, and one transaction per thing that the ERP has to take (facts 4.2, firm).

A transaction keeps its number for ever. It stays unsynced until a connector marks it, so a connector that dies between
its ERP's write and the mark is given it again on the next export.
"""

from typing import Final

from attrs import frozen

from erp_bridge_procore.simulator.context import Context, Row

ORIGINAL: Final = "Erp::OriginalEstimateTransaction"
LINE: Final = "BudgetLineItem"
CHANGE: Final = "BudgetChange::AdjustmentLineItem"
MODIFICATION: Final = "BudgetLineItemTransfer"


@frozen(kw_only=True)
class _Cause:
    """What a transaction comes from: a line, a line of a change, or a modification."""

    type: str
    id: int
    code: str | None = None
    notes: str | None = None


def gather(context: Context, project: int) -> None:
    """Bring the ledger up to what the budget holds now: what is synced stays, what moved since becomes a difference."""
    for line in context.all("SELECT * FROM line WHERE project = ?", project):
        _note_original(context, line["wbs"], line["id"], line["amount"])
    _note_deleted(context, project)
    approved = context.all(
        "SELECT a.wbs, a.id, a.amount, c.number AS code, c.title AS notes FROM adjustment a"
        " JOIN change c ON c.id = a.change WHERE c.project = ? AND c.status = 'approved'",
        project,
    )
    for row in approved:
        cause = _Cause(type=CHANGE, id=row["id"], code=str(row["code"]), notes=row["notes"])
        _note(context, row["wbs"], cause, row["amount"])
    moves = context.all(
        "SELECT m.*, l.wbs, l.id AS line FROM modification m JOIN line l ON l.id IN (m.source, m.target)"
        " WHERE m.project = ?",
        project,
    )
    for move in moves:
        amount = move["amount"] if move["line"] == move["target"] else -move["amount"]
        _note(context, move["wbs"], _Cause(type=MODIFICATION, id=move["id"], code=None, notes=move["notes"]), amount)
    _forget_gone(context, project)


def _forget_gone(context: Context, project: int) -> None:
    """What never reached the ERP and is not in the budget any more, such as a change that was voided, is not sent."""
    context.run(
        "DELETE FROM erp_transaction WHERE project = ? AND synced = 0 AND (of_type = ? AND of_id NOT IN"
        " (SELECT a.id FROM adjustment a JOIN change c ON c.id = a.change WHERE c.status = 'approved')"
        " OR of_type = ? AND of_id NOT IN (SELECT id FROM modification))",
        project, CHANGE, MODIFICATION,
    )  # fmt: skip


def has_unsynced_revisions(context: Context, project: int) -> bool:
    """Whether anything but originals waits for an export."""
    found = "SELECT 1 FROM erp_transaction WHERE project = ? AND synced = 0 AND type <> ?"
    return context.one(found, project, ORIGINAL) is not None


def unsynced(context: Context, project: int) -> list[Row]:
    """What an export would carry now."""
    return context.all("SELECT * FROM erp_transaction WHERE project = ? AND synced = 0 ORDER BY id", project)


def job_cost_of(context: Context, wbs: int) -> Row:
    """The job cost of a code, made when it is first needed."""
    found = context.one("SELECT * FROM job_cost WHERE wbs = ?", wbs)
    if found is None:
        code = context.one("SELECT project FROM wbs WHERE id = ?", wbs)
        assert code is not None
        context.add("job_cost", project=code["project"], wbs=wbs)
        found = context.one("SELECT * FROM job_cost WHERE wbs = ?", wbs)
    assert found is not None
    return found


def _note_original(context: Context, wbs: int, line: int, amount: int) -> None:
    cost = job_cost_of(context, wbs)
    held = context.all("SELECT * FROM erp_transaction WHERE job_cost = ? AND type = ?", cost["id"], ORIGINAL)
    arrived = sum(row["amount"] for row in held if row["synced"])
    waiting = next((row for row in held if not row["synced"]), None)
    if waiting is not None:
        context.run("UPDATE erp_transaction SET amount = ? WHERE id = ?", amount - arrived, waiting["id"])
    elif amount != arrived or not held:
        _add(context, cost, ORIGINAL, _Cause(type=LINE, id=line), amount - arrived)


def _note_deleted(context: Context, project: int) -> None:
    """A deleted line is passed on too, as what takes its original back (facts 2A.5)."""
    gone = context.all(
        "SELECT j.wbs FROM job_cost j LEFT JOIN line l ON l.wbs = j.wbs WHERE j.project = ? AND l.id IS NULL", project
    )
    for row in gone:
        _note_original(context, row["wbs"], row["wbs"], 0)


def _note(context: Context, wbs: int, cause: _Cause, amount: int) -> None:
    cost = job_cost_of(context, wbs)
    found = context.one(
        "SELECT * FROM erp_transaction WHERE job_cost = ? AND of_type = ? AND of_id = ?",
        cost["id"], cause.type, cause.id,
    )  # fmt: skip
    if found is None:
        _add(context, cost, context.switch("revised_class"), cause, amount)
    elif not found["synced"]:
        context.run("UPDATE erp_transaction SET amount = ? WHERE id = ?", amount, found["id"])


def _add(context: Context, cost: Row, kind: str, cause: _Cause, amount: int) -> None:
    context.add(
        "erp_transaction", project=cost["project"], job_cost=cost["id"], type=kind, code=cause.code, amount=amount,
        of_type=cause.type, of_id=cause.id, notes=cause.notes, created=context.moment,
    )  # fmt: skip
