"""The installation at work: who works, what is stuck, what waits for people, and what was last proved."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select

from erp_bridge_core.app import Application
from erp_bridge_core.configuration.configuration import Configuration
from erp_bridge_core.configuration.kinds import ConnectionKind
from erp_bridge_core.engine.living import at_work, of_other_versions
from erp_bridge_core.operations.census import census
from erp_bridge_core.store.tables import companies, tasks
from erp_bridge_core.upkeep.findings import Looked, failed, fine, warning

_HOUR: Final = 3600.0
_DAY: Final = 24 * _HOUR
#: Seconds after which what is due is stuck, and a backup is old.
_STUCK: Final = 10 * 60.0
_OLD: Final = 2 * _DAY
_MOST: Final = 20


def look_at_work(home: Path) -> Iterator[Looked]:
    """Of all companies; nothing is changed."""
    with Application.open(home) as application:
        known = {(each.figure, *each.labels): each.value for each in census(application)}
        yield from _workers(known)
        yield from _versions(application)
        yield from _failing(application)
        yield from _outboxes(known)
        yield from _doubts(known)
        yield from _kept(known)
        yield from _zones(application)
        yield from _certificates(application)


_Known = Mapping[tuple[str, ...], float]


def _workers(known: _Known) -> Iterator[Looked]:
    workers = sum(value for key, value in known.items() if key[0] == "workers")
    oldest = known.get(("oldest_task_seconds",), 0.0)
    if not workers:
        remedy = "Start one: `erp-bridge worker`, or `erp-bridge serve`, which has one."
        yield warning("worker", "No worker lives: nothing is done by itself.", remedy=remedy)
    elif oldest > _STUCK:
        remedy = "Look at `erp-bridge worker status`; start another worker, or end one that hangs."
        yield failed("worker", f"Work has been due for {oldest / 60:.0f} minutes.", remedy=remedy)
    else:
        yield fine("worker", f"{workers:.0f} at work; nothing that is due waits long.")


def _versions(application: Application) -> Iterator[Looked]:
    with application.store.read() as connection:
        living = at_work(connection, now=application.store.seconds(connection))
    if told := of_other_versions(living):
        yield warning("versions", told, remedy="Install one version on every host, and start its workers anew.")


def _failing(application: Application) -> Iterator[Looked]:
    query = select(tasks.c.key, tasks.c.failures, tasks.c.problem).where(tasks.c.failures > 0).limit(_MOST)
    with application.store.read() as connection:
        rows = connection.execute(query.order_by(tasks.c.key)).all()
    for row in rows:
        problem = row.problem or {}
        words = f"{row.key} failed {row.failures} times: {problem.get('message', '')}"
        yield failed("tasks", application.redactor.clean(words), remedy=str(problem.get("remedy") or "Look at it."))
    if not rows:
        yield fine("tasks", "No task's last try failed.")


def _outboxes(known: _Known) -> Iterator[Looked]:
    for many, one, command in (("mail", "mail", "mail"), ("webhooks", "webhook", "webhooks")):
        age, given_up = known[f"oldest_{one}_seconds",], known[f"{many}_given_up",]
        if age > _HOUR:
            told = f"The oldest of {known[f'{many}_waiting',]:.0f} that are due waits for {age / _HOUR:.0f} hours."
            yield failed(many, told, remedy=f"Look at `erp-bridge {command} list`.")
        elif given_up:
            remedy = f"Look at `erp-bridge {command} list --state given_up`, then `erp-bridge {command} retry`."
            yield warning(many, f"{given_up:.0f} were given up.", remedy=remedy)
        else:
            yield fine(many, "Nothing waits that should have gone.")


def _doubts(known: _Known) -> Iterator[Looked]:
    states = {"unknown": "Their outcome is unknown", "mismatch": "The ERP's figures are not what was exported"}
    found = [(words, count) for state, words in states.items() if (count := known.get(("items", state), 0.0))]
    for words, count in found:
        yield warning(
            "items", f"{words}: {count:.0f} items.", remedy="An approver looks at each: `erp-bridge export status`."
        )
    if not found:
        yield fine("items", "None is unknown or a mismatch.")


def _kept(known: _Known) -> Iterator[Looked]:
    age = known.get(("backup_age_seconds",))
    remedy = "Make one each night: `erp-bridge db backup FILE`, to another disk than this one."
    if age is None:
        yield warning("backup", "No backup was made by `erp-bridge db backup`.", remedy=remedy)
    elif age > _OLD:
        yield warning("backup", f"The last backup is {age / _DAY:.0f} days old.", remedy=remedy)
    else:
        yield fine("backup", f"The last backup is {age / _HOUR:.0f} hours old.")


def _zones(application: Application) -> Iterator[Looked]:
    with application.store.read() as connection:
        rows = connection.execute(select(companies.c.code, companies.c.time_zone)).all()
    for row in rows:
        try:
            ZoneInfo(row.time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            told = f"The time zone {row.time_zone} of {row.code} is not known here."
            yield failed("time zones", told, remedy="Install the package tzdata.")


def _certificates(application: Application) -> Iterator[Looked]:
    used = Configuration.read(application.home).connections.values()
    certificates, registry = application.certificates, application.registry
    for kind, name in sorted({(each.kind, each.plugin) for each in used}):
        is_erp = kind is ConnectionKind.ERP
        if name not in (registry.adapters if is_erp else registry.sources):
            continue
        standing = (certificates.assess if is_erp else certificates.assess_source)(name).standing
        if standing.warning:
            yield warning("certificate", f"{name}: {standing.sentence}", remedy=standing.remedy or "Look at its page.")
        else:
            yield fine("certificate", f"{name}: {standing.sentence}")
