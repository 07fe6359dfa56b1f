"""Lists in pages, of both generations."""

import re

from simulator.stranger import V1, V2, Desk, Stranger


def test_v1_tells_its_pages_in_headers(stranger: Stranger) -> None:
    """Total, size and links; the last page has no next."""
    path = f"{V1}/projects/{stranger.project}/work_breakdown_structure/wbs_codes"
    answers = [stranger.ask("GET", path, per_page=4, page=page) for page in (1, 2)]
    assert [("6", "4", 4), ("6", "4", 2)] == [
        (answer.headers["Total"], answer.headers["Per-Page"], len(answer.json())) for answer in answers
    ]
    assert [["last", "next"], ["first"]] == [
        sorted(re.findall(r'rel="(\w+)"', answer.headers["Link"])) for answer in answers
    ]


def test_a_link_leads_to_the_next_page(stranger: Stranger) -> None:
    """With the query that was asked."""
    path = f"{V1}/projects/{stranger.project}/work_breakdown_structure/wbs_codes"
    first = stranger.ask("GET", path, per_page=4)
    following = stranger.session.get(first.links["next"]["url"], timeout=30)
    assert 2 == len(following.json())


def test_v2_has_ten_rows_and_at_most_a_hundred(desk: Desk, stranger: Stranger) -> None:
    """In `data`, with ids as text, and nothing past the end."""
    line = {"type": "change_event", "wbs_code_id": stranger.wbs(), "amount": 1}
    lines = [{**line, "adjustment_number": number} for number in range(1, 121)]
    body = {"status": "draft", "adjustment_line_items": lines}
    assert 201 == stranger.ask("POST", f"{V1}/projects/{stranger.project}/budget_changes", body).status_code
    path = f"{V2}/projects/{stranger.project}/budget_changes/adjustment_line_items"
    asked = ({}, {"per_page": 500}, {"per_page": 500, "page": 2}, {"per_page": 100, "page": 3})
    assert [10, 100, 20, 0] == [len(stranger.get(path, **query)["data"]) for query in asked]
    assert str is type(stranger.get(path)["data"][0]["id"])


def test_a_page_may_begin_a_row_early(desk: Desk, stranger: Stranger) -> None:
    """As when somebody adds a row between two requests."""
    desk.switch("shifted_pages", "1")
    path = f"{V1}/projects/{stranger.project}/work_breakdown_structure/wbs_codes"
    first, second = (stranger.get(path, per_page=4, page=page) for page in (1, 2))
    assert first[-1] == second[0]
