"""The connector's side: from a webhook to a closed detail, over the wire; odd answers by hand."""

from decimal import Decimal

import pytest
import responses
from client.doubles import API
from simulator.stranger import Desk, Receiver

from erp_bridge_core.contract import Secret
from erp_bridge_core.contract.errors import BadInput, Doubtful, ErpRefused, NotAllowed
from erp_bridge_procore.client import ProcoreClient, event_of, payload_of, require_all
from erp_bridge_procore.client.erp_values import BudgetPayload, SyncAnswer
from erp_bridge_procore.client.errors import SyncRefused
from erp_bridge_procore.client.told import DetailStatus, ErpStatus
from erp_bridge_procore.client.wire import encode

TOKEN = Secret("webhook-secret")
SYNC = f"{API}/rest/v1.0/erp_transactions/sync"


def exported(desk: Desk, client: ProcoreClient) -> tuple[BudgetPayload, int]:
    """What the connector is asked to export: its payload, and the detail to close."""
    desk.export()
    *_, request = client.erp.requests()
    assert request.detail_id is not None
    return payload_of(request), request.detail_id


def carry(client: ProcoreClient, payload: BudgetPayload, detail: int) -> None:
    """An integrator's duties, in their order."""
    require_all(client.erp.tell_origins("budget", {payload.budget_id: "B1"}), "origins")
    origins = {each.id: f"T{each.id}" for each in payload.transactions}
    require_all(client.erp.mark_synced(payload.project_id, origins), "transactions")
    client.erp.close_detail(detail, DetailStatus.SUCCESS)


def test_a_budget_is_carried_from_request_to_synced(client: ProcoreClient, desk: Desk, project: int) -> None:
    """And the next export holds only what is new."""
    desk.switch("spike_limit", "0")
    desk.budget(L="100.10", M="7")
    desk.do("add-change", project="24-001", code="03-1000.L", amount="5", status="approved")
    desk.send()
    payload, detail = exported(desk, client)
    assert ("24-001", "", project) == (payload.job_origin_id, payload.origin_id, payload.project_id)
    assert [("24-001|03-1000", "L", Decimal("100.10")), ("24-001|03-1000", "M", Decimal(7))] == [
        (cost.cost_code_origin_id, cost.cost_type_origin_id, cost.amount) for cost in payload.job_costs
    ]
    assert [(True, Decimal("100.10")), (True, Decimal(7)), (False, Decimal(5))] == [
        (each.is_original, each.value) for each in payload.transactions
    ]
    assert ErpStatus.EXPORTING == next(client.changes.summaries(project)).erp_status.known
    assert [] == list(client.erp.origins("budget"))
    carry(client, payload, detail)
    assert [(payload.budget_id, "B1")] == list(client.erp.origins("budget"))
    assert ErpStatus.SYNCED == next(client.changes.summaries(project)).erp_status.known
    desk.do("add-change", project="24-001", code="03-1000.M", amount="-2", status="approved")
    desk.do("post-in-erp", project="24-001")
    desk.do("send", project="24-001")
    again, _ = exported(desk, client)
    assert ("B1", [Decimal(-2)], 2) == (
        again.origin_id,
        [each.value for each in again.transactions],
        len(again.job_costs),
    )


def test_what_was_not_marked_comes_again_under_its_number(client: ProcoreClient, desk: Desk) -> None:
    """A connector that dies before marking can tell that it carried it before."""
    desk.budget(L="100")
    desk.send()
    payload, detail = exported(desk, client)
    client.erp.close_detail(detail, DetailStatus.FAILED, ["The connection to the ERP was lost"])
    assert "The connection to the ERP was lost" in desk.do("requests")
    desk.do("reject", project="24-001", reason="once more")
    desk.do("send", project="24-001")
    again, _ = exported(desk, client)
    assert [each.id for each in payload.transactions] == [each.id for each in again.transactions]


def test_a_detail_that_was_closed_elsewhere_is_seen(client: ProcoreClient, desk: Desk) -> None:
    """By looking, or by Procore's refusal."""
    desk.budget(L="100")
    desk.send()
    payload, detail = exported(desk, client)
    assert DetailStatus.IN_PROGRESS == client.erp.detail(detail).status.known
    desk.do("close-request", detail=str(detail), status="stale", message="gave up")
    (found,) = client.erp.details(item_id=payload.budget_id)
    assert (DetailStatus.STALE, ("gave up",)) == (found.status.known, found.messages)
    with pytest.raises(ErpRefused, match="already stale"):
        client.erp.close_detail(detail, DetailStatus.SUCCESS)


def test_a_200_that_refuses_is_a_refusal(client: ProcoreClient, desk: Desk, project: int) -> None:
    """What was done stays done; what was not is told by its place."""
    desk.budget(L="100", M="7")
    desk.send()
    payload, _ = exported(desk, client)
    desk.switch("sync_refusals", "1")
    answer = client.erp.mark_synced(project, {each.id: f"T{each.id}" for each in payload.transactions})
    assert (1, [0], 0) == (answer.done, list(answer.refused), answer.unaccounted)
    with pytest.raises(SyncRefused, match="item 1: Record is being edited") as caught:
        require_all(answer, "transactions")
    assert ({0}, "Of 2 transactions Procore took 1.") == (set(caught.value.refused), caught.value.details["meaning"])


def test_job_costs_bring_the_lock_down(client: ProcoreClient, desk: Desk, project: int) -> None:
    """Once the ERP's figures are back, the budget may be unlocked."""
    desk.switch("spike_limit", "0")
    desk.budget(L="100")
    desk.send()
    payload, detail = exported(desk, client)
    carry(client, payload, detail)
    with pytest.raises(ErpRefused, match="posted"):
        client.budgets.unlock(project)
    figures = {cost.id: (cost.amount, Decimal(0)) for cost in payload.job_costs}
    require_all(client.erp.send_job_costs(project, figures), "job costs")
    client.budgets.unlock(project)


def test_metadata_decides_what_may_be_sent(client: ProcoreClient, desk: Desk) -> None:
    """A connector that takes no sub jobs has their budgets kept back at Procore."""
    client.erp.declare({"settings": {"entities": {"budgets": {"configs": {"sub_job_export": False}}}}})
    desk.do("set-line", project="24-001", code="A1.03-1000.L", amount="1")
    with pytest.raises(BadInput, match="sub jobs"):
        desk.send()


def test_a_webhook_tells_of_the_request(client: ProcoreClient, desk: Desk, receiver: Receiver) -> None:
    """Subscribed by us, read by us, and the request is what was exported."""
    with receiver.open() as url:
        hook = client.webhooks.subscribe("erp-bridge", url, TOKEN)
        desk.budget(L="100")
        desk.send()
        request, _ = desk.export()
        (body,) = receiver.wait_for(1)
    event = event_of(encode(body), {"Authorization": receiver.headers[0]}, TOKEN)
    assert ("ERP Requests", request, "create") == (event.resource, event.resource_id, event.reason)
    assert "create_budget" == client.erp.request(event.resource_id).name
    assert [(hook, url)] == list(client.webhooks.hooks("erp-bridge"))
    client.webhooks.unsubscribe(hook)
    assert [] == list(client.webhooks.hooks("erp-bridge"))


@pytest.fixture
def receiver() -> Receiver:
    """Somebody who takes webhooks."""
    return Receiver()


def test_both_payloads_are_one_event() -> None:
    """Old numbers and new text, with the same identity for every delivery."""
    header = {"authorization": "Bearer webhook-secret"}
    old = {"id": 1, "ulid": "01A", "resource_name": "ERP Requests", "resource_id": 5, "event_type": "create",
           "company_id": 4, "project_id": None, "metadata": {"source_application_id": 7101}}  # fmt: skip
    new = {"id": "01A", "resource_type": "ERP Requests", "resource_id": "5", "reason": "create", "company_id": "4",
           "project_id": None}  # fmt: skip
    first, second = (event_of(encode(body), header, TOKEN) for body in (old, new))
    assert (7101, None) == (first.application_id, second.application_id)
    assert ("01A", 5, 4) == (first.identity, first.resource_id, first.company_id)
    assert (first.identity, first.resource, first.reason) == (second.identity, second.resource, second.reason)


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer other"}, {"Authorization": "webhook-secret"}])
def test_a_forged_event_is_not_even_read(headers: dict[str, str]) -> None:
    """Whatever it holds."""
    with pytest.raises(NotAllowed):
        event_of(b"{", headers, TOKEN)


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"resource_id": "x"}'])
def test_what_is_no_event_is_told(body: bytes) -> None:
    """From somebody who has the token."""
    with pytest.raises(BadInput, match="holds no event"):
        event_of(body, {"Authorization": "Bearer webhook-secret"}, TOKEN)


@pytest.mark.parametrize(
    "document", [[], {}, {"entities": None}, {"entities": [], "errors": [{"id": 99, "errors": "x"}]}]
)
def test_a_sync_answer_that_says_nothing_is_a_doubt(
    played: ProcoreClient, mock: responses.RequestsMock, document: object
) -> None:
    """It was sent, and nobody knows what became of it."""
    mock.patch(SYNC, json=document)
    with pytest.raises(Doubtful):
        played.erp.mark_synced(7, {1: "T1"})


def test_items_that_an_answer_leaves_out_are_counted(played: ProcoreClient, mock: responses.RequestsMock) -> None:
    """Neither done nor refused: a doubt."""
    mock.patch(SYNC, json={"entities": [{"id": 1}], "errors": []})
    answer = played.erp.mark_synced(7, {1: "T1", 2: "T2"})
    assert SyncAnswer(done=1, refused={}, unaccounted=1) == answer
    with pytest.raises(Doubtful, match="leaves out 1"):
        require_all(answer, "transactions")


def test_no_call_has_more_than_a_thousand_items(played: ProcoreClient) -> None:
    """The caller divides them."""
    with pytest.raises(ValueError, match="at most 1000"):
        played.erp.mark_synced(7, dict.fromkeys(range(1001), "T"))
