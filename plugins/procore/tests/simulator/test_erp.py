"""The ERP tool and the connector platform: from sending to synced, and what goes wrong on the way."""

from typing import Any

import pytest
from simulator.stranger import COMPANY, V1, Desk, Stranger

from erp_bridge_core.contract.errors import BadInput

ERP = f"{V1}/companies/{COMPANY}"


def request_of(stranger: Stranger, number: int) -> dict[str, Any]:
    """A request as the integrator reads it."""
    return dict(stranger.get(f"{ERP}/erp_requests/{number}"))


def finish(stranger: Stranger, request: dict[str, Any], *, mark: bool = True) -> None:
    """Do an integrator's duties in their order; `mark` leaves the transactions as they are."""
    data = request["request_data"]
    updates: list[dict[str, Any]] = [{"item_type": "budget", "item_id": data["budget"]["id"], "origin_id": "B1"}]
    stranger.ask("PATCH", f"{ERP}/external_data", {"updates": updates})
    if mark:
        updates = [{"id": each["id"], "origin_id": f"T{each['id']}", "synced": True} for each in data["transactions"]]
        body = {"project_id": data["budget"]["project_id"], "updates": updates}
        stranger.ask("PATCH", f"{V1}/erp_transactions/sync", body)
    body = {"request_detail": {"status": "success", "messages": []}}
    answer = stranger.ask("PUT", f"{ERP}/erp_request_details/{request['request_detail_id']}", body)
    assert 200 == answer.status_code, answer.text


def test_a_first_export_creates_the_budget(desk: Desk, stranger: Stranger) -> None:
    """The payload has every job cost by the ERP's ids, and every transaction."""
    desk.budget(L="44.45")
    desk.do("add-change", project="24-001", code="03-1000.L", amount="5", status="approved")
    desk.send()
    request = request_of(stranger, desk.export()[0])
    data = request["request_data"]
    assert ("create_budget", COMPANY, "24-001") == (request["request_name"], request["company_id"], data["job_id"])
    assert (None, False) == (data["budget"]["origin_id"], data["budget"]["synced"])
    (cost,) = data["job_costs"]
    assert ("24-001|03-1000", "L", "44.45", None) == (
        cost["cost_code_origin_id"], cost["line_item_type_origin_id"], cost["new_amount"], cost["sub_job_origin_id"],
    )  # fmt: skip
    assert [("Erp::OriginalEstimateTransaction", "44.45"), ("Erp::RevisedEstimateTransaction", "5.0")] == [
        (each["type"], each["value"]) for each in data["transactions"]
    ]


def test_amounts_of_a_payload_may_be_numbers(desk: Desk, stranger: Stranger) -> None:
    """As the guide's own sample has them."""
    desk.switch("payload_amounts", "number")
    desk.budget(L="44.45")
    desk.send()
    assert 44.45 == request_of(stranger, desk.export()[0])["request_data"]["transactions"][0]["value"]


def test_a_later_export_carries_only_what_is_not_synced(desk: Desk, stranger: Stranger) -> None:
    """All job costs again, new transactions alone, and the budget's origin id."""
    desk.budget(L="100", M="7")
    desk.do("add-change", project="24-001", code="03-1000.L", amount="3", status="approved")
    desk.do("modify", project="24-001", source="03-1000.L", target="03-1000.M", amount="1")
    desk.send()
    finish(stranger, request_of(stranger, desk.export()[0]))
    desk.do("add-change", project="24-001", code="03-1000.L", amount="5", status="approved")
    desk.do("post-in-erp", project="24-001")
    desk.do("send", project="24-001")
    request = request_of(stranger, desk.export()[0])
    data = request["request_data"]
    assert ("update_budget", "B1", ["5.0"]) == (
        request["request_name"], data["budget"]["origin_id"], [each["value"] for each in data["transactions"]],
    )  # fmt: skip
    changes = stranger.get(f"{V1}/projects/{stranger.project}/budget_changes")["data"]
    assert ["synced", "exportging"] == [each["erp_status"] for each in changes]


def test_what_is_not_marked_is_told_again(desk: Desk, stranger: Stranger) -> None:
    """A connector that died between its write and the mark meets the same transaction, under the same number."""
    desk.budget(L="100")
    desk.send()
    first = request_of(stranger, desk.export()[0])
    finish(stranger, first, mark=False)
    assert "failed_to_export" in desk.do("budget", project="24-001")
    desk.do("reject", project="24-001", reason="again")
    desk.do("send", project="24-001")
    second = request_of(stranger, desk.export()[0])
    ids = [[each["id"] for each in request["request_data"]["transactions"]] for request in (first, second)]
    assert ids[0] == ids[1]


def test_success_syncs_budget_and_changes(desk: Desk, stranger: Stranger) -> None:
    """And the budget stays locked until its job costs came back."""
    desk.do("add-change", project="24-001", code="03-1000.L", amount="5", status="approved")
    desk.send()
    request = request_of(stranger, desk.export()[0])
    finish(stranger, request)
    project = stranger.project
    assert "synced" == stranger.get(f"{V1}/projects/{project}/budget_changes")["data"][0]["erp_status"]
    lock = f"{V1}/projects/{project}/budget/lock"
    assert 422 == stranger.ask("DELETE", lock).status_code
    costs = [{"id": each["id"], "original_estimate": "0.00"} for each in request["request_data"]["job_costs"]]
    stranger.ask("PATCH", f"{V1}/erp_job_costs/sync", {"project_id": project, "updates": costs})
    assert 200 == stranger.ask("DELETE", lock).status_code


def test_until_the_figures_are_back_nothing_new_goes_in(desk: Desk, stranger: Stranger) -> None:
    """Neither a new line nor a modification, nor is the budget sent again."""
    desk.budget(L="100", M="7")
    desk.send()
    finish(stranger, request_of(stranger, desk.export()[0]))
    desk.do("add-change", project="24-001", code="03-1000.L", amount="5", status="approved")
    acts = [
        ("set-line", {"code": "05-1000.L", "amount": "0"}),
        ("modify", {"source": "03-1000.L", "target": "03-1000.M", "amount": "1"}),
        ("send", {}),
    ]
    for act, given in acts:
        with pytest.raises(BadInput, match="job costs synced, before this"):
            desk.do(act, project="24-001", **given)
    desk.do("post-in-erp", project="24-001")
    desk.do("send", project="24-001")


def test_a_change_belongs_to_the_send_that_it_was_approved_for(desk: Desk, stranger: Stranger) -> None:
    """One approved while the budget waits is not called synced with it; one that is voided is not sent at all."""
    for _ in range(2):
        desk.do("add-change", project="24-001", code="03-1000.L", amount="5", status="approved")
    desk.send()
    desk.do("reject", project="24-001", reason="Not the second.")
    path = f"{V1}/projects/{stranger.project}/budget_changes"
    second = stranger.get(path)["data"][1]
    assert 200 == stranger.ask("PATCH", f"{path}/{second['id']}", {"status": "void"}).status_code
    desk.do("send", project="24-001")
    desk.do("add-change", project="24-001", code="03-1000.L", amount="7", status="approved")
    request = request_of(stranger, desk.export()[0])
    finish(stranger, request)
    values = [each["value"] for each in request["request_data"]["transactions"]]
    assert (["0.0", "5.0"], ["synced", "rejected", "not_in_erp"]) == (
        values, [each["erp_status"] for each in stranger.get(path)["data"]]
    )  # fmt: skip


def test_people_act_by_their_rights(desk: Desk) -> None:
    """Whoever lacks Budget does not send; whoever lacks the privilege looks, and answers nothing."""
    desk.budget(L="100")
    desk.do("lock", project="24-001")
    desk.do("set-rights", login="project.manager@example.com", budget="none", erp="none", push="no")
    with pytest.raises(BadInput, match="permission"):
        desk.do("send", project="24-001")
    desk.do("set-rights", login="project.manager@example.com", budget="read_only", erp="none", push="no")
    desk.do("send", project="24-001")
    desk.do("set-rights", login="accounting@example.com", budget="none", erp="standard", push="no")
    for act in ("export", "reject"):
        with pytest.raises(BadInput, match="permission"):
            desk.do(act, project="24-001")


def test_failure_shows_its_messages(desk: Desk, stranger: Stranger) -> None:
    """To the people at the ERP tool; a closed detail is not closed again."""
    desk.budget(L="100")
    desk.send()
    _, detail = desk.export()
    path = f"{ERP}/erp_request_details/{detail}"
    body = {"request_detail": {"status": "failed", "messages": ["No such phase"]}}
    assert (200, 422) == tuple(stranger.ask("PUT", path, body).status_code for _ in range(2))
    assert "No such phase" in desk.do("requests")
    item = stranger.get(path)["item_id"]
    (listed,) = stranger.get(f"{ERP}/erp_request_details", **{"filters[item_id]": item})
    assert ("failed", ["No such phase"]) == (listed["status"], listed["messages"])


def test_a_detail_in_progress_is_spelt_as_the_site_has_it(desk: Desk, stranger: Stranger) -> None:
    """Its spelling on the wire is not known."""
    desk.budget(L="100")
    desk.send()
    _, detail = desk.export()
    desk.switch("progress_word", "in progress")
    assert "in progress" == stranger.get(f"{ERP}/erp_request_details/{detail}")["status"]


def test_sending_tells_every_reason_at_once(desk: Desk) -> None:
    """Not linked, not locked, a view without its columns, nothing to send."""
    desk.do("unlink", project="24-001")
    desk.do("view-columns", keys="Direct Costs")
    with pytest.raises(BadInput) as caught:
        desk.do("send", project="24-001")
    told = str(caught.value)
    wanted = ("not synced with an ERP job", "not locked", "lacks its required columns", "nothing new to send")
    assert [] == [words for words in wanted if words not in told]


@pytest.mark.parametrize(("name", "told"), [("sub_job_export", "sub jobs"), ("revised_estimates_export", "revised")])
def test_the_connectors_metadata_may_forbid_sending(desk: Desk, stranger: Stranger, name: str, told: str) -> None:
    """Its two switches for budgets."""
    metadata = {"settings": {"entities": {"budgets": {"configs": {name: False}}}}}
    assert 200 == stranger.ask("PUT", f"{ERP}/erp_metadata", metadata).status_code
    desk.do("set-line", project="24-001", code="A1.03-1000.L", amount="1")
    desk.do("add-change", project="24-001", code="03-1000.L", amount="5", status="approved")
    with pytest.raises(BadInput, match=told):
        desk.send()


def test_a_waiting_budget_is_retrieved_and_an_answered_one_is_not(desk: Desk, stranger: Stranger) -> None:
    """While it waits it can't be unlocked."""
    desk.budget(L="100")
    desk.send()
    lock = f"{V1}/projects/{stranger.project}/budget/lock"
    assert 422 == stranger.ask("DELETE", lock).status_code
    desk.do("retrieve", project="24-001")
    assert 200 == stranger.ask("DELETE", lock).status_code
    desk.send()
    desk.export()
    with pytest.raises(BadInput, match="waits for its approver"):
        desk.do("retrieve", project="24-001")


def test_a_deleted_line_is_passed_on(desk: Desk, stranger: Stranger) -> None:
    """As what takes its original back."""
    desk.budget(L="100", M="7")
    desk.send()
    finish(stranger, request_of(stranger, desk.export()[0]))
    desk.do("post-in-erp", project="24-001")
    desk.do("unlock", project="24-001")
    desk.do("delete-line", project="24-001", code="03-1000.M")
    desk.send()
    data = request_of(stranger, desk.export()[0])["request_data"]
    assert ["-7.0"] == [each["value"] for each in data["transactions"]]


def test_modifications_of_a_synced_budget_are_never_deleted(desk: Desk, stranger: Stranger) -> None:
    """A plain unlock, which would, is refused."""
    desk.budget(L="100", M="7")
    desk.do("modify", project="24-001", source="03-1000.L", target="03-1000.M", amount="1")
    desk.send()
    finish(stranger, request_of(stranger, desk.export()[0]))
    desk.do("post-in-erp", project="24-001")
    path = f"{V1}/projects/{stranger.project}/budget/lock"
    assert 422 == stranger.ask("DELETE", path).status_code
    assert 200 == stranger.ask("DELETE", path, destroy_all_budget_line_item_transfers="false").status_code


def test_budgets_are_no_staged_records(stranger: Stranger) -> None:
    """Sub jobs are."""
    updates = [{"item_type": kind, "origin_id": "X", "data": {}} for kind in ("budget", "sub_job")]
    answer = stranger.ask("PATCH", f"{ERP}/erp_staged_records/sync", {"updates": updates}).json()
    assert (["sub_job"], ["budget"]) == tuple(
        [each["item_type"] for each in answer[name]] for name in ("entities", "errors")
    )
    assert ["staged"] == [each["status"] for each in stranger.get(f"{ERP}/erp_staged_records")]
