"""Forms of a budget's line: its fields, in the ERP's words, and a line as it is typed."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

from erp_bridge_core.budgets.entries import LineEntry
from erp_bridge_core.budgets.views import BudgetLineView
from erp_bridge_core.contract.errors import Changed
from erp_bridge_core.contract.money import QUANTITY_DIGITS
from erp_bridge_core.contract.profile import Words
from erp_bridge_core.web.forms import Field, Form
from erp_bridge_core.web.views.numbers import Numbers

FIELDS: Final = ("sub_job", "cost_code", "category", "description", "quantity", "unit", "unit_cost", "amount")
#: Names that services give the fields of one line in their faults.
OF_ONE_LINE: Final[Mapping[str, str]] = {f"line 1, {name}": name for name in FIELDS} | {"line 1": "cost_code"}
_CODE: Final = 60


def line_form(words: Words, sub_jobs: Sequence[tuple[str, str]], numbers: Numbers, digits: int) -> Form:
    """The fields of one line; `digits` are the decimals of the currency."""
    choices = tuple((code, f"{code} {name}".strip()) for code, name in sub_jobs)
    fine, example = numbers.read(QUANTITY_DIGITS), f"Such as {numbers.example()}."
    return Form(
        (
            Field(
                name="sub_job", label=words.sub_job.capitalize(), kind="select", required=False,
                choices=(("", f"none: on the {words.job} itself"), *choices),
            ),
            Field(name="cost_code", label=words.cost_code.capitalize(), longest=_CODE),
            Field(name="category", label=words.category.capitalize(), required=False, longest=_CODE),
            Field(name="description", label="Description", required=False, longest=500),
            Field(name="quantity", label="Quantity", required=False, blank=None, read=fine, longest=40,
                  hint=f"{example} At most {QUANTITY_DIGITS} decimals."),
            Field(name="unit", label="Unit", required=False, longest=32),
            Field(name="unit_cost", label="Unit cost", required=False, blank=None, read=fine, longest=40,
                  hint=f"{example} At most {QUANTITY_DIGITS} decimals."),
            Field(name="amount", label="Amount", required=False, blank=None, read=numbers.read(digits), longest=40,
                  hint=f"{example} Blank takes quantity times unit cost, where that is exact. Blank is not zero."),
        )
    )  # fmt: skip


def typed_line(line: BudgetLineView | LineEntry, numbers: Numbers) -> dict[str, str]:
    """A line as somebody would type it."""
    key, amount = line.key, line.original if isinstance(line, BudgetLineView) else line.amount
    return {
        "sub_job": key.sub_job,
        "cost_code": key.cost_code,
        "category": key.category,
        "description": line.description,
        "quantity": numbers.typed(line.quantity),
        "unit": line.unit,
        "unit_cost": numbers.typed(line.unit_cost),
        "amount": numbers.typed(amount),
    }


def seen(value: Any) -> str:
    """What a form remembers of the value that its reader saw, to notice that somebody changed it meanwhile."""
    return hashlib.sha256(repr(value).encode()).hexdigest()[:32]


def require_seen(remembered: object, value: Any) -> None:
    """Raise `Changed` where the value is another than a form remembers, if it remembers any."""
    if remembered is not None and remembered != seen(value):
        raise Changed("It was changed since you opened this page. Nothing was done.", remedy="Look at it, then decide.")
