"""The daily summary: at the company's hour, once a day and person, for who has something waiting (M1)."""

import json
import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from mail_room import APPROVER, MailRoom
from review_scene import Review
from sqlalchemy import select, update

from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.mail.summaries import hour_of
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import companies, deliveries, outbox, people, privileges, projects

SEVEN = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
"""Seven in the morning of the day after, in Indianapolis."""
SUBJECT = "ERP Integrations Daily Summary"


@pytest.fixture
def review(store: Store, project: int, audit: AuditTrail, clock: Any) -> Review:
    """An item that was sent at nine in the morning of 2 March and waits for its answer."""
    return Review.make(store, project, audit, clock)


def made(room: MailRoom) -> list[tuple[str, tuple[int, ...], tuple[int, ...]]]:
    """Make what is due: login, waiting items, troubled ones."""
    return [(each.login, each.waiting, each.troubled) for each in room.mail.make_summaries(room.approver)]


@pytest.mark.rule("M1")
def test_it_comes_at_the_companys_hour_and_once_a_day(room: MailRoom, review: Review) -> None:
    """What was sent after the hour is told the next day; from then on once a day, until it is answered."""
    assert [] == made(room), "sent at nine, when today's hour was over"
    room.clock.moment = SEVEN - timedelta(seconds=1)
    assert [] == made(room)
    room.clock.moment = SEVEN
    assert [("approver", (review.item_id,), ())] == made(room)
    room.clock.advance(hours=16)
    assert [] == made(room)
    room.clock.advance(hours=8)
    assert [("approver", (review.item_id,), ())] == made(room)
    review.set_item(state="accepted")
    room.clock.advance(days=1)
    assert [] == made(room)


@pytest.mark.rule("M1", "X1")
def test_it_lists_all_that_waits_and_the_trails_head(room: MailRoom, review: Review) -> None:
    """The subject is fixed; amount, sender and since when are told, and the audit trail's head is published."""
    room.clock.moment = SEVEN
    head = room.mail.audit.head()
    room.mail.make_summaries(room.approver)
    room.send()
    ((address, message),) = room.office.taken
    (text,) = room.office.texts

    assert (APPROVER, SUBJECT) == (address, message["Subject"])
    wanted = [
        "Waiting for your answer (1)", f"Item: {review.item_id}", "24-001 Bridge over Bean Blossom Creek", "$130.00",
        "Mia Manager", "Mar 2, 2026, 9:00\u202fAM EST", f"entry {head.sequence}, seal {head.mac}",
    ]  # fmt: skip
    assert [] == [words for words in wanted if words not in text]
    assert "Failed" not in text.splitlines()


@pytest.mark.rule("M1")
@pytest.mark.parametrize("state", ["failed", "unknown", "mismatch"])
def test_trouble_has_a_section_of_its_own(room: MailRoom, review: Review, state: str) -> None:
    """It waits for a person as well, and alone is reason enough."""
    review.set_item(state=state)
    room.clock.moment = SEVEN

    assert [("approver", (), (review.item_id,))] == made(room)
    room.send()
    assert "Failed, unknown or mismatched (1)" in str(room.office.messages[0])


@pytest.mark.rule("B6", "M1")
@pytest.mark.parametrize("state", ["accepted", "exporting", "waiting", "synced", "rejected", "retrieved"])
def test_what_waits_for_nobodys_answer_is_no_reason(room: MailRoom, review: Review, state: str) -> None:
    """Nothing nags once it is answered."""
    review.set_item(state=state)
    room.clock.moment = SEVEN

    assert [] == made(room)


@pytest.mark.rule("P6")
def test_only_designated_approvers_get_one(room: MailRoom, review: Review) -> None:
    """A privilege that is narrowed to another project is none for this one."""
    room.clock.moment = SEVEN
    with room.store.begin() as connection:
        row = {"company_id": 1, "number": "24-002", "name": "Another", "currency": "USD", "digits": 2}
        other = connection.execute(projects.insert().values(**row, created_at=SEVEN).returning(projects.c.id)).scalar()
        connection.execute(update(privileges).values(project_id=other))

    assert [] == made(room)


@pytest.mark.rule("M1", "M5")
def test_many_at_once_make_one(room: MailRoom, review: Review) -> None:
    """However many make it at the same moment, a person gets one."""
    room.clock.moment = SEVEN
    found: list[Any] = []
    start = threading.Barrier(4)

    def make() -> None:
        start.wait()
        found.extend(made(room))

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 1 == len(found)
    with room.store.read() as connection:
        assert [date(2026, 3, 3)] == list(connection.execute(select(deliveries.c.day)).scalars())


def test_the_database_itself_holds_one_a_day(room: MailRoom, review: Review) -> None:
    """Not only our asking: the table has a key for it."""
    room.clock.moment = SEVEN
    room.mail.make_summaries(room.approver)
    with room.store.read() as connection:
        row = connection.execute(select(deliveries)).one()
    again = {**row._mapping, "id": row.id + 1, "message_id": "<other@erp-bridge.invalid>"}

    with pytest.raises(Exception, match=r"(?i)unique"), room.store.begin() as connection:
        connection.execute(deliveries.insert().values(again))


@pytest.mark.parametrize(
    ("zone", "hour", "now", "expected"),
    [
        ("Pacific/Auckland", 7, datetime(2026, 3, 2, 18, 0, tzinfo=UTC), date(2026, 3, 3)),
        ("America/Los_Angeles", 7, datetime(2026, 3, 3, 1, 0, tzinfo=UTC), date(2026, 3, 2)),
        ("America/Chicago", 2, datetime(2026, 3, 8, 8, 0, tzinfo=UTC), date(2026, 3, 8)),
    ],
)
def test_the_day_is_the_companys(store: Store, zone: str, hour: int, now: datetime, expected: date) -> None:
    """Where it is tomorrow already, it is tomorrow's; an hour that a clock change skips is passed all the same."""
    with store.begin() as connection:
        connection.execute(update(companies).values(time_zone=zone, policy={"daily_summary_hour": hour}))
        found = hour_of(connection, 1, now)

    assert expected == found.day
    assert found.moment <= now or zone == "America/Los_Angeles"


@pytest.mark.rule("P0")
def test_another_companys_items_are_not_told(room: MailRoom, review: Review, approver: Actor) -> None:
    """A person of two companies gets one mail from each, about its own."""
    with room.store.begin() as connection:
        other = {"id": 2, "code": "other", "name": "Other", "time_zone": "UTC", "currency": "USD", "policy": {}}
        connection.execute(companies.insert().values(**other, created_at=SEVEN))
        connection.execute(update(people).where(people.c.id == 3).values(email=APPROVER))
    room.clock.moment = SEVEN
    room.mail.make_summaries(room.approver)
    with room.store.read() as connection:
        rows = connection.execute(select(outbox.c.company_id, outbox.c.recipients, outbox.c.payload)).all()

    assert [(1, [approver.person_id])] == [(row.company_id, row.recipients) for row in rows]
    assert "Other" not in json.dumps(rows[0].payload)
