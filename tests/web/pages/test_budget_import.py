"""A budget from a file, by pages: its columns, a trial that changes nothing, and then all of it or none."""

import io
import os
import time
from decimal import Decimal
from pathlib import Path

import pytest
from httpx import Response
from web_site import MARKUP, Browser

from erp_bridge_core.app import Application
from erp_bridge_core.budgets.views import LineSource
from erp_bridge_core.contract.budget import LineKey
from erp_bridge_core.web.uploads import KEPT_SECONDS, Uploads, safe_name

BUDGET = "/projects/24-001/budget"
IMPORT = f"{BUDGET}/import"
GOOD = "Code,Type,What,Total\n02-200,L,Creek bed,10.50\n03-300,L,Deck,20.00\n"
BAD = "Code,Type,What,Total\n02-200,L,=1+1,1O.50\n03-300,L,Deck,20.00\n03-300,L,Deck,20.00\n"
COLUMNS = {
    "column_cost_code": "Code", "column_category": "Type", "column_description": "What", "column_amount": "Total",
    "mode": "keep", "duplicates": "refuse", "numbers": "point", "header_row": "1",
}  # fmt: skip


def bring(browser: Browser, text: str | bytes, name: str = "budget.csv") -> Response:
    """Send a file by the form that takes files."""
    files = {"file": (name, text if isinstance(text, bytes) else text.encode())}
    fields = {"csrf_token": browser.token(IMPORT)}
    return browser.client.post(IMPORT, data=fields, files=files, follow_redirects=False)


def lines(application: Application) -> dict[str, Decimal]:
    """What the budget holds: key and original."""
    actor = application.companies.system("hoosier")
    return {str(line.key): line.original for line in application.budgets.show(actor, "24-001").lines}


def uploaded(application: Application) -> list[Path]:
    """The files that are kept."""
    return [path for path in (application.home / "uploads").rglob("*") if path.is_file()]


@pytest.mark.rule("B8")
def test_a_file_is_looked_at_tried_and_taken_in(open_mia: Browser, application: Application) -> None:
    """Header and rows are shown; the trial changes nothing; then the lines are there, and the file is gone."""
    before = lines(application)
    page = bring(open_mia, GOOD).headers["location"]
    shown = open_mia.get(page).text
    for text in ("budget.csv", "Creek bed", '<option value="Total" selected>Total</option>'):
        assert text in shown
    assert "Import it" not in shown

    tried = open_mia.send(page, {**COLUMNS, "then": "check"})
    assert 200 == tried.status_code
    assert "Nothing was changed yet." in tried.text
    assert "Import it" in tried.text
    assert before == lines(application)
    assert 1 == len(uploaded(application))

    assert BUDGET == open_mia.send(page, {**COLUMNS, "then": "import"}).headers["location"]
    assert {**before, "02-200 / L": Decimal("10.50"), "03-300 / L": Decimal("20.00")} == lines(application)
    assert [] == uploaded(application)
    assert 404 == open_mia.get(page).status_code


@pytest.mark.rule("B8")
def test_columns_are_remembered_for_the_next_file(open_mia: Browser) -> None:
    """What was said of one file is offered for the next one."""
    odd = "A,B,C\n02-200,L,1.00\n"
    given = {**COLUMNS, "column_cost_code": "A", "column_category": "B", "column_description": "", "column_amount": "C"}
    page = bring(open_mia, odd).headers["location"]
    assert '<option value="A" selected>' not in open_mia.get(page).text
    assert 303 == open_mia.send(page, {**given, "then": "import"}).status_code

    again = open_mia.get(bring(open_mia, odd.replace("02", "03")).headers["location"]).text
    for name in "ABC":
        assert f'<option value="{name}" selected>' in again


@pytest.mark.rule("B8")
def test_every_fault_is_told_before_anything_changes(open_mia: Browser, application: Application) -> None:
    """With row and column; every bad row can be downloaded, safe to open; importing it all the same is refused."""
    before = lines(application)
    page = bring(open_mia, BAD).headers["location"]
    assert 404 == open_mia.get(f"{page}/faults").status_code
    for then in ("check", "import"):
        refused = open_mia.send(page, {**COLUMNS, "then": then})
        assert 422 == refused.status_code
        for text in ("row 2, column &#34;Total&#34;", "1O.50", "rows 3, 4"):
            assert text in refused.text
        assert before == lines(application)

    file = open_mia.get(f"{page}/faults")
    assert "attachment" in file.headers["content-disposition"]
    assert "budget-faults.csv" in file.headers["content-disposition"]
    assert "'=1+1" in file.text


@pytest.mark.rule("B8")
def test_repeated_keys_are_summed_and_lines_overridden_on_request(open_mia: Browser, application: Application) -> None:
    """As the form says; each line names the file and its rows, those that were summed too."""
    page = bring(open_mia, BAD.replace("1O", "10")).headers["location"]
    given = {**COLUMNS, "duplicates": "sum", "mode": "override", "then": "import"}
    assert 303 == open_mia.send(page, given).status_code

    assert {"02-200 / L": Decimal("10.50"), "03-300 / L": Decimal("40.00")} == lines(application)
    summed = open_mia.get(f"{BUDGET}/lines/edit?cost_code=03-300&category=L").text
    assert "From budget.csv, the sum of rows 3, 4." in summed
    assert "From budget.csv, row 2." in open_mia.get(f"{BUDGET}/lines/edit?cost_code=02-200&category=L").text
    line = application.budgets.line(application.companies.system("hoosier"), "24-001", LineKey("", "03-300", "L"))
    assert LineSource(file="budget.csv", rows=(3, 4)) == line.source


def test_a_file_is_read_otherwise_on_request(open_mia: Browser, application: Application) -> None:
    """Another header row, another delimiter, commas for decimals, rows left out, blanks filled."""
    text = "A title\nCode;Type;Total;Status\n02-200;;1.234,50;on\n03-300;L;9,00;off\n"
    page = bring(open_mia, text).headers["location"]
    how = {"header_row": "2", "delimiter": ";"}
    assert '<option value="Total" selected>' in open_mia.send(page, {**how, "then": "look"}).text
    given = {
        **COLUMNS, **how, "column_description": "", "numbers": "comma", "where": "Status=on", "defaults": "category=M",
        "then": "import",
    }  # fmt: skip
    assert 303 == open_mia.send(page, given).status_code

    assert Decimal("1234.50") == lines(application)["02-200 / M"]
    assert "03-300 / L" not in lines(application)


@pytest.mark.parametrize(
    "given",
    [
        {"column_amount": ""},
        {"column_amount": "None"},
        {"mode": "other"},
        {"header_row": "x"},
        {"header_row": "0"},
        {"where": "no pair"},
        {"defaults": "frob=1"},
        {"encoding": "no-such"},
    ],
)
def test_what_cant_be_read_is_told(open_mia: Browser, application: Application, given: dict[str, str]) -> None:
    """Nothing is changed, and the file stays for another try."""
    before = lines(application)
    page = bring(open_mia, GOOD).headers["location"]

    assert 422 == open_mia.send(page, {**COLUMNS, **given, "then": "import"}).status_code
    assert before == lines(application)
    assert 200 == open_mia.get(page).status_code


@pytest.mark.parametrize("text", ["", b"%PDF-1.7 ...", b"\x00\x01\x02", b"PK\x03\x04 no zip"])
def test_what_is_no_budgets_file_is_not_kept(open_mia: Browser, application: Application, text: str | bytes) -> None:
    """It is refused at once, with the reason."""
    assert 422 == bring(open_mia, text).status_code
    assert [] == uploaded(application)


def test_a_form_without_a_file_is_refused(open_mia: Browser) -> None:
    """As when nothing was chosen, or text stands where a file belongs."""
    assert 422 == open_mia.send(IMPORT, {}).status_code
    assert 422 == open_mia.send(IMPORT, {"file": "text"}).status_code


@pytest.mark.rule("X3")
@pytest.mark.parametrize("name", ["../../../evil.csv", "..\\evil.csv", "/etc/evil.csv", f"{MARKUP}.csv", ".evil"])
def test_a_files_name_is_no_path_and_no_markup(open_mia: Browser, application: Application, name: str) -> None:
    """It is kept below the session's folder, and shown as text."""
    page = bring(open_mia, GOOD, name).headers["location"]

    assert MARKUP not in open_mia.get(page).text
    assert [safe_name(name)] == [path.name for path in uploaded(application)]
    assert [] == list(application.home.parent.rglob("evil.csv"))[1:]


@pytest.mark.rule("P0")
def test_a_file_is_its_sessions_alone(open_mia: Browser, application: Application) -> None:
    """Neither a made-up key nor another person's session finds it."""
    page = bring(open_mia, GOOD).headers["location"]
    for key in ("...", "0" * 32, "x" * 32):
        assert 404 == open_mia.get(f"{IMPORT}/{key}").status_code
    open_mia.send("/sign-out", {}, page="/")
    open_mia.sign_in("ada")

    assert 404 == open_mia.get(page).status_code
    assert 404 == open_mia.get(f"{page}/faults").status_code
    assert 404 == open_mia.send(page, {**COLUMNS, "then": "import"}, page=IMPORT).status_code


def test_a_file_is_removed_on_request_and_replaced_by_the_next(open_mia: Browser, application: Application) -> None:
    """A session keeps one file of a budget at most."""
    first = bring(open_mia, GOOD).headers["location"]
    second = bring(open_mia, GOOD).headers["location"]
    assert 404 == open_mia.get(first).status_code

    assert 303 == open_mia.send(second, {"then": "discard"}).status_code
    assert [] == uploaded(application)


def test_files_that_nobody_came_back_for_are_removed(tmp_path: Path) -> None:
    """When the next one is brought, whoever brings it."""
    old, new = Uploads(tmp_path, ("one",)), Uploads(tmp_path, ("two",))
    key = old.keep("a.csv", io.BytesIO(b"a"))
    folder = old.find(key).parent.parent
    new.keep("b.csv", io.BytesIO(b"b"))
    assert b"a" == old.find(key).read_bytes()

    os.utime(folder, (time.time() - KEPT_SECONDS - 1,) * 2)
    new.keep("b.csv", io.BytesIO(b"b"))
    assert not folder.exists()


@pytest.mark.rule("P2")
def test_who_may_not_edit_brings_no_file(abe: Browser, application: Application) -> None:
    """He is refused before anything is kept."""
    assert 403 == bring(abe, GOOD).status_code
    assert [] == uploaded(application)


@pytest.mark.rule("B4")
def test_a_locked_budget_takes_no_file(mia: Browser, application: Application) -> None:
    """The page says why; a file that was brought all the same is not taken in."""
    assert "Item 1 waits for the approver." in mia.get(IMPORT).text
    brought = bring(mia, GOOD)

    assert 409 == mia.send(brought.headers["location"], {**COLUMNS, "then": "import"}).status_code
    assert {"01-100 / L"} == set(lines(application))


@pytest.mark.rule("R1", "R2")
def test_the_erps_figures_are_imported_where_that_is_possible(open_mia: Browser) -> None:
    """Over existing lines the page asks what becomes of them; the ERP's refusal is told."""
    assert "keep them, and add the ERP" in open_mia.get(IMPORT).text
    refused = open_mia.send(f"{BUDGET}/import-from-erp", {"mode": "override"}, page=IMPORT)

    assert 422 == refused.status_code
    assert "holds no original budget that can be read" in refused.text
