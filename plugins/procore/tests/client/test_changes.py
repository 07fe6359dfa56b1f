"""Changes with their lines, where the list moves between the two."""

from typing import Any

import pytest
import responses
from client.doubles import API

from erp_bridge_procore.client import ProcoreClient
from erp_bridge_procore.client.errors import BudgetChangedWhileRead

CHANGES = f"{API}/rest/v1.0/projects/7/budget_changes"
LINES = f"{API}/rest/v2.0/companies/4261/projects/7/budget_changes/adjustment_line_items"


def change(status: str = "draft") -> dict[str, Any]:
    """A summary."""
    return {"id": 9, "number": 1, "title": "Rock", "status": status, "erp_status": "not_in_erp", "updated_at": "now"}


def line(of: str) -> dict[str, Any]:
    """A line of a change."""
    return {"id": "1", "adjustment_number": 1, "wbs_code_id": "5", "budget_change_id": of, "type": "change_event",
            "amount": 1.5}  # fmt: skip


@pytest.mark.parametrize(("after", "of"), [(change("approved"), "9"), (change(), "10")])
def test_a_list_that_moved_is_an_error(
    played: ProcoreClient, mock: responses.RequestsMock, after: dict[str, Any], of: str
) -> None:
    """A change that was approved meanwhile, and a line of one that was not there before."""
    mock.get(CHANGES, json={"data": [change()]})
    mock.get(CHANGES, json={"data": [after]})
    mock.get(LINES, json={"data": [line(of)]})
    mock.get(LINES, json={"data": []})
    with pytest.raises(BudgetChangedWhileRead, match="changes differ"):
        played.changes.whole(7)


def test_without_changes_there_are_no_lines_to_ask_for(played: ProcoreClient, mock: responses.RequestsMock) -> None:
    """Two looks at an empty list."""
    mock.get(CHANGES, json={"data": []})
    assert () == played.changes.whole(7)
    assert 2 == len(mock.calls)
