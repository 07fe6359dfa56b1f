"""The OpenAPI document: every operation, with every way in which it may end."""

from collections.abc import Iterator
from typing import Any

import pytest
from web_site import Browser

METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture
def document(browser: Browser) -> Any:
    """The document as any program reads it."""
    return browser.get("/schema/openapi.json").json()


def operations(document: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every operation by its path."""
    for path, methods in document["paths"].items():
        yield from ((path, operation) for method, operation in methods.items() if method in METHODS)


def test_it_holds_the_api_alone(document: Any) -> None:
    """Pages are no operations."""
    assert {"/api/v1/items", "/api/v1/items/{item_id}", "/api/v1/session"} <= set(document["paths"])
    assert [] == [path for path in document["paths"] if not path.startswith("/api/v1/")]


def test_every_operation_says_what_it_is_and_how_it_may_be_refused(document: Any) -> None:
    """A name, a summary, a description, who may, and a problem for each refusal."""
    for path, operation in operations(document):
        assert {"operationId", "summary", "description", "tags"} <= set(operation), path
        assert [{"token": []}, {"session": []}] == operation["security"]
        refusals = {status: answer for status, answer in operation["responses"].items() if int(status) >= 400}
        assert {"400", "401", "403", "422", "500", "503"} <= set(refusals), path
        for answer in refusals.values():
            reference = {"$ref": "#/components/schemas/Problem"}
            assert {"application/problem+json": {"schema": reference}} == answer["content"], path


def test_what_one_thing_is_may_be_missing(document: Any) -> None:
    """Whatever is asked for by a name in its path may not be there."""
    assert [] == [
        path for path, operation in operations(document) if "{" in path and "404" not in operation["responses"]
    ]
