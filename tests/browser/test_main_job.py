"""The main job by people in browsers: sent, reviewed, accepted, exported before their eyes, taken over, read back."""

import re
from collections.abc import Callable

import pytest
from browsing import Watched
from playwright.sync_api import Page, expect

#: Projects of the demo, each for one test alone: one that is not sent, one handed over, one to answer, one accepted.
NOT_SENT, HANDED_OVER, READY, ACCEPTED = "R -44820-A", "Pavement Markings", "Access Control", "IDIQ District Wide"
#: Milliseconds that an export of a hundred lines may take on a busy machine.
EXPORTED = 120_000
#: More fields than any page of these has before the one that is looked for.
MOST_TABS = 80


def open_item(page: Page, project: str) -> None:
    """Open the item of a project from the list."""
    page.goto("/items")
    page.get_by_role("row").filter(has_text=project).get_by_role("link").first.click()


def test_a_budget_goes_from_its_page_into_the_erp(opened: Callable[..., Watched]) -> None:
    """The manager acknowledges and sends; the approver accepts, watches the export, and reads the ERP back."""
    manager = opened().sign_in("manager", then="/projects")
    manager.get_by_role("link", name=NOT_SENT).click()
    manager.get_by_role("link", name="Send to ERP").last.click()
    for box in manager.locator("[name=acknowledge]").all():
        box.check()
    manager.get_by_role("button", name="Send to ERP").click()
    expect(manager.get_by_role("status")).to_contain_text("waits for an approver")

    approver = opened().sign_in("approver")
    open_item(approver, NOT_SENT)
    expect(approver.locator(".state").first).to_have_text("ready to export")
    approver.get_by_role("link", name="Accept …").click()
    approver.get_by_role("button", name="Accept and export").click()
    confirmation = approver.get_by_role("checkbox", name="closes for good")
    expect(confirmation).to_be_focused()
    confirmation.check()
    approver.get_by_role("button", name="Accept and export").click()

    # Nothing is loaded anew from here on: the page renews its progress by itself.
    progress = approver.get_by_role("progressbar", name="Lines that arrived")
    expect(progress).to_be_visible(timeout=EXPORTED)
    approver.evaluate("window.stayed = true")
    expect(approver.locator("#progress")).to_contain_text("complete", timeout=EXPORTED)
    assert approver.evaluate("window.stayed")
    assert progress.get_attribute("value") == progress.get_attribute("max")

    # With it all else: what can be done now can be done.
    approver.get_by_role("button", name="Verify now").click()
    expect(approver.locator("#seen ~ p strong").first).to_have_text("synced", timeout=EXPORTED)


def test_what_is_handed_over_is_taken_once(opened: Callable[..., Watched]) -> None:
    """The sheet says what to do; once taken, it stays and the button is closed."""
    page = opened().sign_in("approver")
    open_item(page, HANDED_OVER)
    page.get_by_role("link", name="Export", exact=True).click()
    expect(page.locator("#handed ~ article").first).to_contain_text("SHA-256")

    page.get_by_role("button", name="Take", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("The hand-over is yours")

    expect(page.get_by_role("button", name="Take", exact=True)).to_be_disabled()
    assert {"yes"} == {text.strip() for text in page.locator("dt:text-is('Taken') + dd").all_text_contents()}


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until what a selector names has the focus, and see that the focus can be seen."""
    wanted = page.locator(selector).first
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if wanted.evaluate("each => each === document.activeElement"):
            assert "none" != wanted.evaluate("each => getComputedStyle(each).outlineStyle")
            return
    pytest.fail(f"Tab never comes to {selector}")


def test_everything_is_done_by_keyboard_alone(opened: Callable[..., Watched]) -> None:
    """Sign in, skip to the content, open the item, accept it: no mouse."""
    watched = opened()
    page = watched.page
    page.goto("/sign-in")
    tab_to(page, "[name=login]")
    page.keyboard.type("approver")
    tab_to(page, "[name=password]")
    page.keyboard.type(watched.password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/")
    tab_to(page, ".skip")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    tab_to(page, "a[href='/items?filter=ready']")
    page.keyboard.press("Enter")
    tab_to(page, f"tr:has-text('{READY}') a")
    page.keyboard.press("Enter")
    tab_to(page, "a:has-text('Accept …')")
    page.keyboard.press("Enter")
    tab_to(page, "[name=confirm_import_closes]")
    page.keyboard.press("Space")
    tab_to(page, "button:text-is('Accept')")
    page.keyboard.press("Enter")

    expect(page.locator(".state").first).to_have_text("accepted")


def test_it_works_without_scripts(opened: Callable[..., Watched]) -> None:
    """An accepted item is exported and read back by pages alone, looked at again by a link."""
    page = opened(java_script_enabled=False).sign_in("approver")
    open_item(page, ACCEPTED)
    page.get_by_role("button", name=re.compile("^Export")).first.click()
    look_again(page, "#progress", "complete")

    page.get_by_role("button", name="Verify now").click()
    look_again(page, "#seen ~ p strong", re.compile("unposted|posted|synced"))


def look_again(page: Page, selector: str, wanted: str | re.Pattern[str]) -> None:
    """Follow the link to the page's newest state until it shows what is wanted."""
    for _ in range(120):
        shown = page.locator(selector).first
        shown.wait_for()
        if re.search(wanted, shown.inner_text()):
            break
        link = page.get_by_role("link", name="Look again")
        if link.count():
            page.wait_for_timeout(500)
            link.first.click()
            page.wait_for_load_state()
    expect(page.locator(selector).first).to_contain_text(wanted)
