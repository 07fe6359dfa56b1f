"""Who is let in, for which company, how often: looked at before anything is done."""

import pytest
import requests
from simulator.stranger import COMPANY, V1, Desk, Stranger


def test_without_a_token_nothing_is_told(stranger: Stranger) -> None:
    """401, whatever is asked for."""
    assert 401 == requests.get(f"{stranger.url}{V1}/nowhere", timeout=30).status_code


def test_another_company_is_refused_in_procores_words(stranger: Stranger) -> None:
    """The header decides."""
    stranger.session.headers["Procore-Company-Id"] = "4262"
    answer = stranger.ask("GET", f"{V1}/budget_views")
    assert (403, "App is not connected to this company") == (answer.status_code, answer.json()["errors"])


@pytest.mark.parametrize(("answer", "status"), [("400", 400), ("403", 403), ("taken", 200)])
def test_the_company_header_may_be_missed_in_several_ways(
    desk: Desk, stranger: Stranger, answer: str, status: int
) -> None:
    """What Procore does without it is not known, and a switch."""
    desk.switch("missing_company", answer)
    del stranger.session.headers["Procore-Company-Id"]
    assert status == stranger.ask("GET", f"{V1}/budget_views").status_code


def test_the_path_and_the_header_name_the_same_company(stranger: Stranger) -> None:
    """A path about another company is refused."""
    assert 403 == stranger.ask("GET", f"{V1}/companies/{COMPANY + 1}/erp_requests").status_code


def test_a_user_without_rights_is_refused(desk: Desk, stranger: Stranger) -> None:
    """A connector needs Admin on ERP Integrations and the privilege; a reader of budgets may not lock them."""
    desk.do("set-rights", login="erp-bridge@service.example", budget="read_only", erp="admin", push="no")
    project = stranger.project
    assert 403 == stranger.ask("GET", f"{V1}/companies/{COMPANY}/erp_requests").status_code
    assert 403 == stranger.ask("POST", f"{V1}/projects/{project}/budget/lock").status_code
    assert {"locked": False} == stranger.get(f"{V1}/projects/{project}/budget")


def test_a_wrong_method_tells_the_right_ones(stranger: Stranger) -> None:
    """405 with Allow."""
    answer = stranger.ask("DELETE", f"{V1}/budget_views")
    assert (405, "GET") == (answer.status_code, answer.headers["Allow"])


@pytest.mark.parametrize(
    ("shape", "body"),
    [
        ("errors", {"errors": "Project not found"}),
        ("message", {"message": "Project not found"}),
        ("list", {"errors": ["Project not found"]}),
    ],
)
def test_errors_have_several_shapes(desk: Desk, stranger: Stranger, shape: str, body: object) -> None:
    """Procore is loose about them."""
    desk.switch("error_shape", shape)
    answer = stranger.ask("GET", f"{V1}/projects/1")
    assert (404, body) == (answer.status_code, answer.json())


def test_the_spike_window_is_told_and_kept(desk: Desk, stranger: Stranger) -> None:
    """Headers count down; one request more is refused, with both ways of saying when; afterwards there is room."""
    desk.switch("spike_limit", "3")
    desk.do("pass-time", seconds="10")
    left = []
    for _ in range(20):
        answer = stranger.ask("GET", f"{V1}/me")
        if answer.status_code == 429:
            break
        left.append(answer.headers["X-Rate-Limit-Remaining"])
    assert ["2", "1", "0"] == left[-3:]
    assert {"X-Rate-Limit-Reset", "Retry-After"} <= set(answer.headers)
    desk.do("pass-time", seconds="10")
    assert 200 == stranger.ask("GET", f"{V1}/me").status_code


def test_the_hour_is_told_when_it_ends_first(desk: Desk, stranger: Stranger) -> None:
    """The headers describe the window that is hit first."""
    desk.switch("spike_limit", "25")
    desk.switch("hourly_limit", "7")
    answer = stranger.ask("GET", f"{V1}/me")
    assert "7" == answer.headers["X-Rate-Limit-Limit"]


@pytest.mark.parametrize(
    ("told", "headers"),
    [("reset", {"X-Rate-Limit-Reset"}), ("retry_after", {"Retry-After"}), ("neither", set())],
)
def test_a_429_may_say_less(desk: Desk, stranger: Stranger, told: str, headers: set[str]) -> None:
    """Two guides name two headers."""
    desk.switch("told_429", told)
    desk.switch("refused_429", "1")
    answer = stranger.ask("GET", f"{V1}/me")
    assert (429, headers) == (answer.status_code, {"X-Rate-Limit-Reset", "Retry-After"} & set(answer.headers))
    assert 200 == stranger.ask("GET", f"{V1}/me").status_code


def test_a_busy_server_says_when_to_come_again(desk: Desk, stranger: Stranger) -> None:
    """503 with Retry-After, nothing done."""
    path = f"{V1}/projects/{stranger.project}/budget"
    desk.switch("busy_503", "1")
    answer = stranger.ask("POST", f"{path}/lock")
    assert (503, "7") == (answer.status_code, answer.headers["Retry-After"])
    assert {"locked": False} == stranger.get(path)
