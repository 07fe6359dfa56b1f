"""The ERP connector platform: requests and their details, origin ids, transactions, job costs, metadata.

Firm [4.1] are the duties of an integrator, in this order: tell origin ids, mark transactions as synced, close the
request detail. Where the address of a call is assumed, its method says so.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from attrs import frozen

from erp_bridge_core.contract.errors import Doubtful, ReadFailed
from erp_bridge_procore.client.erp_values import (
    BudgetPayload,
    ErpRequest,
    JobCost,
    RequestDetail,
    SyncAnswer,
    Transaction,
)
from erp_bridge_procore.client.errors import SyncRefused
from erp_bridge_procore.client.pages import v1_rows
from erp_bridge_procore.client.records import Record
from erp_bridge_procore.client.refusals import words_in
from erp_bridge_procore.client.told import DetailStatus, Told
from erp_bridge_procore.client.transport import Transport

#: A sync call takes so many items at most [firm, 3.1].
SYNC_MOST: Final = 1000
_V1: Final = "/rest/v1.0"
#: Requests a page: each carries a whole budget.
_PAYLOADS: Final = 50


@frozen
class ErpTool:
    """The connector's side of one company's ERP Integrations tool."""

    transport: Transport

    # -- reading ------------------------------------------------------------------------------------------------------

    def requests(self) -> Iterator[ErpRequest]:
        """All requests, for a poll that finds what no webhook told; that there is a list is known, its form assumed."""
        path = self._path("erp_requests")
        for record in v1_rows(self.transport, path, "ERP request", size=_PAYLOADS):
            yield _request(record)

    def request(self, request_id: int) -> ErpRequest:
        """One request, which is what a webhook names; the address is assumed."""
        answer = self.transport.get(self._path(f"erp_requests/{request_id}"))
        return _request(Record.of("ERP request", answer.document))

    def details(self, *, item_id: int | None = None) -> Iterator[RequestDetail]:
        """Request details, all or those of one item, by a filter that is in use."""
        params = {} if item_id is None else {"filters[item_id]": item_id}
        for record in v1_rows(self.transport, self._path("erp_request_details"), "request detail", params=params):
            yield _detail(record)

    def detail(self, detail_id: int) -> RequestDetail:
        """One request detail, to see whether it was closed elsewhere; the address is that of closing it."""
        answer = self.transport.get(self._path(f"erp_request_details/{detail_id}"))
        return _detail(Record.of("request detail", answer.document))

    def origins(self, item_type: str) -> Iterator[tuple[int, str]]:
        """What Procore holds as synced: its records of a type with the ERP's ids; the form of the list is assumed."""
        path, params = self._path("external_data"), {"item_type": item_type}
        for record in v1_rows(self.transport, path, "external data record", params=params):
            yield record.number("item_id"), record.text("origin_id")

    def transactions(self, project_id: int) -> Iterator[Transaction]:
        """All transactions of a project, synced ones too; that they can be listed is assumed, and so is the address."""
        params = {"project_id": project_id}
        for record in v1_rows(self.transport, f"{_V1}/erp_transactions", "transaction", params=params):
            yield _transaction(record)

    def job_costs(self, project_id: int) -> Iterator[tuple[int, tuple[Decimal | None, Decimal | None]]]:
        """What Procore was told of each job cost: original estimate and approved changes; the address is assumed."""
        params = {"project_id": project_id}
        for record in v1_rows(self.transport, f"{_V1}/erp_job_costs", "job cost", params=params):
            names = ("original_estimate", "approved_estimate_changes")
            original, changed = (record.maybe_amount(name) for name in names)
            yield record.number("id"), (original, changed)

    # -- an integrator's duties, in this order; each says how things are, so that after a doubt it may be said again --

    def tell_origins(self, item_type: str, origins: Mapping[int, str]) -> SyncAnswer:
        """Tell the ERP's ids of records, by Procore's [firm, 4.1]: that marks them as synced and locks them."""
        updates = [
            {"item_type": item_type, "item_id": number, "origin_id": origin} for number, origin in origins.items()
        ]
        return self._sync(self._path("external_data/sync"), {}, updates, identity="item_id")

    def mark_synced(self, project_id: int, origins: Mapping[int, str]) -> SyncAnswer:
        """Mark transactions as synced, each with the ERP's id of it [firm, 4.1]. None is told again afterwards."""
        updates = [{"id": number, "origin_id": origin, "synced": True} for number, origin in origins.items()]
        return self._sync(f"{_V1}/erp_transactions/sync", {"project_id": project_id}, updates, identity="id")

    def close_detail(self, detail_id: int, status: DetailStatus | str, messages: Sequence[str] = ()) -> RequestDetail:
        """Say what became of a request [firm, 4.1]; the messages are shown to people. Raises `ErpRefused`.

        A status may be given as a word of one's own, since not all of Procore's spellings are known.
        """
        body = {"request_detail": {"status": str(status), "messages": list(messages)}}
        answer = self.transport.write("PUT", self._path(f"erp_request_details/{detail_id}"), body)
        return _detail(Record.of("request detail", answer.document))

    def send_job_costs(self, project_id: int, estimates: Mapping[int, tuple[Decimal, Decimal]]) -> SyncAnswer:
        """Tell what the ERP shows per job cost: original estimate and approved changes [firm columns, 2D].

        Amounts go as text. The address is assumed.
        """
        updates = [
            {
                "id": number,
                "original_estimate": f"{original:f}",
                "approved_estimate_changes": f"{changed:f}",
                "estimate": f"{original + changed:f}",
            }
            for number, (original, changed) in estimates.items()
        ]
        return self._sync(f"{_V1}/erp_job_costs/sync", {"project_id": project_id}, updates, identity="id")

    def declare(self, metadata: Mapping[str, Any]) -> None:
        """Declare the connector's metadata [firm shape, 4.5; the address is assumed]."""
        self.transport.write("PUT", self._path("erp_metadata"), metadata)

    def _sync(
        self, path: str, scope: Mapping[str, Any], updates: Sequence[Mapping[str, Any]], *, identity: str
    ) -> SyncAnswer:
        """One sync call for at most a thousand items: a 200 may refuse some of them [firm, 3.1]."""
        if len(updates) > SYNC_MOST:
            raise ValueError(f"a sync call takes at most {SYNC_MOST} items")
        answer = self.transport.write("PATCH", path, {**scope, "updates": list(updates)})
        return _sync_answer(answer.document, [update[identity] for update in updates], identity)

    def _path(self, rest: str) -> str:
        return f"{_V1}/companies/{self.transport.company_id}/{rest}"


def require_all(answer: SyncAnswer, what: str) -> None:
    """Raise `SyncRefused` with every refusal, or `Doubtful` where the answer leaves items out, unless all were done."""
    if answer.refused:
        raise SyncRefused(what, answer.refused, asked=answer.done + len(answer.refused) + answer.unaccounted)
    if answer.unaccounted:
        raise Doubtful(
            f"Procore's answer leaves out {answer.unaccounted} of the {what}.", remedy="Read which of them are synced."
        )


def payload_of(request: ErpRequest) -> BudgetPayload:
    """The budget that a `create_budget` or `update_budget` request carries [firm, 4.2]."""
    data = Record(f"request {request.name}", request.data)
    budget = data.inner("budget")
    fields = budget.fields.get("custom_fields")
    return BudgetPayload(
        job_origin_id=data.text("job_id"),
        budget_id=budget.number("id"),
        project_id=budget.number("project_id"),
        origin_id=budget.text("origin_id"),
        custom_fields=fields if isinstance(fields, dict) else {},
        job_costs=tuple(_job_cost(each) for each in data.many("job_costs")),
        transactions=tuple(_transaction(each) for each in data.many("transactions")),
    )


def _sync_answer(document: Any, sent: Sequence[Any], identity: str) -> SyncAnswer:
    if not isinstance(document, dict) or not isinstance(document.get("entities"), list):
        raise Doubtful("Procore's answer to a sync call has no entities.", remedy="Read what is there first.")
    errors = document.get("errors") or []
    places = {str(value): place for place, value in enumerate(sent)}
    refused = {}
    for error in errors:
        if not isinstance(error, dict) or str(error.get(identity)) not in places:
            raise Doubtful("Procore refused something that was not sent.", remedy="Read what is there first.")
        refused[places[str(error[identity])]] = words_in(error.get("errors")) or "refused without words"
    done = {str(entity.get(identity)) for entity in document["entities"] if isinstance(entity, dict)} & set(places)
    return SyncAnswer(done=len(done), refused=refused, unaccounted=len(sent) - len(done) - len(refused))


def _request(record: Record) -> ErpRequest:
    data = record.fields.get("request_data")
    if not isinstance(data, dict):
        # Some kinds of request carry a list; none of them is about a budget.
        data = {"items": data} if isinstance(data, list) else None
    if data is None:
        raise ReadFailed(f"Procore's request {record.number('id')} has no data.", remedy="Read it again.")
    detail = record.maybe_number("request_detail_id")
    if detail is None:
        detail = Record("request data", data).maybe_number("request_detail_id")
    return ErpRequest(
        id=record.number("id"),
        name=record.text("request_name"),
        data=data,
        detail_id=detail,
        created_at=record.text("created_at"),
    )


def _detail(record: Record) -> RequestDetail:
    messages = record.fields.get("messages")
    return RequestDetail(
        id=record.number("id"),
        item_type=record.text("item_type"),
        item_id=record.maybe_number("item_id"),
        status=Told.of(DetailStatus, record.text("status")),
        messages=tuple(map(str, messages)) if isinstance(messages, list) else (),
    )


def _job_cost(record: Record) -> JobCost:
    return JobCost(
        id=record.number("id"),
        cost_code_origin_id=record.text("cost_code_origin_id"),
        cost_type_origin_id=record.text("line_item_type_origin_id"),
        line_id=record.maybe_number("budget_line_item_id"),
        job_origin_id=record.text("job_origin_id"),
        sub_job_origin_id=record.text("sub_job_origin_id"),
        amount=record.amount("new_amount"),
    )


def _transaction(record: Record) -> Transaction:
    return Transaction(
        id=record.number("id"),
        job_cost_id=record.number("job_cost_id"),
        kind=record.text("type"),
        value=record.amount("value"),
        code=record.text("code"),
        notes=record.text("notes"),
        synced=record.flag("synced"),
        procore_type=record.text("procore_transaction_type"),
        procore_id=record.maybe_number("procore_transaction_id"),
        origin_id=record.text("origin_id"),
    )
