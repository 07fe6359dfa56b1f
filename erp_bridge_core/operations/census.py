"""What the database says of the installation now, of all its companies: a fixed number of statements, each bounded."""

import shutil
from collections.abc import Iterator
from datetime import datetime
from importlib.metadata import version
from typing import Any, Final

from attrs import frozen
from sqlalchemy import Column, Connection, Table, and_, func, or_, select

from erp_bridge_core.app import Application
from erp_bridge_core.contract.errors import ErpBridgeError
from erp_bridge_core.engine.living import at_work
from erp_bridge_core.store.tables import (
    audit_entries,
    deliveries,
    effects,
    exports,
    installation,
    items,
    tasks,
    webhook_deliveries,
)
from erp_bridge_core.upkeep.backup import VERB

#: States of writes that a person has to decide about.
_IN_DOUBT: Final = ("unknown", "conflict", "duplicated")
#: Exports in which such writes can be: all others are whole.
_NOT_WHOLE: Final = ("running", "offered", "failed", "unknown", "conflict")
#: Failing tasks that are looked at; with more of them nobody counts.
_MOST: Final = 1_000


@frozen
class Reading:
    """One value of a figure, by its name and the values of its labels."""

    figure: str
    value: float
    labels: tuple[str, ...] = ()


def census(application: Application) -> tuple[Reading, ...]:
    """All that is read; of a database that does not answer, that it does not."""
    outside = [Reading("info", 1, (version("erp-bridge-core"),))]
    if application.home.is_dir():
        outside.append(Reading("disk_free_bytes", shutil.disk_usage(application.home).free))
    store, at = application.store, application.clock.now()
    try:
        with store.read() as connection:
            found = [*_found(connection, store.seconds(connection), at), Reading("database_up", 1)]
    except ErpBridgeError:
        return (*outside, Reading("database_up", 0))
    return (*outside, *found)


def _found(connection: Connection, now: float, at: datetime) -> Iterator[Reading]:
    yield from _by_state(connection, items, "items", but=items.c.version > 0)
    oldest = select(items.c.state, func.min(items.c.sent_at)).where(items.c.version > 0).group_by(items.c.state)
    for state, sent in connection.execute(oldest):
        yield Reading("oldest_item_seconds", _since(sent, at), (state,))
    yield from _by_state(connection, exports, "exports", but=exports.c.item_id.is_not(None))
    told = exports.c.outcome_id.is_not(None) & exports.c.held_as.is_(None)
    yield from _by_state(connection, exports, "outcomes", but=told)
    yield from _doubts(connection)
    yield from _tasks(connection, now, at)
    workers: dict[str, int] = {}
    for each in at_work(connection, now=now):
        workers[each.kind] = workers.get(each.kind, 0) + 1
    yield from (Reading("workers", count, (kind,)) for kind, count in (workers or {"worker": 0}).items())
    yield from _outbox(connection, deliveries, ("mail", "mail"), at)
    yield from _outbox(connection, webhook_deliveries, ("webhooks", "webhook"), at)
    frozen = connection.execute(select(installation.c.frozen_because)).scalar_one_or_none()
    yield Reading("frozen", float(frozen is not None))
    made = select(func.max(audit_entries.c.at)).where(audit_entries.c.verb == VERB)
    if (last := connection.execute(made).scalar_one()) is not None:
        yield Reading("backup_age_seconds", _since(datetime.fromisoformat(last), at))


def _by_state(connection: Connection, table: Table, figure: str, *, but: Any = None) -> Iterator[Reading]:
    query = select(table.c.state, func.count()).group_by(table.c.state)
    for state, count in connection.execute(query if but is None else query.where(but)):
        yield Reading(figure, count, (state,))


def _doubts(connection: Connection) -> Iterator[Reading]:
    """Of exports that are not whole alone: the ledger itself may hold millions of writes."""
    query = (
        select(effects.c.state, func.count())
        .join(exports, exports.c.id == effects.c.export_id)
        .where(exports.c.state.in_(_NOT_WHOLE), exports.c.item_id.is_not(None), effects.c.state.in_(_IN_DOUBT))
        .group_by(effects.c.state)
    )
    found: dict[str, int] = {state: count for state, count in connection.execute(query)}  # noqa: C416 -- rows are typed so
    yield from (Reading("effects_in_doubt", found.get(state, 0), (state,)) for state in _IN_DOUBT)


def _tasks(connection: Connection, now: float, at: datetime) -> Iterator[Reading]:
    free = or_(tasks.c.lease_until.is_(None), tasks.c.lease_until <= now)
    due = select(func.count(), func.min(tasks.c.due_at)).where(tasks.c.due_at <= now, free)
    count, oldest = connection.execute(due).one()
    yield Reading("tasks_due", count)
    yield Reading("oldest_task_seconds", now - oldest if count else 0.0)
    codes: dict[str, int] = {}
    for problem in connection.execute(select(tasks.c.problem).where(tasks.c.failures > 0).limit(_MOST)).scalars():
        code = str((problem or {}).get("error", "error"))
        codes[code] = codes.get(code, 0) + 1
    yield from (Reading("tasks_failing", count, (code,)) for code, count in codes.items())
    yield from _audit(connection, at)


def _audit(connection: Connection, at: datetime) -> Iterator[Reading]:
    """A check that could not be made says nothing of the trail; one that never was is as old as the installation."""
    query = select(tasks.c.ended_at, tasks.c.problem).where(tasks.c.key == "audit", tasks.c.ended_at.is_not(None))
    tried = connection.execute(query).one_or_none()
    if tried is None:
        made = connection.execute(select(installation.c.created_at)).scalar_one()
        yield Reading("audit_check_age_seconds", _since(made, at))
    elif not tried.problem or tried.problem["faults"]:
        yield Reading("audit_sound", float(not tried.problem))
        yield Reading("audit_check_age_seconds", _since(tried.ended_at, at))


def _outbox(connection: Connection, table: Table, names: tuple[str, str], at: datetime) -> Iterator[Reading]:
    many, one = names
    due: Column[Any] = table.c.due_at
    waits = and_(table.c.state.in_(("waiting", "sending")), due <= at)
    count, oldest = connection.execute(select(func.count(), func.min(due)).where(waits)).one()
    given_up = select(func.count()).select_from(table).where(table.c.state == "given_up")
    yield Reading(f"{many}_waiting", count)
    yield Reading(f"oldest_{one}_seconds", _since(oldest, at) if count else 0.0)
    yield Reading(f"{many}_given_up", connection.execute(given_up).scalar_one())


def _since(moment: datetime, at: datetime) -> float:
    return max(0.0, (at - moment).total_seconds())
