"""A claim is one process's alone, and one that was overtaken changes nothing."""

from datetime import datetime, timedelta

import pytest
from mail_room import MailRoom

from erp_bridge_core.mail.deliveries import CLAIM, Claim, claim_next, give_up, mark_sent, put_off


def claimed(room: MailRoom, now: datetime) -> Claim | None:
    """Claim what is due."""
    with room.store.begin() as connection:
        return claim_next(connection, 1, now)


@pytest.mark.rule("M5")
def test_a_claim_is_not_shared(room: MailRoom) -> None:
    """Until it is far older than any message takes."""
    room.tell(2)
    now = room.clock.now()

    assert claimed(room, now) is not None
    assert claimed(room, now + CLAIM - timedelta(seconds=1)) is None
    assert claimed(room, now + CLAIM) is not None


@pytest.mark.rule("M5")
def test_a_process_that_slept_undoes_nothing(room: MailRoom) -> None:
    """Another took its claim over and sent; what it then says of its own try is not heard."""
    room.tell(2)
    now = room.clock.now()
    slept, took_over = claimed(room, now), claimed(room, now + CLAIM)
    assert slept is not None
    assert took_over is not None
    with room.store.begin() as connection:
        mark_sent(connection, took_over, now + CLAIM)
        put_off(connection, slept, now + CLAIM, "451 come back later")
        give_up(connection, slept, "550 no such person")

    assert [("sent", 2, None)] == room.states()


def test_the_longest_due_goes_first(room: MailRoom) -> None:
    """Whatever was put off meanwhile."""
    room.tell(2)
    room.clock.advance(seconds=-1)
    room.tell(3)
    room.clock.advance(seconds=1)
    found = claimed(room, room.clock.now())

    assert found is not None
    assert 2 == found.delivery_id
