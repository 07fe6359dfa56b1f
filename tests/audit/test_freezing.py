"""After a restore: writing frozen, what may have happened unknown, thawed by a person with a reason (L16)."""

from collections.abc import Callable

import pytest
from attrs import evolve
from databases import backup
from sqlalchemy import Connection, insert, select, update

from erp_bridge_core.audit.freezing import check_mark, require_thawed, thaw
from erp_bridge_core.audit.mark import HighWaterMark, Mark
from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.contract.errors import BadInput, Frozen, NotAllowed, NotPossibleNow, StorageError
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import (
    attempts,
    connections,
    effects,
    exports,
    installation,
    items,
)

pytestmark = pytest.mark.rule("L16")


@pytest.fixture
def act(store: Store, audit: AuditTrail, manager: Actor) -> Callable[[], None]:
    """Do something that is audited."""

    def once() -> None:
        with store.begin() as connection:
            audit.record(connection, manager, "edit", "budget", 1)

    return once


@pytest.fixture
def restore(store: Store, act: Callable[[], None]) -> Callable[[], None]:
    """Act, and put back a copy of the database from before."""

    def older_copy() -> None:
        put_back = backup(store)
        act()
        put_back()

    return older_copy


@pytest.fixture
def add_item(store: Store, clock: Clock, project: int) -> Callable[[str], int]:
    """Add a bare item in a state; its id."""
    with store.begin() as connection:
        on = {
            "company_id": 1,
            "name": "main",
            "kind": "erp",
            "plugin": "some-erp",
            "hosts": [],
            "created_at": clock.now(),
        }
        number = connection.execute(insert(connections).values(on).returning(connections.c.id)).scalar_one()

    def add(state: str) -> int:
        values = {
            "company_id": 1, "project_id": project, "version": len(states(store)) + 1, "state": state,
            "connection_id": number, "job": "24-001", "currency": "USD", "digits": 2, "first_export": True,
            "content_hash": "0", "line_count": 0, "original": 0, "changes": 0, "sent_by": 2, "sent_at": clock.now(),
            "contributors": [], "accepted_by": 3, "accepted_at": clock.now(), "accept_hash": "0",
        }  # fmt: skip
        with store.begin() as connection:
            return int(connection.execute(insert(items).values(values).returning(items.c.id)).scalar_one())

    return add


def add_effect(connection: Connection, clock: Clock, *, item: int, state: str, outcome: str | None) -> int:
    """An export of the item that runs, with one effect and its attempt."""
    export = {
        "company_id": 1, "item_id": item, "erp": "some-erp", "erp_company": "live", "job": "24-001", "state": "running",
        "started_by": 3, "started_at": clock.now(), "adapter_version": "1",
    }  # fmt: skip
    export_id = connection.execute(insert(exports).values(export).returning(exports.c.id)).scalar_one()
    effect = {
        "company_id": 1, "export_id": export_id, "key": f"k{item}", "reference": f"r{item}", "position": 1,
        "operation": "write", "safety": "append", "group_name": "", "generation": 1, "ordinal": 1, "payload_hash": "0",
        "request": {}, "line_count": 0, "state": state, "evidence": {},
    }  # fmt: skip
    effect_id = connection.execute(insert(effects).values(effect).returning(effects.c.id)).scalar_one()
    attempt = {
        "company_id": 1, "effect_id": effect_id, "number": 1, "epoch": 1, "started_at": 0.0, "deadline": 1.0,
        "outcome": outcome, "evidence": {},
    }  # fmt: skip
    connection.execute(insert(attempts).values(attempt))
    return int(effect_id)


def mark_of(audit: AuditTrail) -> Mark:
    """The mark as another process reads it."""
    return HighWaterMark(audit.mark.path).raise_to()


def states(store: Store) -> dict[int, str]:
    """The state of each item."""
    with store.read() as connection:
        return {row.id: row.state for row in connection.execute(select(items.c.id, items.c.state))}


def test_nothing_freezes_while_all_is_well(audit: AuditTrail, act: Callable[[], None], store: Store) -> None:
    """A database that is as far as its mark is written on."""
    act()

    assert check_mark(audit) is None
    with store.read() as connection:
        require_thawed(connection)


@pytest.fixture
def reads_of_the_mark(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Mark], Mark]], None]:
    """Have whoever reads the mark be given what a function makes of it."""

    def given(made: Callable[[Mark], Mark]) -> None:
        read = HighWaterMark.read
        monkeypatch.setattr(HighWaterMark, "read", lambda mark: made(read(mark)))

    return given


def test_acts_of_another_process_while_the_home_is_opened_freeze_nothing(
    audit: AuditTrail,
    act: Callable[[], None],
    store: Store,
    reads_of_the_mark: Callable[[Callable[[Mark], Mark]], None],
) -> None:
    """Each look at the mark finds what was just committed: the database that it is compared with knows it, too."""

    def just_raised(_: Mark) -> Mark:
        act()
        return mark_of(audit)

    reads_of_the_mark(just_raised)

    assert check_mark(audit) is None
    with store.read() as connection:
        require_thawed(connection)


def test_what_looked_like_an_older_copy_is_looked_at_again_before_writing_is_frozen(
    audit: AuditTrail, act: Callable[[], None], reads_of_the_mark: Callable[[Callable[[Mark], Mark]], None]
) -> None:
    """A mark that was about to be set lower, by whoever thawed, freezes nothing anew."""
    act()
    ahead = iter([1])
    reads_of_the_mark(lambda mark: evolve(mark, attempts=mark.attempts + next(ahead, 0)))

    assert check_mark(audit) is None


def test_an_older_copy_freezes_writing(audit: AuditTrail, restore: Callable[[], None], store: Store) -> None:
    """A restored database is frozen with the reason, stays so on every opening, and refuses what would go out."""
    restore()

    reason = check_mark(audit)

    assert reason is not None
    assert "older copy" in reason
    assert reason == check_mark(audit)
    with store.read() as connection, pytest.raises(Frozen, match="older copy") as refused:
        require_thawed(connection)
    assert "thaw" in refused.value.remedy


def test_attempts_that_the_database_does_not_know_freeze_writing(audit: AuditTrail) -> None:
    """Write attempts are counted outside too."""
    audit.mark.raise_to(attempts=1)

    reason = check_mark(audit)

    assert reason is not None
    assert "0 write attempts, but 1 were made" in reason


def test_another_copys_trail_freezes_writing(
    audit: AuditTrail, restore: Callable[[], None], act: Callable[[], None], clock: Clock
) -> None:
    """A copy that went on by itself, and so is as long, is told by its seal."""
    restore()
    clock.sleep(60)
    act()

    reason = check_mark(audit)

    assert reason is not None
    assert "another copy" in reason


def test_a_lost_mark_freezes_writing_and_is_written_anew(
    audit: AuditTrail, act: Callable[[], None], administrator: Actor
) -> None:
    """Without the mark nobody can say what is missing; after freezing acts can be recorded again, a thaw among them."""
    act()
    audit.mark.path.unlink()

    assert check_mark(audit) is not None
    act()
    thaw(audit, administrator, "The file was lost with a disk; the ERP was compared.")
    assert check_mark(audit) is None
    assert audit.check().sound


def test_another_installations_database_is_refused_untouched(audit: AuditTrail, store: Store) -> None:
    """It is not ours to freeze."""
    with store.begin() as connection:
        connection.execute(update(installation).values(code="OTHER2"))

    with pytest.raises(StorageError, match="OTHER2"):
        check_mark(audit)
    with store.read() as connection:
        assert connection.execute(select(installation.c.frozen_because)).scalar_one() is None


def test_accepted_items_become_unknown_and_are_accepted_anew_after_thawing(
    store: Store, audit: AuditTrail, add_item: Callable[[str], int], administrator: Actor
) -> None:
    """The lost time may have exported them; after reconciling they wait for another answer. Others keep their state."""
    accepted, ready = add_item("accepted"), add_item("ready")
    audit.mark.raise_to(attempts=1)

    check_mark(audit)
    assert {accepted: "unknown", ready: "ready"} == states(store)

    thawed = thaw(audit, administrator, "Compared with the ERP.")
    assert (accepted,) == thawed.items_to_accept_anew
    assert {accepted: "ready", ready: "ready"} == states(store)
    assert check_mark(audit) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (("planned", None), "unknown"),
        (("open", "not_sent"), "unknown"),
        (("open", "offered"), "open"),
        (("confirmed", "accepted"), "confirmed"),
    ],
)
def test_effects_that_the_lost_time_may_have_sent_are_unknown(
    audit: AuditTrail, clock: Clock, add_item: Callable[[str], int], before: tuple[str, str | None], after: str
) -> None:
    """What the copy would send again is sent by nobody before a person settled it."""
    store, item = audit.store, add_item("exporting")
    with store.begin() as connection:
        effect = add_effect(connection, clock, item=item, state=before[0], outcome=before[1])
    audit.mark.raise_to(attempts=2)

    check_mark(audit)

    with store.read() as connection:
        found = connection.execute(select(effects.c.state).where(effects.c.id == effect)).scalar_one()
        export = connection.execute(select(exports.c.state)).scalar_one()
    assert (after, "unknown", "unknown") == (found, export, states(store)[item])


@pytest.mark.rule("X1")
def test_freezing_and_thawing_are_audited(
    audit: AuditTrail, restore: Callable[[], None], administrator: Actor, viewer: Actor
) -> None:
    """Who thawed, why, and what had frozen writing stand in the trail; the mark follows the database again."""
    restore()
    reason = check_mark(audit)
    thaw(audit, administrator, "Compared with the ERP.")

    newest, before = audit.show(viewer)[:2]
    assert ("thaw", "freeze") == (newest.verb, before.verb)
    assert ("Compared with the ERP.", reason) == (newest.facts["reason"], newest.facts["was"])
    assert check_mark(audit) is None
    assert audit.check().sound


def test_thawing_needs_an_administrator_a_reason_and_something_frozen(
    audit: AuditTrail, administrator: Actor, approver: Actor
) -> None:
    """Each of the three is refused by its own error."""
    with pytest.raises(BadInput):
        thaw(audit, administrator, " ")
    with pytest.raises(NotPossibleNow):
        thaw(audit, administrator, "for fun")
    with pytest.raises(NotAllowed):
        thaw(audit, approver, "for fun")
