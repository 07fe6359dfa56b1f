"""A project's budget as Procore tells it: frozen values, amounts exact, states as Procore spelt them."""

from collections.abc import Mapping
from decimal import Decimal

from attrs import frozen

from erp_bridge_procore.client.told import AdjustmentType, ChangeStatus, ErpStatus, Told


@frozen(kw_only=True)
class Company:
    """A company that the app is connected to."""

    id: int
    name: str


@frozen(kw_only=True)
class Project:
    """A project; `origin_id` is its job in the ERP, blank where it is linked with none."""

    id: int
    number: str
    name: str
    active: bool
    origin_id: str = ""


@frozen(kw_only=True)
class SubJob:
    """A sub job of a project."""

    id: int
    code: str
    name: str
    origin_id: str = ""


@frozen(kw_only=True)
class CostCode:
    """A cost code of a project, or of one of its sub jobs; `full_code` holds its division's code too."""

    id: int
    full_code: str
    name: str
    sub_job_id: int | None = None
    origin_id: str = ""


@frozen(kw_only=True)
class CostType:
    """A cost type (Procore's API calls it a line item type); its `base_type` is as Procore spelt it."""

    id: int
    code: str
    name: str
    base_type: str = ""
    origin_id: str = ""


@frozen(kw_only=True)
class WbsCode:
    """A budget code: a combination of sub job, cost code and cost type, joined to `flat_code`."""

    id: int
    flat_code: str
    description: str


@frozen(kw_only=True)
class BudgetView:
    """A table of the budget tool with columns of its own."""

    id: int
    name: str


@frozen(kw_only=True)
class BudgetRow:
    """One row of a budget view. `line_id` is None for a row without a budget line, shown as "?" in Procore.

    `original` and `modifications` are in every budget that can be read; `amounts` holds the view's other columns that
    were asked for, by key. `currency` is blank where the row does not tell it.
    """

    wbs_code_id: int
    line_id: int | None
    cost_code_id: int
    cost_code_origin_id: str
    cost_type_id: int
    sub_job_id: int | None
    original: Decimal
    modifications: Decimal
    amounts: Mapping[str, Decimal]
    currency: str = ""


@frozen(kw_only=True)
class BudgetLine:
    """One budget line by itself, with quantity and unit cost, which no view's row has."""

    id: int
    wbs_code_id: int
    flat_code: str
    original: Decimal
    quantity: Decimal | None
    unit: str
    unit_cost: Decimal | None
    automatic: bool
    currency: str


@frozen(kw_only=True)
class Modification:
    """A budget modification: an amount moved from one line to another; the source may be missing."""

    id: int
    source_line_id: int | None
    target_line_id: int | None
    amount: Decimal
    notes: str
    created_at: str = ""


@frozen(kw_only=True)
class AdjustmentLine:
    """One line of a budget change: `amount` as Procore has it, positive where the money goes."""

    id: int
    adjustment_number: int
    wbs_code_id: int
    type: Told[AdjustmentType]
    amount: Decimal
    quantity: Decimal | None = None
    unit: str = ""


@frozen(kw_only=True)
class BudgetChange:
    """A budget change; its lines are there when it was read by itself. Times are as Procore wrote them, if it did."""

    id: int
    number: str
    title: str
    description: str
    status: Told[ChangeStatus]
    erp_status: Told[ErpStatus]
    updated_at: str
    created_at: str = ""
    lines: tuple[AdjustmentLine, ...] = ()


@frozen(kw_only=True)
class Budget:
    """A project's whole budget as two equal looks at it showed it."""

    project: Project
    locked: bool
    rows: tuple[BudgetRow, ...]
    modifications: tuple[Modification, ...]
    changes: tuple[BudgetChange, ...]

    @property
    def original(self) -> Decimal:
        """The original budget of all rows together."""
        return sum((row.original for row in self.rows), Decimal(0))
