"""What a send holds, staged as a snapshot by a handful of statements over whole tables (B3).

Per key the original budget less the original already exported (a new key whole), and every line of an approved budget
change that is neither exported nor on its way; all through the connection's maps.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from attrs import define, frozen
from sqlalchemy import Connection, case, func, insert, literal, select, update

from erp_bridge_core.approvals.batches import content_hash
from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.budgets.records import ProjectView
from erp_bridge_core.budgets.selection import COLUMNS, Selection
from erp_bridge_core.connections.maps import kinds_in_use
from erp_bridge_core.contract.budget import Part
from erp_bridge_core.contract.profile import ErpProfile
from erp_bridge_core.store.bulk import insert_selected
from erp_bridge_core.store.tables import budget_changes, change_lines, item_changes, item_lines, items

_FIXED: Final = ("item_id", "company_id", "state")
_line = item_lines.c


@frozen(kw_only=True)
class Staged:
    """What was staged: the item's id, how many lines of each kind it holds, and what it was selected by."""

    item_id: int
    originals: int
    changes: int
    sub_job_lines: int
    selection: Selection


@define(kw_only=True)
class Staging:
    """One send of a project, being made in one transaction: nothing of it stands before that commits."""

    connection: Connection
    project: ProjectView
    profile: ErpProfile

    def stage(self, values: Mapping[str, Any], *, at: datetime) -> Staged:
        """Write the item, its lines and its changes; `values` are further columns of the item."""
        kinds = kinds_in_use(self.connection, self.project.connection_id or 0, self.profile.map_kinds)
        selection = Selection(project=self.project, profile=self.profile, kinds=kinds)
        item_id = self._insert_item(values, at)
        fixed = (literal(item_id), literal(self.project.company_id), literal("staged"))
        numbered = selection.numbered().subquery()
        query = select(*fixed, numbered.c.number, *(numbered.c[name] for name in COLUMNS))
        insert_selected(self.connection, insert(item_lines).from_select([*_FIXED, "number", *COLUMNS], query))
        self._insert_changes(item_id)
        return self._count(item_id, selection)

    def seal(self, item_id: int) -> None:
        """Count, sum and hash what is staged: from here on the snapshot never changes."""
        query = select(
            func.count().label("line_count"),
            _sum(case((_line.part == Part.ORIGINAL.value, _line.amount), else_=0)).label("original"),
            _sum(case((_line.part == Part.CHANGE.value, _line.amount), else_=0)).label("changes"),
        ).where(_line.item_id == item_id)
        row = self.connection.execute(query).one()
        values = {"line_count": row.line_count, "original": int(row.original), "changes": int(row.changes)}
        where = items.c.id == item_id
        self.connection.execute(update(items).where(where).values(**values))
        digest = content_hash(self.connection, item_id)
        self.connection.execute(update(items).where(where).values(content_hash=digest))

    def _insert_item(self, values: Mapping[str, Any], at: datetime) -> int:
        project = self.project
        row = {
            "company_id": project.company_id, "project_id": project.id, "version": project.sends + 1,
            "state": ItemState.READY.value, "connection_id": project.connection_id, "job": project.job,
            "currency": project.currency, "digits": project.digits, "content_hash": "", "line_count": 0,
            "first_export": project.first_exported_at is None, "original": 0, "changes": 0, "sent_at": at, **values,
        }  # fmt: skip
        key = self.connection.execute(insert(items).values(**row)).inserted_primary_key
        assert key is not None
        return int(key[0])

    def _insert_changes(self, item_id: int) -> None:
        """The header of each change that has a line in the item; a transfer is told by the change as a whole (B2)."""
        staged = (
            select(_line.change_number, func.count().label("lines"), _sum(_line.amount).label("amount"))
            .where(_line.item_id == item_id, _line.part == Part.CHANGE.value)
            .group_by(_line.change_number)
            .subquery()
        )
        whole = _whole_changes(self.project.id).subquery()
        undone = budget_changes.alias("undone")
        head = budget_changes.c
        query = (
            select(
                literal(self.project.company_id), literal(item_id), head.id, head.number, head.date, head.description,
                staged.c.lines, staged.c.amount, whole.c.transfer, undone.c.number,
            )
            .select_from(budget_changes)
            .join(staged, staged.c.change_number == head.number)
            .join(whole, whole.c.change_id == head.id)
            .outerjoin(undone, undone.c.id == head.reverses_id)
            .where(head.project_id == self.project.id)
            .order_by(head.date, head.number)
        )  # fmt: skip
        names = [
            "company_id", "item_id", "change_id", "number", "date", "description", "lines", "amount", "transfer",
            "reverses",
        ]  # fmt: skip
        self.connection.execute(insert(item_changes).from_select(names, query))

    def _count(self, item_id: int, selection: Selection) -> Staged:
        query = select(
            _sum(case((_line.part == Part.ORIGINAL.value, 1), else_=0)).label("originals"),
            _sum(case((_line.part == Part.CHANGE.value, 1), else_=0)).label("changes"),
            _sum(case((_line.our_sub_job != "", 1), else_=0)).label("sub_job_lines"),
        ).where(_line.item_id == item_id)
        row = self.connection.execute(query).one()
        return Staged(
            item_id=item_id,
            originals=int(row.originals),
            changes=int(row.changes),
            sub_job_lines=int(row.sub_job_lines),
            selection=selection,
        )


def _sum(column: Any) -> Any:
    return func.coalesce(func.sum(column), 0)


def _whole_changes(project_id: int) -> Any:
    own = change_lines.c
    moved = _sum(case((own.amount != 0, 1), else_=0))
    return (
        select(own.change_id, ((_sum(own.amount) == 0) & (moved > 1)).label("transfer"))
        .join(budget_changes, budget_changes.c.id == own.change_id)
        .where(budget_changes.c.project_id == project_id)
        .group_by(own.change_id)
    )
