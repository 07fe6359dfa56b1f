"""Make pictures of the main pages, in light and in dark, from a served demo; some of them are those of the documents.

Needs what the browser's tests need: `tools/install-browser.sh`, and the packages of the dependency group `browser`.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, Page, sync_playwright

ROOT: Final = Path(__file__).parents[1]
ALL: Final = ROOT / "build" / "screenshots"
#: What the documents show; it is kept in the repository, so it is little.
DOCUMENTS: Final = ROOT / "docs" / "images"
KEPT: Final = ("items-light.png", "items-dark.png", "mismatch-light.png")
#: Where a browser may be.
PLACES: Final = (os.environ.get("ERP_BRIDGE_BROWSER", ""), "/usr/bin/chromium", "/usr/bin/google-chrome")
CHROMIUM: Final = next((place for place in PLACES if place and Path(place).exists()), "")
SIZE: Final = {"width": 1120, "height": 700}
#: The picture's name, who looks, and the item whose page it is, by its project; blank: a page of its own.
PICTURES: Final = (
    ("items", "approver", "/items", ""),
    ("item", "approver", "", "Access Control"),
    ("mismatch", "approver", "/posting#seen", "ITS Traffic"),
    ("hand-over", "approver", "/export", "Pavement Markings"),
    ("projects", "manager", "/projects", ""),
    ("home", "approver", "/", ""),
)


@contextmanager
def served(home: Path) -> Iterator[dict[str, Any]]:
    """A demo with all installed ERPs: what it prints when its pages are there."""
    command = [sys.executable, "-m", "erp_bridge_core", "demo", "--home", str(home), "--serve", "--port", "0", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
        process.send_signal(signal.SIGINT)


def sign_in(browser: Browser, demo: dict[str, Any], login: str, scheme: Any) -> Page:
    """A page on which somebody is signed in."""
    page = browser.new_page(base_url=demo["address"], viewport=SIZE, color_scheme=scheme, locale="en-US")
    page.goto("/sign-in")
    page.get_by_label("Login").fill(login)
    page.get_by_label("Password").fill(demo["password"])
    page.get_by_role("button", name="Sign in").click()
    return page


def open_page(page: Page, path: str, project: str) -> None:
    """Go to a page, or to one of a project's item."""
    if project:
        page.goto("/items")
        page.get_by_role("row").filter(has_text=project).get_by_role("link").first.click()
        path = page.url + path
    page.goto(path)


def main() -> None:
    """Write every picture, named by page and scheme."""
    for folder in (ALL, DOCUMENTS):
        folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as place,
        served(Path(place) / "demo") as demo,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"])
        for scheme in ("light", "dark"):
            for name, login, path, project in PICTURES:
                page = sign_in(browser, demo, login, scheme)
                open_page(page, path, project)
                page.screenshot(path=ALL / f"{name}-{scheme}.png")
                page.close()
        browser.close()
    for name in KEPT:
        shutil.copyfile(ALL / name, DOCUMENTS / name)
    print(f"{2 * len(PICTURES)} pictures are in {ALL}; {len(KEPT)} of them in {DOCUMENTS}.")


if __name__ == "__main__":
    main()
