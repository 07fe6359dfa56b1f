"""A project's budget: its lock, its rows through a view, lines, modifications, changes, and all of it at once.

Firm [3.2]: there is no plain list of lines, only the rows of a view. DELETE budget/lock deletes the budget's
modifications unless its parameter says false, so that it is never sent without it.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from attrs import frozen

from erp_bridge_core.contract.errors import ErpRefused
from erp_bridge_procore.client.changes import Changes
from erp_bridge_procore.client.codes import Codes
from erp_bridge_procore.client.errors import BudgetChangedWhileRead, ModificationsInTheWay, ViewLacksColumns
from erp_bridge_procore.client.pages import v1_rows
from erp_bridge_procore.client.records import Record
from erp_bridge_procore.client.transport import Transport
from erp_bridge_procore.client.values import Budget, BudgetLine, BudgetRow, BudgetView, Modification

#: The two amounts that every row has, unless the view was made without them.
ORIGINAL: Final = "original_budget_amount"
MODIFICATIONS: Final = "budget_modifications"
_KEEP: Final = {"destroy_all_budget_line_item_transfers": "false"}
_V1: Final = "/rest/v1.0"
_CURRENCY: Final = "currency_configuration"


@frozen
class Budgets:
    """The budget tool of the company's projects."""

    transport: Transport
    codes: Codes
    changes: Changes

    # -- reading ------------------------------------------------------------------------------------------------------

    def is_locked(self, project_id: int) -> bool:
        """Whether a budget is locked, which is all that Procore tells of the budget itself."""
        answer = self.transport.get(f"{_V1}/projects/{project_id}/budget")
        return Record.of("budget", answer.document).flag("locked")

    def views(self, project_id: int) -> Iterator[BudgetView]:
        """The budget views."""
        for record in v1_rows(self.transport, f"{_V1}/budget_views", "budget view", params={"project_id": project_id}):
            yield BudgetView(id=record.number("id"), name=record.text("name"))

    def rows(self, project_id: int, view: BudgetView, *, columns: Sequence[str] = ()) -> Iterator[BudgetRow]:
        """Every row of a view, those without a budget line too; `columns` are the keys of further amounts.

        Raises `ViewLacksColumns`, which names all that are missing, before the first row is given.
        """
        params = {"project_id": project_id, "budget_row_type": "all"}
        path = f"{_V1}/budget_views/{view.id}/detail_rows"
        wanted = (ORIGINAL, MODIFICATIONS, *columns)
        for record in v1_rows(self.transport, path, "budget row", params=params, identity="wbs_code_id"):
            missing = [name for name in wanted if name not in record.fields]
            if missing:
                raise ViewLacksColumns(view.name, missing)
            yield _row(record, columns)

    def line(self, project_id: int, line_id: int) -> BudgetLine:
        """One line with its quantity and unit cost."""
        answer = self.transport.get(f"/rest/v1.1/budget_line_items/{line_id}", {"project_id": project_id})
        record = Record.of("budget line", answer.document)
        code = record.inner("wbs_code")
        return BudgetLine(
            id=record.number("id"),
            wbs_code_id=code.number("id"),
            flat_code=code.text("flat_code"),
            original=record.amount(ORIGINAL),
            quantity=record.maybe_amount("quantity"),
            unit=record.text("uom"),
            unit_cost=record.maybe_amount("unit_cost"),
            automatic=record.text("calculation_strategy") == "automatic",
            currency=record.inner(_CURRENCY).text("currency_iso_code"),
        )

    def modifications(self, project_id: int) -> Iterator[Modification]:
        """The budget modifications; after a migration to changes they can still be read."""
        path = f"{_V1}/projects/{project_id}/budget_modifications"
        for record in v1_rows(self.transport, path, "budget modification"):
            yield Modification(
                id=record.number("id"),
                source_line_id=record.maybe_number("from_budget_line_item_id"),
                target_line_id=record.maybe_number("to_budget_line_item_id"),
                amount=record.amount("transfer_amount"),
                notes=record.text("notes"),
                created_at=record.text("created_at"),
            )

    def read(
        self, project_id: int, view: BudgetView, *, columns: Sequence[str] = (), unlinked_too: bool = False
    ) -> Budget:
        """A project's whole budget; one that is linked with no ERP job only if that is asked for.

        Lock, rows and modifications are looked at twice, around the changes. Raises
        `ProjectNotLinked`, `ViewLacksColumns`, and `BudgetChangedWhileRead` when the two looks differ.
        """
        codes = self.codes
        project = codes.project(project_id) if unlinked_too else codes.linked_project(project_id)
        before = self._look(project_id, view, columns)
        changes = self.changes.whole(project_id)
        after = self._look(project_id, view, columns)
        parts = zip(("lock", "rows", "modifications"), before, after, strict=True)
        differing = [name for name, first, second in parts if first != second]
        if differing:
            raise BudgetChangedWhileRead(f"its {' and '.join(differing)} differ")
        locked, rows, modifications = before
        return Budget(project=project, locked=locked, rows=rows, modifications=modifications, changes=changes)

    def _look(
        self, project_id: int, view: BudgetView, columns: Sequence[str]
    ) -> tuple[bool, tuple[BudgetRow, ...], tuple[Modification, ...]]:
        rows = tuple(self.rows(project_id, view, columns=columns))
        return self.is_locked(project_id), rows, tuple(self.modifications(project_id))

    # -- writing ------------------------------------------------------------------------------------------------------

    def lock(self, project_id: int) -> None:
        """Lock a budget; one that is locked stays so."""
        self.transport.write("POST", f"{_V1}/projects/{project_id}/budget/lock")

    def unlock(self, project_id: int, *, keep_modifications: bool = False) -> None:
        """Unlock a budget. Modifications are never deleted.

        Raises `ModificationsInTheWay` where there are some and the caller did not say that they shall stay, and where
        Procore refuses.
        """
        held = 0 if keep_modifications else sum(1 for _ in self.modifications(project_id))
        if held:
            raise ModificationsInTheWay(
                f"The budget has {held} modifications, so that it is not simply unlocked.",
                remedy="Unlock it with its modifications preserved, or move them to budget changes first.",
                details={"modifications": held},
            )
        try:
            self.transport.write("DELETE", f"{_V1}/projects/{project_id}/budget/lock", params=_KEEP)
        except ErpRefused as refusal:
            if "modification" in refusal.words:
                raise ModificationsInTheWay(
                    f"Procore refused to unlock the budget: {refusal.words}.",
                    remedy="Ask in Procore's budget tool what keeps its modifications.",
                ) from refusal
            raise

    def set_original(self, project_id: int, line_id: int, original: Decimal) -> None:
        """Give a line another original; raises `BudgetLocked`."""
        body = {"project_id": project_id, "budget_line_item": {ORIGINAL: original}}
        path = f"/rest/v1.1/budget_line_items/{line_id}"
        self.transport.write("PATCH", path, body, params={"project_id": project_id})


def _row(record: Record, columns: Sequence[str]) -> BudgetRow:
    of_sub_job = record.text("biller_type") == "SubJob"
    return BudgetRow(
        wbs_code_id=record.number("wbs_code_id"),
        line_id=record.maybe_number("id"),
        cost_code_id=record.number("cost_code_id"),
        cost_code_origin_id=record.text("cost_code_origin_id"),
        cost_type_id=record.number("category_id"),
        sub_job_id=record.number("biller_id") if of_sub_job else None,
        original=record.amount(ORIGINAL),
        modifications=record.amount(MODIFICATIONS),
        amounts={name: record.amount(name) for name in columns},
        currency=record.inner(_CURRENCY).text("currency_iso_code") if record.fields.get(_CURRENCY) else "",
    )
