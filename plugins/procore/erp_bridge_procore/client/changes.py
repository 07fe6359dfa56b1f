"""Budget changes with their adjustment lines [firm, 3.2]: an envelope `data`, amounts as JSON numbers."""

from collections.abc import Iterator

from attrs import evolve, frozen

from erp_bridge_procore.client.errors import BudgetChangedWhileRead
from erp_bridge_procore.client.pages import enveloped, v1_rows, v2_rows
from erp_bridge_procore.client.records import Record
from erp_bridge_procore.client.told import AdjustmentType, ChangeStatus, ErpStatus, Told
from erp_bridge_procore.client.transport import Transport
from erp_bridge_procore.client.values import AdjustmentLine, BudgetChange


@frozen
class Changes:
    """The budget changes of the company's projects."""

    transport: Transport

    def summaries(self, project_id: int) -> Iterator[BudgetChange]:
        """Every change of a project, whatever its status, without its lines; in pages, should there be any."""
        for record in v1_rows(self.transport, self._path(project_id), "budget change", rows_of=enveloped):
            yield _change(record)

    def change(self, project_id: int, change_id: int) -> BudgetChange:
        """One change with its lines."""
        answer = self.transport.get(f"{self._path(project_id)}/{change_id}")
        return _change(Record.of("answer", answer.document).inner("data"))

    def lines(self, project_id: int) -> Iterator[tuple[int, AdjustmentLine]]:
        """The lines of all changes of a project, each with its change's id: one request for a hundred of them."""
        company = self.transport.company_id
        path = f"/rest/v2.0/companies/{company}/projects/{project_id}/budget_changes/adjustment_line_items"
        for record in v2_rows(self.transport, path, "adjustment line"):
            yield record.number("budget_change_id"), _line(record, record.number("wbs_code_id"))

    def whole(self, project_id: int) -> tuple[BudgetChange, ...]:
        """Every change with its lines; raises `BudgetChangedWhileRead` when the list differs after its lines were read.

        One request brings a hundred lines, where one a change would soon use up an app's hour.
        """
        before = tuple(self.summaries(project_id))
        lines: dict[int, list[AdjustmentLine]] = {change.id: [] for change in before}
        for change_id, line in self.lines(project_id) if before else ():
            lines.setdefault(change_id, []).append(line)
        if before != tuple(self.summaries(project_id)) or len(lines) != len(before):
            raise BudgetChangedWhileRead("its changes differ")
        return tuple(evolve(change, lines=tuple(lines[change.id])) for change in before)

    @staticmethod
    def _path(project_id: int) -> str:
        return f"/rest/v1.0/projects/{project_id}/budget_changes"


def _change(record: Record) -> BudgetChange:
    lines = record.many("adjustment_line_items")
    return BudgetChange(
        id=record.number("id"),
        number=record.text("number"),
        title=record.text("title"),
        description=record.text("description"),
        status=Told.of(ChangeStatus, record.text("status")),
        erp_status=Told.of(ErpStatus, record.text("erp_status")),
        updated_at=record.text("updated_at"),
        created_at=record.text("created_at"),
        lines=tuple(_line(line, line.inner("wbs_code").number("id")) for line in lines),
    )


def _line(record: Record, wbs_code_id: int) -> AdjustmentLine:
    return AdjustmentLine(
        id=record.number("id"),
        adjustment_number=record.number("adjustment_number"),
        wbs_code_id=wbs_code_id,
        type=Told.of(AdjustmentType, record.text("type")),
        amount=record.amount("amount"),
        quantity=record.maybe_amount("quantity"),
        unit=record.text("uom"),
    )
