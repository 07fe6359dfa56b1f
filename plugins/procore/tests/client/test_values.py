"""Exact amounts, records and words: what is read is what Procore wrote."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erp_bridge_core.contract.errors import ReadFailed
from erp_bridge_procore.client.records import Record
from erp_bridge_procore.client.told import ChangeStatus, DetailStatus, ErpStatus, Told
from erp_bridge_procore.client.wire import decode, encode
from erp_bridge_procore.simulator.amounts import Number, printed, units_of
from erp_bridge_procore.simulator.wire import encode as procore_writes

CENTS = st.integers(-(10**15), 10**15).map(lambda cents: Decimal(cents).scaleb(-2))


@given(CENTS)
def test_an_amount_comes_back_as_it_went(amount: Decimal) -> None:
    """Through our JSON, whatever its size: a float would lose some of these."""
    assert amount == Record("row", decode(encode({"amount": amount}))).amount("amount")


@given(CENTS.filter(lambda amount: abs(amount) < 10**13))
def test_an_amount_survives_procores_own_writing(amount: Decimal) -> None:
    """As a JSON number and as text: both are read to the same amount."""
    units = units_of(decode(encode(amount)), decimals=2)
    sent = procore_writes({"number": Number(units), "text": printed(units)})
    record = Record("row", decode(sent.encode()))
    assert (amount, amount) == (record.amount("number"), record.amount("text"))


@given(st.floats(allow_nan=False, allow_infinity=False, width=32).map(lambda value: round(value, 2)))
def test_what_a_float_prints_is_read_as_it_is_printed(value: float) -> None:
    """The digits count, exponents too."""
    assert Decimal(repr(value)) == Record("row", decode(json.dumps({"amount": value}).encode())).amount("amount")


@pytest.mark.parametrize("value", ["1,000.00", "twelve", "NaN", "Infinity", True, [], {}, "0x10"])
def test_no_amount_is_guessed(value: object) -> None:
    """What is not one is told by the field's name."""
    with pytest.raises(ReadFailed, match="its amount"):
        Record("row", {"amount": value}).amount("amount")


@pytest.mark.parametrize("text", [b'{"amount": NaN}', b'{"amount": Infinity}', b"{", b"[" * 100_000])
def test_no_json_is_guessed(text: bytes) -> None:
    """Constants that JSON has not, text that ends, text too deep."""
    with pytest.raises(ValueError):  # noqa: PT011 - each has its own words
        decode(text)


def test_blank_is_not_nought() -> None:
    """None, blank and a missing field are no amount."""
    record = Record("row", {"a": None, "b": ""})
    assert [None, None, None] == [record.maybe_amount(name) for name in "abc"]
    with pytest.raises(ReadFailed):
        record.amount("a")


def test_ids_may_be_text() -> None:
    """As v2 has them; anything else is told."""
    record = Record("row", {"a": "562949953421312", "b": 7, "c": True, "d": "7x"})
    assert (562949953421312, 7) == (record.number("a"), record.number("b"))
    for name in "cde":
        with pytest.raises(ReadFailed):
            record.number(name)


def test_a_misspelt_word_is_known() -> None:
    """Both spellings are one state, and what Procore wrote is kept."""
    misspelt, right = (Told.of(ErpStatus, text) for text in ("exportging", "exporting"))
    assert (ErpStatus.EXPORTING, "exportging") == (misspelt.known, misspelt.text)
    assert misspelt == right


@pytest.mark.parametrize("text", ["in progress", "in_progress", "In-Progress"])
def test_a_words_writing_makes_no_difference(text: str) -> None:
    """Its spelling on the wire is not known."""
    assert DetailStatus.IN_PROGRESS == Told.of(DetailStatus, text).known


@pytest.mark.parametrize("text", ["approvd", "paused_by_erp", ""])
def test_an_unknown_word_is_kept_and_not_guessed(text: str) -> None:
    """Not even one that is nearly known."""
    told = Told.of(ChangeStatus, text)
    assert (None, text, text) == (told.known, told.text, str(told))
