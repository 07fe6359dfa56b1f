"""What a project's budget comes to, per code: originals, modifications and approved changes, each summed anew."""

from attrs import frozen

from erp_bridge_procore.simulator.context import Context, Row


@frozen(kw_only=True)
class Figures:
    """One code of a budget. `line` is None for a code that is shown as "?": cost stands on it, but no line."""

    wbs: Row
    line: Row | None
    modifications: int
    changes: int
    costs: int

    @property
    def original(self) -> int:
        """The line's original budget."""
        return self.line["amount"] if self.line else 0

    @property
    def revised(self) -> int:
        """Original, modifications and approved changes together."""
        return self.original + self.modifications + self.changes


def figures_of(context: Context, project: int) -> list[Figures]:
    """Every code of a project that has a line, a change or a cost, in the order of the usual code pattern."""
    lines = {row["wbs"]: row for row in context.all("SELECT * FROM line WHERE project = ?", project)}
    moved = _sums(
        context,
        "SELECT l.wbs AS wbs, sum(CASE WHEN m.target = l.id THEN m.amount ELSE -m.amount END) AS total"
        " FROM modification m JOIN line l ON l.id IN (m.source, m.target) WHERE m.project = ? GROUP BY l.wbs",
        project,
    )
    changed = _sums(
        context,
        "SELECT a.wbs AS wbs, sum(a.amount) AS total FROM adjustment a JOIN change c ON c.id = a.change"
        " WHERE c.project = ? AND c.status = 'approved' GROUP BY a.wbs",
        project,
    )
    spent = _sums(
        context,
        "SELECT d.wbs AS wbs, sum(d.amount) AS total FROM direct_cost d JOIN wbs w ON w.id = d.wbs"
        " WHERE w.project = ? GROUP BY d.wbs",
        project,
    )
    shown = [
        row
        for row in context.all("SELECT * FROM wbs WHERE project = ? ORDER BY sub_job IS NOT NULL, flat_code", project)
        if any(row["id"] in held for held in (lines, changed, spent))
    ]
    return [
        Figures(
            wbs=row,
            line=lines.get(row["id"]),
            modifications=moved.get(row["id"], 0),
            changes=changed.get(row["id"], 0),
            costs=spent.get(row["id"], 0),
        )
        for row in shown
    ]


def is_partial(context: Context, wbs: int) -> bool:
    """Whether a code is shown as "?": cost without a line (facts 2A.5)."""
    has_line = context.one("SELECT 1 FROM line WHERE wbs = ?", wbs)
    return has_line is None and context.one("SELECT 1 FROM direct_cost WHERE wbs = ?", wbs) is not None


def _sums(context: Context, statement: str, project: int) -> dict[int, int]:
    return {row["wbs"]: row["total"] for row in context.all(statement, project)}
