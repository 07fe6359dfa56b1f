"""Webhooks: asking Procore to tell of new requests, and reading what it tells.

Firm [4.4]: an event names a record and never carries it; it may come twice, late, out of order, or not at all. The
receiver knows Procore by a header whose value it chose itself. Payloads differ by version: v4 has text ids, and calls
`event_type` `reason`.
"""

import hmac
from collections.abc import Iterator, Mapping
from typing import Final

from attrs import frozen

from erp_bridge_core.contract import Secret
from erp_bridge_core.contract.errors import BadInput, ErpBridgeError, NotAllowed
from erp_bridge_procore.client.erp_values import Event
from erp_bridge_procore.client.pages import v1_rows
from erp_bridge_procore.client.records import Record
from erp_bridge_procore.client.transport import Transport
from erp_bridge_procore.client.wire import decode

#: What a connector subscribes to [firm, 4.1].
ERP_REQUESTS: Final = "ERP Requests"
_HOOKS: Final = "/rest/v1.0/webhooks/hooks"
_VERSION: Final = "v4"


@frozen
class Webhooks:
    """The hooks of one company."""

    transport: Transport

    def hooks(self, namespace: str) -> Iterator[tuple[int, str]]:
        """The hooks of a namespace: number and address."""
        params = {"company_id": self.transport.company_id}
        for record in v1_rows(self.transport, _HOOKS, "hook", params=params):
            if record.text("namespace") == namespace:
                yield record.number("id"), record.text("destination_url")

    def subscribe(self, namespace: str, url: str, token: Secret) -> int:
        """Have new ERP requests told to `url`, with `token` as its bearer; the hook's number.

        Two writes, hook and trigger: one that failed in between leaves a hook that tells nothing, seen in `hooks`.
        """
        scope = {"company_id": self.transport.company_id}
        hook = {
            "api_version": _VERSION,
            "namespace": namespace,
            "destination_url": url,
            "destination_headers": {"Authorization": f"Bearer {token.reveal()}"},
        }
        answer = self.transport.write("POST", _HOOKS, {**scope, "hook": hook})
        number = Record.of("hook", answer.document).number("id")
        trigger = {"resource_name": ERP_REQUESTS, "event_type": "create"}
        body = {**scope, "api_version": _VERSION, "trigger": trigger}
        self.transport.write("POST", f"{_HOOKS}/{number}/triggers", body)
        return number

    def unsubscribe(self, hook: int) -> None:
        """End a hook."""
        self.transport.write("DELETE", f"{_HOOKS}/{hook}", params={"company_id": self.transport.company_id})


def event_of(body: bytes, headers: Mapping[str, str], token: Secret) -> Event:
    """Read a delivery. Raises `NotAllowed` without the token, before anything is read, `BadInput` for no event."""
    given = next((value for name, value in headers.items() if name.lower() == "authorization"), "")
    if not hmac.compare_digest(given.encode(), f"Bearer {token.reveal()}".encode()):
        raise NotAllowed(
            "A webhook came without our token.", remedy="Nothing was done; whoever sent it is not Procore."
        )
    try:
        return _event(Record.of("event", decode(body)))
    except (ValueError, ErpBridgeError) as error:
        raise BadInput(
            f"A webhook holds no event: {error}", remedy="The reconciling poll finds what it told."
        ) from error


def _event(record: Record) -> Event:
    metadata = record.fields.get("metadata")
    source = Record("event", metadata if isinstance(metadata, dict) else {})
    return Event(
        identity=record.text("ulid") or record.text("id"),
        resource=record.text("resource_name") or record.text("resource_type"),
        resource_id=record.number("resource_id"),
        reason=record.text("event_type") or record.text("reason"),
        company_id=record.maybe_number("company_id"),
        project_id=record.maybe_number("project_id"),
        application_id=source.maybe_number("source_application_id"),
    )
