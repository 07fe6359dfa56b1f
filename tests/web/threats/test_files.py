"""Files that are given and taken: no formula in a download, no name that is a path or splits a header (X3)."""

import csv
import re
from io import BytesIO, StringIO
from pathlib import Path
from typing import Final

import openpyxl
import pytest
from full_site import HOSTILE, FullSite
from httpx import Response

pytestmark = pytest.mark.rule("X3")

#: A file whose every row is wrong, with what a spreadsheet would compute in each of its texts.
BAD_ROWS: Final = f'Cost code,Category,Amount,Description\n=1+1,L,x,"{HOSTILE}"\n@SUM(1),+1,5.00,-2+3\n'.replace(
    '"&', "&"
)
#: Names of files that are no plain names.
NAMES: Final = (
    "../../../evil.csv", "..\\..\\evil.csv", "/etc/evil.csv", "C:\\evil.csv", ".erp-bridge.toml", "..", "CON.csv",
    "a\r\nX-Split: 1.csv", 'a"; filename="evil.csv', "=1+1.csv", "a\x00.csv", "a\u202evsc.exe", "%2e%2e%2fevil.csv",
    "x" * 300 + ".csv",
)  # fmt: skip


def downloads(site: FullSite) -> dict[str, Response]:
    """Every file that somebody of all rights can fetch, by its route."""
    browser, found = site.browser("bob"), {}
    for route in site.routes():
        if route.startswith("GET /") and "/static/" not in route:
            answer = browser.get(site.path(route))
            if "content-disposition" in answer.headers:
                found[route] = answer
    return found


def cells(answer: Response) -> list[object]:
    """The cells of a CSV or XLSX file; a formula of a workbook by its text."""
    if "spreadsheetml" in answer.headers["content-type"]:
        book = openpyxl.load_workbook(BytesIO(answer.content))
        shown = [cell for sheet in book for row in sheet.rows for cell in row]
        assert not any(cell.data_type == "f" or cell.hyperlink for cell in shown)
        return [cell.value for cell in shown if cell.data_type != "n"]
    return [cell for row in csv.reader(StringIO(answer.text.removeprefix("\ufeff"))) for cell in row]


def computed(answer: Response) -> list[object]:
    """The cells that a spreadsheet program would compute, or that hide something."""
    is_book = "spreadsheetml" in answer.headers["content-type"]
    starts = r"(?!)" if is_book else r"\s*[=@+\t\r|%]|\s*-(?![\d.]+$)"
    return [cell for cell in cells(answer) if re.match(starts, str(cell)) or not str(cell).isprintable()]


def test_no_download_holds_a_formula(site: FullSite) -> None:
    """Every file of pages and API, and its name is plain."""
    found = downloads(site)

    assert {} == {route: wrong for route, answer in found.items() if (wrong := computed(answer))}
    plain = r'attachment; filename="[A-Za-z0-9._-]+"'
    assert [] == [
        route for route, answer in found.items() if not re.fullmatch(plain, answer.headers["content-disposition"])
    ]
    assert {"GET /audit/csv", "GET /connections/{name}/map/csv", "GET /reports/job-costs/xlsx"} <= set(found)
    assert any(HOSTILE in str(cell) for answer in found.values() for cell in cells(answer))


def kept(site: FullSite) -> set[Path]:
    """All files of the home but uploads and what every request touches."""
    home = site.application.home
    return {path for path in home.parent.rglob("*") if "uploads" not in path.parts and "locks" not in path.parts}


@pytest.mark.parametrize("name", NAMES)
def test_a_files_name_is_no_path_and_no_header(site: FullSite, name: str) -> None:
    """What is brought is kept in its own folder, and its faults are given back under a plain name, without formulas."""
    mia, page = site.browser("mia"), "/projects/24-003/budget/import"
    before = kept(site)
    sent = site.server.post(
        page, files={"file": (name, BAD_ROWS.encode(), "text/csv")}, data={"csrf_token": mia.token(page)},
        follow_redirects=False,
    )  # fmt: skip
    assert sent.status_code in {303, 400, 422}
    if sent.status_code == 303:
        here = sent.headers["location"]
        fields = {"column:cost_code": "Cost code", "column:category": "Category", "column:amount": "Amount"}
        mia.send(here, {**fields, "column:description": "Description", "then": "check"}, page=here)
        faults = mia.get(f"{here}/faults")
        if faults.status_code == 200:
            assert [] == computed(faults)
            assert re.fullmatch(
                r'attachment; filename="[A-Za-z0-9._ -]+-faults\.csv"', faults.headers["content-disposition"]
            )
            assert "x-split" not in faults.headers

    assert before == kept(site)


@pytest.mark.parametrize(
    "path",
    [
        "/static/../server.py", "/static/%2e%2e/server.py", "/static/..%2fserver.py", "/static/%2e%2e%2f%2e%2e/app.py",
        "/static/....//server.py", "/static/..%5cserver.py", "/static//etc/passwd", "/static/%2fetc%2fpasswd",
        "/static/erp-bridge.css%00.py", "/static/%c0%ae%c0%ae/server.py", "/static/", "/static/.",
        "/projects/24-003/budget/import/..%2f..%2ferp-bridge.toml",
        "/projects/24-003/budget/import/../faults", "/projects/24-003/budget/import/%2e%2e/faults",
        "/plugins/..%2f..", "/connections/..%2fbooks", "/people/..%2f..%2fada/settings", "/mail/1%2f..%2f2",
        "/api/v1/plugins/..%2f..%2fetc", "/api/v1/connections/%00/map", "/projects/%00/budget", "/projects/%ff/budget",
    ],
)  # fmt: skip
def test_an_address_is_no_path_of_this_machine(site: FullSite, path: str) -> None:
    """Nothing outside what is served is found, however it is written."""
    answer = site.browser("bob").get(path)

    assert answer.status_code in {303, 400, 404}
    assert not re.search(r"import |root:|\[web\]", answer.text)


def test_a_certificate_names_no_path(site: FullSite) -> None:
    """One of a plugin whose name is a path is refused, and nothing is written."""
    headers, before = {"X-CSRF-Token": site.browser("ada").token("/password")}, kept(site)
    for plugin in ("../../evil", "/tmp/evil", "..", "a\x00b", "memory/../x"):
        body = {"certificate": {"plugin": plugin, "format": 1}}
        answer = site.server.post("/api/v1/plugins/certificates", json=body, headers=headers)
        assert 422 == answer.status_code

    assert before == kept(site)
