"""The home page: what waits for whom."""

from sqlalchemy import update
from web_site import Browser

from erp_bridge_core.app import Application
from erp_bridge_core.store.tables import items


def test_an_approver_sees_what_waits(abe: Browser, application: Application) -> None:
    """Each kind of waiting leads to its filter; what goes its way by itself is not there."""
    assert (
        '<a class="state-ready" href="/items?filter=ready"><strong>1</strong> ready to export</a>' in abe.get("/").text
    )

    with application.store.begin() as connection:
        connection.execute(update(items).values(state="unknown"))
    assert "<strong>1</strong> outcome unknown" in abe.get("/").text

    with application.store.begin() as connection:
        connection.execute(update(items).values(state="exporting"))
    assert "Nothing waits for you." in abe.get("/").text


def test_a_project_manager_sees_his_projects(browser: Browser) -> None:
    """Those whose budgets he may see; nobody else's waiting."""
    browser.sign_in("mia")
    page = browser.get("/").text

    assert "24-001</a> Bridge &amp; Creek" in page
    assert "locked" in page
    assert "Nothing waits for you." in page


def test_who_may_see_nothing_is_told_whom_to_ask(browser: Browser) -> None:
    """An empty page says why it is empty."""
    browser.sign_in("sue", company="second")

    assert "An administrator of the company grants that." in browser.get("/").text
