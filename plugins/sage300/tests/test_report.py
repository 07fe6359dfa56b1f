from decimal import Decimal
from pathlib import Path

import pytest

from erp_bridge_core.contract import Erp, SubJob
from erp_bridge_core.contract.errors import ReadFailed
from erp_bridge_sage300.report import JobCostReport, read_extras
from erp_bridge_sage300.settings import Sage300Settings

SageErp = Erp[Sage300Settings]
HEADER = "Company,Job,Extra,Cost Code,Category,Original Estimate,Approved Estimate Changes,Total Estimate"
ROWS = "Hoosier,40891,,105-06845,LAB,10300.00,250.25,10550.25\nHoosier,50000,,105-06845,LAB,1.00,0.00,1.00\n"


def printed(root: Path, text: str) -> None:
    """Put a report into the share."""
    (root / "reports/job-cost.csv").write_bytes(text.encode())


def test_rows_of_one_job_are_read_exactly(erp: SageErp, tmp_path: Path) -> None:
    """Other jobs' rows are passed over, amounts are decimals."""
    printed(tmp_path, f"{HEADER}\n{ROWS}")

    rows = list(JobCostReport(erp).rows("40891"))

    assert [("105-06845", Decimal("10300.00"), Decimal("250.25"))] == [
        (row.cost_code, row.original, row.changes) for row in rows
    ]


def test_unposted_columns_are_read_where_the_report_has_them(erp: SageErp, tmp_path: Path) -> None:
    """Unposted amounts are visible only then."""
    printed(
        tmp_path,
        f"\ufeff{HEADER},Unposted Original,Unposted Approved\r\nHoosier,40891,20,1,LAB,0.00,0.00,0.00,5.00,6.00\r\n",
    )
    report = JobCostReport(erp)

    assert (True, Decimal("5.00")) == (
        report.check("40891").shows_unposted,
        next(report.rows("40891")).unposted_original,
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("Company,Job\nHoosier,1\n", "no column Extra, Cost Code"),
        (f"{HEADER},Job\n", "Job twice"),
        (f"{HEADER}\nHoosier,40891,,1,LAB,12,0O,1,1\n", "Row 2 of .* has 9 columns"),
        (f"{HEADER}\nHoosier,40891,,1,LAB,120O,0,0\n", "Row 2, column Original Estimate .*120O"),
        (f"{HEADER}\nHoosier,40891,,1,LAB,NaN,0,0\n", "not a number"),
        (f"{HEADER}\nHoosier,40891,,1,LAB,1.005,0,0\n", "more than 2 decimals"),
        (f"{HEADER}\nOther Co,40891,,1,LAB,1,0,1\n", "company 'Other Co'.*'Hoosier'"),
        (f"{HEADER}\nHoosier,40891,,1,LAB,1,0,1", "cut short"),
        (f"{HEADER}\nHoosier,40891,,\0,LAB,1,0,1\n", "NUL"),
        (f'{HEADER}\nHoosier,40891,,"1"x,LAB,1,0,1\n', "no proper CSV"),
    ],
)
def test_a_report_that_is_not_right_is_told(erp: SageErp, tmp_path: Path, text: str, said: str) -> None:
    """Row and column are named, and nothing is concluded."""
    printed(tmp_path, text)

    with pytest.raises(ReadFailed, match=said):
        list(JobCostReport(erp).rows("40891"))


def test_a_report_in_another_encoding_is_told(erp: SageErp, tmp_path: Path) -> None:
    """The remedy names the setting."""
    (tmp_path / "reports/job-cost.csv").write_bytes(b"\xff\xfe\x00")

    with pytest.raises(ReadFailed, match="not text in utf-8-sig"):
        list(JobCostReport(erp).rows("40891"))


def test_a_missing_report_is_a_failed_read(erp: SageErp) -> None:
    """No report, no conclusion."""
    with pytest.raises(ReadFailed):
        JobCostReport(erp).check("40891")


def test_extras_of_one_job_with_their_status(erp: SageErp, tmp_path: Path) -> None:
    """A closed Extra is inactive."""
    (tmp_path / "reports/extras.csv").write_text(
        "Job,Extra,Description,Status\n40891,20,Ramp,In progress\n40891,30,Deck,Closed\n50000,20,Other,In progress\n"
    )

    assert [SubJob(code="20", name="Ramp"), SubJob(code="30", name="Deck", active=False)] == list(
        read_extras(erp, "40891")
    )
