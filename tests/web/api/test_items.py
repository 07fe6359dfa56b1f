"""The API's items: paged, filtered, exact, by session or token, and never another company's."""

from typing import Any

import pytest
from httpx import Response
from web_site import PASSWORD, Browser

from erp_bridge_core.app import Application

ITEM = {
    "id": 1, "project": "24-001", "project_name": "Bridge & Creek", "job": "24-001", "version": 1, "state": "ready",
    "amount": "1234567.80", "currency": "USD", "lines": 1, "sent_by": "Mia <script>alert(1)</script>",
    "sent_at": "2026-03-02T15:00:00Z", "waits_seconds": 0,
}  # fmt: skip
COUNTS = dict.fromkeys(("accepted", "exporting", "failed", "unknown", "waiting", "mismatch", "synced"), 0)


def problem(answer: Response) -> tuple[int, str, str]:
    """Status, kind and code of a refusal."""
    return answer.status_code, answer.headers["content-type"], answer.json()["error"]


@pytest.fixture
def token(application: Application) -> Any:
    """Make an API token of the approver."""

    def make(**limits: Any) -> dict[str, str]:
        _, abe = application.people.sign_in("abe", PASSWORD, "hoosier")
        limits = {"companies": ["hoosier"], "verbs": ["read"], **limits}
        return {"Authorization": "Bearer " + application.people.create_token(abe, "t", **limits)}

    return make


@pytest.mark.rule("A1")
def test_items_are_listed(abe: Browser) -> None:
    """Amounts are exact text, moments UTC; every filter's count is there."""
    assert {
        "items": [ITEM], "counts": {"ready": 1, **COUNTS}, "total": 1, "next_offset": None,
    } == abe.get("/api/v1/items").json()  # fmt: skip
    assert [] == abe.get("/api/v1/items?filter=accepted").json()["items"]
    assert [] == abe.get("/api/v1/items?offset=1").json()["items"]


@pytest.mark.rule("P5")
def test_a_token_reads_what_its_owner_may(browser: Browser, token: Any) -> None:
    """A program names the company where there are several."""
    sent = {**token(), "ERP-Bridge-Company": "hoosier"}

    assert [ITEM] == browser.get("/api/v1/items", **sent).json()["items"]


@pytest.mark.rule("P5")
@pytest.mark.parametrize(
    ("limits", "headers", "expected"),
    [
        ({}, {}, (400, "usage")), ({}, {"ERP-Bridge-Company": "second"}, (401, "not_signed_in")),
        ({}, {"ERP-Bridge-Company": "none"}, (401, "not_signed_in")),
        ({"verbs": ["send"]}, {"ERP-Bridge-Company": "hoosier"}, (403, "not_allowed")),
    ],
)  # fmt: skip
def test_a_token_is_limited(
    browser: Browser, token: Any, limits: dict[str, Any], headers: dict[str, str], expected: tuple[int, str]
) -> None:
    """To its companies, to its verbs; the company is never guessed."""
    status, kind, code = problem(browser.get("/api/v1/items", **token(**limits), **headers))

    assert (*expected, "application/problem+json") == (status, code, kind)


@pytest.mark.parametrize("sent", ["Bearer wrong", "Bearer ", "Basic YTpi", "erpb_x", "Bearer \xe9"])
def test_a_token_that_is_none_is_refused(abe: Browser, sent: str) -> None:
    """A session beside it does not count: whoever shows a token is known by it."""
    refused = abe.client.get(
        "/api/v1/items", headers={"Authorization": sent.encode("latin-1"), "ERP-Bridge-Company": "hoosier"}
    )

    assert 401 == refused.status_code
    assert refused.headers["www-authenticate"].startswith("Bearer")


def test_a_stranger_is_refused(browser: Browser) -> None:
    """In the API there is no leading to a page."""
    assert (401, "application/problem+json", "not_signed_in") == problem(browser.get("/api/v1/items"))
    assert (404, "application/problem+json", "not_found") == problem(browser.get("/api/v1/none"))


def test_all_that_is_wrong_with_a_request_is_told_at_once(abe: Browser) -> None:
    """Each wrong value by its name, with 422."""
    refused = abe.get("/api/v1/items?filter=nonsense&limit=0&offset=-1")

    assert (422, "application/problem+json", "bad_input") == problem(refused)
    assert ["filter", "offset", "limit"] == [fault["where"] for fault in refused.json()["faults"]]


@pytest.mark.rule("A2", "A6")
def test_one_item_is_shown_with_its_revision(abe: Browser) -> None:
    """Its totals are exact; its ETag is its revision, and who has that is told so."""
    shown = abe.get("/api/v1/items/1")
    assert ("1234567.80", "1234567.80", "0.00") == tuple(
        shown.json()["totals"][name] for name in ("original_budget", "revised_estimate", "budget_changes")
    )
    tag = shown.headers["etag"]
    assert f'"{shown.json()["revision"]}"' == tag

    for known in (tag, f"W/{tag}", f'"x", {tag}'):
        again = abe.get("/api/v1/items/1", If_None_Match=known)
        assert (304, b"") == (again.status_code, again.content)
    assert 200 == abe.get("/api/v1/items/1", If_None_Match='"other"').status_code


@pytest.mark.rule("P0")
def test_another_companys_item_is_not_found(browser: Browser) -> None:
    """It is told like one that is not there at all."""
    browser.sign_in("sue", company="second")
    foreign, missing = browser.get("/api/v1/items/1"), browser.get("/api/v1/items/99")

    assert (404, "application/problem+json", "not_found") == problem(foreign) == problem(missing)
    assert foreign.json()["detail"].replace("1", "99") == missing.json()["detail"]
