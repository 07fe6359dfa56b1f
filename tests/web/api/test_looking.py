"""What the API shows besides: the trail by a filter, settings, maps as a file, columns, what is frozen (X2)."""

from pathlib import Path

import pytest
from api_program import Program
from sqlalchemy import update
from web_items import exported, press
from web_site import PASSWORD, Browser

from erp_bridge_core.app import Application
from erp_bridge_core.store.tables import installation


@pytest.mark.rule("X1", "X2")
def test_the_trail_is_found_by_a_filter(abe: Browser) -> None:
    """By person, by day, before a number; as a file with the same filter."""
    path = "/api/v1/audit"
    everything = abe.get(path).json()
    sent = abe.get(f"{path}?person=mia").json()

    assert {"mia"} == {each["person"] for each in sent}
    assert len(sent) < len(everything)
    assert everything[1:] == abe.get(f"{path}?before={everything[0]['sequence']}").json()
    assert everything == abe.get(f"{path}?since=2000-01-01&until=9999-12-31").json()
    assert [] == abe.get(f"{path}?until=2000-01-01").json()
    assert 422 == abe.get(f"{path}?since=x").status_code
    file = abe.get(f"{path}/csv?person=mia")
    assert ("text/csv; charset=utf-8", len(sent) + 1) == (file.headers["content-type"], len(file.text.splitlines()))


@pytest.mark.rule("P1", "X2")
def test_a_connections_settings_are_changed_in_one_act(browser: Browser, application: Application) -> None:
    """Over the state that was seen; what opens the host is set on the host alone; others are shown nothing."""
    ada = Program.signed_in(browser, "ada")
    path = "/api/v1/connections/books/settings"
    seen = browser.get(path)
    assert [] == seen.json()["hosts"]

    def change(changes: dict[str, object], tag: str) -> tuple[int, str]:
        headers = {"X-CSRF-Token": ada.token, "If-Match": tag}
        answer = browser.client.patch(path, json={"changes": changes}, headers=headers)
        return answer.status_code, answer.json().get("error", "")

    assert (200, "") == change({"http.hosts": ["erp.example.com"]}, seen.headers["etag"])
    assert (412, "changed") == change({"http.hosts": []}, seen.headers["etag"])
    assert (412, "changed") == change({"http.hosts": []}, '"a", "b"')
    assert (403, "not_allowed") == change({"http.plain_http": True}, "*")
    assert ["erp.example.com"] == browser.get(path).json()["hosts"]
    assert 304 == browser.get(path, If_None_Match=browser.get(path).headers["etag"]).status_code
    Program.signed_in(browser, "abe")
    assert 403 == browser.get(path).status_code


@pytest.mark.rule("B9", "X2")
def test_a_map_is_a_file_too(abe: Browser, application: Application) -> None:
    """In the columns that are taken in."""
    _, ada = application.people.sign_in("ada", PASSWORD, "hoosier")
    application.maps.set(ada, "books", kind="unit", ours="ea", theirs="EA")

    lines = abe.get("/api/v1/connections/books/map/csv").text.lstrip("\ufeff").split()
    assert ["kind,ours,theirs", "unit,ea,EA"] == lines


@pytest.mark.rule("B8", "X2")
def test_remembered_columns_are_shown(open_mia: Browser, tmp_path: Path) -> None:
    """None before an import that named some."""
    path = "/api/v1/projects/24-001/budget"
    assert {"columns": {}, "where": {}, "defaults": {}} == open_mia.get(f"{path}/columns").json()
    token = open_mia.token("/password")
    columns = '{"cost_code": "Code", "category": "Type", "amount": "Sum"}'
    done = open_mia.client.post(
        f"{path}/import",
        files={"file": ("b.csv", b"Code,Type,Sum\n01-100,L,5\n")},
        data={"columns": columns, "mode": "override"},
        headers={"X-CSRF-Token": token},
    )

    assert 200 == done.status_code, done.text
    assert "Sum" == open_mia.get(f"{path}/columns").json()["columns"]["amount"]


@pytest.mark.rule("X5")
def test_a_manager_is_told_what_to_know_but_not_of_connections(mia: Browser) -> None:
    """As on the page of her budget; plugins and connections are ERP Integrations'."""
    assert mia.get("/api/v1/projects/24-001/things-to-know").json()
    for closed in ("/api/v1/connections", "/api/v1/plugins", "/api/v1/plugins/memory", "/api/v1/connections/books/map"):
        assert 403 == mia.get(closed).status_code


@pytest.mark.rule("X2")
def test_writing_goes_on_once_somebody_has_looked(browser: Browser, application: Application) -> None:
    """With a reason, by an administrator; else nothing is to be thawed."""
    ada = Program.signed_in(browser, "ada")
    assert 409 == ada.post("/thaw", {"reason": "nothing is frozen"}).status_code
    with application.store.begin() as connection:
        connection.execute(update(installation).values(frozen_because="it is an older copy."))
    assert "older copy" in browser.get("/api/v1/problems").json()["frozen"]["message"]
    assert 422 == ada.post("/thaw", {"reason": " "}).status_code
    assert "it is an older copy." == ada.post("/thaw", {"reason": "Looked in the ERP."}).json()["was"]
    assert browser.get("/api/v1/problems").json()["frozen"] is None


@pytest.mark.rule("M1", "X2")
def test_summaries_are_made_without_sending(browser: Browser, application: Application) -> None:
    """By whoever has standard on ERP Integrations; each once a day."""
    _, ada = application.people.sign_in("ada", PASSWORD, "hoosier")
    application.companies.set_policy(ada, daily_summary_hour=10)  # when the item was sent
    abe = Program.signed_in(browser, "abe")
    made = abe.post("/mail/summaries")

    assert (200, ["abe"]) == (made.status_code, [each["login"] for each in made.json()])
    assert [] == abe.post("/mail/summaries").json()
    assert 403 == Program.signed_in(browser, "mia").post("/mail/summaries").status_code


@pytest.mark.rule("A1", "X2")
def test_items_and_projects_are_found_and_ordered(abe: Browser) -> None:
    """By words in their row, in an order that there is."""
    found = abe.get("/api/v1/items?search=bridge mia&sort=-amount").json()
    assert ([1], 1) == ([each["id"] for each in found["items"]], found["total"])
    assert 0 == abe.get("/api/v1/items?search=nowhere").json()["total"]
    assert 422 == abe.get("/api/v1/items?sort=odd").status_code
    Program.signed_in(abe, "mia")
    assert 1 == abe.get("/api/v1/projects?search=brid").json()["total"]
    assert 0 == abe.get("/api/v1/projects?search=nowhere").json()["total"]


@pytest.mark.rule("V4", "X2")
def test_keys_of_a_report_are_found(abe: Browser) -> None:
    """By a text, a sub job, or where they differ; the total is of what was found."""
    exported(abe)
    press(abe, "verify")
    path = "/api/v1/projects/24-001/job-costs"

    totals = [abe.get(f"{path}?{query}").json()["total"] for query in ("", "search=01-1", "search=none", "sub_job=A")]
    assert [1, 1, 0, 0] == totals
    assert 1 == abe.get(f"{path}?differing=true&sub_job=").json()["total"]
