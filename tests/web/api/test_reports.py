"""The job costs report by the API: as JSON, CSV and XLSX it is what the services tell (V4, X2)."""

import csv
from io import BytesIO, StringIO

import pytest
from openpyxl import load_workbook  # type: ignore[import-untyped] # the library has no types
from web_items import books, exported, person, press
from web_site import PROJECT, Browser

from erp_bridge_core.app import Application

pytestmark = pytest.mark.rule("V4", "X2")

PATH = "/api/v1/reports/job-costs"
AMOUNT = "1234567.80"


@pytest.fixture
def posted(abe: Browser, application: Application) -> Browser:
    """The approver after an export that was posted and read back."""
    exported(abe)
    books(application).jobs[PROJECT].post()
    assert 303 == press(abe, "verify").status_code
    return abe


def test_a_job_is_told_with_its_totals(posted: Browser, application: Application) -> None:
    """As the services have them; by project too, and of another there is nothing."""
    (known,) = application.reports.job_costs(person(application, "abe")).jobs
    told = posted.get(PATH).json()

    (job,) = told["jobs"]
    assert (PROJECT, 1, [], AMOUNT, AMOUNT) == (
        job["project"], job["item"], told["unverified"], job["total"]["ours"], job["total"]["erp"],
    )  # fmt: skip
    assert (known.outcome, known.total.keys, str(known.total.difference)) == (
        job["outcome"], job["total"]["keys"], job["total"]["difference"],
    )  # fmt: skip
    assert told == posted.get(f"{PATH}?project={PROJECT}").json()
    assert 404 == posted.get(f"{PATH}?project=24-999").status_code


def test_the_files_hold_the_same_keys(posted: Browser) -> None:
    """One row a key in either, with the amounts of the key as JSON tells it."""
    (key,) = posted.get(f"/api/v1/projects/{PROJECT}/job-costs").json()["items"]
    comma, sheet = posted.get(f"{PATH}/csv"), posted.get(f"{PATH}/xlsx")
    names, row = csv.reader(StringIO(comma.text.lstrip("\ufeff")))
    cells = [[cell.value for cell in line] for line in load_workbook(BytesIO(sheet.content)).active.iter_rows()]

    assert (AMOUNT, AMOUNT) == (key["ours_total"], key["erp_total"])
    assert row.count(AMOUNT) >= 2
    assert names in cells
    assert float(AMOUNT) in cells[-1]
    assert "01-100" in row
    assert "01-100" in cells[-1]
    for answer, kind in ((comma, "text/csv"), (sheet, "application/vnd.openxmlformats-officedocument")):
        assert answer.headers["content-type"].startswith(kind)
        assert answer.headers["content-disposition"].startswith("attachment")


def test_what_was_not_read_back_is_named(abe: Browser) -> None:
    """An export that nobody has verified has no figures; before an export there is nothing at all."""
    assert {"jobs": [], "unverified": []} == abe.get(PATH).json()
    exported(abe)

    assert {"jobs": [], "unverified": [PROJECT]} == abe.get(PATH).json()
    none = abe.get(f"/api/v1/projects/{PROJECT}/job-costs")
    assert (404, "not_found") == (none.status_code, none.json()["error"])


def test_reports_are_for_who_looks_at_items(mia: Browser) -> None:
    """A project manager is refused, in each form."""
    assert [403] * 3 == [mia.get(f"{PATH}{form}").status_code for form in ("", "/csv", "/xlsx")]
