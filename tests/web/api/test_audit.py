"""The trail by the API: every filter finds what the services find, and the check tells what was tampered with (X1)."""

import pytest
from sqlalchemy import text
from web_items import accept, person
from web_site import Browser

from erp_bridge_core.app import Application

pytestmark = pytest.mark.rule("X1", "X2")

PATH = "/api/v1/audit"


@pytest.mark.parametrize(
    "wanted",
    [
        {"subject": "item"},
        {"subject": "item", "subject_id": "1"},
        {"verb": "project.sync"},
        {"person": "mia"},
        {"limit": 3},
    ],
    ids=" ".join,
)
def test_acts_are_found_as_the_services_find_them(
    abe: Browser, application: Application, wanted: dict[str, object]
) -> None:
    """The same entries with the same seals, some but not all."""
    accept(abe)
    known = application.audit.show(person(application, "abe"), **wanted)  # type: ignore[arg-type] # each a filter's own
    told = abe.get(PATH + "?" + "&".join(f"{name}={value}" for name, value in wanted.items())).json()

    assert [(each.sequence, each.verb, each.mac) for each in known] == [
        (each["sequence"], each["verb"], each["mac"]) for each in told
    ]
    assert 0 < len(told) < len(abe.get(f"{PATH}?limit=10000").json())


def test_the_trail_is_sound_until_somebody_edits_it(abe: Browser, application: Application) -> None:
    """Its last entry and length are told; an edit is found, with what is wrong."""
    known = application.audit.inspect(person(application, "abe"))
    whole = abe.get(f"{PATH}/check").json()
    assert (True, [], known.head.mac) == (whole["sound"], whole["faults"], whole["seal"])
    assert whole["last"] == abe.get(PATH).json()[0]["sequence"] == whole["entries"]
    with application.store.begin() as connection:
        connection.execute(text("UPDATE audit_entries SET verb = 'reject' WHERE sequence = 3"))
    broken = abe.get(f"{PATH}/check").json()

    assert not broken["sound"]
    assert broken["faults"]


def test_another_companys_acts_are_not_told(browser: Browser) -> None:
    """Each company has the acts of its own."""
    browser.sign_in("ada", company="second")
    there = browser.get(PATH).json()
    browser.sign_in("ada")
    here = browser.get(PATH).json()

    assert set() == {each["sequence"] for each in here} & {each["sequence"] for each in there}
    assert "mia" in {each["person"] for each in here}
    assert "mia" not in {each["person"] for each in there}


def test_the_trail_is_for_who_looks_at_items(mia: Browser) -> None:
    """A project manager is refused, in each form."""
    assert [403] * 3 == [mia.get(f"{PATH}{form}").status_code for form in ("", "/csv", "/check")]
