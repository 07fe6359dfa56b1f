"""A budget from its source, by pages: linked, looked at, decided, taken in."""

from decimal import Decimal
from typing import Any

import pytest
from memory_source import NAME, MemorySource, source_adapter
from web_site import PROJECT, Browser

from erp_bridge_core.app import Application
from erp_bridge_core.contract import LineKey

PULL = f"/projects/{PROJECT}/budget/pull"
LABOR = LineKey("", "01-100", "L")


@pytest.fixture
def plugin(application: Application) -> MemorySource:
    """An office in memory, connected, with a project whose line differs from ours."""
    plugin = MemorySource()
    sources: Any = application.registry.sources
    sources[NAME] = source_adapter(plugin)
    host = application.companies.system("hoosier")
    application.connections.add(host, "office", source=NAME, settings={})
    plugin.office.add_project(PROJECT, name="Bean <b>Blossom</b>")
    plugin.office.set_line(PROJECT, LABOR, "777")
    plugin.office.approve_change(PROJECT, "CO-1", {LABOR: "5"})
    return plugin


def original(application: Application) -> Decimal:
    """What stands here of the line."""
    return application.budgets.line(application.companies.system("hoosier"), PROJECT, LABOR).original


def test_a_budget_is_linked_looked_at_decided_and_taken_in(
    plugin: MemorySource, application: Application, browser: Browser
) -> None:
    """An administrator links it; nothing is taken before what stood here is decided, and then just as looked at."""
    browser.sign_in("ada")
    browser.send(f"/projects/{PROJECT}/budget/retrieve", {}, page=f"/projects/{PROJECT}/budget")
    before = original(application)
    assert "Bean &lt;b&gt;Blossom" in browser.get(f"{PULL}?connection=office").text
    there = plugin.office.books(PROJECT).original[LABOR]
    source_project = next(plugin.list_projects(None)).id  # type: ignore[arg-type] # it looks at no connection
    linked = browser.send(f"{PULL}/link", {"connection": "office", "source_project": source_project}, page=PULL)
    assert 303 == linked.status_code

    page = browser.get(f"{PULL}/look")
    assert "stood here before" in page.text
    assert before == original(application)
    seen = page.text.partition('name="look" value="')[2].partition('"')[0]
    undecided = browser.send(f"{PULL}/look", {"look": seen}, page=f"{PULL}/look")
    assert (422, True) == (undecided.status_code, "edited in both places" in undecided.text)
    chosen = {"look": seen, "choice:01-100 / L": "theirs"}
    assert 303 == browser.send(f"{PULL}/look", chosen, page=f"{PULL}/look").status_code
    assert there == original(application)
    late = browser.send(f"{PULL}/look", chosen, page=f"{PULL}/look")
    assert (422, True) == (late.status_code, "not what was looked at" in late.text)
    assert "Nothing differs" in late.text

    plugin.read_failed = "The office is closed."
    told = browser.get(f"{PULL}/look")
    assert (422, True) == (told.status_code, "The office is closed." in told.text)
    assert 303 == browser.send(f"{PULL}/unlink", {}, page=PULL).status_code
