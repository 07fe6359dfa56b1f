"""Columns are named, remembered, or guessed where only one fits."""

import pytest

from erp_bridge_core.contract.errors import BadInput, UsageError
from erp_bridge_core.contract.structuring import converter, structure
from erp_bridge_core.sources.mapping import ColumnMapping, resolve_columns

HEADER = ("Job", "Cost Code", "Cost Type", "Extra", "Description", "Qty", "UOM", "Unit Price", "Extension")


def resolve(mapping=None, header=HEADER):
    """Lay a mapping on a header."""
    return resolve_columns(mapping or ColumnMapping(), header, "b.csv")


@pytest.mark.rule("B8")
def test_guesses_common_headers_and_says_so():
    """Every field is found by a common name of its header and reported as guessed."""
    columns, faults = resolve()

    assert [] == faults
    assert {"job": 0, "cost_code": 1, "category": 2, "sub_job": 3, "description": 4, "quantity": 5, "unit": 6,
            "unit_cost": 7, "amount": 8} == columns.places  # fmt: skip
    assert 9 == len(columns.guessed)


def test_what_is_named_is_not_guessed():
    """A named column wins over a guess, whatever its case and blanks."""
    columns, faults = resolve(ColumnMapping(columns={"cost_code": "pay  item"}), ("Pay Item", "Cost Code", "Amount"))

    assert [] == faults
    assert {"cost_code": 0, "amount": 2} == columns.places
    assert ("amount",) == columns.guessed


def test_an_empty_header_leaves_a_field_unread():
    """A field mapped to nothing is not guessed."""
    columns, _ = resolve(ColumnMapping(columns={"sub_job": ""}))

    assert "sub_job" not in columns.places


@pytest.mark.rule("B8")
def test_a_missing_column_names_file_header_and_remedy():
    """A header that does not exist is told with those that do."""
    _, faults = resolve(ColumnMapping(columns={"amount": "Betrag"}))

    assert ['b.csv column "Betrag"'] == [fault.where for fault in faults]
    assert all(name in faults[0].expected for name in HEADER)
    assert "header" in faults[0].remedy


@pytest.mark.rule("B8")
def test_all_missing_columns_are_told_at_once():
    """Named and filtering columns that are missing are told together."""
    _, faults = resolve(ColumnMapping(columns={"amount": "X", "unit": "Y"}, where={"Pos": "1"}))

    assert 3 == len(faults)


def test_required_fields_without_a_column_are_told():
    """A file without cost code and amount says how to name them."""
    _, faults = resolve(header=("A", "B"))

    assert ["--column cost_code=HEADER", "--column amount=HEADER"] == [
        fault.remedy.removeprefix("Name its column: ").removesuffix(".") for fault in faults
    ]


def test_quantity_and_unit_cost_stand_in_for_the_amount():
    """No amount column is needed where its two factors are."""
    assert [] == resolve(header=("Cost Code", "Quantity", "Unit Cost"))[1]


def test_an_ambiguous_header_is_not_guessed():
    """Two headers that could be the amount are named, neither is taken."""
    _, faults = resolve(header=("Cost Code", "Amount", "Extension"))

    assert ["the field amount could be Amount or Extension"] == [fault.message for fault in faults]


@pytest.mark.parametrize("name", ["job", "sub_job", "category"])
def test_an_ambiguous_part_of_the_key_is_a_fault(name):
    """Keys must not silently lose a part because two columns could be it."""
    twins = {"job": ("Job", "Project"), "sub_job": ("Extra", "Sub Job"), "category": ("Category", "Cost Type")}

    _, faults = resolve(header=("Cost Code", "Amount", *twins[name]))

    assert [f"the field {name} could be {' or '.join(twins[name])}"] == [fault.message for fault in faults]


def test_a_doubled_header_that_is_used_is_a_fault():
    """A named header that stands twice is not taken by chance."""
    _, faults = resolve(ColumnMapping(columns={"amount": "Amount"}), ("Cost Code", "Amount", "Amount"))

    assert ["the header stands 2 times (for amount)"] == [fault.message for fault in faults]


def test_a_default_stands_in_for_a_column():
    """A field with a default needs no column."""
    columns, faults = resolve(ColumnMapping(defaults={"cost_code": "999"}), ("Amount",))

    assert [] == faults
    assert {"cost_code": "999"} == columns.defaults


@pytest.mark.rule("B8")
def test_a_mapping_is_remembered_as_plain_data():
    """A mapping survives being stored and read again."""
    mapping = ColumnMapping.parse(columns=["job=ProjectID"], where=["Pos=1"], defaults=["category=M"])

    assert mapping == structure(ColumnMapping, converter.unstructure(mapping))


def test_a_remembered_mapping_with_an_unknown_field_is_refused():
    """A stored mapping of another version does not pass unseen."""
    with pytest.raises(BadInput, match="mapping"):
        structure(ColumnMapping, {"columns": {"price": "X"}}, what="mapping")


def test_parse_tells_every_fault_at_once():
    """Unknown fields, missing equal signs and doubles are told together."""
    with pytest.raises(UsageError) as caught:
        ColumnMapping.parse(columns=["price=X", "job", "unit=A", "unit=B"], where=["=1"], defaults=["nope=1"])

    assert 5 == len(caught.value.faults)


def test_values_may_hold_equal_signs():
    """Only the first equal sign parts name and value."""
    assert {"Note": "a=b"} == ColumnMapping.parse(where=["Note=a=b"]).where
