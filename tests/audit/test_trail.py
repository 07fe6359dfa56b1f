"""The audit trail: what it records, who sees it, and what tampering it finds."""

import threading
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from databases import backup
from sqlalchemy import delete, func, select, text, update

from erp_bridge_core.audit.mark import HighWaterMark
from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.contract.errors import NotAllowed, StorageError
from erp_bridge_core.people.actor import Actor, system_actor
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import audit_entries, installation

pytestmark = pytest.mark.rule("X1")


@pytest.fixture
def record(store: Store, audit: AuditTrail, manager: Actor) -> Callable[[int], None]:
    """Record so many acts of the manager, each in a transaction of its own."""

    def acts(count: int) -> None:
        for number in range(count):
            with store.begin() as connection:
                audit.record(connection, manager, "edit", "budget", number)

    return acts


def messages(audit: AuditTrail) -> list[str]:
    """What the check found, in words."""
    return [str(fault) for fault in audit.check().faults]


def test_an_act_is_recorded_with_who_what_and_states(
    store: Store, audit: AuditTrail, manager: Actor, viewer: Actor
) -> None:
    """An entry holds the person, the way in, the act, its subject and the states before and after."""
    with store.begin() as connection:
        audit.record(connection, manager, "send", "item", 7, from_state=None, to_state="ready", details={"lines": 3})

    (entry,) = audit.show(viewer)

    assert ("manager", "manager", "tester", "cli") == (entry.person, entry.real_person, entry.os_user, entry.via)
    assert ("send", "item", "7", None, "ready") == (
        entry.verb, entry.subject, entry.subject_id, entry.from_state, entry.to_state
    )  # fmt: skip
    assert {"lines": 3} == entry.facts
    assert audit.now() == entry.moment
    assert audit.check().sound


def test_an_act_that_is_rolled_back_leaves_no_entry(store: Store, audit: AuditTrail, manager: Actor) -> None:
    """The entry stands if and only if the act does, and the mark outside is not raised for it."""

    def fails() -> None:
        with store.begin() as connection:
            audit.record(connection, manager, "send", "item", 7)
            raise RuntimeError("the act failed")

    with pytest.raises(RuntimeError):
        fails()

    assert (0, 0) == (audit.head().sequence, audit.mark.read().audit_sequence)
    assert audit.check().sound


def test_the_mark_outside_follows_each_commit(
    audit: AuditTrail, record: Callable[[int], None], mark: HighWaterMark
) -> None:
    """After each act the mark knows the head."""
    record(3)

    head, outside = audit.head(), mark.read()
    assert (3, head.mac) == (outside.audit_sequence, outside.audit_mac)


def test_several_acts_of_one_transaction_are_chained(store: Store, audit: AuditTrail, manager: Actor) -> None:
    """Each entry follows the one before within the same transaction."""
    with store.begin() as connection:
        numbers = [audit.record(connection, manager, "edit", "line", line).sequence for line in range(3)]

    assert [1, 2, 3] == numbers
    assert audit.check().sound


def test_writers_at_the_same_time_make_one_chain(store: Store, audit: AuditTrail, manager: Actor) -> None:
    """Four threads that record at once leave no gap, no double and no broken seal."""

    def acts() -> None:
        for number in range(5):
            with store.begin() as connection:
                audit.record(connection, manager, "edit", "budget", number)

    writers = [threading.Thread(target=acts) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    found = audit.check()
    assert (20, True) == (found.entries, found.sound)


@pytest.mark.parametrize(
    "column",
    [
        "at",
        "person",
        "real_person",
        "os_user",
        "via",
        "verb",
        "subject",
        "subject_id",
        "from_state",
        "to_state",
        "details",
    ],
)
def test_an_edit_of_any_column_is_found(
    store: Store, audit: AuditTrail, record: Callable[[int], None], column: str
) -> None:
    """Whichever column of an entry is changed, that entry is named, and no other."""
    record(3)
    with store.begin() as connection:
        connection.execute(update(audit_entries).where(audit_entries.c.sequence == 2).values({column: "edited"}))

    assert ["entry 2: was edited, or sealed with another key"] == messages(audit)


def test_a_gap_is_found(store: Store, audit: AuditTrail, record: Callable[[int], None]) -> None:
    """Entries taken out of the middle are named."""
    record(5)
    with store.begin() as connection:
        connection.execute(delete(audit_entries).where(audit_entries.c.sequence.in_([2, 3])))

    assert ["entry 4: the entries from 2 to 3 are gone"] == messages(audit)


def test_a_cut_tail_is_found(store: Store, audit: AuditTrail, record: Callable[[int], None]) -> None:
    """Entries taken off the end are missed, since the mark outside knows how many were written."""
    record(3)
    with store.begin() as connection:
        connection.execute(delete(audit_entries).where(audit_entries.c.sequence == 3))

    (message,) = messages(audit)
    assert "entry 2: is the last, but 3 were written" in message


def test_a_tail_that_was_cut_and_written_anew_is_found(
    store: Store, audit: AuditTrail, record: Callable[[int], None], manager: Actor
) -> None:
    """Another act in the place of the one that was cut is not the one the mark knows."""
    record(3)
    with store.begin() as connection:
        connection.execute(delete(audit_entries).where(audit_entries.c.sequence == 3))
    with store.begin() as connection:
        audit.record(connection, manager, "harmless", "budget", 1)

    assert ["entry 3: is not the entry that the mark outside knows"] == messages(audit)


def test_a_swapped_database_is_found(store: Store, audit: AuditTrail, record: Callable[[int], None]) -> None:
    """A database of another installation is told by its code."""
    record(1)
    with store.begin() as connection:
        connection.execute(update(installation).values(code="OTHER2"))

    assert ["it was swapped"] == [message.split(": ")[2] for message in messages(audit)]


def test_an_entry_forged_without_the_key_is_found(
    store: Store, audit: AuditTrail, record: Callable[[int], None], manager: Actor, tmp_path: Path
) -> None:
    """Whoever writes the whole chain anew without the key is found at every entry."""
    record(2)
    forger = AuditTrail(store, b"another key of thirty-two bytes!", HighWaterMark(tmp_path / "forged.jsonl"))
    forger.mark.create("T3ST42")
    with store.begin() as connection:
        connection.execute(delete(audit_entries))
    for _ in range(2):
        with store.begin() as connection:
            forger.record(connection, manager, "edit", "budget", 1)

    assert len([message for message in messages(audit) if "sealed with another key" in message]) == 2


def test_a_missing_mark_is_no_sound_check(audit: AuditTrail, record: Callable[[int], None]) -> None:
    """Without the mark outside the check says so instead of finding nothing."""
    record(1)
    audit.mark.path.unlink()

    with pytest.raises(StorageError):
        audit.check()


@pytest.mark.rule("P0")
def test_each_company_sees_its_own_entries(store: Store, audit: AuditTrail, manager: Actor, viewer: Actor) -> None:
    """The entries of another company are not shown."""
    with store.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO companies SELECT 2, 'other', name, time_zone, currency, policy, created_at FROM companies"
            )
        )
        audit.record(connection, manager, "edit", "budget", 1)
        audit.record(connection, system_actor(2, "other"), "edit", "budget", 2)

    assert ["1"] == [entry.subject_id for entry in audit.show(viewer)]
    assert ["2"] == [entry.subject_id for entry in audit.show(system_actor(2, "other"))]


@pytest.mark.rule("P1")
def test_looking_needs_a_right(audit: AuditTrail, manager: Actor) -> None:
    """Who may not look at ERP Integrations does not see the trail."""
    with pytest.raises(NotAllowed):
        audit.show(manager)


def test_what_is_shown_can_be_narrowed(store: Store, audit: AuditTrail, manager: Actor, viewer: Actor) -> None:
    """By subject, its id, the act, and how many; newest first."""
    with store.begin() as connection:
        for verb, subject, number in (("send", "item", 1), ("edit", "budget", 1), ("accept", "item", 1)):
            audit.record(connection, manager, verb, subject, number)

    assert ["accept", "send"] == [entry.verb for entry in audit.show(viewer, subject="item", subject_id=1)]
    assert ["edit"] == [entry.verb for entry in audit.show(viewer, verb="edit")]
    assert ["accept"] == [entry.verb for entry in audit.show(viewer, limit=1)]


def test_exact_values_are_kept_as_text(store: Store, audit: AuditTrail, manager: Actor, viewer: Actor) -> None:
    """Decimals and dates in details stay what they are, never a float."""
    details = {"amount": Decimal("10300.10"), "date": date(2026, 3, 2), "lines": {2, 1}}
    with store.begin() as connection:
        audit.record(connection, manager, "edit", "budget", 1, details=details)

    assert {"amount": "10300.10", "date": "2026-03-02", "lines": [1, 2]} == audit.show(viewer)[0].facts


@pytest.mark.rule("X4")
def test_secrets_are_taken_out_of_details(store: Store, audit: AuditTrail, manager: Actor, viewer: Actor) -> None:
    """Details pass the redactor before they are written."""

    class Masking:
        def clean_json(self, value: Any) -> Any:
            return dict.fromkeys(value, "***")

    with store.begin() as connection:
        evolve(audit, redactor=Masking()).record(
            connection, manager, "edit", "connection", 1, details={"word": "canary"}
        )

    assert {"word": "***"} == audit.show(viewer)[0].facts
    assert audit.check().sound


def test_an_older_copy_put_back_is_found(store: Store, audit: AuditTrail, record: Callable[[int], None]) -> None:
    """A copy of the database made before the last acts is noticed when it is put back."""
    record(1)
    put_back = backup(store)
    record(2)
    put_back()

    with store.read() as connection:
        assert connection.execute(select(func.count()).select_from(audit_entries)).scalar_one() == 1
    assert not audit.check().sound
