"""What people at Procore ask to have exported: its ERP requests about budgets, with their transactions."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any, Final

from attrs import define, field, frozen

from erp_bridge_core.contract import LineKey, Part, Stream
from erp_bridge_core.contract.errors import ErpBridgeError, ReadFailed
from erp_bridge_core.contract.source import RequestKind, SourceRequest, SourceTransaction
from erp_bridge_procore.changes import id_of_change, id_of_modification
from erp_bridge_procore.client import ProcoreClient, payload_of
from erp_bridge_procore.client.erp_values import BudgetPayload, ErpRequest, JobCost, RequestDetail, Transaction
from erp_bridge_procore.client.told import DetailStatus
from erp_bridge_procore.client.values import Project
from erp_bridge_procore.codebook import Codebook
from erp_bridge_procore.connection import ProcoreConnection, connect, streamed
from erp_bridge_procore.reading import as_project, choose_view
from erp_bridge_procore.settings import ProcoreSettings

KINDS: Final[Mapping[str, RequestKind]] = {"create_budget": RequestKind.CREATE, "update_budget": RequestKind.UPDATE}
CLOSED: Final = frozenset({DetailStatus.SUCCESS, DetailStatus.FAILED, DetailStatus.STALE})
#: Of the requests that are closed, so many of the newest are told: the list holds them for ever.
CLOSED_LATELY: Final = 200
_AGAIN: Final = "It is read again at the next poll; look at the request in Procore's ERP Integrations tool."


def read_requests(source: ProcoreConnection) -> Iterator[SourceRequest]:
    """Every open request about a budget, and those closed lately, oldest first."""
    client = connect(source)
    yield from streamed(source, _requests(client, source))


def is_open(detail: RequestDetail, settings: ProcoreSettings) -> bool:
    """Whether a request waits for an answer; raises `ReadFailed` for a status that nobody here knows."""
    status = detail.status
    if status.known is DetailStatus.IN_PROGRESS or status.text == settings.progress_word:
        return True
    if status.known in CLOSED:
        return False
    raise ReadFailed(
        f"Request detail {detail.id} stands at {status.text!r}, which nobody here knows: it may be open or closed.",
        remedy="If it means in progress, set progress_word to it; else use a newer version of this plugin.",
    )


def _requests(client: ProcoreClient, source: ProcoreConnection) -> Iterator[SourceRequest]:
    asked = [each for each in client.erp.requests() if each.name in KINDS]
    details = {detail.id: detail for detail in client.erp.details()} if asked else {}
    books: dict[int, _ProjectBook] = {}
    for place, request in enumerate(asked):
        reader = _Reader(source, client, request, details.get(request.detail_id or 0), books)
        if reader.is_open or place >= len(asked) - CLOSED_LATELY:
            yield reader.as_told()


@define(slots=False)
class _ProjectBook:
    """What is read of a project once, for all of its requests."""

    client: ProcoreClient
    settings: ProcoreSettings
    project_id: int

    @cached_property
    def project(self) -> Project:
        """The project as it is now."""
        return self.client.codes.project(self.project_id)

    @property
    def job(self) -> str:
        """The ERP's job that it is linked with now, blank for none."""
        return as_project(self.project, self.settings).job

    @cached_property
    def codes(self) -> Codebook:
        """Its codes."""
        return Codebook(self.client, self.project_id)

    @cached_property
    def by_line(self) -> Mapping[int, LineKey]:
        """The keys of its budget lines, for job costs whose ERP ids are not found."""
        view = choose_view(self.client, self.project_id, self.settings.view)
        rows = self.client.budgets.rows(self.project_id, view)
        return {row.line_id: self.codes.of_row(row) for row in rows if row.line_id is not None}

    @cached_property
    def changes(self) -> Mapping[int, int]:
        """The change of each adjustment line."""
        return {line.id: change for change, line in self.client.changes.lines(self.project_id)}

    @cached_property
    def modifications(self) -> frozenset[int]:
        """The numbers of its budget modifications."""
        return frozenset(each.id for each in self.client.budgets.modifications(self.project_id))

    def key(self, cost: JobCost) -> LineKey | None:
        """The key of a job cost by the ERP's ids, else by its budget line."""
        found = self.codes.of_job_cost(cost)
        if found is None and cost.line_id is not None:
            found = self.by_line.get(cost.line_id)
        return found

    def change(self, transaction: Transaction) -> str | None:
        """The id of the change that a transaction comes from; None where that can't be told.

        The class names are not known: one that says what it is decides; else the number, if it is only one's.
        """
        number, kind = transaction.procore_id, transaction.procore_type.lower()
        if number is None:
            return None
        changes = [] if "transfer" in kind or "modification" in kind else [self.changes.get(number)]
        found = [id_of_change(change) for change in changes if change is not None]
        if "change" not in kind and "adjustment" not in kind and number in self.modifications:
            found.append(id_of_modification(number))
        return found[0] if len(found) == 1 else None


@define
class _Reader:
    """Makes what the product knows of one request and its detail."""

    source: ProcoreConnection
    client: ProcoreClient
    request: ErpRequest
    detail: RequestDetail | None
    books: dict[int, _ProjectBook]
    payload: BudgetPayload | None = field(init=False, default=None)
    wrong: ErpBridgeError | None = field(init=False, default=None)
    is_open: bool = field(init=False, default=True)

    def __attrs_post_init__(self) -> None:
        """Read what can be read without asking; what is wrong is kept for whoever wants the transactions."""
        try:
            self.payload = payload_of(self.request)
            self.is_open = is_open(self._detail(), self.source.settings)
        except ReadFailed as error:
            self.wrong = error

    def _detail(self) -> RequestDetail:
        if self.detail is None:
            raise ReadFailed(f"Procore's request {self.request.id} has no detail to be answered.", remedy=_AGAIN)
        return self.detail

    def as_told(self) -> SourceRequest:
        """The request; its transactions are read when they are iterated."""
        payload = self.payload
        return SourceRequest(
            id=str(self.request.id),
            kind=KINDS[self.request.name],
            project="" if payload is None else str(payload.project_id),
            job=self._job(),
            transactions=Stream(lambda: streamed(self.source, self._transactions())),
            asked_at=_moment(self.request.created_at),
            custom_fields={} if payload is None else dict(_texts(payload.custom_fields)),
            open=self.is_open,
        )

    def _job(self) -> str:
        """The job that the project is linked with; that of a request that is closed is the one it was made for."""
        if self.payload is None:
            return ""
        if self.source.settings.job_from == "origin_id" and not self.is_open:
            return self.payload.job_origin_id
        try:
            return self._book(self.payload).job
        except ErpBridgeError as error:
            self.wrong = self.wrong or error
            return ""

    def _book(self, payload: BudgetPayload) -> _ProjectBook:
        number = payload.project_id
        if number not in self.books:
            self.books[number] = _ProjectBook(self.client, self.source.settings, number)
        return self.books[number]

    def _transactions(self) -> Iterator[SourceTransaction]:
        if self.wrong is not None:
            raise self.wrong
        assert self.payload is not None
        book = self._book(self.payload)
        self._check_link(book)
        costs = {cost.id: cost for cost in self.payload.job_costs}
        resolved = [_Resolved.of(book, costs, each) for each in self.payload.transactions if not each.synced]
        unclear = [each.unclear for each in resolved if each.unclear]
        if unclear:
            more = f" and {len(unclear) - 5} more" if len(unclear) > 5 else ""  # noqa: PLR2004 - enough to begin with
            raise ReadFailed(
                f"Request {self.request.id} asks for what can't be told apart here: {'; '.join(unclear[:5])}{more}.",
                remedy="Look at these codes and changes in Procore; the request is read again at the next poll.",
                details={"transactions": unclear},
            )
        yield from (each.as_told() for each in resolved)

    def _check_link(self, book: _ProjectBook) -> None:
        now, asked = book.project.origin_id, self.payload.job_origin_id if self.payload else ""
        if now and asked and now != asked:
            raise ReadFailed(
                f"Request {self.request.id} was made for job {asked}, and project {book.project.number} is linked with "
                f"{now} now.",
                remedy="Have the request closed in Procore's ERP Integrations tool, and the budget sent again.",
            )


@frozen(kw_only=True)
class _Resolved:
    """A transaction with its key and change, or what of them can't be told."""

    transaction: Transaction
    key: LineKey | None
    change: str | None

    @classmethod
    def of(cls, book: _ProjectBook, costs: Mapping[int, JobCost], transaction: Transaction) -> "_Resolved":
        """Find out what a transaction is about."""
        cost = costs.get(transaction.job_cost_id)
        return cls(
            transaction=transaction,
            key=None if cost is None else book.key(cost),
            change="" if transaction.is_original else book.change(transaction),
        )

    @property
    def unclear(self) -> str:
        """What can't be told, blank for nothing."""
        told = self.transaction
        if self.key is None:
            return f"transaction {told.id} of {told.value} is on job cost {told.job_cost_id}, whose code is not found"
        if self.change is None:
            source = f"{told.procore_type or 'something'} {told.procore_id or ''}".strip()
            return f"transaction {told.id} of {told.value} on {self.key} comes from {source}, which is not found"
        return ""

    def as_told(self) -> SourceTransaction:
        """The transaction as the product knows it."""
        assert self.key is not None
        assert self.change is not None
        told = self.transaction
        return SourceTransaction(
            id=str(told.id),
            key=self.key,
            part=Part.ORIGINAL if told.is_original else Part.CHANGE,
            amount=told.value,
            change=self.change,
            notes=told.notes,
        )


def _moment(text: str) -> datetime | None:
    """A time as Procore writes it; None where it tells none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def _texts(fields: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Custom fields as text; one that holds more is told as JSON, one that holds nothing not at all."""
    for name, value in fields.items():
        if value is not None:
            yield name, value if isinstance(value, str) else json.dumps(value, default=str)
