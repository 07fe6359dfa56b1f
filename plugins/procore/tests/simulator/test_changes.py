"""Budget changes with their adjustment lines."""

from typing import Any

import pytest
from simulator.stranger import V1, Desk, Stranger


def lines(stranger: Stranger, *pairs: tuple[str, str, object]) -> list[dict[str, Any]]:
    """Adjustment lines: (type, code, amount)."""
    return [
        {"type": kind, "adjustment_number": 1, "wbs_code_id": stranger.wbs(code), "amount": amount}
        for kind, code, amount in pairs
    ]


def made(stranger: Stranger, *pairs: tuple[str, str, object], status: str = "draft") -> Any:
    """A change by POST."""
    body = {"status": status, "title": "Rock", "adjustment_line_items": lines(stranger, *pairs)}
    return stranger.ask("POST", f"{V1}/projects/{stranger.project}/budget_changes", body)


def test_a_change_comes_in_an_envelope(stranger: Stranger) -> None:
    """With its lines when it is read by itself, without in the list."""
    change = made(stranger, ("change_event", "03-1000.L", 10.25), ("budget_change", "03-1000.M", -10.25)).json()["data"]
    path = f"{V1}/projects/{stranger.project}/budget_changes"
    (summary,) = stranger.get(path)["data"]
    assert ("draft", "not_in_erp", 0.0) == (summary["status"], summary["erp_status"], summary["amount"])
    assert "adjustment_line_items" not in summary
    held = stranger.get(f"{path}/{change['id']}")["data"]["adjustment_line_items"]
    assert [("change_event", 10.25), ("budget_change", -10.25)] == [(each["type"], each["amount"]) for each in held]


def test_an_approved_change_counts(desk: Desk, stranger: Stranger) -> None:
    """A draft does not."""
    made(stranger, ("change_event", "03-1000.L", 10))
    assert "0.0" == stranger.rows()[0]["Revised Budget"]
    desk.do("approve", project="24-001", number="1")
    assert "10.0" == stranger.rows()[0]["Revised Budget"]


@pytest.mark.parametrize(
    "pairs",
    [
        [("budget_change", "03-1000.L", -1)],
        [("change_event", "03-1000.L", 1), ("change_event", "03-1000.M", 1)],
        [("something", "03-1000.L", 1)],
    ],
)
def test_lines_need_one_destination_a_number(stranger: Stranger, pairs: list[tuple[str, str, object]]) -> None:
    """Nothing is kept of a change that breaks the rule."""
    assert 422 == made(stranger, *pairs).status_code
    assert [] == stranger.get(f"{V1}/projects/{stranger.project}/budget_changes")["data"]


def test_lines_need_not_net_to_zero(stranger: Stranger) -> None:
    """The schema asks for no such thing."""
    assert 201 == made(stranger, ("change_event", "03-1000.L", 10), ("budget_change", "03-1000.M", -3)).status_code


def test_a_change_is_edited_and_deleted(stranger: Stranger) -> None:
    """A line with `_delete` goes."""
    change = made(stranger, ("change_event", "03-1000.L", 10), ("budget_change", "03-1000.M", -3)).json()["data"]
    path = f"{V1}/projects/{stranger.project}/budget_changes/{change['id']}"
    kept, gone = change["adjustment_line_items"]
    body = {
        "title": "Soil",
        "adjustment_line_items": [{"id": kept["id"], "amount": 4}, {"id": gone["id"], "_delete": True}],
    }
    edited = stranger.ask("PATCH", path, body).json()["data"]
    assert ("Soil", [4.0]) == (edited["title"], [each["amount"] for each in edited["adjustment_line_items"]])
    assert (204, 404) == (stranger.ask("DELETE", path).status_code, stranger.ask("GET", path).status_code)


def test_what_is_not_sent_of_a_line_stays(stranger: Stranger) -> None:
    """An edit of a comment leaves the amount alone; the list may come in pages."""
    change = made(stranger, ("change_event", "03-1000.L", 10)).json()["data"]
    path = f"{V1}/projects/{stranger.project}/budget_changes/{change['id']}"
    body = {"adjustment_line_items": [{"id": change["adjustment_line_items"][0]["id"], "comment": "Rock"}]}
    (line,) = stranger.ask("PATCH", path, body).json()["data"]["adjustment_line_items"]
    assert (10.0, "Rock") == (line["amount"], line["comment"])


def test_the_list_may_come_in_pages(desk: Desk, stranger: Stranger) -> None:
    """In its envelope all the same."""
    for _ in range(3):
        made(stranger)
    desk.switch("paged_changes", "yes")
    answer = stranger.ask("GET", f"{V1}/projects/{stranger.project}/budget_changes", per_page=2)
    assert (2, "3") == (len(answer.json()["data"]), answer.headers["Total"])


def test_a_sent_change_is_neither_edited_nor_deleted(desk: Desk, stranger: Stranger) -> None:
    """Nor one that is synced."""
    change = made(stranger, ("change_event", "03-1000.L", 10), status="approved").json()["data"]
    desk.send()
    path = f"{V1}/projects/{stranger.project}/budget_changes/{change['id']}"
    assert [422, 422] == [stranger.ask(method, path, {}).status_code for method in ("PATCH", "DELETE")]


def test_a_partial_line_is_not_used_in_a_change(desk: Desk, stranger: Stranger) -> None:
    """One source says so; a switch takes it."""
    desk.do("add-cost", project="24-001", code="05-1000.L", amount="1")
    assert 422 == made(stranger, ("change_event", "05-1000.L", 1)).status_code
    desk.switch("partial_lines_in_changes", "yes")
    assert 201 == made(stranger, ("change_event", "05-1000.L", 1)).status_code


def test_the_misspelt_status_is_shown(desk: Desk, stranger: Stranger) -> None:
    """While a change is exported; a switch spells it otherwise."""
    made(stranger, ("change_event", "03-1000.L", 10), status="approved")
    desk.send()
    desk.export()
    path = f"{V1}/projects/{stranger.project}/budget_changes"
    assert "exportging" == stranger.get(path)["data"][0]["erp_status"]
    desk.switch("erp_status_word", "paused_by_erp")
    assert "paused_by_erp" == stranger.get(path)["data"][0]["erp_status"]
