"""Requests that can't be understood are told all the same, with what is wrong; those that can, are."""

from collections.abc import Callable
from typing import Any

import pytest
from simulator.stranger import Desk
from source.doubles import JOB, LABOR, SIMULATOR, Edits, changed

from erp_bridge_core.contract.errors import ReadFailed
from erp_bridge_core.contract.source import Source, SourceRequest
from erp_bridge_core.contract.source_simulator import SourceMischief
from erp_bridge_procore import plugin
from erp_bridge_procore.settings import ProcoreSettings

Connection = Source[ProcoreSettings]
RequestOf = Callable[..., SourceRequest]


def edited(source: Connection, edit: Callable[[Any], object]) -> SourceRequest:
    """The one request, once the list of requests is edited on its way."""
    source.http.mount("http://", Edits("/erp_requests", lambda rows: [edit(row) for row in rows]))
    (found,) = plugin.read_requests(source)
    return found


def forget_codes(row: Any) -> None:
    """The ERP's ids of codes are others."""
    for cost in row["request_data"]["job_costs"]:
        cost["cost_code_origin_id"] = "other"


def forget_codes_and_lines(row: Any) -> None:
    """And nothing else names them."""
    forget_codes(row)
    for cost in row["request_data"]["job_costs"]:
        cost["budget_line_item_id"] = None


def forget_detail(row: Any) -> None:
    """Nothing says where to answer."""
    row["request_detail_id"] = None


def forget_budget(row: Any) -> None:
    """Nothing says what it is about."""
    row["request_data"] = {}


def forget_changes(row: Any) -> None:
    """A change is none of the project's."""
    for transaction in row["request_data"]["transactions"]:
        transaction["procore_transaction_id"] = transaction["procore_transaction_id"] and 17


def move_job(row: Any) -> None:
    """The request is for another job."""
    row["request_data"]["job_id"] = "24-999"


def test_codes_are_found_by_their_lines_too(source: Connection, request_of: RequestOf) -> None:
    """Where the ERP's ids lead nowhere."""
    request_of(labor="100")
    assert [LABOR] == [each.key for each in edited(source, forget_codes).transactions]


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (forget_codes_and_lines, "job cost [0-9]+, whose code is not found"),
        (forget_detail, "has no detail to be answered"),
        (forget_budget, "request_data|budget"),
        (forget_changes, "comes from BudgetChange::AdjustmentLineItem 17, which is not found"),
        (move_job, "was made for job 24-999, and project 24-001 is linked with 24-001 now"),
    ],
)
def test_what_is_not_understood_is_named(
    source: Connection, desk: Desk, request_of: RequestOf, edit: Callable[[Any], object], words: str
) -> None:
    """The request is there, open, and its transactions say what is wrong."""
    desk.budget(L="100")
    desk.do("add-change", project=JOB, code="03-1000.L", amount="5", status="approved")
    request_of()
    request = edited(source, edit)
    assert request.open
    with pytest.raises(ReadFailed, match=words):
        list(request.transactions)


def test_other_kinds_of_request_are_not_told(source: Connection, request_of: RequestOf) -> None:
    """Jobs, vendors and the like are none of ours."""
    request_of(labor="100")
    source.http.mount("http://", Edits("/erp_requests", lambda rows: rows[0].update(request_name="create_sub_job")))
    assert [] == list(plugin.read_requests(source))


def test_custom_fields_come_as_text(source: Connection, desk: Desk) -> None:
    """Whatever they hold."""
    desk.budget(L="100")
    desk.send()
    desk.do("export", project=JOB, fields='{"revision_date": "2026-04-08", "several": [1, 2], "none": null}')
    (request,) = plugin.read_requests(source)
    assert {"revision_date": "2026-04-08", "several": "[1, 2]"} == dict(request.custom_fields)
    assert request.asked_at is not None


def test_a_job_may_be_known_by_its_number(source: Connection, home: Any, request_of: RequestOf) -> None:
    """Where the settings say so, a project needs no link."""
    request_of(labor="100")
    SIMULATOR.mischief()[SourceMischief.UNLINKS_PROJECT](home, JOB)
    (request,) = plugin.read_requests(changed(source, job_from="number"))
    assert JOB == request.job
