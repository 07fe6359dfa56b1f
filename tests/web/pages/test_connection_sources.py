"""Connections to budget sources on pages: added, their connector set, authorized, and what is handed in there."""

import json
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from memory_source import CODE, MemorySource, source_adapter
from web_site import Browser

from erp_bridge_core.app import Application
from erp_bridge_core.configuration.configuration import Configuration

OFFICE = "/connections/office"
NEW = "/connections/new"


@pytest.fixture
def ada(application: Application, browser: Browser) -> Browser:
    """The administrator's browser, just signed in, where an office in memory is a budget source."""
    sources: Any = application.registry.sources
    sources["office"] = source_adapter(MemorySource())
    assert 303 == browser.sign_in("ada").status_code
    return browser


@pytest.fixture
def office(ada: Browser) -> Browser:
    """The same, the office connected."""
    added = ada.send(NEW, {"name": "office", "source": "office", "hosts": "", "setting-hook_secret": ""})
    assert (303, OFFICE) == (added.status_code, added.headers["location"])
    return ada


def test_a_source_is_chosen_beside_the_erps(ada: Browser) -> None:
    """Its settings are fields; one that is not there is refused, and so is none at all."""
    assert '<option value="office">An office in memory</option>' in ada.get(NEW).text
    form = ada.get(f"{NEW}?source=office").text
    assert "New connection to An office in memory" in form
    assert 'id="field-setting-hook_secret"' in form
    assert "connector" not in form
    assert 422 == ada.get(f"{NEW}?source=memory").status_code
    assert 422 == ada.send(NEW, {"name": "more", "source": "none"}).status_code


def test_its_page_tells_what_a_source_has(office: Browser, application: Application) -> None:
    """Where it calls us as soon as people type an address; no books, no maps, no certificate; a project is linked with
    it by nobody.
    """
    page = office.get(OFFICE).text
    assert "An office in memory" in page
    assert "no address yet" in page
    assert 'href="/requests">What is asked for there</a>' in page
    assert "Books" not in page
    assert f"{OFFICE}/map" not in page
    path = application.home / "erp-bridge.toml"
    path.write_text(f'{path.read_text()}\n[web]\nbase_url = "https://bridge.test"\n')
    assert "<code>https://bridge.test/receive/office</code>" in office.get(OFFICE).text
    listed = office.get("/connections").text
    assert "office, a budget source" in listed
    assert "office (office)" not in office.get("/projects/24-001").text
    checked = office.send(f"{OFFICE}/check", {}, page=OFFICE).text
    assert "The office answers." in checked


def test_its_connector_is_set_with_its_settings(office: Browser, application: Application) -> None:
    """Each in a field of its own; what can't be is told beside its field, and nothing is written."""
    page = office.get(f"{OFFICE}/settings").text
    form = {
        "revision": re.findall(r'name="revision" value="([^"]+)"', page)[0], "hosts": "", "setting-hook_secret": "",
        "setting-connector-act_as": "mia", "setting-connector-approve": "yes", "setting-connector-accept_as": "",
        "setting-connector-close_when": "exported", "setting-connector-poll_minutes": "7",
        "setting-connector-acknowledge": "description-shortened",
    }  # fmt: skip
    for field, value in (
        ("act_as", "nobody"), ("accept_as", "abe"), ("poll_minutes", "0"), ("poll_minutes", "soon"),
        ("acknowledge", "*"),
    ):  # fmt: skip
        refused = office.send(f"{OFFICE}/settings", {**form, f"setting-connector-{field}": value})
        assert refused.status_code in {403, 422}
        if refused.status_code != 403:
            assert f'id="error-setting-connector-{field}"' in refused.text
    assert 303 == office.send(f"{OFFICE}/settings", form).status_code
    connector = Configuration.read(application.home).connection("office").connector
    assert ("mia", True, "exported", 7, ("description-shortened",)) == (
        connector.act_as, connector.approve, connector.close_when, connector.poll_minutes, connector.acknowledge,
    )  # fmt: skip
    assert 'value="mia"' in office.get(f"{OFFICE}/settings").text


def gone_there(browser: Browser) -> dict[str, str]:
    """Begin an authorization, by the page in between; what the address at the source holds."""
    between = browser.send(f"{OFFICE}/authorize", {}, page=OFFICE)
    assert 200 == between.status_code
    (address,) = re.findall(r'class="button" href="(https://office\.example/[^"]+)"', between.text)
    return {name: values[0] for name, values in parse_qs(urlsplit(address.replace("&amp;", "&")).query).items()}


def test_a_person_authorizes_it_and_comes_back(office: Browser, application: Application) -> None:
    """Once; what another's address holds, and what was refused there, is told and does nothing."""
    asked = gone_there(office)
    back = urlsplit(asked["redirect_uri"]).path
    assert f"{OFFICE}/authorize/back" == back
    forged = office.get(f"{back}?code={CODE}&state=forged")
    assert (403, True) == (forged.status_code, "was not begun by you" in forged.text)
    refused = office.get(f"{back}?error=access_denied&state={asked['state']}")
    assert (403, True) == (refused.status_code, "access_denied" in refused.text)

    asked = gone_there(office)
    done = office.get(f"{back}?code={CODE}&state={asked['state']}")
    assert (303, OFFICE) == (done.status_code, done.headers["location"])
    assert "office is authorized" in office.get(OFFICE).text
    assert [asked["redirect_uri"]] == [each.read_text() for each in application.home.glob("private/*/token")]
    assert 403 == office.get(f"{back}?code={CODE}&state={asked['state']}").status_code


def test_it_comes_back_in_the_session_that_it_went_from(office: Browser, application: Application) -> None:
    """Whoever signed in anew meanwhile, or is led there by another, authorizes nothing."""
    asked = gone_there(office)
    office.send("/sign-out", {}, page="/")
    back = f"{OFFICE}/authorize/back?code={CODE}&state={asked['state']}"
    assert office.get(back).status_code in {302, 303, 401}
    office.sign_in("ada")
    assert 403 == office.get(back).status_code
    assert [] == list(application.home.glob("private/*/token"))


def test_what_is_handed_in_is_a_file(office: Browser) -> None:
    """For each connection to an ERP."""
    assert f'href="{OFFICE}/metadata/books">For books</a>' in office.get(OFFICE).text
    found = office.get(f"{OFFICE}/metadata/books")
    assert ("memory", 'attachment; filename="office-books.json"') == (
        json.loads(found.text)["erp"], found.headers["content-disposition"],
    )  # fmt: skip
    told = office.get("/api/v1/connections/office/metadata/books")
    assert json.loads(found.text) == told.json()


def test_a_program_adds_one_and_sets_its_connector(ada: Browser, application: Application) -> None:
    """By the API, as an ERP's: of either kind, by its plugin's name."""
    headers = {"X-CSRF-Token": ada.token("/password")}
    new = {"name": "office", "kind": "source", "plugin": "office"}
    for wrong in ({"plugin": "memory"}, {"kind": "erp"}, {"kind": "neither"}):
        assert ada.client.post("/api/v1/connections", json={**new, **wrong}, headers=headers).status_code in {400, 422}
    added = ada.client.post("/api/v1/connections", json=new, headers=headers)
    assert (201, "source", "office") == (added.status_code, added.json()["kind"], added.json()["plugin"])

    changes = {"connector.act_as": "mia", "connector.poll_minutes": 30}
    at = "/api/v1/connections/office/settings"
    changed = ada.client.patch(at, json={"changes": changes}, headers=headers).json()
    assert ("mia", 30) == (changed["connector"]["act_as"], changed["connector"]["poll_minutes"])
    assert changed["connector"] == ada.get(at).json()["connector"]
    assert ada.get("/api/v1/connections/books/settings").json()["connector"] is None
    assert 30 == Configuration.read(application.home).connection("office").connector.poll_minutes


def test_a_source_whose_plugin_is_gone_is_told(office: Browser, application: Application) -> None:
    """Its page and the list say so; it can still be removed."""
    sources: Any = application.registry.sources
    assert "has no certificate" in office.get(OFFICE).text
    del sources["office"]
    assert "There is no budget source" in office.get(OFFICE).text
    assert "There is no budget source" in office.get("/connections").text
    assert 303 == office.send(f"{OFFICE}/remove", {}, page=OFFICE).status_code
