"""When the database's clock goes back, as a host's that was set right: what was to come soon would wait for days.

Signs of life tell: one from the days to come was made before. All moments of the installation's own work are then moved
back by as much, in one transaction, so that claims end and tasks come as soon as they would have.
"""

import logging
from typing import Final

from sqlalchemy import Connection, func, select, update

from erp_bridge_core.store.tables import exports, tasks, workers

_LOGGER: Final = logging.getLogger(__name__)
#: Seconds that a sign of life may lie ahead; a clock that goes back by less only makes what is due wait for so long.
SLACK: Final = 10.0


def follow_clock(connection: Connection, now: float) -> float:
    """Move all moments by what the database's clock went back since the last sign of life, in a write transaction.

    Returns by how many seconds; 0.0 nearly always.
    """
    last = connection.execute(select(func.max(workers.c.seen_at))).scalar_one_or_none()
    ahead = (last or now) - now
    if ahead <= SLACK:
        return 0.0
    connection.execute(update(workers).where(workers.c.seen_at > now).values(seen_at=workers.c.seen_at - ahead))
    connection.execute(update(tasks).values(due_at=tasks.c.due_at - ahead, lease_until=tasks.c.lease_until - ahead))
    held = exports.c.lease_until.is_not(None)
    connection.execute(update(exports).where(held).values(lease_until=exports.c.lease_until - ahead))
    _LOGGER.warning("The database's clock went back by %.0f seconds; what is due comes as it would have.", ahead)
    return ahead
