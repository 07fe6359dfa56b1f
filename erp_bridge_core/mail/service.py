"""Mail as a service: make summaries, send what is due, show what was told to whom, put back what was given up."""

from email.message import EmailMessage
from pathlib import Path
from typing import Final

from attrs import define, frozen
from sqlalchemy import Connection

from erp_bridge_core.audit.freezing import require_thawed
from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.configuration.configuration import Configuration
from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.contract.errors import BadInput, BadSettings, MailFailed, NotPossibleNow
from erp_bridge_core.mail.deliveries import Delivery, DeliveryState, list_deliveries, load_delivery, put_back
from erp_bridge_core.mail.drafts import Drafts, Undeliverable
from erp_bridge_core.mail.letters import Letter
from erp_bridge_core.mail.messages import Envelope, compose, render
from erp_bridge_core.mail.outbox import new_message_id
from erp_bridge_core.mail.sending import Sender, Sent
from erp_bridge_core.mail.summaries import Summary, make_summaries
from erp_bridge_core.mail.transports import FilesTransport, NotTaken, SmtpTransport, Transport
from erp_bridge_core.people.access import require_administrator, require_tending
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.rights import rights_of
from erp_bridge_core.people.rules import may_administer, require
from erp_bridge_core.people.texts import email_faults
from erp_bridge_core.store.database import Store
from erp_bridge_core.wire.redaction import Redactor

FOLDER: Final = "mail"
FOLDER_WAY: Final = "files"
MOST_SHOWN: Final = 10_000


@frozen(kw_only=True)
class ShownMail:
    """One delivery with its words, as text and as HTML; blank where there is nobody to send it to: see its problem."""

    delivery: Delivery
    subject: str
    text: str
    html: str


@define
class Mail:
    """A company's mail. Sending what is due is for standard on ERP Integrations and a schedule's token; the rest is its
    administrators' business. `demo`: mail goes into a folder where nothing else is configured.
    """

    store: Store
    audit: AuditTrail
    redactor: Redactor
    clock: Clock
    home: Path
    demo: bool

    def make_summaries(self, actor: Actor) -> tuple[Summary, ...]:
        """Make the daily summaries that are due and were not made yet (M1); nothing is sent."""
        head = self.audit.head()
        with self.store.begin() as connection:
            require_tending(connection, actor)
            made = make_summaries(connection, actor.company_id, self.clock.now(), head)
            if made:
                details = {"day": made[0].day, "people": [summary.login for summary in made]}
                self.audit.record(connection, actor, "mail summary", "company", actor.company, details=details)
        return made

    def send(self, actor: Actor) -> Sent:
        """Send the company's mail that is due, each once (M5).

        Raises BadSettings where no way for mail is configured, Frozen while writing is frozen. A mail server that
        takes nothing is told in the result: all mail waits for it, however long.
        """
        with self.store.read() as connection:
            require_tending(connection, actor)
            require_thawed(connection)
        configuration = Configuration.read(self.home)
        with self._transport(configuration) as transport:
            drafts = self._drafts(configuration)
            done = Sender(self.store, self.clock, actor.company_id, drafts, transport).run()
        if done.sent or done.given_up:
            with self.store.begin() as connection:
                details = {"sent": done.sent, "given_up": done.given_up}
                self.audit.record(connection, actor, "mail send", "company", actor.company, details=details)
        return done

    def list(self, actor: Actor, *, state: DeliveryState | None = None, limit: int = 100) -> tuple[Delivery, ...]:
        """The company's newest mail, newest first."""
        with self.store.read() as connection:
            _require_administrator(connection, actor)
            shown = min(max(limit, 1), MOST_SHOWN)
            return list_deliveries(connection, actor.company_id, state=state, limit=shown)

    def show(self, actor: Actor, delivery_id: int) -> ShownMail:
        """One delivery, with the words that would go out now; raises NotFound."""
        with self.store.read() as connection:
            _require_administrator(connection, actor)
            delivery = load_delivery(connection, actor.company_id, delivery_id)
        try:
            draft = self._drafts(Configuration.read(self.home)).write(actor.company_id, delivery_id)
        except Undeliverable:
            return ShownMail(delivery=delivery, subject="", text="", html="")
        letter = draft.letter
        text, html = render(letter, "letter.txt"), render(letter, "letter.html")
        return ShownMail(delivery=delivery, subject=letter.subject, text=text, html=html)

    def retry(self, actor: Actor, delivery_id: int | None = None) -> tuple[int, ...]:
        """Make one mail that was given up, or all of the company's, due again; returns their numbers.

        Raises NotFound, and NotPossibleNow for a mail that was not given up.
        """
        with self.store.begin() as connection:
            _require_administrator(connection, actor)
            if delivery_id is not None:
                delivery = load_delivery(connection, actor.company_id, delivery_id)
                if delivery.state is not DeliveryState.GIVEN_UP:
                    state = delivery.state.value.replace("_", " ")
                    raise NotPossibleNow(
                        f"Mail {delivery_id} is {state}.", remedy="Only what was given up is put back."
                    )
            put = put_back(connection, actor.company_id, delivery_id, self.clock.now())
            if put:
                details = {"mail": put}
                self.audit.record(connection, actor, "mail retry", "company", actor.company, details=details)
        return put

    def test(self, actor: Actor, address: str) -> EmailMessage:
        """Send a message to an address at once, to see whether mail works; returns what was sent.

        Raises MailFailed with the server's words, BadInput for what is no address, BadSettings, NotAllowed.
        """
        if not address or (faults := email_faults(address)):
            raise BadInput(f"{address!r} is no mail address.", faults=faults if address else ())
        with self.store.begin() as connection:
            require_administrator(connection, actor, self.clock.now())
            require_thawed(connection)
            self.audit.record(connection, actor, "mail test", "company", actor.company, details={"address": address})
        configuration = Configuration.read(self.home)
        message = self._test_message(configuration, address)
        with self._transport(configuration) as transport:
            try:
                transport.deliver(message, address)
            except NotTaken as answer:
                remedy = "Correct the address, or let the server's administrator permit it."
                raise MailFailed(f"The mail server did not take it: {answer.words}", remedy=remedy) from answer
        return message

    def _test_message(self, configuration: Configuration, address: str) -> EmailMessage:
        letter = Letter(subject="ERP Bridge: a test", opening="Mail from this installation of ERP Bridge arrives.")
        envelope = Envelope(name="", address=address, message_id=new_message_id(), at=self.clock.now())
        return compose(letter, envelope, configuration.mail)

    def _drafts(self, configuration: Configuration) -> Drafts:
        return Drafts(self.store, configuration.mail, configuration.web.base_url)

    def _transport(self, configuration: Configuration) -> Transport:
        mail = configuration.mail
        way = mail.way or (FOLDER_WAY if self.demo else "")
        if way == FOLDER_WAY:
            return FilesTransport(self.home / FOLDER)
        if not way:
            raise BadSettings(
                "No way for mail is configured; it waits.",
                remedy="Name the mail server in the section [mail] of erp-bridge.toml.",
            )
        password = configuration.secrets.resolve(mail.password) if mail.password else None
        if password is not None:
            self.redactor.add(password)
        return SmtpTransport(mail, password, self.redactor.clean)


def _require_administrator(connection: Connection, actor: Actor) -> None:
    if not actor.is_system:
        require(may_administer(rights_of(connection, actor)))
