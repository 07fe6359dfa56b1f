"""What people wrote goes out as text: a real server takes the same headers and recipients whatever it was (X3)."""

from typing import Any

import pytest
from databases import storable
from mail_room import APPROVER, MailRoom
from review_scene import Review
from sqlalchemy import update

from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import people, projects

pytestmark = pytest.mark.rule("X3")

HEADERS = [
    "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type",
]  # fmt: skip
SPY = "spy@elsewhere.test"
#: Who is told of the reject: whoever sent.
SENDER = "administrator@builders.test"
TEXTS = (
    f"Bridge\r\nBcc: {SPY}\r\n\r\nHello",
    f"Bridge\r\n.\r\nMAIL FROM:<x@y.test>\r\nRCPT TO:<{SPY}>\r\nDATA",
    f"=?utf-8?q?Bridge=0D=0ABcc:_{SPY.replace('@', '=40')}?=",
    f'"<{SPY}>, \x00\x1b\u2028Cc: {SPY}',
)


@pytest.fixture
def review(store: Store, project: int, audit: AuditTrail, clock: Any) -> Review:
    """An item that waits for its answer."""
    return Review.make(store, project, audit, clock)


def call_everything(store: Store, text: str) -> None:
    """Let every person and project have that name, as far as the database can hold it."""
    text = storable(text)
    with store.begin() as connection:
        connection.execute(update(people).values(name=text))
        connection.execute(update(projects).values(name=text))


@pytest.mark.parametrize("text", TEXTS, ids=["a header", "commands", "an encoded word", "an address"])
def test_no_text_becomes_a_header_or_recipient(room: MailRoom, review: Review, approver: Actor, text: str) -> None:
    """As a name, a project's name, and, as far as an answer takes it, a reason and a remark."""
    call_everything(room.store, text)
    reason = "".join(letter for letter in text if letter.isprintable() or letter == "\n")
    review.service.reject(approver, review.item_id, reason=reason, remarks={1: reason})
    sent = room.send()

    assert ((), (), None) == (sent.put_off, sent.given_up, sent.error)
    assert [SENDER] == room.office.recipients
    for recipient, message in room.office.taken:
        assert (HEADERS, APPROVER) == (message.keys(), message["Reply-To"])
        assert [recipient] == [each.addr_spec for each in message["To"].addresses]


@pytest.mark.parametrize("address", [f"a@b.test\r\nRCPT TO:<{SPY}>", f"a@b.test, {SPY}", f"a@b.test\r\nBcc: {SPY}"])
def test_an_address_that_is_none_is_not_written_to(
    room: MailRoom, review: Review, approver: Actor, address: str
) -> None:
    """However it came to be stored: neither as a recipient nor as the one to answer to."""
    with room.store.begin() as connection:
        connection.execute(update(people).where(people.c.login == "approver").values(email=address))
    review.service.reject(approver, review.item_id, reason="Too high.")
    room.tell(3, subject="News")
    room.send()

    assert [SENDER] == room.office.recipients
    for message in room.office.messages:
        assert message["Reply-To"] is None
        assert [name for name in HEADERS if name != "Reply-To"] == message.keys()
