"""The triggers of the first version: what the database itself does in the transaction of whoever changes a row.

Written by hand, unlike the tables beside it.
"""

from alembic import op

#: A delivery for each active webhook of the company, whatever moved the item: a service, a worker, a freeze.
_TOLD = """
CREATE TRIGGER {name} AFTER {event} ON items WHEN NEW.version > 0 {condition}
BEGIN
    INSERT INTO webhook_deliveries (
        company_id, webhook_id, item_id, event, revision, from_state, to_state, moved_at, state, tries, due_at
    )
    SELECT
        NEW.company_id, webhooks.id, NEW.id, lower(hex(randomblob(16))), NEW.revision, {before}, NEW.state,
        strftime('%Y-%m-%d %H:%M:%f000', 'now'), 'waiting', 0, strftime('%Y-%m-%d %H:%M:%f000', 'now')
    FROM webhooks WHERE webhooks.company_id = NEW.company_id AND webhooks.active;
END
"""


def item_told() -> None:
    """Tell webhooks of every change of an item's state."""
    op.execute(_TOLD.format(name="item_sent", event="INSERT", condition="", before="NULL"))
    moved = {"name": "item_moved", "event": "UPDATE OF state", "condition": "AND NEW.state <> OLD.state"}
    op.execute(_TOLD.format(**moved, before="OLD.state"))
