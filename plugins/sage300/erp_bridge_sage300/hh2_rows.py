"""The rows of hh2's job cost service as values: only what this adapter reads, every other name is let pass."""

from decimal import Decimal
from typing import Any, Final, TypeVar

from attrs import fields_dict, frozen
from cattrs import Converter
from cattrs.gen import make_dict_structure_fn, override

from erp_bridge_core.contract.errors import BadInput, ReadFailed
from erp_bridge_core.contract.structuring import make_converter, structure

Row = TypeVar("Row")


@frozen(kw_only=True)
class JobRow:
    """A job."""

    id: str
    code: str
    name: str | None = None
    status: int | None = None
    is_active: bool = True
    is_archived: bool = False


@frozen(kw_only=True)
class CostCodeRow:
    """A cost code of a job. It carries no Extra."""

    id: str
    job_id: str
    code: str
    name: str | None = None
    is_group_code: bool = False


@frozen(kw_only=True)
class StandardCostCodeRow:
    """A cost code of the standard list."""

    code: str
    name: str | None = None
    is_group_code: bool = False


@frozen(kw_only=True)
class CategoryRow:
    """A category under a cost code of a job, with Sage's figures. It carries no Extra."""

    job_id: str
    cost_code_id: str
    code: str
    name: str | None = None
    standard_category_accumulation_name: str | None = None
    original_estimate: Decimal = Decimal(0)
    approved_estimate_changes: Decimal = Decimal(0)
    estimate: Decimal = Decimal(0)
    estimate_units: Decimal | None = None
    estimate_unit_of_measure: str | None = None


@frozen(kw_only=True)
class StandardCategoryRow:
    """A standard category."""

    code: str
    name: str | None = None
    accumulation_name: str | None = None


def _number(value: Any, _: Any) -> Decimal:
    """A JSON number as it stood in the text: whole, or kept as a decimal by the reader; never a float."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise TypeError("expected a number")
    return Decimal(value)


def _make() -> Converter:
    converter = make_converter()
    converter.register_structure_hook(Decimal, _number)
    for cls in (JobRow, CostCodeRow, StandardCostCodeRow, CategoryRow, StandardCategoryRow):
        names = {name: override(rename=name.title().replace("_", "")) for name in fields_dict(cls)}
        hook = make_dict_structure_fn(cls, converter, _cattrs_forbid_extra_keys=False, **names)  # type: ignore[arg-type]
        converter.register_structure_hook(cls, hook)
    return converter


_CONVERTER: Final = _make()


def row_of(cls: type[Row], data: Any, *, where: str) -> Row:
    """A row as a value; raises `ReadFailed` naming every field that is not right."""
    try:
        return structure(cls, data, what=f"row of hh2 {where}", using=_CONVERTER)
    except BadInput as error:
        faults = "; ".join(map(str, error.faults))
        raise ReadFailed(
            f"hh2 {where} answered with a row that is not of the known shape: {faults}.",
            remedy="Compare the service's version with what this adapter knows; nothing was concluded from it.",
        ) from error
