import io
from datetime import date
from decimal import Decimal

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from erp_bridge_sage300.layout import CATEGORY_RECORD, JOB_RECORD, FileLayout
from erp_bridge_sage300.records import (
    EstimateRecord,
    RecordError,
    as_read_back,
    fits_file,
    read_records,
    write_records,
)

LAYOUT = FileLayout.parse(category_record=CATEGORY_RECORD, job_record=JOB_RECORD)
RECORD = EstimateRecord(
    job="40891",
    extra="",
    cost_code="105-06845",
    category="LAB",
    description="",
    date=date(1997, 2, 5),
    quantity=Decimal("0.66"),
    unit="hour",
    amount=Decimal("9.90"),
)


def written(*records: EstimateRecord, layout: FileLayout = LAYOUT) -> str:
    """Records as text."""
    return "".join(write_records(records, layout))


def read(text: str, layout: FileLayout = LAYOUT) -> list[EstimateRecord]:
    """Text as records."""
    return list(read_records(io.BytesIO(text.encode("latin-1")), layout, "ascii"))


def test_category_record_is_written_as_the_documented_sample() -> None:
    """Code left-padded to 15 inside the quotes, date and numbers bare, four empty fields, CRLF."""
    expected = 'J,"40891","",02051997\r\nC,"      105-06845","","LAB",02051997,0.66,"hour",9.90,,,"",""\r\n'

    assert expected == written(RECORD)


def test_a_job_record_precedes_each_change_of_extra() -> None:
    """Lines of an Extra follow a job record that names it."""
    lines = written(RECORD, RECORD, evolve(RECORD, extra="20")).splitlines()

    assert ["J", "C", "C", "J", "C"] == [one[0] for one in lines]


SAFE = st.text(st.characters(codec="ascii", exclude_characters='"', exclude_categories=["Cc"]), max_size=30)


@given(
    extra=SAFE,
    description=SAFE,
    unit=SAFE,
    amount=st.decimals(min_value=-99999999, max_value=99999999, places=2),
    quantity=st.none() | st.decimals(min_value=-9999, max_value=9999, places=2),
)
def test_what_was_written_reads_back_the_same(
    extra: str, description: str, unit: str, amount: Decimal, quantity: Decimal | None
) -> None:
    """Any safe text and any amount comes back equal, to the cent."""
    record = evolve(RECORD, extra=extra, description=description, unit=unit, amount=amount, quantity=quantity)

    assert [record] == read(written(record))


@pytest.mark.rule("X3")
@given(bad=st.sampled_from(['"', "\n", "\r", "\0", "\x1a", "\u2028", "\x85"]), before=SAFE, after=SAFE)
def test_text_that_could_forge_a_record_is_never_written(bad: str, before: str, after: str) -> None:
    """A quote, a line break or a control character in a text stops the writer."""
    with pytest.raises(RecordError, match="would break the record"):
        written(evolve(RECORD, description=before + bad + after))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('X,"1"\r\n', "begins with 'X'"),
        ('C,"105","","LAB",02051997,1,"",9.90,,,""\r\n', "11 fields"),
        ('C,"105","","LAB",13051997,1,"",9.90,,,"",""\r\n', "mmddyyyy"),
        ('C,"105","","LAB",02051997,1,"",12,0O,,"",""\r\n', "0O"),
        ('C,"105","","LAB",02051997,1,"",,,,"",""\r\n', "no amount"),
        ('C,"105","","LAB",02051997,1,"",1e400,,,"",""\r\n', "not a number"),
        ('C,"10"5","","LAB",02051997,1,"",1,,,"",""\r\n', "quote in the wrong place"),
        ('C,105,"","LAB",02051997,1,"",1,,,"",""\r\n', "not quoted"),
        ("C," + "x" * 5000, "longer than any"),
        ("C,\xff\r\n", "not text in ascii"),
    ],
)
def test_a_file_that_is_no_estimate_file_is_told_by_line(text: str, said: str) -> None:
    """The first wrong line is named with what is wrong."""
    with pytest.raises(RecordError, match=said):
        read(text)


def test_more_than_two_decimals_are_not_written() -> None:
    """An amount is exact or not written at all."""
    with pytest.raises(RecordError, match="more than two decimals"):
        written(evolve(RECORD, amount=Decimal("1.005")))


@pytest.mark.parametrize(("quantity", "fits"), [("1.50", True), ("1.505", False), ("100000000", False)])
def test_a_quantity_fits_with_eight_digits_and_two_decimals(quantity: str, fits: bool) -> None:  # noqa: FBT001
    """The file's quantity field is 8.2."""
    assert fits is fits_file(Decimal(quantity))


def test_a_layout_without_places_reads_back_less() -> None:
    """What the layout has no place for is not expected back."""
    layout = FileLayout.parse(category_record="C, cost_code, category, date, amount", job_record="")
    expected = as_read_back(RECORD, layout)

    assert ([expected], None, None) == (read(written(RECORD, layout=layout), layout), expected.job, expected.quantity)
