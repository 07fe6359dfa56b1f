"""Webhooks as hints: whether one is Procore's own, and where it says to look. Nothing else in it is believed."""

from hashlib import sha256

from erp_bridge_core.contract.errors import NotAllowed
from erp_bridge_core.contract.source import Delivery, Hint
from erp_bridge_procore.client import event_of
from erp_bridge_procore.client.webhooks import ERP_REQUESTS
from erp_bridge_procore.connection import ProcoreConnection


def hint(delivery: Delivery, source: ProcoreConnection) -> Hint | None:
    """The request that a webhook is about; None for another resource, or another company's.

    Raises `NotAllowed` for one without our token, `BadInput` for one that can't be read.
    """
    settings = source.settings
    if not settings.webhook_token:
        raise NotAllowed(
            "A webhook came, and this connection takes none.", remedy="Set webhook_token, and the same at Procore."
        )
    event = event_of(delivery.body, delivery.headers, settings.webhook_token)
    if event.resource != ERP_REQUESTS or event.company_id not in {None, settings.company_id}:
        return None
    return Hint(
        # Without an identity of its own an event is the same one when its body is.
        id=event.identity or sha256(delivery.body).hexdigest(),
        request=str(event.resource_id),
        project="" if event.project_id is None else str(event.project_id),
        echo=event.application_id is not None and event.application_id == settings.application_id,
    )
