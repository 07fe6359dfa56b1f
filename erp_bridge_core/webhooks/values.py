"""Webhooks and their deliveries as values."""

from datetime import datetime
from enum import StrEnum

from attrs import field, frozen


class WebhookState(StrEnum):
    """Where one delivery stands."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    GIVEN_UP = "given_up"


@frozen(kw_only=True)
class Webhook:
    """A program that is told. Its secret is not kept: it is made of a key of this host's and of the webhook's salt."""

    id: int
    url: str
    description: str
    active: bool
    created_by: str
    created_at: datetime


@frozen(kw_only=True)
class NewWebhook:
    """A webhook with its secret, which is shown this once."""

    webhook: Webhook
    secret: str = field(repr=False)


@frozen(kw_only=True)
class WebhookDelivery:
    """One change of an item's state, told to one webhook. `status` is that of the last answer, `problem` why it was
    not taken so far. `event` stays the same over all tries.
    """

    id: int
    webhook: int
    item: int
    event: str
    revision: int
    from_state: str | None
    to_state: str
    moved_at: datetime
    state: WebhookState
    tries: int
    due_at: datetime
    sent_at: datetime | None
    status: int | None
    problem: str


@frozen(kw_only=True)
class Told:
    """What one run did, by the numbers of the deliveries."""

    sent: tuple[int, ...]
    put_off: tuple[int, ...]
    given_up: tuple[int, ...]
