"""What Procore's answers mean: its refusals by name, doubts as doubts, and nothing more."""

import pytest
import requests
import responses
from client.doubles import API, Clock

from erp_bridge_core.contract.errors import (
    AlreadyThere,
    Doubtful,
    ErpBridgeError,
    ErpRefused,
    NotSent,
    ReadFailed,
    Throttled,
)
from erp_bridge_procore.client import ProcoreClient
from erp_bridge_procore.client.errors import BudgetLocked, NotConnected, NothingThere, NotPermitted

BUDGET = f"{API}/rest/v1.0/projects/7/budget"
LOCK = f"{BUDGET}/lock"


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (403, {"errors": "App is not connected to this company"}, (NotConnected, "App is not connected")),
        (403, {"message": "no permission"}, (NotPermitted, "no permission")),
        (404, {"errors": ["Project not found"]}, (NothingThere, "Project not found")),
        (409, {"message": "clash"}, (AlreadyThere, "clash")),
        (422, {"errors": {"wbs_code_id": ["This Budget Code already exists"]}}, (AlreadyThere, "wbs_code_id This")),
        (422, {"errors": {"amount": ["cannot be updated for a locked budget"]}}, (BudgetLocked, "locked")),
        (422, {"errors": {"base": ["a", "b"], "x": "c"}}, (ErpRefused, "a; b; x c")),
        (422, {"message": "Currency", "error": "currency_iso_code"}, (ErpRefused, "currency_iso_code; Currency")),
        (400, {"errors": "param is missing"}, (ErpRefused, "param is missing")),
    ],
)
def test_every_shape_of_a_refusal_is_read(
    played: ProcoreClient,
    mock: responses.RequestsMock,
    status: int,
    body: object,
    expected: tuple[type[ErpBridgeError], str],
) -> None:
    """By reads and writes alike, with Procore's words and what to do."""
    mock.get(BUDGET, json=body, status=status)
    mock.post(LOCK, json=body, status=status)
    kind, words = expected
    for call in (played.budgets.is_locked, played.budgets.lock):
        with pytest.raises(kind) as caught:
            call(7)
        assert (kind, True, True) == (type(caught.value), words in caught.value.message, bool(caught.value.remedy))


@pytest.mark.parametrize(
    ("status", "body"),
    [(403, "<html>proxy</html>"), (404, ""), (500, '{"errors": "x"}'), (502, ""), (408, "{}"), (302, "")],
)
def test_what_is_not_procores_own_refusal_is_a_doubt(
    played: ProcoreClient, mock: responses.RequestsMock, status: int, body: str
) -> None:
    """On a write; a read just failed."""
    mock.get(BUDGET, body=body, status=status)
    mock.post(LOCK, body=body, status=status)
    with pytest.raises(ReadFailed):
        played.budgets.is_locked(7)
    with pytest.raises(Doubtful):
        played.budgets.lock(7)
    assert 2 == len(mock.calls)


def test_no_redirect_is_followed(played: ProcoreClient, mock: responses.RequestsMock) -> None:
    """It might lead a token to somebody else."""
    for method, url in ((mock.get, BUDGET), (mock.post, LOCK)):
        method(url, status=307, headers={"Location": "https://elsewhere.example/"})
    with pytest.raises(ReadFailed, match="HTTP 307"):
        played.budgets.is_locked(7)
    with pytest.raises(Doubtful, match="HTTP 307"):
        played.budgets.lock(7)
    assert [BUDGET, LOCK] == [call.request.url for call in mock.calls]


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (requests.ConnectTimeout(), NotSent),
        (requests.ReadTimeout(), Doubtful),
        (requests.ConnectionError("reset"), Doubtful),
        (requests.exceptions.ChunkedEncodingError(), Doubtful),
    ],
)
def test_a_failure_of_the_wire_is_classified(
    played: ProcoreClient, mock: responses.RequestsMock, failure: Exception, kind: type[ErpBridgeError]
) -> None:
    """A write goes out once, and only what is proved is told as not sent."""
    mock.get(BUDGET, body=failure)
    mock.post(LOCK, body=failure)
    with pytest.raises(ReadFailed):
        played.budgets.is_locked(7)
    with pytest.raises(kind):
        played.budgets.lock(7)
    assert 2 == len(mock.calls)


def test_a_success_that_is_no_json_is_a_doubt(played: ProcoreClient, mock: responses.RequestsMock) -> None:
    """Something else answered in Procore's place."""
    mock.post(LOCK, body="<html>log in</html>", status=200)
    with pytest.raises(Doubtful, match="not JSON"):
        played.budgets.lock(7)


def test_a_throttled_write_is_told_and_not_sent_again(
    played: ProcoreClient, mock: responses.RequestsMock, clock: Clock
) -> None:
    """With the time that Procore asks for."""
    mock.post(LOCK, json={"message": "slow down"}, status=429, headers={"Retry-After": "9"})
    with pytest.raises(Throttled) as caught:
        played.budgets.lock(7)
    assert (9.0, 1, []) == (caught.value.retry_after, len(mock.calls), clock.slept)


def test_every_call_names_company_and_token(played: ProcoreClient, mock: responses.RequestsMock) -> None:
    """And asks for JSON; an unlock always says that nothing is to be deleted."""
    mock.get(BUDGET, json={"locked": True})
    mock.get(f"{API}/rest/v1.0/projects/7/budget_modifications", json=[])
    mock.delete(LOCK, json={"locked": False})
    played.budgets.is_locked(7)
    played.budgets.unlock(7)
    headers = mock.calls[0].request.headers
    assert ("4261", "Bearer good", "application/json") == (
        headers["Procore-Company-Id"], headers["Authorization"], headers["Accept"],
    )  # fmt: skip
    assert str(mock.calls[-1].request.url).endswith("?destroy_all_budget_line_item_transfers=false")
