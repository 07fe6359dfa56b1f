"""A delivery as the message that would go out now: for whom, whether he may still have it, and what it says."""

from email.message import EmailMessage
from typing import Any

from attrs import define, frozen
from sqlalchemy import Connection, Row, exists, select

from erp_bridge_core.approvals.items import load_item
from erp_bridge_core.configuration.mail_server import MailConfig
from erp_bridge_core.mail.formats import Formats
from erp_bridge_core.mail.letters import Letter, Notice, letter_of
from erp_bridge_core.mail.links import Links
from erp_bridge_core.mail.messages import Envelope, compose
from erp_bridge_core.people.rights import policy_of
from erp_bridge_core.people.texts import email_faults
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import companies, deliveries, memberships, outbox, people


class Undeliverable(Exception):
    """There is nobody to send it to; the words say why."""


@frozen(kw_only=True)
class Draft:
    """A message and the address that it goes to."""

    address: str
    letter: Letter
    message: EmailMessage


@define
class Drafts:
    """Writes messages. `base_url` is where pages are served; blank: mail names commands instead."""

    store: Store
    config: MailConfig
    base_url: str

    def write(self, company_id: int, delivery_id: int) -> Draft:
        """The message of a delivery; raises `Undeliverable`."""
        with self.store.read() as connection:
            row = _load(connection, company_id, delivery_id)
            _require_recipient(row)
            letter = letter_of(self._notice(connection, company_id, row))
        envelope = Envelope(name=row.name, address=row.email, message_id=row.message_id, at=row.created_at)
        return Draft(address=row.email, letter=letter, message=compose(letter, envelope, self.config))

    def _notice(self, connection: Connection, company_id: int, row: Row[Any]) -> Notice:
        item = row.payload.get("item")
        return Notice(
            kind=row.kind,
            payload=row.payload,
            at=row.created_at,
            company=row.company_name,
            item=None if item is None else load_item(connection, company_id, item),
            links=Links(base_url=self.base_url, company=row.company_code),
            formats=Formats(
                locale=row.locale or policy_of(connection, company_id).locale,
                time_zone=row.own_time_zone or row.time_zone,
            ),
        )


def _load(connection: Connection, company_id: int, delivery_id: int) -> Row[Any]:
    member = exists().where(
        memberships.c.person_id == deliveries.c.person_id, memberships.c.company_id == deliveries.c.company_id
    )
    query = (
        select(
            deliveries.c.message_id,
            outbox.c.kind,
            outbox.c.payload,
            outbox.c.created_at,
            people.c.login,
            people.c.name,
            people.c.email,
            people.c.locale,
            people.c.time_zone.label("own_time_zone"),
            (people.c.active & member).label("belongs"),
            companies.c.code.label("company_code"),
            companies.c.name.label("company_name"),
            companies.c.time_zone,
        )
        .join(outbox, outbox.c.id == deliveries.c.outbox_id)
        .join(people, people.c.id == deliveries.c.person_id)
        .join(companies, companies.c.id == deliveries.c.company_id)
    )
    where = deliveries.c.id == delivery_id, deliveries.c.company_id == company_id
    return connection.execute(query.where(*where)).one()


def _require_recipient(row: Row[Any]) -> None:
    """Nobody gets mail of a company that he has left (P0), and none goes out without a whole address (X3)."""
    if not row.belongs:
        raise Undeliverable(f"{row.login} no longer belongs to the company")
    if not row.email or email_faults(row.email):
        raise Undeliverable(f"{row.login} has no mail address")
