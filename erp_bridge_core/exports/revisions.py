"""Budget changes that the ERP keeps as records of its own: recorded until approved, posted with effect or not (A3)."""

from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import Connection, exists, select, update

from erp_bridge_core.contract.postings import Outcome, RevisionSight, RevisionStage
from erp_bridge_core.store.tables import item_changes, item_lines, key_outcomes

#: Stages in which the ERP counts a revision, or will once it is posted.
COUNTED: Final = (RevisionStage.APPROVED, RevisionStage.POSTED)
#: What keys look like whose changes did not move; `removed` where the changes were seen unposted before.
UNMOVED: Final = (Outcome.NOT_VISIBLE_YET.value, Outcome.REMOVED.value, Outcome.HALF_POSTED.value)


def hold_recorded(connection: Connection, item_id: int) -> None:
    """Lines of changes that were sent unapproved have arrived as records: they stay out of the revised figure."""
    recorded = select(item_changes.c.number).where(item_changes.c.item_id == item_id, item_changes.c.recorded)
    connection.execute(
        update(item_lines)
        .where(item_lines.c.item_id == item_id, item_lines.c.state == "arrived")
        .where(item_lines.c.change_number.in_(recorded))
        .values(state="recorded")
    )


def count_approved(connection: Connection, item_id: int, sights: Iterable[RevisionSight]) -> tuple[str, ...]:
    """Changes that were only recorded and that the ERP has approved since: they count from now on. Their numbers."""
    approved = [sight.change for sight in sights if sight.stage in COUNTED]
    found = connection.execute(
        select(item_changes.c.number)
        .where(item_changes.c.item_id == item_id, item_changes.c.recorded, item_changes.c.number.in_(approved))
        .order_by(item_changes.c.number)
    ).scalars()
    numbers = tuple(found)
    of_changes = item_changes.c.item_id == item_id, item_changes.c.number.in_(numbers)
    connection.execute(update(item_changes).where(*of_changes).values(recorded=False))
    connection.execute(
        update(item_lines)
        .where(item_lines.c.item_id == item_id, item_lines.c.state == "recorded")
        .where(item_lines.c.change_number.in_(numbers))
        .values(state="arrived")
    )
    return numbers


def name_without_effect(
    connection: Connection, item_id: int, verification_id: int, sights: Sequence[RevisionSight]
) -> None:
    """Name the keys whose only change the ERP says it posted, and whose figures did not move."""
    posted = [sight.change for sight in sights if sight.stage is RevisionStage.POSTED]
    row, line = key_outcomes.c, item_lines.c
    own = (
        exists()
        .where(line.item_id == item_id, line.part == "change", line.change_number.in_(posted), line.state == "arrived")
        .where(line.sub_job == row.sub_job, line.cost_code == row.cost_code, line.category == row.category)
    )
    connection.execute(
        update(key_outcomes)
        .where(row.verification_id == verification_id, row.outcome.in_(UNMOVED), own)
        # Half posted is a key whose original budget came and whose changes did not.
        .where((row.sent_original == 0) | (row.now_changes == row.before_changes))
        .values(outcome=Outcome.NO_EFFECT.value)
    )
