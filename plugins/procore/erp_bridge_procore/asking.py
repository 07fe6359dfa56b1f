"""What people at Procore ask to have exported: its ERP requests about budgets, with their transactions."""

import json
from collections import deque
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from attrs import define, evolve, field, frozen

from erp_bridge_core.contract import LineKey, Part, Stream
from erp_bridge_core.contract.errors import ErpBridgeError, ReadFailed
from erp_bridge_core.contract.source import RequestKind, SourceRequest, SourceTransaction
from erp_bridge_procore.client import ProcoreClient, payload_of
from erp_bridge_procore.client.erp_values import BudgetPayload, ErpRequest, JobCost, RequestDetail, Transaction
from erp_bridge_procore.client.told import DetailStatus
from erp_bridge_procore.connection import ProcoreConnection, connect, streamed
from erp_bridge_procore.settings import ProcoreSettings
from erp_bridge_procore.shelf import ProjectBook, Shelf

KINDS: Final[Mapping[str, RequestKind]] = {"create_budget": RequestKind.CREATE, "update_budget": RequestKind.UPDATE}
CLOSED: Final = frozenset({DetailStatus.SUCCESS, DetailStatus.FAILED, DetailStatus.STALE})
#: Of the requests that are closed, so many of the newest are told: the list holds them for ever.
CLOSED_LATELY: Final = 200
_AGAIN: Final = "It is read again at the next poll; look at the request in Procore's ERP Integrations tool."


def read_requests(source: ProcoreConnection) -> Iterator[SourceRequest]:
    """Every open request about a budget, then those closed lately; each oldest first."""
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
    """One request after the other: of those that are closed nothing large is kept."""
    shelf = Shelf(client, source.settings)
    closed: deque[SourceRequest] = deque(maxlen=CLOSED_LATELY)
    for request in client.erp.requests():
        if request.name in KINDS:
            reader = _Reader(source, shelf, request)
            if reader.is_open:
                yield reader.as_told()
            else:
                closed.append(reader.as_closed())
    yield from closed


@define
class _Reader:
    """Makes what the product knows of one request and its detail."""

    source: ProcoreConnection
    shelf: Shelf
    request: ErpRequest
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
        if self.request.detail_id is None:
            raise ReadFailed(f"Procore's request {self.request.id} has no detail to be answered.", remedy=_AGAIN)
        return self.shelf.detail(self.request.detail_id)

    def as_told(self) -> SourceRequest:
        """The request; its transactions are read when they are iterated."""
        payload = self.payload
        return SourceRequest(
            id=str(self.request.id),
            kind=KINDS[self.request.name],
            project="" if payload is None else str(payload.project_id),
            job=self._job(),
            transactions=Stream(lambda: streamed(self.source, self.transactions())),
            asked_at=_moment(self.request.created_at),
            custom_fields={} if payload is None else dict(_texts(payload.custom_fields)),
            open=self.is_open,
        )

    def as_closed(self) -> SourceRequest:
        """The same of a request that is closed: its transactions are read anew if anybody wants them."""
        source, shelf, number = self.source, self.shelf, self.request.id

        def again() -> Iterator[SourceTransaction]:
            yield from _Reader(source, shelf, shelf.client.erp.request(number)).transactions()

        return evolve(self.as_told(), transactions=Stream(lambda: streamed(source, again())))

    def _job(self) -> str:
        """The job that the project is linked with; that of a request that is closed is the one it was made for."""
        if self.payload is None:
            return ""
        if self.source.settings.job_from == "origin_id" and not self.is_open:
            return self.payload.job_origin_id
        try:
            return self.shelf.book(self.payload.project_id).job
        except ErpBridgeError as error:
            self.wrong = self.wrong or error
            return ""

    def transactions(self) -> Iterator[SourceTransaction]:
        """What the request asks for; raises `ReadFailed` with what can't be understood of it."""
        if self.wrong is not None:
            raise self.wrong
        assert self.payload is not None
        book = self.shelf.book(self.payload.project_id)
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

    def _check_link(self, book: ProjectBook) -> None:
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
    def of(cls, book: ProjectBook, costs: Mapping[int, JobCost], transaction: Transaction) -> "_Resolved":
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
