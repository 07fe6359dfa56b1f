"""Budget changes that the ERP keeps as records: unapproved ones stay out of the figures, posted ones must move them."""

from datetime import date

import pytest
from sqlalchemy import insert, select
from verification_scene import Scene, key

from erp_bridge_core.approvals.recording import mark_recorded, only_recorded
from erp_bridge_core.contract import FieldKind, FieldValues, RevisionField, RevisionSight, RevisionStage
from erp_bridge_core.contract.postings import Outcome
from erp_bridge_core.exports.revisions import count_approved, hold_recorded, name_without_effect
from erp_bridge_core.exports.status import count_lines
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import budget_changes, item_changes, key_outcomes, verifications

STATUS = RevisionField(
    name="budget_revision_status", label="Status", kind=FieldKind.CHOICE, recorded=("pending", "forecasted")
)
POSTED = RevisionSight(change="1", stage=RevisionStage.POSTED)


@pytest.fixture
def scene(store: Store, project: int) -> Scene:
    """An item with an original line of 100.00 and budget change 1 of 30.00 on another key, both arrived."""
    scene = Scene.make(store, project)
    scene.send(key("01"), 10000)
    scene.send(key("02"), 0, 3000)
    scene.before(key("01"), 0, 0)
    scene.before(key("02"), 0, 0)
    with store.begin() as connection:
        change = connection.execute(
            insert(budget_changes)
            .values(company_id=1, project_id=project, number="1", date=date(2026, 2, 1), status="approved")
            .returning(budget_changes.c.id)
        ).scalar_one()
        connection.execute(
            insert(item_changes).values(
                company_id=1, item_id=scene.item_id, change_id=change, number="1", date=date(2026, 2, 1), lines=1,
                amount=3000, transfer=False,
            )
        )  # fmt: skip
    return scene


@pytest.mark.rule("A3")
def test_a_choice_that_only_records_marks_its_change() -> None:
    """Per change, with the item's value as the default."""
    values = FieldValues(
        item={"budget_revision_status": "pending"}, changes={"2": {"budget_revision_status": "approved"}}
    )
    assert ("1",) == only_recorded([STATUS], values, ["1", "2"])


@pytest.mark.rule("A3", "V2")
def test_a_recorded_change_stays_out_until_the_erp_approves_it(scene: Scene, store: Store) -> None:
    """Unapproved, nothing of it is expected to move; approved in the ERP, it counts from then on."""
    with store.begin() as connection:
        mark_recorded(connection, scene.item_id, ["1"])
        hold_recorded(connection, scene.item_id)
        assert (1, 1) == (
            count_lines(connection, scene.item_id).arrived,
            count_lines(connection, scene.item_id).recorded,
        )
    assert Outcome.POSTED == scene.see({key("01"): (10000, 0), key("02"): (0, 0)}).outcome

    with store.begin() as connection:
        pending = RevisionSight(change="1", stage=RevisionStage.RECORDED)
        assert () == count_approved(connection, scene.item_id, [pending])
        assert ("1",) == count_approved(connection, scene.item_id, [POSTED])
        hold_recorded(connection, scene.item_id)
        assert 2 == count_lines(connection, scene.item_id).arrived
    assert Outcome.HALF_POSTED == scene.see({key("01"): (10000, 0), key("02"): (0, 0)}).outcome
    assert Outcome.POSTED == scene.see({key("01"): (10000, 0), key("02"): (0, 3000)}).outcome


@pytest.mark.rule("V2")
def test_a_posted_change_that_moved_nothing_is_named(scene: Scene, store: Store) -> None:
    """The ERP says that it posted the change, and the figure did not move: neither success nor waiting."""
    scene.see({key("01"): (10000, 0), key("02"): (0, 0)})
    with store.begin() as connection:
        number = max(connection.execute(select(verifications.c.id)).scalars())
        name_without_effect(connection, scene.item_id, number, [POSTED])
        rows = connection.execute(
            select(key_outcomes.c.cost_code, key_outcomes.c.outcome).where(key_outcomes.c.verification_id == number)
        ).all()
    assert {"01": Outcome.POSTED, "02": Outcome.NO_EFFECT} == {code: Outcome(outcome) for code, outcome in rows}
    assert Outcome.NO_EFFECT.is_mismatch
