"""A JSON service: which route answers, who is let in, how it refuses, and how lists are paged."""

import json
from typing import Any

import pytest

from erp_bridge_core.simulation import JsonApi, Refusal, Request, json_body, page_of

ROWS = list(range(5))


def shown(request: Request, job: str) -> Any:
    """What was understood of a request."""
    return {"job": job, "query": dict(request.query)}


def refused(request: Request, job: str) -> Any:
    """Refuse, as the ERP would."""
    raise Refusal(422, "CLOSED", f"Job {job} is closed.")


API = JsonApi(routes={"GET /jobs/{job}": shown, "POST /jobs/{job}": refused}, token=lambda: "secret")


def ask(method: str, path: str, *, token: str = "secret", api: JsonApi = API) -> tuple[int, Any] | None:
    """Status and document of an answer, None where no route answers."""
    headers = {"authorization": f"Bearer {token}"}
    reply = api.answer(Request(method=method, path=path, query={"x": "1"}, headers=headers))
    return None if reply is None else (reply.status, json.loads(reply.body))


def page(**query: str) -> Request:
    """A request for a page."""
    return Request(method="GET", path="/", query=query)


def test_a_route_gets_the_decoded_parts_of_its_path() -> None:
    """A job's code may hold what an address may not, a slash even."""
    assert (200, {"job": "B 1/2", "query": {"x": "1"}}) == ask("GET", "/jobs/B%201%2F2")


@pytest.mark.parametrize(("method", "path"), [("GET", "/jobs"), ("GET", "/jobs/a/b"), ("PATCH", "/jobs/a")])
def test_what_is_no_route_is_left_to_others(method: str, path: str) -> None:
    """Another address or method may be the desk's."""
    assert ask(method, path) is None


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_wrong_token_lets_nobody_in(method: str) -> None:
    """Who asks is looked at before what is asked."""
    message = "The token is missing or not valid."
    assert (401, {"error": {"code": "UNAUTHORIZED", "message": message}}) == ask(method, "/jobs/a", token="guess")


def test_without_a_token_nobody_is_let_in() -> None:
    """A blank token is none, not one that a blank header matches."""
    answered = ask("GET", "/jobs/a", token="", api=JsonApi(routes={"GET /jobs/{job}": shown}, token=lambda: ""))
    assert answered is not None
    assert 401 == answered[0]


def test_a_refusal_has_the_erps_own_shape() -> None:
    """By default `error` with code and message; an ERP may have another."""
    assert (422, {"error": {"code": "CLOSED", "message": "Job a is closed."}}) == ask("POST", "/jobs/a")
    other = JsonApi(routes=API.routes, token=API.token, shape=lambda refusal: [refusal.words])
    assert (422, ["Job a is closed."]) == ask("POST", "/jobs/a", api=other)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff"])
def test_a_body_that_is_no_object_is_refused(body: bytes) -> None:
    """Whatever came is refused in words, not by a crash."""
    with pytest.raises(Refusal) as caught:
        json_body(Request(method="POST", path="/", body=body))
    assert (400, "BAD_JSON") == (caught.value.status, caught.value.code)


def test_pages_hold_every_row_once() -> None:
    """Three pages of two, the last one short; each tells how many rows all have."""
    pages = [page_of(ROWS, page(page=str(number)), size=2) for number in (1, 2, 3)]
    assert [[0, 1], [2, 3], [4]] == [each["rows"] for each in pages]
    assert {(3, 5)} == {(each["pages"], each["total"]) for each in pages}


def test_an_empty_list_has_one_page() -> None:
    """A reader that stops at the last page still reads one."""
    assert {"rows": [], "page": 1, "pages": 1, "total": 0} == page_of([], page(), size=2)


def test_a_capped_page_is_cut_without_a_word() -> None:
    """Rows are missing; the total stays what it is."""
    assert {"rows": [0], "page": 1, "pages": 1, "total": 5} == page_of(ROWS, page(), size=9, most=1)


@pytest.mark.parametrize("number", ["0", "-1", "x", "", "²"])
def test_what_is_no_page_is_refused(number: str) -> None:
    """Pages count from 1."""
    with pytest.raises(Refusal, match="is no page"):
        page_of(ROWS, page(page=number), size=2)
