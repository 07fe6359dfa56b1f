"""What grants and other administrative acts ask of whoever does them."""

from datetime import datetime

from sqlalchemy import Connection

from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.rights import policy_of, rights_of
from erp_bridge_core.people.rules import may_administer, require, signed_in_recently


def require_administrator(connection: Connection, actor: Actor, now: datetime) -> None:
    """Raise `NotAllowed` unless an administrator acts who signed in recently, or the installation itself does."""
    if actor.is_system:
        return
    minutes = policy_of(connection, actor.company_id).recent_minutes
    require(
        [
            *may_administer(rights_of(connection, actor)),
            *signed_in_recently(actor.signed_in_at, now, minutes=minutes),
        ]
    )
