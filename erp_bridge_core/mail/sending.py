"""Sends what is due: each delivery claimed, handed over and marked in transactions of its own (M5)."""

from email.message import EmailMessage
from typing import Protocol

from attrs import define, field, frozen

from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.contract.errors import ErpBridgeError
from erp_bridge_core.following import doing, going_on
from erp_bridge_core.mail.deliveries import (
    Claim,
    DeliveryState,
    claim_next,
    give_up,
    mark_sent,
    put_off,
    wait_for_server,
)
from erp_bridge_core.mail.drafts import Draft, Undeliverable
from erp_bridge_core.mail.transports import NotTaken
from erp_bridge_core.store.database import Store


@frozen(kw_only=True)
class Sent:
    """What one run did, by the numbers of the deliveries; `error` is what ended it before nothing more was due."""

    sent: tuple[int, ...]
    put_off: tuple[int, ...]
    given_up: tuple[int, ...]
    error: ErpBridgeError | None = None


class Writer(Protocol):
    """Whatever writes the message of a delivery."""

    def write(self, company_id: int, delivery_id: int) -> Draft:
        """The message; raises `Undeliverable`."""


class Door(Protocol):
    """Where messages are handed over."""

    def deliver(self, message: EmailMessage, address: str) -> None:
        """Hand one over; raises `NotTaken`, or an error of ours where none would be taken."""


@define
class Sender:
    """One run over one company's mail. A message that is not taken does not keep the others from it.

    At least once: a process that ends between the server's yes and our note repeats that message, with the same
    Message-ID. Several processes may run: a claim is one process's alone until it is far older than any message takes.
    """

    store: Store
    clock: Clock
    company_id: int
    drafts: Writer
    transport: Door
    _done: dict[DeliveryState, list[int]] = field(factory=lambda: {state: [] for state in DeliveryState}, init=False)

    def run(self) -> Sent:
        """Send until nothing is due, or the server takes nothing."""
        error: ErpBridgeError | None = None
        while error is None and (claim := self._claim()) is not None:
            error = self._send(claim)
        return Sent(
            sent=tuple(self._done[DeliveryState.SENT]),
            put_off=tuple(self._done[DeliveryState.WAITING]),
            given_up=tuple(self._done[DeliveryState.GIVEN_UP]),
            error=error,
        )

    def _claim(self) -> Claim | None:
        with self.store.begin() as connection:
            return claim_next(connection, self.company_id, self.clock.now())

    def _send(self, claim: Claim) -> ErpBridgeError | None:
        """Send one, for the act that it tells of; returns the error that no other message would escape."""
        with going_on(claim.cause), doing("mail", delivery=claim.delivery_id) as step:
            error = self._deliver(claim)
            gone = claim.delivery_id in self._done[DeliveryState.SENT]
            step.outcome = error.code if error else "" if gone else "not_taken"
        return error

    def _deliver(self, claim: Claim) -> ErpBridgeError | None:
        try:
            draft = self.drafts.write(self.company_id, claim.delivery_id)
            self.transport.deliver(draft.message, draft.address)
        except Undeliverable as reason:
            self._give_up(claim, str(reason))
        except NotTaken as answer:
            if answer.for_good:
                self._give_up(claim, answer.words)
            else:
                self._put_off(claim, answer.words)
        except ErpBridgeError as error:
            with self.store.begin() as connection:
                wait_for_server(connection, claim, self.clock.now(), error.message)
            return error
        except Exception as defect:
            # A message that can't be written must not stand before the others for ever.
            self._put_off(claim, f"defect: {type(defect).__name__}")
            raise
        else:
            with self.store.begin() as connection:
                mark_sent(connection, claim, self.clock.now())
            self._done[DeliveryState.SENT].append(claim.delivery_id)
        return None

    def _put_off(self, claim: Claim, problem: str) -> None:
        with self.store.begin() as connection:
            state = put_off(connection, claim, self.clock.now(), problem)
        self._done[state].append(claim.delivery_id)

    def _give_up(self, claim: Claim, problem: str) -> None:
        with self.store.begin() as connection:
            give_up(connection, claim, problem)
        self._done[DeliveryState.GIVEN_UP].append(claim.delivery_id)
