"""One row's cells to one record, or to every fault that the row has."""

import sys
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Final, TypeVar

from attrs import define, field

from erp_bridge_core.contract.errors import Fault
from erp_bridge_core.contract.money import MAX_DIGITS, QUANTITY_DIGITS, from_units, plain
from erp_bridge_core.sources.lines import Record
from erp_bridge_core.sources.mapping import FIELDS, ResolvedColumns
from erp_bridge_core.sources.numbers import NumberStyle, parse_units
from erp_bridge_core.sources.text import looks_like_formula, parse_code, parse_text
from erp_bridge_core.sources.values import BadValue, shorten

Value = TypeVar("Value")

#: Called with row, header and what is wrong there.
Report = Callable[[int, str, Fault], None]
_TEXT_RULE: Final = "X3"
_NUMBER_RULE: Final = "B1"
_SHAPE_RULE: Final = "B8"
_CODES: Final = ("job", "sub_job", "cost_code", "category")
#: Codes come again and again in a file, and a million times over. Text and a spreadsheet's number are told apart.
_code: Final = lru_cache(maxsize=4_096, typed=True)(parse_code)


@define(kw_only=True)
class RowReader:
    """Reads rows of one file by its columns; tells faults and warnings as it meets them."""

    file: str
    header: tuple[str, ...]
    columns: ResolvedColumns
    digits: int
    style: NumberStyle
    fault: Report
    warn: Report
    # What turns an amount into the units of quantity x unit cost.
    _scale: int = field(init=False)
    #: Of each field its column (none: beyond any row) and its default.
    _sources: dict[str, tuple[int, str]] = field(init=False)
    _fine: Callable[[str], int] = field(init=False)
    _money: Callable[[str], int] = field(init=False)
    #: The fields of this row that have a fault; blank stands for the row as a whole.
    _failed: set[str] = field(factory=set, init=False)
    _number: int = field(default=0, init=False)
    _cells: list[str] = field(factory=list, init=False)

    def __attrs_post_init__(self) -> None:
        """Decide once what would else be decided for each cell of a million rows."""
        places, defaults = self.columns.places, self.columns.defaults
        self._scale = int(10 ** (2 * QUANTITY_DIGITS - self.digits))
        self._sources = {name: (places.get(name, sys.maxsize), defaults.get(name, "")) for name in FIELDS}
        self._fine = partial(parse_units, digits=QUANTITY_DIGITS, style=self.style)
        self._money = partial(parse_units, digits=self.digits, style=self.style)

    def is_wanted(self, cells: list[str]) -> bool:
        """Whether a row passes every filter."""
        if not self.columns.where:
            return True
        width = len(cells)
        return all(place < width and cells[place].strip() == value for place, value in self.columns.where.items())

    def read(self, number: int, cells: list[str]) -> Record | None:
        """The row's record; None when it is blank or has faults, which were told."""
        if not "".join(cells).strip():
            return None
        self._failed, self._number, self._cells = set(), number, cells
        self._check_shape()
        job, sub_job, cost_code, category = [self._parse(name, _code, "") for name in _CODES]
        self._require_codes(job=job, cost_code=cost_code)
        description, unit = self._parse("description", parse_text, ""), self._parse("unit", parse_text, "")
        quantity, unit_cost = self._parse("quantity", self._fine, None), self._parse("unit_cost", self._fine, None)
        amount = self._amount(quantity, unit_cost)
        if self._failed or amount is None:
            return None
        record = Record(
            row=number, job=job, sub_job=sub_job, cost_code=cost_code, category=category, description=description,
            quantity=quantity, unit=unit, unit_cost=unit_cost, amount=amount,
        )  # fmt: skip
        self._look_twice(record)
        return record

    def _check_shape(self) -> None:
        width = len(self._cells)
        if width == len(self.header):
            return
        if any(cell.strip() for cell in self._cells[len(self.header) :]):
            self._tell(
                "", f"the row has {width} cells, the header {len(self.header)}", expected="as many cells as headers",
                remedy="Put quotes around text that holds the delimiter.",
            )  # fmt: skip
        if any(place >= width for place in self.columns.places.values()):
            self._tell(
                "", f"the row ends after {width} of {len(self.header)} cells", expected="as many cells as headers",
                remedy="Check that the file is whole; write blank cells out.",
            )  # fmt: skip

    def _require_codes(self, **codes: str) -> None:
        for name, code in codes.items():
            if not code and name in self.columns.places and not self._failed & {"", name}:
                self._tell(
                    name, "blank", value="", expected="a code",
                    remedy="Fill it in, or leave the row out with a filter (a row of totals, say).",
                )  # fmt: skip

    def _amount(self, quantity: int | None, unit_cost: int | None) -> int | None:
        amount = self._parse("amount", self._money, None)
        if amount is not None or "amount" in self._failed:
            return amount
        if quantity is None or unit_cost is None:
            if not self._failed & {"", "quantity", "unit_cost"}:
                self._tell(
                    "amount", "blank, and blank is not zero", value="", rule=_NUMBER_RULE,
                    expected="an amount, or both quantity and unit cost", remedy="Write 0 where zero is meant.",
                )  # fmt: skip
            return None
        return self._product(quantity, unit_cost)

    def _product(self, quantity: int, unit_cost: int) -> int | None:
        product = quantity * unit_cost
        units, rest = divmod(product, self._scale)
        if not rest and abs(units) < 10**MAX_DIGITS:
            return units
        self._tell(
            "amount",
            "blank, and quantity x unit cost is no amount in the currency's minor unit",
            value=plain(from_units(product, 2 * QUANTITY_DIGITS)),
            expected=f"at most {self.digits} decimals and {MAX_DIGITS} digits",
            rule=_NUMBER_RULE,
            remedy="Give the amount itself, rounded as the budget has it.",
        )
        return None

    def _look_twice(self, record: Record) -> None:
        if record.quantity is not None and record.unit_cost is not None:
            product = record.quantity * record.unit_cost
            if product != record.amount * self._scale:
                self._warn_amount(record, plain(from_units(product, 2 * QUANTITY_DIGITS)))
        if looks_like_formula(record.description):
            self.warn(
                self._number,
                self._header("description"),
                Fault(
                    self._where("description"),
                    "the description starts like a formula; it is kept as text",
                    value=shorten(record.description),
                    rule=_TEXT_RULE,
                    remedy="Nothing need be done; lists for spreadsheet programs show it with an apostrophe.",
                ),
            )

    def _warn_amount(self, record: Record, product: str) -> None:
        fault = Fault(
            self._where("amount"),
            "the amount is not quantity x unit cost; the amount is the book value",
            value=plain(from_units(record.amount, self.digits)),
            expected=product.rstrip("0").removesuffix("."),
            rule=_NUMBER_RULE,
            remedy="Check the row; the amount is taken as it stands.",
        )
        self.warn(self._number, self._header("amount"), fault)

    def _parse(self, name: str, parse: Callable[[str], Value], blank: Value) -> Value:
        """The value of the field's cell, or of its default where the cell is blank: of blanks alone is blank too."""
        place, default = self._sources[name]
        cell = self._cells[place] if place < len(self._cells) else ""
        if not cell or cell.isspace():
            cell = default
        if not cell:
            return blank
        try:
            return parse(cell)
        except BadValue as error:
            rule = _NUMBER_RULE if name in {"quantity", "unit_cost", "amount"} else _TEXT_RULE
            self._tell(name, error.message, value=cell, expected=error.expected, rule=rule, remedy=error.remedy or None)
            return blank

    def _tell(
        self,
        name: str,
        message: str,
        *,
        value: str | None = None,
        expected: str | None = None,
        rule: str = _SHAPE_RULE,
        remedy: str | None = None,
    ) -> None:
        self._failed.add(name)
        shown = None if value is None else shorten(str(value))
        fault = Fault(self._where(name), message, value=shown, expected=expected, rule=rule, remedy=remedy)
        self.fault(self._number, self._header(name), fault)

    def _header(self, name: str) -> str:
        place = self.columns.places.get(name)
        return name if place is None else self.header[place]

    def _where(self, name: str) -> str:
        header = self._header(name)
        return f'{self.file} row {self._number}, column "{header}"' if header else f"{self.file} row {self._number}"
