"""Nobody sets what a request does not offer: unknown fields are refused by the API, and nothing to a form."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest
from api_samples import Operation, operations
from full_site import FullSite
from sqlalchemy import select
from web_items import form_of
from web_site import PASSWORD, Browser

from erp_bridge_core.app import Application
from erp_bridge_core.store.tables import metadata

#: What an intruder would like to set.
WANTED: Final = (
    "id", "company_id", "company_code", "person_id", "state", "revision_number", "accepted_by", "granted_by", "is_demo",
    "owner", "created_at", "exported", "locked",
)  # fmt: skip
#: A value that nobody has, under every name that a column has.
POISON: Final = "987654321"
#: Forms that write a row: who sends them, the page with the form, where it goes, and its fields.
FORMS: Final[tuple[tuple[str, str, str, Mapping[str, str]], ...]] = (
    ("ada", "/people/new", "/people/new", {"login": "nia", "name": "Nia"}),
    ("ada", "/people/mia/settings", "/people/mia/account", {"name": "Mia", "email": "mia@site.test"}),
    ("ada", "/people/abe/settings", "/people/abe/project", {"project": "24-001", "level": "read_only"}),
    ("ada", "/projects/new", "/projects/new", {"number": "24-009", "name": "Bridge"}),
    ("ada", "/connections/books/map", "/connections/books/map", {"kind": "unit", "ours": "ea", "theirs": "EA"}),
    ("mia", "/profile", "/profile", {"name": "Mia", "email": "mia@site.test"}),
    ("mia", "/tokens", "/tokens", {"name": "t", "verb_read": "yes", "days": "9"}),
    ("mia", "/projects/24-001/budget/lines/new", "/projects/24-001/budget/lines/new",
     {"cost_code": "01-200", "category": "L", "amount": "5"}),
    ("mia", "/projects/24-001/budget/sub-jobs", "/projects/24-001/budget/sub-jobs", {"code": "E1", "name": "Extra"}),
    ("abe", "/items/1/reject", "/items/1/reject", {"reason": "Too high.", "revision": "1"}),
)  # fmt: skip
#: Where rights are kept, and the one that a form is for.
RIGHTS: Final = ("privileges", "project_permissions", "memberships", "api_tokens", "sessions")
CHANGES_A_RIGHT: Final = {
    "/people/new": "memberships", "/people/abe/project": "project_permissions", "/tokens": "api_tokens",
}  # fmt: skip


def bodies(operation: Operation) -> Iterator[Any]:
    """The good body with an unknown field in it, at its top and in each of what it holds."""
    for name in WANTED:
        yield {**operation.body, name: 1}
    for key, value in operation.body.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            yield {**operation.body, key: [{**value[0], "company_id": 1}]}


def test_the_api_refuses_fields_that_are_not_known(site: FullSite) -> None:
    """Every request with a body, at its top and within: nothing is done, whoever asks."""
    found = [each for each in operations(site) if each.body and each.kind == "application/json"]
    headers, wrong = {"X-CSRF-Token": site.browser("bob").token("/password")}, []
    before = site.acts()
    for operation in found:
        for body in bodies(operation):
            answer = site.server.request(operation.method, site.path(operation.path), json=body, headers=headers)
            if answer.status_code != 422 or "unknown" not in answer.text:
                wrong.append(f"{operation.label} {body}: {answer.status_code}")

    assert "" == "\n".join(wrong)
    assert len(found) > 25
    assert before == site.acts()


def rows(application: Application, *tables: str) -> str:
    """All that the tables hold."""
    chosen = [metadata.tables[name] for name in tables] if tables else metadata.sorted_tables
    with application.store.read() as connection:
        return "\n".join(f"{table.name} {row}" for table in chosen for row in connection.execute(select(table)))


@pytest.mark.parametrize("form", FORMS, ids=[path for _, _, path, _ in FORMS])
def test_a_form_sets_what_it_shows(
    application: Application, browser: Browser, form: tuple[str, str, str, Mapping[str, str]]
) -> None:
    """Every column's name goes along with a value that nobody has: none of it is written, and no right moves."""
    login, page, path, fields = form
    if "/budget/" in path:
        application.sending.retrieve(application.people.sign_in("mia", PASSWORD, "hoosier")[1], "24-001")
    columns = {column.name for table in metadata.sorted_tables for column in table.columns}
    browser.sign_in(login)
    shown = form_of(browser.get(page).text, path)
    hidden = {**dict.fromkeys(columns, POISON), "administrator": "yes", "integrations": "admin", "level": "admin"}
    kept = [name for name in RIGHTS if name != CHANGES_A_RIGHT.get(path)]
    before, size = rows(application, *kept), len(rows(application))

    answer = browser.send_bare(path, {**hidden, **shown, "csrf_token": browser.token(page), **fields})

    assert answer.status_code in {200, 303}
    assert size != len(rows(application))
    assert POISON not in rows(application)
    assert before == rows(application, *kept)
