"""Progress as it is heard: once for each change that matters, however often the page is read anew."""

from collections.abc import Callable
from threading import Event

from browsing import Watched
from playwright.sync_api import Page, Route

#: What the page says in turn, and lines that arrived: the first two differ in their lines alone.
STEPS = (("running, 0 %", 3), ("running, 0 %", 7), ("running, 10 %", 12), ("complete, 100 %", 100))
PAGE = """<!doctype html><html lang="en"><title>Export</title>
<script src="/static/erp-bridge.js" defer></script><main id="content" tabindex="-1">
<p class="unseen" aria-live="polite" data-says="progress"></p>
<section id="progress"{live} data-say="{say}"><p>{lines} lines</p><a href="/again">Look again</a></section>
<h1>{state}</h1><label>Reason <input name="reason"></label></main>"""


def page_of(step: int) -> str:
    """The page as the server gives it at a step."""
    say, lines = STEPS[min(step, len(STEPS) - 1)]
    is_over = step >= len(STEPS) - 1
    live, state = ("", "Exported") if is_over else (' data-live="0.05"', "Exporting")
    return PAGE.format(say=say, lines=lines, live=live, state=state)


def served(page: Page, listening: Event) -> None:
    """Answer the page's address with one step after the other, the first one until somebody listens."""
    steps = iter(range(1, 1000))

    def answer(route: Route) -> None:
        route.fulfill(content_type="text/html", body=page_of(next(steps) if listening.is_set() else 0))

    page.route("**/progress", answer)


def test_only_what_changed_is_said(opened: Callable[..., Watched]) -> None:
    """Lines that arrive within a tenth are shown and not told; who has the focus within keeps it."""
    page, listening = opened().page, Event()
    served(page, listening)
    page.goto("/progress")
    page.evaluate(
        "window.heard = []; new MutationObserver((changes) => {for (const {target} of changes)"
        " if (target.matches('[data-says]')) window.heard.push(target.textContent)})"
        ".observe(document.body, {childList: true, subtree: true});"
    )
    page.get_by_role("link", name="Look again").focus()
    listening.set()

    page.wait_for_function("window.heard.includes('complete, 100 %')")

    assert ["running, 10 %", "complete, 100 %"] == page.evaluate("window.heard")
    assert "Look again" == page.evaluate("document.activeElement.textContent")


def test_once_it_is_over_the_whole_page_is_shown_anew(opened: Callable[..., Watched]) -> None:
    """What stands beside the progress is of before: its state, what can be done, what was seen."""
    page, listening = opened().page, Event()
    served(page, listening)
    page.goto("/progress")
    assert "Exporting" == page.get_by_role("heading").inner_text()
    listening.set()

    page.get_by_role("heading", name="Exported").wait_for()


def test_what_somebody_fills_in_is_kept(opened: Callable[..., Watched]) -> None:
    """Only the progress itself is renewed then, and a sentence says what is left to do."""
    page, listening = opened().page, Event()
    served(page, listening)
    page.goto("/progress")
    page.get_by_label("Reason").fill("It takes too long")
    listening.set()

    page.get_by_role("link", name="Load the page anew").wait_for()

    assert ("It takes too long", "Exporting") == (
        page.get_by_label("Reason").input_value(), page.get_by_role("heading").inner_text()
    )  # fmt: skip
    assert page.get_by_text("100 lines").is_visible()
