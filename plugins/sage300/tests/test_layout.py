import pytest

from erp_bridge_sage300.layout import CATEGORY_RECORD, JOB_RECORD, FileLayout, RecordLayout


def test_default_category_record_has_the_documented_twelve_fields() -> None:
    """The category record is the letter C and eleven fields, the code 15 wide."""
    layout = RecordLayout.parse(CATEGORY_RECORD)

    assert (11, "C", 15) == (len(layout.fields), layout.letter, layout.fields[0].width)


@pytest.mark.parametrize(
    ("category", "job", "said"),
    [
        ("C, cost_code, category, date", JOB_RECORD, "no place for amount"),
        ("CC, cost_code", JOB_RECORD, "begins with the record's letter"),
        ("C, cost_code, cost_code, category, date, amount", JOB_RECORD, "stands twice"),
        ("C, cost_code, colour", JOB_RECORD, "'colour' is no field"),
        ("C, cost_code:x", JOB_RECORD, "width of cost_code"),
        (CATEGORY_RECORD, "C, job", "share the letter"),
        (CATEGORY_RECORD, "J, extra", "no place for job"),
    ],
)
def test_layout_that_cannot_carry_an_estimate_is_refused(category: str, job: str, said: str) -> None:
    """A layout's fault is told by the word that is wrong."""
    with pytest.raises(ValueError, match=said):
        FileLayout.parse(category_record=category, job_record=job)


def test_layout_without_job_record_carries_no_extra() -> None:
    """Category records alone name neither job nor Extra."""
    layout = FileLayout.parse(category_record=CATEGORY_RECORD, job_record="")

    assert (False, False) == (layout.names_job, layout.carries_extras)
