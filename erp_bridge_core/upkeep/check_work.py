"""What is looked at in the rows of any database: figures that have to agree, and leases that the clock left behind."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, text

from erp_bridge_core.engine.living import at_work
from erp_bridge_core.engine.tasks import LEASE
from erp_bridge_core.exports.lease import LEASE_SECONDS
from erp_bridge_core.upkeep.findings import Looked, failed, fine, warning

_MOST: Final = 10
#: Seconds by which a moment may lie ahead: clocks are set, commits take time.
_SLACK: Final = 60.0
#: What has to agree: in words, and the question that finds where it does not.
_AGREE: Final = (
    (
        "items whose number of lines is not that of the send",
        (
            "SELECT items.id FROM items WHERE items.version > 0 AND items.line_count <> "
            "(SELECT count(*) FROM item_lines WHERE item_lines.item_id = items.id)"
        ),
    ),
    (
        "items whose amount is not that of their lines",
        (
            "SELECT items.id FROM items WHERE items.version > 0 AND items.original + items.changes <> "
            "(SELECT coalesce(sum(item_lines.amount), 0) FROM item_lines WHERE item_lines.item_id = items.id)"
        ),
    ),
    (
        "projects whose number of sends is not that of their items",
        (
            "SELECT projects.id FROM projects WHERE projects.sends <> "
            "(SELECT coalesce(max(items.version), 0) FROM items WHERE items.project_id = projects.id)"
        ),
    ),
    (
        "effects whose number of lines is not that of the plan",
        (
            "SELECT effects.id FROM effects WHERE effects.line_count <> "
            "(SELECT count(*) FROM effect_lines WHERE effect_lines.effect_id = effects.id)"
        ),
    ),
    (
        "effects one of whose tries is gone",
        "SELECT effect_id FROM attempts GROUP BY effect_id HAVING count(*) <> max(number)",
    ),
    (
        "items that are being exported without an export",
        (
            "SELECT items.id FROM items WHERE items.state = 'exporting' AND NOT EXISTS "
            "(SELECT 1 FROM exports WHERE exports.item_id = items.id)"
        ),
    ),
)


def look_at_figures(connection: Connection) -> Iterator[Looked]:
    """Figures that are kept twice."""
    wrong = []
    for words, question in _AGREE:
        found = connection.execute(text(f"{question} ORDER BY 1 LIMIT {_MOST}")).scalars().all()
        if found:
            wrong.append(f"{words} ({', '.join(map(str, found))})")
    if wrong:
        yield failed(
            "figures", f"There are {'; '.join(wrong)}.",
            remedy="Stop exporting, keep the database as it is, and find out who wrote to it beside ERP Bridge.",
        )  # fmt: skip
    else:
        yield fine("figures", "What is counted twice agrees.")


def look_at_leases(connection: Connection, now: float) -> Iterator[Looked]:
    """Whatever is held for longer than a lease: the clock went back; `now` is the database's, in seconds."""
    held = "SELECT id FROM exports WHERE lease_until > :until"
    exports = connection.execute(text(held), {"until": now + LEASE_SECONDS + _SLACK}).scalars().all()
    claimed = "SELECT key FROM tasks WHERE lease_until > :until"
    tasks = connection.execute(text(claimed), {"until": now + LEASE + _SLACK}).scalars().all()
    ahead = "SELECT name FROM workers WHERE seen_at > :until AND ended_at IS NULL"
    workers = connection.execute(text(ahead), {"until": now + _SLACK}).scalars().all()
    if exports or tasks or workers:
        named = [*(f"export {each}" for each in exports), *(f"task {each}" for each in tasks), *workers][:_MOST]
        yield warning(
            "leases", f"Held into the future: {', '.join(named)}. The database's clock went back.",
            remedy="Set the clock right. Nothing goes twice; what a worker that died has left waits until that moment.",
        )  # fmt: skip
    else:
        yield fine("leases", f"Nothing is held too long; {len(at_work(connection, now=now))} workers live.")


def look_at_moments(connection: Connection) -> Iterator[Looked]:
    """Whether this host's clock is behind what the trail says was done."""
    last = connection.execute(text("SELECT at FROM audit_entries ORDER BY sequence DESC LIMIT 1")).scalar_one_or_none()
    ahead = timedelta(0) if last is None else datetime.fromisoformat(last) - datetime.now(UTC)
    if ahead.total_seconds() > _SLACK:
        yield warning(
            "clock", f"The last act was recorded at {last}, which is still to come: this host's clock went back.",
            remedy="Set the clock right; due times and sign-ins go by it.",
        )  # fmt: skip
    else:
        yield fine("clock", "This host's clock is not behind the last act.")
