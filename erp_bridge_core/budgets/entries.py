"""Lines as people enter them: checked all at once, then rows in whole units (B1)."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, Final

from attrs import frozen

from erp_bridge_core.contract.budget import LineKey
from erp_bridge_core.contract.errors import BadInput, Fault
from erp_bridge_core.contract.money import MAX_DIGITS, QUANTITY_DIGITS, plain, to_units
from erp_bridge_core.sources.text import parse_code, parse_text
from erp_bridge_core.sources.values import BadValue

_CODES: Final = ("sub_job", "cost_code", "category")
_UNIT_LENGTH: Final = 32


@frozen(kw_only=True)
class LineEntry:
    """A line of a budget or of a budget change as it is entered.

    `amount` has at most the currency's decimals, `quantity` and `unit_cost` at most four. Blank is not zero: without
    an amount, quantity and unit cost must both be there and their product exact in the currency's minor unit.
    """

    cost_code: str
    category: str = ""
    sub_job: str = ""
    description: str = ""
    quantity: Decimal | None = None
    unit: str = ""
    unit_cost: Decimal | None = None
    amount: Decimal | None = None

    @property
    def key(self) -> LineKey:
        """What the line is about."""
        return LineKey(self.sub_job, self.cost_code, self.category)


def line_rows(entries: Iterable[LineEntry], digits: int, *, where: str = "line") -> list[dict[str, Any]]:
    """Rows for the tables, in whole units; raises BadInput with every fault of every line at once.

    `where` names a line in its faults: `line 3, amount`.
    """
    rows, faults = [], []
    seen: dict[LineKey, int] = {}
    for number, entry in enumerate(entries, 1):
        place = f"{where} {number}"
        found = entry_faults(entry, digits, place)
        if entry.key in seen:
            found.append(_repeated(entry, place, f"{where} {seen[entry.key]}"))
        seen.setdefault(entry.key, number)
        faults += found
        if not found:
            rows.append(entry_row(entry, digits))
    if faults:
        raise BadInput(
            f"{len(faults)} fault{'s' if len(faults) > 1 else ''} found; nothing was changed.",
            remedy="Correct each and enter it again.",
            faults=faults,
        )
    return rows


def key_row(key: LineKey) -> dict[str, str]:
    """A key as its three columns."""
    return {"sub_job": key.sub_job, "cost_code": key.cost_code, "category": key.category}


def entry_faults(entry: LineEntry, digits: int, place: str) -> list[Fault]:
    """All that is wrong with one line, apart from others; `place` names it."""
    return [*_text_faults(entry, place), *_number_faults(entry, digits, place)]


def entry_row(entry: LineEntry, digits: int) -> dict[str, Any]:
    """The row of a line without faults."""
    amount = entry.amount if entry.amount is not None else (entry.quantity or 0) * (entry.unit_cost or 0)
    return {
        "sub_job": entry.sub_job.strip(" "),
        "cost_code": entry.cost_code.strip(" "),
        "category": entry.category.strip(" "),
        "description": entry.description.strip(" "),
        "unit": entry.unit.strip(" "),
        "quantity": None if entry.quantity is None else to_units(entry.quantity, QUANTITY_DIGITS),
        "unit_cost": None if entry.unit_cost is None else to_units(entry.unit_cost, QUANTITY_DIGITS),
        "amount": to_units(Decimal(amount), digits),
    }


def _text_faults(entry: LineEntry, place: str) -> Iterator[Fault]:
    for name in (*_CODES, "description", "unit"):
        value = getattr(entry, name)
        try:
            (parse_code if name in _CODES else parse_text)(value)
        except BadValue as error:
            yield Fault(
                f"{place}, {name}", error.message, value=value[:100], expected=error.expected, rule="B1",
                remedy=error.remedy,
            )  # fmt: skip
    if not entry.cost_code.strip():
        yield Fault(f"{place}, cost_code", "is blank", expected="a cost code", rule="B1", remedy="Give its cost code.")
    if len(entry.unit.strip(" ")) > _UNIT_LENGTH:
        expected = f"at most {_UNIT_LENGTH} characters"
        yield Fault(
            f"{place}, unit", "is too long", value=entry.unit, expected=expected, rule="B1", remedy="Shorten it."
        )


def _number_faults(entry: LineEntry, digits: int, place: str) -> Iterator[Fault]:
    numbers = {"amount": digits, "quantity": QUANTITY_DIGITS, "unit_cost": QUANTITY_DIGITS}
    for name, decimals in numbers.items():
        value = getattr(entry, name)
        if value is not None and (problem := number_problem(value, decimals)):
            expected = f"a number with at most {decimals} decimals and {MAX_DIGITS} digits"
            yield Fault(f"{place}, {name}", problem, value=str(value), expected=expected, rule="B1")
    if entry.amount is None:
        yield from _amount_faults(entry, digits, place)


def _amount_faults(entry: LineEntry, digits: int, place: str) -> Iterator[Fault]:
    expected = f"an amount with at most {digits} decimals"
    if entry.quantity is None or entry.unit_cost is None:
        yield Fault(f"{place}, amount", "is blank, and blank is not zero", expected=expected, rule="B1")
    elif not number_problem(entry.quantity, QUANTITY_DIGITS) and not number_problem(entry.unit_cost, QUANTITY_DIGITS):
        product = entry.quantity * entry.unit_cost
        if number_problem(product, digits):
            message = "is blank, and quantity times unit cost is not exact in the currency's minor unit"
            yield Fault(f"{place}, amount", message, value=plain(product), expected=expected, rule="B1")


def number_problem(value: Decimal, decimals: int) -> str:
    """What is wrong with a number for a column of so many decimals; blank when nothing is."""
    if not value.is_finite():
        return "is not a finite number"
    # By its figures: arithmetic would round to the context's precision before they are looked at.
    _, figures, exponent = value.as_tuple()
    text = "".join(map(str, figures)).lstrip("0")
    if not text:
        return ""
    places = int(exponent) + len(text) - len(text.rstrip("0"))
    if len(text) + int(exponent) > MAX_DIGITS - decimals:
        return "has too many digits"
    return f"has more than {decimals} decimals" if -places > decimals else ""


def _repeated(entry: LineEntry, place: str, first: str) -> Fault:
    return Fault(
        place,
        f"has the same key as {first}",
        value=str(entry.key),
        expected="each sub job, cost code and category once",
        rule="B1",
        remedy="Make one line of the two.",
    )
