"""Which tasks there should be now, and which of those that are ready come first."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection, or_, select

from erp_bridge_core.configuration.schedule import ScheduleConfig
from erp_bridge_core.connector import hurrying, outcomes_standing
from erp_bridge_core.engine.exporting import EXPORT, Left, left
from erp_bridge_core.engine.jobs import JOBS
from erp_bridge_core.engine.tasks import NewTask, Task
from erp_bridge_core.store.tables import companies, deliveries, tasks, webhook_deliveries


def missing(connection: Connection, schedule: ScheduleConfig, now: datetime) -> Left:
    """The tasks that are not there yet, of jobs and of exports, and those that are over."""
    wanted = {each.key: each for each in _of_jobs(connection, schedule, now)}
    names = [job.name for job in JOBS]
    known = set(connection.execute(select(tasks.c.key).where(tasks.c.job.in_(names))).scalars())
    exporting = left(connection, resume_every=schedule.resume_minutes * 60.0)
    new = tuple(task for key, task in wanted.items() if key not in known)
    return Left(new=(*new, *exporting.new), over={*exporting.over, *(known - set(wanted))})


def _of_jobs(connection: Connection, schedule: ScheduleConfig, now: datetime) -> Iterable[NewTask]:
    rows = connection.execute(select(companies.c.id, companies.c.code, companies.c.time_zone).order_by(companies.c.id))
    only = {job.name: job.only_for(connection) for job in JOBS if job.only_for is not None}
    for number, company in enumerate(rows.all()):
        for job in JOBS:
            rhythm = job.rhythm(schedule)
            if company.id not in only.get(job.name, {company.id}):
                continue
            if rhythm.is_on and not (job.for_all and number):
                yield NewTask(
                    key=job.key(company.code),
                    job=job.name,
                    company_id=None if job.for_all else company.id,
                    turn=f"{job.turn}:{company.code}" if job.turn else "",
                    due_in=rhythm.first(now, company.time_zone),
                )


def hurried(connection: Connection, now: datetime) -> Mapping[str, frozenset[int]]:
    """Jobs with the companies that have something to be sent now, whatever their rhythm."""
    told = webhook_deliveries.c
    mail = select(deliveries.c.company_id).where(deliveries.c.state == "waiting", deliveries.c.due_at <= now)
    webhooks = select(told.company_id).where(told.state == "waiting", or_(told.tries == 0, told.due_at <= now))
    return {
        "mail": frozenset(connection.execute(mail.distinct()).scalars()),
        "webhooks": frozenset(connection.execute(webhooks.distinct()).scalars()),
        "requests": hurrying.companies_in_a_hurry(connection),
        "outcomes": outcomes_standing.companies_in_a_hurry(connection),
    }


def chosen(ready: Iterable[Task], running: Iterable[Task], *, at_once: int) -> list[Task]:
    """Those that begin now, at most `at_once` together with what runs, and half of that exports.

    Of several companies the one with the least under way comes first, so that none waits for another's long night.
    """
    waiting, under_way = list(ready), list(running)
    turns = {task.turn for task in under_way}
    begun: list[Task] = []
    while len(under_way) < at_once:
        busy = Counter(task.company_id for task in under_way)
        full = sum(task.job == EXPORT for task in under_way) >= at_once // 2
        able = [task for task in waiting if task.turn not in turns and not (full and task.job == EXPORT)]
        if not able:
            break
        task = min(able, key=lambda each: (busy[each.company_id], each.due_at, each.id))
        waiting.remove(task)
        turns.add(task.turn)
        under_way.append(task)
        begun.append(task)
    return begun
