"""What the ERP connector platform tells: requests with their budget payloads, request details, events."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from attrs import frozen

from erp_bridge_procore.client.told import DetailStatus, Told


@frozen(kw_only=True)
class JobCost:
    """One code of an exported budget, by the ERP's own ids; `amount` is its original as the budget has it now."""

    id: int
    cost_code_origin_id: str
    cost_type_origin_id: str
    line_id: int | None
    job_origin_id: str
    sub_job_origin_id: str
    amount: Decimal


@frozen(kw_only=True)
class Transaction:
    """What the ERP has to take, once: it is told again on every export until it is marked as synced.

    `kind` is Procore's class name, of which only that of originals is known; `procore_id` and `procore_type` name the
    change's line or the modification that it comes from, if it is no original.
    """

    id: int
    job_cost_id: int
    kind: str
    value: Decimal
    code: str
    notes: str
    synced: bool
    procore_type: str
    procore_id: int | None
    origin_id: str

    @property
    def is_original(self) -> bool:
        """Whether it is an original estimate [firm, 4.2]; everything else revises one."""
        return self.kind == "Erp::OriginalEstimateTransaction"


@frozen(kw_only=True)
class BudgetPayload:
    """What `create_budget` and `update_budget` carry. `origin_id` is blank until the budget was exported once."""

    job_origin_id: str
    budget_id: int
    project_id: int
    origin_id: str
    custom_fields: Mapping[str, Any]
    job_costs: tuple[JobCost, ...]
    transactions: tuple[Transaction, ...]


@frozen(kw_only=True)
class ErpRequest:
    """Something that the ERP's side is asked to do; `data` as it came, no `detail_id` where nothing is to be closed.

    `created_at` is blank where Procore does not tell it, as in what is known of a single request.
    """

    id: int
    name: str
    data: Mapping[str, Any]
    detail_id: int | None
    created_at: str = ""


@frozen(kw_only=True)
class RequestDetail:
    """How a request stands, and the messages that people see in the ERP tool."""

    id: int
    item_type: str
    item_id: int | None
    status: Told[DetailStatus]
    messages: tuple[str, ...]


@frozen(kw_only=True)
class SyncAnswer:
    """What came of a sync call that was answered with 200: how many items were done, and Procore's words for the rest.

    `refused` maps an item's place in the call to why; an answer that accounts for fewer items than were sent tells
    so in `unaccounted`.
    """

    done: int
    refused: Mapping[int, str]
    unaccounted: int = 0


@frozen(kw_only=True)
class Event:
    """A webhook's event: which record of which resource. `identity` is the same for every delivery of one event."""

    identity: str
    resource: str
    resource_id: int
    reason: str
    company_id: int | None
    project_id: int | None
    application_id: int | None
