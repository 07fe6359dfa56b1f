"""What each notice says, told by the services that write them."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from mail_room import MailRoom
from review_scene import Review
from sqlalchemy import insert, select, update

from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.contract.postings import Outcome
from erp_bridge_core.exports.conclusions import Conclusion
from erp_bridge_core.exports.status import ExportState
from erp_bridge_core.exports.subjects import tell_accepter
from erp_bridge_core.mail.formats import Formats
from erp_bridge_core.mail.notices import tell_of_export
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import companies, exports, people

SENT = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)


@pytest.fixture
def review(store: Store, project: int, audit: AuditTrail, clock: Any) -> Review:
    """An item that waits for its answer."""
    return Review.make(store, project, audit, clock)


def served(room: MailRoom) -> None:
    """Let pages be served at an address."""
    path = room.home / "erp-bridge.toml"
    path.write_text(path.read_text() + '\n[web]\nbase_url = "https://erp.builders.test"\n')


def last(room: MailRoom, administrator: Actor) -> tuple[str, str]:
    """The newest mail: subject and text."""
    newest = room.mail.list(administrator, limit=1)[0]
    shown = room.mail.show(administrator, newest.id)
    return shown.subject, shown.text


@pytest.mark.rule("M3", "A5")
def test_a_reject_tells_all_reasons_and_where_to_answer(room: MailRoom, review: Review, approver: Actor) -> None:
    """Every reason and remark, the approver's name and address, and a link that opens the budget in edit mode."""
    served(room)
    review.service.reject(approver, review.item_id, reason="Too high.\nSee phase 2.", remarks={2: "Twice?"})
    room.send()
    (message,) = room.office.messages
    (text,) = room.office.texts

    assert ("Budget rejected: 24-001 Bridge over Bean Blossom Creek", "approver@builders.test") == (
        message["Subject"], message["Reply-To"],
    )  # fmt: skip
    wanted = [
        "> Too high.", "> See phase 2.", "> Line 2: Twice?", "Rejected by: Abe Approver",
        "https://erp.builders.test/projects/24-001/budget?mode=edit&company=hoosier",
    ]  # fmt: skip
    assert [] == [words for words in wanted if words not in text]


@pytest.mark.rule("M2")
def test_a_resend_tells_what_waits(room: MailRoom, review: Review, administrator: Actor) -> None:
    """Amount, sender and a link to the item."""
    served(room)
    room.tell(3, kind="resent", item=review.item_id, project="24-001", amount="130.00", sent_by="manager")
    subject, text = last(room, administrator)

    assert "Budget sent again: 24-001 Bridge over Bean Blossom Creek" == subject
    assert "Amount: $130.00" in text
    assert f"https://erp.builders.test/items/{review.item_id}?company=hoosier" in text


@pytest.mark.rule("M4")
@pytest.mark.parametrize(
    ("state", "subject"), [("failed", "Export failed"), ("unknown", "Outcome unknown"), ("waiting", None)]
)
def test_failure_and_doubt_are_told_with_the_erps_words(
    room: MailRoom, review: Review, administrator: Actor, state: str, subject: str | None
) -> None:
    """To who accepted; an export that went well is no notice."""
    review.set_item(accepted_by=3, accepted_at=SENT, state=state)
    with room.store.begin() as connection:
        failure = {"message": "Cost code 03-100 is closed.", "remedy": "Open it, then retry."}
        row = {"company_id": 1, "item_id": review.item_id, "erp": "memory", "erp_company": "BOOKS", "job": "J1"}
        row |= {"state": "failed", "started_by": 3, "started_at": SENT, "adapter_version": "1", "failure": failure}
        connection.execute(insert(exports).values(row))
        conclusion = Conclusion(export=ExportState.FAILED, item=ItemState(state))
        tell_of_export(connection, review.item(), conclusion, at=SENT)
    if subject is None:
        assert () == room.mail.list(administrator)
        return
    told, text = last(room, administrator)

    assert f"{subject}: 24-001 Bridge over Bean Blossom Creek" == told
    assert "> Cost code 03-100 is closed." in text
    assert "> Open it, then retry." in text
    assert "approver" == room.mail.list(administrator)[0].login


@pytest.mark.rule("M4")
def test_a_mismatch_is_named(room: MailRoom, review: Review, administrator: Actor) -> None:
    """By its outcome, to who accepted."""
    review.set_item(accepted_by=3, accepted_at=SENT, state="mismatch")
    with room.store.begin() as connection:
        tell_accepter(connection, review.item(), Outcome.POSTED_TWICE, at=SENT)
    subject, text = last(room, administrator)

    assert "Mismatch: 24-001 Bridge over Bean Blossom Creek" == subject
    assert "posted twice" in text


def test_an_identity_that_somebody_else_linked_is_told(room: MailRoom, administrator: Actor) -> None:
    """Who did it, whose provider, and where it is unlinked; nothing of it is markup or a second line."""
    served(room)
    room.tell(
        3,
        kind="identity_linked",
        login="manager",
        linked_by="ada\nBcc: x",
        issuer="https://id.builders.test",
        subject="8d1f<b>",
    )
    subject, text = last(room, administrator)

    assert "An identity was linked with your account" == subject
    assert "Subject: 8d1f<b>" in text
    assert "ada Bcc: x linked an identity with your account" in text
    assert "https://erp.builders.test/profile?company=hoosier" in text


@pytest.mark.rule("M5")
def test_a_notice_without_words_of_its_own_is_told_with_its_facts(room: MailRoom, administrator: Actor) -> None:
    """Nothing is lost because nobody wrote a letter for it."""
    room.tell(3, kind="certificate_expired", erp="memory", reason="<b>")
    subject, text = last(room, administrator)

    assert "Notice: certificate expired" == subject
    assert "reason: <b>" in text


@pytest.mark.rule("P0")
def test_another_companys_mail_is_not_found(room: MailRoom, administrator: Actor) -> None:
    """Neither listed nor shown nor put back."""
    with room.store.begin() as connection:
        other = {"id": 2, "code": "other", "name": "Other", "time_zone": "UTC", "currency": "USD", "policy": {}}
        connection.execute(companies.insert().values(**other, created_at=SENT))
    room.tell(3, company=2)

    assert () == room.mail.list(administrator)
    for act in (room.mail.show, room.mail.retry):
        with pytest.raises(Exception, match="No mail 1"):
            act(administrator, 1)


def test_money_and_moments_are_the_companys(room: MailRoom, review: Review, administrator: Actor) -> None:
    """Its locale writes them, in its time zone."""
    with room.store.begin() as connection:
        connection.execute(update(companies).values(policy={"locale": "fr_CA"}, time_zone="America/Toronto"))
        assert 1 == len(connection.execute(select(companies.c.id)).all())
    room.tell(3, kind="resent", item=review.item_id)

    text = last(room, administrator)[1].replace("\u202f", " ").replace("\xa0", " ")
    assert "Amount: 130,00 $ US" in text
    assert "2 mars 2026, 09 h 00 EST" in text


def test_a_reader_of_his_own_is_written_to_in_it(room: MailRoom, review: Review, administrator: Actor) -> None:
    """What a person chose counts for his mail, whatever the company's is."""
    with room.store.begin() as connection:
        own = update(people).where(people.c.id == 3).values(locale="de_DE", time_zone="Asia/Tokyo")
        connection.execute(own)
    room.tell(3, kind="resent", item=review.item_id)

    text = last(room, administrator)[1].replace("\u202f", " ").replace("\xa0", " ")
    assert "Amount: 130,00 $" in text
    assert "02.03.2026, 23:00 JST" in text


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        ("100.005", "IQD", "IQD100.005"),
        ("1.234", "KWD", "KWD1.234"),
        ("100", "JPY", "¥100"),
        ("-0.10", "USD", "-$0.10"),
    ],
)
def test_money_is_never_rounded(amount: str, currency: str, expected: str) -> None:
    """Whatever decimals a locale would show of that currency."""
    written = Formats(locale="en_US", time_zone="UTC").money(Decimal(amount), currency)

    assert expected == written.replace("\xa0", "")
