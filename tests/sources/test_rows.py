"""One row becomes one record, or tells all that is wrong with it."""

import pytest

from erp_bridge_core.sources.lines import Record
from erp_bridge_core.sources.mapping import ColumnMapping, resolve_columns
from erp_bridge_core.sources.numbers import NumberStyle
from erp_bridge_core.sources.rows import RowReader

HEADER = ("Job", "Extra", "Cost Code", "Category", "Description", "Quantity", "Unit", "Unit Cost", "Amount")


@pytest.fixture
def faults():
    """The faults that were told."""
    return []


@pytest.fixture
def warnings():
    """The warnings that were told."""
    return []


@pytest.fixture
def reader(faults, warnings):
    """A reader of rows for a mapping."""

    def reader(digits=2, **mapping):
        columns, _ = resolve_columns(ColumnMapping(**mapping), HEADER, "b.csv")
        return RowReader(
            file="b.csv", header=HEADER, columns=columns, digits=digits, style=NumberStyle.POINT,
            fault=lambda *fault: faults.append(fault), warn=lambda *fault: warnings.append(fault),
        )  # fmt: skip

    return reader


def row(**cells):
    """A good row's cells, with some of them changed."""
    plain = {"Job": "J", "Cost Code": "1-105", "Category": "L", "Amount": "10"}
    return [
        {**plain, **{name.replace("_", " "): cell for name, cell in cells.items()}}.get(name, "") for name in HEADER
    ]


@pytest.mark.rule("B1")
def test_a_whole_row(reader):
    """Every field is read, numbers as whole units: minor units for the amount, 10**-4 for quantity and unit cost."""
    cells = row(Extra="E1", Description=' 4" PIPE ', Quantity="2.5", Unit="LFT", Unit_Cost="4.0001", Amount="$10.00")

    assert Record(
        row=7, job="J", sub_job="E1", cost_code="1-105", category="L", amount=1000, description='4" PIPE',
        quantity=25000, unit="LFT", unit_cost=40001,
    ) == reader().read(7, cells)  # fmt: skip


@pytest.mark.rule("B1")
def test_blank_is_not_zero(reader, faults):
    """Blank quantity and unit cost are absent; a blank amount without them is a fault."""
    record = reader().read(2, row())
    assert (None, None) == (record.quantity, record.unit_cost)

    assert reader().read(3, row(Amount=" ")) is None
    assert ['b.csv row 3, column "Amount"'] == [fault.where for _, _, fault in faults]


@pytest.mark.rule("B1")
@pytest.mark.parametrize(("quantity", "cost", "units"), [("3", "0.33", 99), ("0.5", "0.02", 1), ("-2", "1.5", -300)])
def test_a_blank_amount_is_the_exact_product(reader, quantity, cost, units):
    """Quantity x unit cost is the amount where that is exact in the minor unit."""
    assert units == reader().read(2, row(Amount="", Quantity=quantity, Unit_Cost=cost)).amount


@pytest.mark.rule("B1")
@pytest.mark.parametrize(("quantity", "cost"), [("3", "0.333"), ("100000000000", "100000")])
def test_a_product_that_is_no_amount_is_a_fault(reader, faults, quantity, cost):
    """A product that would have to be rounded, or is too large, is never made fit."""
    assert reader().read(2, row(Amount="", Quantity=quantity, Unit_Cost=cost)) is None
    assert ["B1"] == [fault.rule for _, _, fault in faults]


@pytest.mark.rule("B1")
def test_an_amount_that_is_not_the_product_warns(reader, faults, warnings):
    """The amount is the book value: another product only warns, and names both."""
    assert 1001 == reader().read(2, row(Amount="10.01", Quantity="2", Unit_Cost="5")).amount
    assert [("10.01", "10")] == [(fault.value, fault.expected) for _, _, fault in warnings]
    assert not faults


@pytest.mark.rule("B8")
def test_all_faults_of_a_row_are_told_at_once(reader, faults):
    """Each bad cell has a fault with file, row, column, value, expectation and remedy."""
    cells = row(Cost_Code="1-1\u0660", Description="a\nb", Quantity="1.00001", Amount="12,0O")

    assert reader().read(9, cells) is None
    assert ["Cost Code", "Description", "Quantity", "Amount"] == [header for _, header, _ in faults]
    assert ["1-1\u0660", "a\nb", "1.00001", "12,0O"] == [fault.value for _, _, fault in faults]
    assert all(fault.where.startswith("b.csv row 9, column") and fault.expected for _, _, fault in faults)
    assert all(fault.remedy and fault.rule for _, _, fault in faults)


@pytest.mark.rule("B8")
def test_a_blank_amount_is_told_beside_other_faults(reader, faults):
    """A blank amount does not hide behind a bad code, but a bad quantity explains it."""
    reader().read(2, row(Cost_Code="\u0661", Amount=""))
    reader().read(3, row(Quantity="x", Unit_Cost="1", Amount=""))

    assert ["Cost Code", "Amount", "Quantity"] == [header for _, header, _ in faults]


@pytest.mark.parametrize("name", ["Job", "Cost Code"])
def test_a_blank_code_is_a_fault(reader, faults, name):
    """A row without a job or cost code is no budget line."""
    assert reader().read(2, row(**{name: " "})) is None
    assert [f'b.csv row 2, column "{name}"'] == [fault.where for _, _, fault in faults]


def test_sub_job_and_category_may_be_blank(reader):
    """A line may stand on the job itself; a missing category is for sending to refuse."""
    record = reader().read(2, row(Category=""))

    assert ("", "") == (record.sub_job, record.category)


def test_defaults_fill_blanks_alone(reader):
    """A default stands where the cell is blank and never over a value."""
    read = reader(defaults={"category": "M", "unit": "LS"}).read

    assert ("L", "LS") == ((record := read(2, row())).category, record.unit)
    assert "M" == read(2, row(Category=" ")).category


def test_a_blank_row_is_skipped(reader, faults):
    """A row of blanks is no line and no fault."""
    assert reader().read(2, [" "] * len(HEADER)) is None
    assert not faults


@pytest.mark.parametrize("cells", [[*row(), "more"], row()[:-1], row()[:2]])
def test_a_row_of_another_width_is_a_fault(reader, faults, cells):
    """Cells beyond the header, or a row cut before a column that is read, shift or lose figures."""
    assert reader().read(2, cells) is None
    assert "b.csv row 2" == faults[0][2].where


def test_blank_cells_beyond_the_header_do_no_harm(reader):
    """Trailing delimiters are no fault."""
    assert reader().read(2, [*row(), "", " "]) is not None


@pytest.mark.parametrize(("where", "expected"), [({"Job": "J"}, True), ({"Job": "J", "Category": "M"}, False)])
def test_filters_are_all_to_hold(reader, where, expected):
    """A row is wanted where every filter holds."""
    assert expected is reader(where=where).is_wanted(row(Job=" J "))


@pytest.mark.rule("X3")
def test_a_description_like_a_formula_is_kept_and_warned_about(reader, warnings):
    """A leading = is data; who opens a list of ours in a spreadsheet is told."""
    assert "=1+1" == reader().read(2, row(Description="=1+1")).description
    assert ["X3"] == [fault.rule for _, _, fault in warnings]


def test_a_currency_without_decimals(reader, faults):
    """Yen have no decimals: the product must be whole, and so must an amount."""
    assert 3 == reader(digits=0).read(2, row(Amount="", Quantity="1.5", Unit_Cost="2")).amount
    assert reader(digits=0).read(3, row(Amount="1.5")) is None
    assert 1 == len(faults)
