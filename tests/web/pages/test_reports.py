"""The job costs report on pages: totals, a chart with its numbers, keys, filters and files (V4)."""

from decimal import Decimal
from io import BytesIO
from zipfile import ZipFile

import pytest
from sqlalchemy import update
from web_items import books, exported, make_blind, press
from web_site import PROJECT, Browser

from erp_bridge_core.app import Application
from erp_bridge_core.contract.budget import LineKey
from erp_bridge_core.exports.report_queries import KeySearch
from erp_bridge_core.exports.reports import GroupSums
from erp_bridge_core.store.tables import key_outcomes
from erp_bridge_core.web.views.reports import MOST_BARS, bars_of

ALL = "/reports/job-costs"
ONE = "/projects/24-001/job-costs"
FILES = ("/csv", "/xlsx")


@pytest.fixture
def posted(abe: Browser, application: Application) -> Browser:
    """The approver after an export that was posted and read back."""
    exported(abe)
    books(application).jobs[PROJECT].post()
    assert 303 == press(abe, "verify").status_code
    return abe


@pytest.mark.rule("V4")
def test_nothing_is_shown_before_it_was_read_back(abe: Browser) -> None:
    """The page says what is missing: an export, then a look."""
    assert "Nothing was exported and read back yet." in abe.get(ALL).text
    assert "Nothing of this project was exported yet." in abe.get(ONE).text
    exported(abe)

    assert "Exported but never read back:" in abe.get(ALL).text
    assert "It was exported but never read back: verify its item." in abe.get(ONE).text


@pytest.mark.rule("V4")
def test_totals_and_keys_stand_beside_the_erps(posted: Browser) -> None:
    """Per job and per key, with its state; amounts as the reader's locale writes them."""
    listed, one = posted.get(ALL).text, posted.get(ONE, Accept_Language="de-DE").text

    assert 2 == listed.count("$1,234,567.80</td>")
    assert 'href="/projects/24-001/job-costs">24-001</a> Bridge &amp; Creek' in listed
    assert "1.234.567,80" in one
    assert 'data-title="Outcome">synced<' in one


@pytest.mark.rule("V4")
def test_the_chart_says_its_numbers_as_text(posted: Browser) -> None:
    """A bar is hidden from whoever hears the page; the amounts of its row are not, and a caption says what they are."""
    page = posted.get(ONE).text

    assert 2 == page.count('x="0.00" width="100.00"')
    assert 'class="bars" aria-hidden="true"' in page
    assert "Exported from here and posted in the ERP" in page
    assert 'data-title="Posted" class="number">$1,234,567.80<' in page


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("", 1), ("text=01-1", 1), ("text=l", 1), ("text=none", 0), ("sub_job=(job)", 1), ("sub_job=S1", 0),
        ("differing=yes", 0), ("page=2", 0), ("text=%3Cscript%3E", 0),
    ],
)  # fmt: skip
def test_keys_are_filtered(posted: Browser, query: str, keys: int) -> None:
    """By sub job, by code, by whether they differ."""
    page = posted.get(f"{ONE}?{query}").text

    assert keys == page.count('data-title="Our original"')
    assert "<script>" not in page


@pytest.mark.parametrize(("query", "jobs"), [("text=creek", 1), ("text=24-9", 0), ("differing=yes", 0)])
def test_jobs_are_filtered(posted: Browser, query: str, jobs: int) -> None:
    """By project or job, by whether they differ."""
    assert jobs == posted.get(f"{ALL}?{query}").text.count('data-title="Our total"')


def test_what_cant_be_read_says_so(abe: Browser, application: Application) -> None:
    """An empty cell would be taken for nothing; such a key counts among those that differ."""
    make_blind(application)
    exported(abe)
    press(abe, "verify")
    page = abe.get(f"{ONE}?differing=yes").text

    assert "not readable" in page
    assert "1 key can't be read" in page


@pytest.mark.parametrize("path", [ALL, ONE])
def test_the_report_is_downloaded(posted: Browser, path: str) -> None:
    """As CSV and as a workbook, each with its name and kind."""
    csv, xlsx = (posted.get(path + kind) for kind in FILES)

    assert "text/csv; charset=utf-8" == csv.headers["content-type"]
    assert 'attachment; filename="job-costs.csv"' == csv.headers["content-disposition"]
    assert b"24-001,24-001,,01-100,L,1234567.80" in csv.content
    assert 'attachment; filename="job-costs.xlsx"' == xlsx.headers["content-disposition"]
    assert "xl/worksheets/sheet1.xml" in ZipFile(BytesIO(xlsx.content)).namelist()


@pytest.mark.rule("P0", "P1")
def test_others_see_nothing_of_it(browser: Browser) -> None:
    """Another company's project is not there, its report holds nothing, and who may not look at items is told so."""
    browser.sign_in("sue", company="second")
    assert "24-001" not in browser.get(ALL).text
    for path in (ONE, *(ONE + kind for kind in FILES)):
        assert 404 == browser.get(path).status_code
    browser.send("/sign-out", {}, page="/")
    browser.sign_in("mia")
    for path in (ALL, ONE, ALL + "/csv", ONE + "/xlsx"):
        assert 403 == browser.get(path).status_code


def test_bars_share_one_scale() -> None:
    """Zero is where the negative amounts end; only the largest have a bar, and nothing at all is no error."""
    first, second = bars_of(
        [
            GroupSums(name="b", ours=Decimal(-50), erp=Decimal(0)),
            GroupSums(name="a", ours=Decimal(150), erp=Decimal(100)),
        ]
    )

    assert ("a", "25.00", "75.00") == (first.group.name, first.ours.start, first.ours.length)
    assert ("25.00", "50.00") == (first.erp.start, first.erp.length)
    assert ("0.00", "25.00", "0.00") == (second.ours.start, second.ours.length, second.erp.length)
    assert MOST_BARS == len(bars_of([GroupSums(name=str(number)) for number in range(MOST_BARS + 5)]))


def test_sums_leave_out_what_cant_be_read(posted: Browser, application: Application) -> None:
    """It is counted instead."""
    actor = application.people.actor_from_session(posted.session() or "", "hoosier")
    search = KeySearch(sub_job="", text="01-100")
    read = application.reports.find_costs(actor, PROJECT, search, by_cost_code=True)
    with application.store.begin() as connection:
        connection.execute(update(key_outcomes).values(now_total=None))
    unread = application.reports.find_costs(actor, PROJECT, search, by_cost_code=True)

    assert read
    assert unread
    assert (LineKey("", "01-100", "L"),) == tuple(cost.key for cost in read.rows)
    assert [(Decimal("1234567.80"), 0)] == [(group.ours, group.unread) for group in read.by_cost_code]
    assert [(Decimal(0), 1)] == [(group.ours, group.unread) for group in unread.by_sub_job]
    assert 1 == unread.total
    nothing = application.reports.find_costs(actor, PROJECT, KeySearch(text="02"))
    assert nothing
    assert 0 == nothing.total
