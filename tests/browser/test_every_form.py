"""Every form that is not right is for everybody, too: sent blank, it tells each fault so that anybody finds it."""

from collections.abc import Callable, Iterator

import pytest
from browsing import PHONE, WIDE, Watched, kind_of, pages_of
from playwright.sync_api import Page
from test_every_page import PEOPLE, faults_of

#: A field that somebody types or chooses something in.
FILLED_IN = "input:not([type=hidden], [type=checkbox]), select, textarea"
#: Blank, these are right, or do something that other tests count on.
NOT_SENT = ("/accept", "/sign-out", "/import-from-erp", "/summaries")
CHECKED = 400
#: Takes everything out of a form, so that only the server tells what is wrong, and sends it.
SEND_BLANK = """form => {
  form.noValidate = true;
  for (const each of form.querySelectorAll("input:not([type=hidden]), textarea, select")) {
    if (each.type === "checkbox") each.checked = false; else each.value = "";
    if (each.tagName === "SELECT") each.selectedIndex = -1;
  }
  form.requestSubmit(form.querySelector("button:not([disabled])"));
}"""


def sent_blank(page: Page) -> Iterator[int]:
    """Send each form of the page that is open, blank; the page of its answer is open meanwhile, told by its status."""
    address = page.url
    forms = page.locator("main form[method=post]")
    for index in range(forms.count()):
        form = forms.nth(index)
        action = form.get_attribute("action") or ""
        open_ = form.locator("button:not([disabled])").count() and form.locator(FILLED_IN).count()
        if not open_ or action.endswith(NOT_SENT):
            continue
        with page.expect_navigation() as answered:
            form.evaluate(SEND_BLANK)
        yield answered.value.status
        page.goto(address)


@pytest.mark.parametrize(("scheme", "width"), [("light", WIDE), ("dark", PHONE)])
def test_no_form_with_faults_keeps_anybody_out(opened: Callable[..., Watched], scheme: str, width: int) -> None:
    """What it says is tied to its fields, readable, and fits, for each of three people."""
    told: set[str] = set()
    faults: list[str] = []
    for login in PEOPLE:
        page = opened(width, color_scheme=scheme).sign_in(login)
        for _ in pages_of(page, seen=set()):
            here = page.url
            for status in sent_blank(page):
                if status >= CHECKED:
                    told.add(kind_of(here.partition("//")[2].partition("/")[2]))
                    faults += faults_of(page)
                    assert page.get_by_role("alert").count(), f"{here} tells no fault"

    assert [] == faults
    assert len(told) > 10, told
