"""`/webhooks`: programs that are told when an item changes state, and what they were told."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Final

import msgspec
from attrs import frozen
from litestar.params import JSONBody, PathParameter, QueryParameter

from erp_bridge_core.web.api.models import Body, made, made_all
from erp_bridge_core.web.api.operations import Operations
from erp_bridge_core.web.given import GivenActor, GivenApplication
from erp_bridge_core.web.idempotency import SHOWN_ONCE
from erp_bridge_core.webhooks.values import NewWebhook, WebhookState

_on = Operations("webhooks")
_Number = Annotated[int, PathParameter(ge=1, le=2**63 - 1, description="Its number.")]
_State = Annotated[WebhookState | None, QueryParameter(name="state", description="Deliveries in this state alone.")]
_Newest = Annotated[int, QueryParameter(ge=1, le=10_000, description="How many, newest first.")]


@frozen(kw_only=True)
class WebhookModel:
    """A webhook in force."""

    id: int
    url: str
    description: str
    created_by: str
    created_at: datetime


@frozen(kw_only=True)
class MadeWebhook:
    """A webhook with its secret, which is answered this once."""

    webhook: WebhookModel
    secret: str


@frozen(kw_only=True)
class DeliveryModel:
    """One change of an item's state, told to one webhook. `status` is that of the last answer."""

    id: int
    webhook: int
    item: int
    event: str
    revision: int
    from_state: str | None
    to_state: str
    moved_at: datetime
    state: str
    tries: int
    due_at: datetime
    sent_at: datetime | None
    status: int | None
    problem: str


@frozen(kw_only=True)
class ToldModel:
    """What one run did, by the numbers of the deliveries."""

    sent: list[int]
    put_off: list[int]
    given_up: list[int]


@frozen(kw_only=True)
class DueAgain:
    """The deliveries that are due again."""

    deliveries: list[int]


class WebhookOrder(Body):
    """A webhook to add: https, to a public address or a host that the operator named."""

    url: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
    description: Annotated[str, msgspec.Meta(max_length=200)] = ""


@_on.read("/webhooks", "The company's webhooks")
def list_webhooks(application: GivenApplication, actor: GivenActor) -> list[WebhookModel]:
    """List the company's webhooks; for administrators."""
    return made_all(WebhookModel, application.webhooks.list(actor))


@_on.act("/webhooks", "Add a webhook", status_code=HTTPStatus.CREATED, opt=SHOWN_ONCE)
def add_webhook(application: GivenApplication, actor: GivenActor, data: JSONBody[WebhookOrder]) -> MadeWebhook:
    """Add a webhook; for administrators who signed in recently. Its secret is answered this once."""
    return _made(application.webhooks.add(actor, data.url, description=data.description))


@_on.act("/webhooks/{number:int}/renew-secret", "Renew a webhook's secret", opt=SHOWN_ONCE)
def renew_webhook_secret(application: GivenApplication, actor: GivenActor, number: _Number) -> MadeWebhook:
    """Give a webhook another secret at once; the old one counts no more."""
    return _made(application.webhooks.renew_secret(actor, number))


@_on.remove("/webhooks/{number:int}", "Remove a webhook")
def remove_webhook(application: GivenApplication, actor: GivenActor, number: _Number) -> None:
    """Tell a webhook nothing any more; what it was told stays visible."""
    application.webhooks.remove(actor, number)


@_on.read("/webhooks/deliveries", "What was told")
def list_webhook_deliveries(
    application: GivenApplication, actor: GivenActor, wanted: _State = None, limit: _Newest = 100
) -> list[DeliveryModel]:
    """List the newest deliveries of the company; for administrators."""
    return made_all(DeliveryModel, application.webhooks.deliveries(actor, state=wanted, limit=limit))


@_on.act("/webhooks/deliveries/retry", "Tell given-up deliveries again")
def retry_webhook_deliveries(application: GivenApplication, actor: GivenActor) -> DueAgain:
    """Make all deliveries that were given up due again; for administrators."""
    return DueAgain(deliveries=list(application.webhooks.retry(actor)))


@_on.act("/webhooks/deliveries/{number:int}/retry", "Tell one given-up delivery again")
def retry_webhook_delivery(application: GivenApplication, actor: GivenActor, number: _Number) -> DueAgain:
    """Make one delivery that was given up due again; for administrators."""
    return DueAgain(deliveries=list(application.webhooks.retry(actor, number)))


@_on.act("/webhooks/send", "Tell what is due")
def send_webhooks(application: GivenApplication, actor: GivenActor) -> ToldModel:
    """Tell what is due to the company's webhooks; what a schedule calls."""
    return made(ToldModel, application.webhooks.send(actor))


def _made(new: NewWebhook) -> MadeWebhook:
    return made(MadeWebhook, new)


HANDLERS: Final = (
    list_webhooks, add_webhook, renew_webhook_secret, remove_webhook, list_webhook_deliveries,
    retry_webhook_deliveries, retry_webhook_delivery, send_webhooks,
)  # fmt: skip
