"""What is promised of every operation alike: pages of lists, ETags, keys of writes, and one shape of every refusal."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from api_samples import Operation, ask, operations
from full_site import FullSite, full_site
from httpx import Response

#: What a refusal holds.
MEMBERS = {
    "type", "title", "status", "detail", "instance", "error", "message", "remedy", "whose", "faults", "details",
}  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FullSite]:
    """A site with one of everything, which nothing here changes."""
    with full_site(tmp_path_factory.mktemp("operations")) as made:
        yield made


@pytest.fixture
def headers(site: FullSite) -> Mapping[str, str]:
    """What the program of somebody sends who may do everything."""
    found = operations(site)
    assert found
    return {"X-CSRF-Token": site.browser("bob").token("/password")}


def every(site: FullSite) -> tuple[Operation, ...]:
    """Every operation, while the client keeps its sign-in."""
    kept = site.cookies()
    found = operations(site)
    site.put_cookies(kept)
    return found


def get(site: FullSite, operation: Operation, **query: object) -> Response:
    """Ask a read, with more in its query."""
    params = {**operation.query, **{name: str(value) for name, value in query.items()}}
    answer: Response = site.server.get(site.path(operation.path), params=params)
    return answer


def is_problem(answer: Response, status: int) -> bool:
    """Whether a refusal has the one shape."""
    kind = answer.headers.get("content-type", "")
    return (status, "application/problem+json") == (answer.status_code, kind) and set(answer.json()) == MEMBERS


def test_lists_come_in_pages(site: FullSite, headers: Mapping[str, str]) -> None:
    """One by one they are all that is there, each page leads to those beside it, and bounds are kept."""
    assert headers
    wrong, seen = [], 0
    for operation in every(site):
        whole = get(site, operation)
        told = whole.json() if operation.method == "GET" and "json" in whole.headers.get("content-type", "") else None
        if not isinstance(told, dict) or "next_offset" not in told:
            continue
        total, seen = told["total"], seen + 1
        one = [get(site, operation, limit=1, offset=offset) for offset in range(min(total, 3))]
        rows = [row for answer in one for row in answer.json()["items"]]
        after = get(site, operation, limit=1, offset=total).json()
        leads = [("link" in answer.headers) == (total > 1) for answer in one]
        bounds = [
            is_problem(get(site, operation, **odd), 422) for odd in ({"limit": 0}, {"limit": 501}, {"offset": -1})
        ]
        if rows != told["items"][:3] or after["items"] or after["next_offset"] or not all([*leads, *bounds]):
            wrong.append(operation.label)

    assert [] == wrong
    assert seen > 5


def test_what_is_there_already_is_not_answered_again(site: FullSite, headers: Mapping[str, str]) -> None:
    """A read with an ETag answers nothing but that to whoever has it."""
    assert headers
    wrong, seen = [], 0
    for operation in every(site):
        tag = get(site, operation).headers.get("etag") if operation.method == "GET" else None
        if tag:
            seen += 1
            again = site.server.get(site.path(operation.path), params=operation.query, headers={"If-None-Match": tag})
            if (304, b"", tag) != (again.status_code, again.content, again.headers.get("etag")):
                wrong.append(operation.label)

    assert [] == wrong
    assert seen > 5


def test_who_names_another_version_does_nothing(site: FullSite, headers: Mapping[str, str]) -> None:
    """Every versioned write answers 412, in the one shape."""
    versioned = [each for each in every(site) if "If-Match" in each.headers]
    before = site.acts()
    wrong = [
        operation.label
        for operation in versioned
        if not is_problem(ask(site, operation, {**headers, "If-Match": '"999"'}), 412)
    ]

    assert [] == wrong
    assert len(versioned) > 10
    assert before == site.acts()


def test_a_key_that_is_none_is_refused(site: FullSite, headers: Mapping[str, str]) -> None:
    """Every write that a key makes repeatable tells so before anything is done."""
    keyed = [each for each in every(site) if "Idempotency-Key" in each.headers and each.name != "sign_in"]
    before = site.acts()
    wrong = [
        operation.label
        for operation in keyed
        if not is_problem(ask(site, operation, {**headers, "Idempotency-Key": "two words"}), 422)
    ]

    assert [] == wrong
    assert len(keyed) > 25
    assert before == site.acts()


def test_a_stranger_is_told_in_the_one_shape(site: FullSite) -> None:
    """401, and how to sign in."""
    wrong: list[Any] = []
    for operation in operations(site):
        answer = ask(site, operation, {})
        if operation.name != "sign_in" and not (is_problem(answer, 401) and "www-authenticate" in answer.headers):
            wrong.append(operation.label)

    assert [] == wrong
