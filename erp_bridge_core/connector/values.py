"""Requests as values: what a source's users asked for, how it stands here, and what stands in its way."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from attrs import Factory, frozen

from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.contract.budget import LineKey, Part
from erp_bridge_core.contract.errors import ErpBridgeError, Fault


class RequestState(StrEnum):
    """Where a request stands here, from a closed set."""

    RECEIVED = "received"
    """Known, and no item yet: its reasons say why."""
    ITEM = "item"
    """An item carries it: that item's state says how far it is."""
    CLOSED = "closed"
    """Somebody closed it at the source before it was at its end here."""
    ANSWERED = "answered"
    """It is at its end: arrived, or given back."""


class FoundBy(StrEnum):
    """How a request was first heard of."""

    HINT = "hint"
    POLL = "poll"


@frozen(kw_only=True)
class RequestView:
    """A request as it stands.

    `number` is ours, `request` the source's id. `project` is our project that is linked with the source's, None where
    none is. `transactions` counts what it asks for. `reasons` say why it is no item yet, or why a person has to accept
    its item; `for_person`: they stay until somebody does something. `open` is what the source said last.
    """

    number: int
    company_id: int
    connection_id: int
    connection: str
    request: str
    kind: str
    state: RequestState
    source_project: str
    job: str
    asked_by: str
    asked_at: datetime | None
    custom_fields: Mapping[str, str]
    open: bool
    found_by: FoundBy
    first_seen_at: datetime
    seen_at: datetime
    closed_at: datetime | None
    project_id: int | None
    project: str | None
    item: int | None
    item_state: ItemState | None
    transactions: int
    reasons: tuple[Fault, ...]
    for_person: bool
    tried_at: datetime | None
    done_at: datetime | None
    hands_off: bool

    @property
    def waits_for_person(self) -> bool:
        """Whether nothing happens until somebody decides something."""
        if self.state is RequestState.CLOSED:
            return self.item is not None
        return self.state is RequestState.RECEIVED and self.for_person

    @property
    def is_unlinked(self) -> bool:
        """Whether it waits for a link of the source's project with one of ours."""
        return self.state is RequestState.RECEIVED and self.project_id is None


@frozen(kw_only=True)
class TransactionView:
    """One thing that a request asks for: how much a key of ours moves by, and what became of it.

    `arrived`: True once all of it was read back from the ERP, False where it is free to be sent (again), None while it
    is on its way or nobody can tell.
    """

    id: str
    key: LineKey
    part: Part
    amount: Decimal
    change: str
    change_number: str
    item: int
    arrived: bool | None


@frozen(kw_only=True)
class Difference:
    """A key of one part of which a send would hold something else than the request asks for."""

    key: LineKey
    part: Part
    asked: Decimal
    held: Decimal


@frozen(kw_only=True)
class SourcePoll:
    """How the last look at one source for requests ended; `problem` is what kept it from being read."""

    connection: str
    begun_at: datetime | None = None
    ended_at: datetime | None = None
    due_at: datetime | None = None
    problem: Mapping[str, Any] | None = None


@frozen(kw_only=True)
class Polled:
    """What one look at a source did: requests seen, new ones, closed ones, and the items that were made.

    `error` is what kept the source from being read; then nothing is concluded from it.
    """

    connection: str
    seen: int = 0
    new: int = 0
    closed: int = 0
    items: tuple[int, ...] = ()
    error: ErpBridgeError | None = None


@frozen(kw_only=True)
class RequestList:
    """Some requests, how many there are in all and of each state, and how their sources were last read."""

    rows: tuple[RequestView, ...]
    total: int
    counts: Mapping[str, int] = Factory(dict)
    polls: tuple[SourcePoll, ...] = ()
