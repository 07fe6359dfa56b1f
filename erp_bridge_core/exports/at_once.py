"""ERPs whose original budget counts as soon as it is written, while changes wait to be posted: no half posting (V2)."""

from typing import Final

from sqlalchemy import Connection, case, exists, func, select, update

from erp_bridge_core.contract.postings import Outcome
from erp_bridge_core.exports.moves import Subject, same_key
from erp_bridge_core.store.tables import key_outcomes, observations

_GOOD: Final = (Outcome.POSTED.value, Outcome.SYNCED.value)


def changes_have_moved(connection: Connection, subject: Subject) -> bool:
    """Whether any change of the item is in the figures: only then can the rest of them be missing."""
    row = key_outcomes.c
    query = select(func.count()).where(
        row.verification_id == subject.verification_id, row.sent_changes != 0, row.outcome.in_(_GOOD)
    )
    return bool(connection.execute(query).scalar_one())


def let_changes_wait(connection: Connection, subject: Subject) -> None:
    """Keys whose original has moved and whose change has not are waiting: unposted where a route sees it so."""
    row, seen = key_outcomes.c, observations.c
    waits = exists().where(
        seen.verification_id == subject.verification_id,
        same_key(observations, key_outcomes),
        seen.unposted_changes == row.sent_changes,
    )
    connection.execute(
        update(key_outcomes)
        .where(row.verification_id == subject.verification_id, row.outcome == Outcome.HALF_POSTED.value)
        .where(row.now_original - row.before_original == row.sent_original, row.now_changes == row.before_changes)
        .values(outcome=case((waits, Outcome.UNPOSTED.value), else_=Outcome.NOT_VISIBLE_YET.value))
    )
