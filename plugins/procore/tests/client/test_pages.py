"""Lists to their proved end."""

from typing import Any

import pytest
import responses
from client.doubles import API
from responses import matchers
from simulator.stranger import Desk

from erp_bridge_core.contract.errors import ReadFailed
from erp_bridge_procore.client import ProcoreClient
from erp_bridge_procore.client.errors import BudgetChangedWhileRead
from erp_bridge_procore.client.pages import v1_rows

SUB_JOBS = f"{API}/rest/v1.0/sub_jobs"
LINES = f"{API}/rest/v2.0/companies/4261/projects/7/budget_changes/adjustment_line_items"


def sub_jobs(*numbers: int) -> list[dict[str, Any]]:
    """Rows of a v1 list."""
    return [{"id": number, "code": str(number), "name": "x", "origin_id": None} for number in numbers]


def lines(*numbers: int) -> dict[str, Any]:
    """A page of a v2 list."""
    line = {"adjustment_number": 1, "wbs_code_id": "5", "budget_change_id": "9", "type": "change_event", "amount": 1.5}
    return {"data": [{**line, "id": str(number)} for number in numbers]}


def page(
    mock: responses.RequestsMock, number: int, rows: Any, *, total: int | None = None, following: bool = False
) -> None:
    """One page of sub jobs."""
    headers = {} if total is None else {"Total": str(total), "Per-Page": "2"}
    if following:
        headers["Link"] = '<https://elsewhere.example/>; rel="next"'
    query = matchers.query_param_matcher({"page": str(number)}, strict_match=False)
    mock.get(SUB_JOBS, json=rows, headers=headers, match=[query])


def ids(client: ProcoreClient) -> list[int]:
    """What a caller has of the list."""
    return [each.id for each in client.codes.sub_jobs(7)]


def test_a_list_is_read_to_its_total(played: ProcoreClient, mock: responses.RequestsMock) -> None:
    """Page by page; links are never followed to where they point."""
    page(mock, 1, sub_jobs(1, 2), total=3, following=True)
    page(mock, 2, sub_jobs(3), total=3)
    assert [1, 2, 3] == ids(played)


def test_a_list_that_is_cut_is_an_error(played: ProcoreClient, mock: responses.RequestsMock) -> None:
    """Never an early end."""
    page(mock, 1, sub_jobs(1, 2), total=3, following=True)
    page(mock, 2, [], total=3)
    with pytest.raises(ReadFailed, match="ended after 2 of 3"):
        ids(played)


def test_a_row_that_comes_twice_is_an_error(played: ProcoreClient, mock: responses.RequestsMock) -> None:
    """The list moved: another row was passed over."""
    page(mock, 1, sub_jobs(1, 2), total=4, following=True)
    page(mock, 2, sub_jobs(2, 3), total=4)
    with pytest.raises(BudgetChangedWhileRead, match="moved"):
        ids(played)


def test_a_total_that_changes_is_an_error(played: ProcoreClient, mock: responses.RequestsMock) -> None:
    """The list grew or shrank."""
    page(mock, 1, sub_jobs(1, 2), total=4, following=True)
    page(mock, 2, sub_jobs(3), total=3)
    with pytest.raises(BudgetChangedWhileRead, match="grew or shrank"):
        ids(played)


def test_more_rows_than_the_total_is_an_error(played: ProcoreClient, mock: responses.RequestsMock) -> None:
    """Which of them count is not known."""
    page(mock, 1, sub_jobs(1, 2), total=1)
    with pytest.raises(ReadFailed, match="gave 2"):
        ids(played)


def test_a_list_without_pages_is_whole(played: ProcoreClient, mock: responses.RequestsMock) -> None:
    """It gives all of itself whatever page is asked for."""
    mock.get(SUB_JOBS, json=sub_jobs(1, 2))
    rows = v1_rows(played.codes.transport, "/rest/v1.0/sub_jobs", "sub job", size=2)
    assert [1, 2] == [row.number("id") for row in rows]


@pytest.mark.parametrize("document", [{"data": []}, None, "x", [1]])
def test_what_is_no_list_is_told(played: ProcoreClient, mock: responses.RequestsMock, document: Any) -> None:
    """Not an empty one."""
    mock.get(SUB_JOBS, json=document)
    with pytest.raises(ReadFailed):
        ids(played)


def test_v2_ends_at_an_empty_page(played: ProcoreClient, mock: responses.RequestsMock) -> None:
    """A short page proves nothing there: the server may cap its pages as it likes."""
    for number, held in enumerate((lines(1, 2), lines(3), lines()), start=1):
        mock.get(LINES, json=held, match=[matchers.query_param_matcher({"page": str(number)}, strict_match=False)])
    assert [1, 2, 3] == [line.id for _, line in played.changes.lines(7)]


def test_lists_of_any_length_over_the_wire(client: ProcoreClient, desk: Desk, project: int) -> None:
    """Of a Procore that caps its v1 pages at four rows, and has more than a hundred lines of v2."""
    desk.switch("spike_limit", "0")
    desk.switch("largest_page", "4")
    assert 6 == len(list(client.codes.wbs_codes(project)))
    desk.switch("shifted_pages", "1")
    with pytest.raises(BudgetChangedWhileRead):
        list(client.codes.wbs_codes(project))
