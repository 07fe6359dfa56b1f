"""Webhooks as a service: added, removed, told what is due, shown what became of it."""

import json
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from secrets import token_hex
from typing import Any, Final

from attrs import define, field
from sqlalchemy import Connection, Row, func, insert, select, update

from erp_bridge_core.approvals.items import load_item
from erp_bridge_core.audit.freezing import require_thawed
from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.configuration.configuration import Configuration
from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.contract.errors import BadInput, Fault, NotFound, NotPossibleNow
from erp_bridge_core.contract.money import plain
from erp_bridge_core.following import doing, going_on
from erp_bridge_core.people.access import require_administrator, require_tending
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.rights import rights_of
from erp_bridge_core.people.rules import may_administer, require
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.numbers import row_number
from erp_bridge_core.store.tables import people, webhooks
from erp_bridge_core.webhooks.addresses import is_listed, url_faults
from erp_bridge_core.webhooks.deliveries import (
    Claim,
    claim_next,
    list_deliveries,
    load_delivery,
    mark_sent,
    not_taken,
    put_back,
)
from erp_bridge_core.webhooks.posting import NotTold, Post, post
from erp_bridge_core.webhooks.signing import secret_of, signed_headers
from erp_bridge_core.webhooks.values import NewWebhook, Told, Webhook, WebhookDelivery, WebhookState
from erp_bridge_core.wire.addresses import is_loopback_name, target_of

MOST: Final = 20
MOST_SHOWN: Final = 10_000
LONGEST_DESCRIPTION: Final = 200


@define
class Webhooks:
    """A company's webhooks, its administrators' business. Sending what is due is for standard on ERP Integrations and
    a schedule's token. `send_one` sends one request.
    """

    store: Store
    audit: AuditTrail
    clock: Clock
    home: Path
    key: bytes = field(repr=False)
    demo: bool
    send_one: Callable[[Post], int] = field(default=post, kw_only=True)

    def add(self, actor: Actor, url: str, *, description: str = "") -> NewWebhook:
        """Add a webhook: from now on it is told of every change of an item's state. Its secret is shown this once."""
        faults = url_faults(url, allowed=self._allowed(), demo=self.demo)
        if len(description) > LONGEST_DESCRIPTION or not (description.isprintable()):
            faults.append(Fault("description", "is too long, or holds what can't be seen", value=description[:100]))
        with self.store.begin() as connection:
            require_administrator(connection, actor, self.clock.now())
            if _count(connection, actor.company_id) >= MOST:
                faults.append(Fault("url", f"is one too many: a company has {MOST} webhooks at most"))
            if faults:
                raise BadInput("The webhook can't be added.", remedy="Correct what is named.", faults=faults)
            values = {"company_id": actor.company_id, "url": url, "description": description, "salt": token_hex(32)}
            by = {"created_by": actor.person_id, "created_at": self.clock.now()}
            added = insert(webhooks).values(**values, **by).returning(webhooks.c.id)
            row = _load(connection, actor.company_id, int(connection.execute(added).scalar_one()))
            self.audit.record(connection, actor, "webhook.add", "webhook", row.id, details={"url": url})
        return NewWebhook(webhook=_webhook(row), secret=self._secret(row))

    def list(self, actor: Actor) -> tuple[Webhook, ...]:
        """The company's webhooks that are in force."""
        with self.store.read() as connection:
            _require_may_see(connection, actor)
            return tuple(_webhook(row) for row in connection.execute(_select(actor.company_id)))

    def renew_secret(self, actor: Actor, webhook_id: int) -> NewWebhook:
        """Give a webhook another secret at once, as when the old one was seen; the old one counts no more."""
        with self.store.begin() as connection:
            require_administrator(connection, actor, self.clock.now())
            _load(connection, actor.company_id, webhook_id)
            connection.execute(update(webhooks).where(webhooks.c.id == webhook_id).values(salt=token_hex(32)))
            self.audit.record(connection, actor, "webhook.renew_secret", "webhook", webhook_id)
            row = _load(connection, actor.company_id, webhook_id)
        return NewWebhook(webhook=_webhook(row), secret=self._secret(row))

    def remove(self, actor: Actor, webhook_id: int) -> None:
        """Tell a webhook nothing any more; what was told stays visible."""
        with self.store.begin() as connection:
            require_administrator(connection, actor, self.clock.now())
            _load(connection, actor.company_id, webhook_id)
            connection.execute(update(webhooks).where(webhooks.c.id == webhook_id).values(active=False))
            self.audit.record(connection, actor, "webhook.remove", "webhook", webhook_id)

    def deliveries(
        self, actor: Actor, *, state: WebhookState | None = None, limit: int = 100
    ) -> tuple[WebhookDelivery, ...]:
        """The company's newest deliveries, newest first."""
        with self.store.read() as connection:
            _require_may_see(connection, actor)
            return list_deliveries(connection, actor.company_id, state=state, limit=min(max(limit, 1), MOST_SHOWN))

    def retry(self, actor: Actor, delivery_id: int | None = None) -> tuple[int, ...]:
        """Make one delivery that was given up, or all of the company's, due again; returns their numbers."""
        with self.store.begin() as connection:
            _require_may_see(connection, actor)
            if delivery_id is not None:
                found = load_delivery(connection, actor.company_id, delivery_id)
                if found.state is not WebhookState.GIVEN_UP:
                    raise NotPossibleNow(
                        f"Delivery {delivery_id} is {found.state.replace('_', ' ')}.",
                        remedy="Only what was given up is put back.",
                    )
            put = put_back(connection, actor.company_id, delivery_id, self.clock.now())
            if put:
                details = {"deliveries": put}
                self.audit.record(connection, actor, "webhook.retry", "company", actor.company, details=details)
        return put

    def send(self, actor: Actor) -> Told:
        """Tell what is due, each delivery by one process; raises Frozen while writing is frozen.

        At least once: a process that ends between a program's answer and our note tells it again, as the same event.
        """
        with self.store.read() as connection:
            require_tending(connection, actor)
            require_thawed(connection)
        done: dict[WebhookState, list[int]] = {state: [] for state in WebhookState}
        while (claim := self._claim(actor.company_id)) is not None:
            with going_on(claim.cause), doing("webhook", delivery=claim.delivery_id, company=actor.company) as step:
                state = self._tell(actor, claim)
                step.outcome = "" if state is WebhookState.SENT else "not_taken"
            done[state].append(claim.delivery_id)
        return Told(
            sent=tuple(done[WebhookState.SENT]),
            put_off=tuple(done[WebhookState.WAITING]),
            given_up=tuple(done[WebhookState.GIVEN_UP]),
        )

    def _claim(self, company_id: int) -> Claim | None:
        with self.store.begin() as connection:
            return claim_next(connection, company_id, self.clock.now())

    def _tell(self, actor: Actor, claim: Claim) -> WebhookState:
        with self.store.read() as connection:
            delivery = load_delivery(connection, actor.company_id, claim.delivery_id)
            row = connection.execute(select(webhooks).where(webhooks.c.id == delivery.webhook)).one()
            body = _body(connection, actor, delivery)
        if not row.active:
            return self._note(claim, problem="the webhook was removed", status=None, for_good=True)
        try:
            status = self.send_one(self._post(row, delivery, body))
        except NotTold as error:
            return self._note(claim, problem=str(error), status=None, for_good=False)
        if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            with self.store.begin() as connection:
                mark_sent(connection, claim, self.clock.now(), status)
            return WebhookState.SENT
        return self._note(claim, problem=f"it answered {status}", status=status, for_good=status == HTTPStatus.GONE)

    def _note(self, claim: Claim, *, problem: str, status: int | None, for_good: bool) -> WebhookState:
        with self.store.begin() as connection:
            now = self.clock.now()
            return not_taken(connection, claim, now, problem=problem, status=status, for_good=for_good)

    def _post(self, row: Row[Any], delivery: WebhookDelivery, body: bytes) -> Post:
        configured, target = Configuration.read(self.home).webhooks, target_of(row.url)
        exempt = is_listed(target, configured.allowed_hosts) or (self.demo and is_loopback_name(target.host))
        headers = signed_headers(self._secret(row), delivery.event, self.clock.now(), body)
        return Post(url=row.url, body=body, headers=headers, exempt=exempt, ca_file=configured.ca_file)

    def _secret(self, row: Row[Any]) -> str:
        return secret_of(self.key, row.company_id, row.salt)

    def _allowed(self) -> tuple[str, ...]:
        return Configuration.read(self.home).webhooks.allowed_hosts


def _body(connection: Connection, actor: Actor, delivery: WebhookDelivery) -> bytes:
    """What is told: facts by which a program asks the API; a name or a text of people is none of them."""
    item = load_item(connection, actor.company_id, delivery.item)
    data = {
        "company": actor.company,
        "item": item.id,
        "project": item.project,
        "job": item.job,
        "version": item.version,
        "revision": delivery.revision,
        "from_state": delivery.from_state,
        "to_state": delivery.to_state,
        "amount": plain(item.amount),
        "currency": item.currency,
    }
    document = {"type": "item.moved", "timestamp": delivery.moved_at.isoformat(), "data": data}
    return json.dumps(document, sort_keys=True).encode()


def _require_may_see(connection: Connection, actor: Actor) -> None:
    if not actor.is_system:
        require(may_administer(rights_of(connection, actor)))


def _count(connection: Connection, company_id: int) -> int:
    where = webhooks.c.company_id == company_id, webhooks.c.active
    return int(connection.execute(select(func.count()).select_from(webhooks).where(*where)).scalar_one())


def _select(company_id: int) -> Any:
    return (
        select(webhooks, people.c.login)
        .join(people, people.c.id == webhooks.c.created_by)
        .where(webhooks.c.company_id == company_id, webhooks.c.active)
        .order_by(webhooks.c.id)
    )


def _load(connection: Connection, company_id: int, webhook_id: int) -> Row[Any]:
    found = _select(company_id).where(webhooks.c.id == row_number(webhook_id))
    row: Row[Any] | None = connection.execute(found).one_or_none()
    if row is None:
        raise NotFound(f"No webhook {webhook_id}.", remedy="List them: `erp-bridge webhooks list`.")
    return row


def _webhook(row: Row[Any]) -> Webhook:
    return Webhook(
        id=row.id,
        url=row.url,
        description=row.description,
        active=row.active,
        created_by=row.login,
        created_at=row.created_at,
    )
