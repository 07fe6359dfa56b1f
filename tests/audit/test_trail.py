"""The audit trail: what it records, who sees it, and what tampering it finds."""

import pytest

from erp_bridge_core.audit.mark import HighWaterMark
from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.store.database import Store


@pytest.mark.rule("X1")
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
    assert audit.check().sound
