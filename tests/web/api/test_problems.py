"""What is unresolved, by the API: the items that the page lists, and no other (E3, V5, X2)."""

import pytest
from api_program import Program
from web_items import books, exported, press
from web_site import PROJECT, Browser

from erp_bridge_core.app import Application
from erp_bridge_core.contract import LineKey

pytestmark = pytest.mark.rule("X2")

PATH = "/api/v1/problems"


def test_what_waits_for_its_answer_is_no_problem(abe: Browser) -> None:
    """Nothing is listed, no request either, and writing is not frozen."""
    assert {"items": [], "requests": [], "frozen": None} == abe.get(PATH).json()


def test_a_failed_export_is_listed_as_the_item_is(abe: Browser, application: Application) -> None:
    """Until its item is answered in another way."""
    books(application).refused[LineKey("", "01-100", "L")] = "No"
    exported(abe)
    (told,) = abe.get(PATH).json()["items"]

    assert (1, "failed") == (told["id"], told["state"])
    assert [told] == abe.get("/api/v1/items").json()["items"]
    assert 'href="/items/1/export"' in abe.get("/problems").text


def test_a_mismatch_is_listed(abe: Browser, application: Application) -> None:
    """With its project."""
    exported(abe)
    job = books(application).jobs[PROJECT]
    job.unposted *= 2
    job.post()
    press(abe, "verify")

    (told,) = abe.get(PATH).json()["items"]
    assert (1, "mismatch", PROJECT) == (told["id"], told["state"], told["project"])


def test_problems_are_for_who_looks_at_items(abe: Browser, application: Application) -> None:
    """A project manager is refused; another company has none."""
    books(application).refused[LineKey("", "01-100", "L")] = "No"
    exported(abe)
    Program.signed_in(abe, "mia")
    assert 403 == abe.get(PATH).status_code
    Program.signed_in(abe, "sue", company="second")
    assert [] == abe.get(PATH).json()["items"]
