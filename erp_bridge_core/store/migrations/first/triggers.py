"""The triggers of the first version: what the database itself does in the transaction of whoever changes a row.

Written by hand, unlike the tables beside it.
"""

from alembic import op

#: A delivery for each active webhook of the company, whatever moved the item: a service, a worker, a freeze.
_DELIVERIES = """
    INSERT INTO webhook_deliveries (
        company_id, webhook_id, item_id, event, revision, from_state, to_state, moved_at, state, tries, due_at,
        cause
    )
    SELECT
        NEW.company_id, webhooks.id, NEW.id, {event}, NEW.revision, {before}, NEW.state, {now}, 'waiting', 0, {now},
        NEW.cause
    FROM webhooks WHERE webhooks.company_id = NEW.company_id AND webhooks.active;
"""
_IN_SQLITE = {"event": "lower(hex(randomblob(16)))", "now": "strftime('%Y-%m-%d %H:%M:%f000', 'now')"}
_IN_POSTGRESQL = {"event": "replace(gen_random_uuid()::text, '-', '')", "now": "(clock_timestamp() AT TIME ZONE 'UTC')"}
_SENT = "WHEN (NEW.version > 0)"
_MOVED = "WHEN (NEW.version > 0 AND NEW.state <> OLD.state)"


def item_told() -> None:
    """Tell webhooks of every change of an item's state."""
    tell = _told_in_postgresql if op.get_bind().dialect.name == "postgresql" else _told_in_sqlite
    tell("item_sent", f"AFTER INSERT ON items FOR EACH ROW {_SENT}", before="NULL")
    tell("item_moved", f"AFTER UPDATE OF state ON items FOR EACH ROW {_MOVED}", before="OLD.state")


def _told_in_sqlite(name: str, when: str, *, before: str) -> None:
    op.execute(f"CREATE TRIGGER {name} {when} BEGIN {_DELIVERIES.format(**_IN_SQLITE, before=before)} END")


def _told_in_postgresql(name: str, when: str, *, before: str) -> None:
    body = f"BEGIN {_DELIVERIES.format(**_IN_POSTGRESQL, before=before)} RETURN NULL; END"
    op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body$ {body} $body$")
    op.execute(f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION {name}()")
