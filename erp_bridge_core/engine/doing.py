"""Does one claimed task, whatever it is, and says how it ended: nothing that it raises ends the worker."""

import logging
from typing import Final

from attrs import define
from sqlalchemy import select

from erp_bridge_core.app import Application
from erp_bridge_core.configuration.schedule import ScheduleConfig
from erp_bridge_core.contract.errors import ErpBridgeError
from erp_bridge_core.defects import tell_defect
from erp_bridge_core.engine.carrying import Carrier
from erp_bridge_core.engine.exporting import EXPORT, START, Exporting
from erp_bridge_core.engine.jobs import BY_NAME, Job
from erp_bridge_core.engine.rhythm import pause_after
from erp_bridge_core.engine.tasks import Ended, Task
from erp_bridge_core.exports.lease import Ending
from erp_bridge_core.following import Fact, about, doing, going_on
from erp_bridge_core.people.actor import Actor, system_actor
from erp_bridge_core.people.passwords import operating_system_user
from erp_bridge_core.store.tables import companies

_LOGGER: Final = logging.getLogger(__name__)


class JobDefect(ErpBridgeError):
    """A job ended by something that this software did not foresee; the details are in the home's log."""

    code = "defect"


@define
class Doer:
    """Does tasks of an installation, as its schedule says how often."""

    application: Application
    schedule: ScheduleConfig
    carrier: Carrier

    def do(self, task: Task, ending: Ending) -> Ended:
        """Do it; `ending` says that the worker is to end soon. It is done for the act that asked for it, if any did."""
        known: dict[str, Fact] = {"item": task.item_id} if task.item_id is not None else {}
        with going_on(task.cause), about(**known), doing("task", job=task.job, task=task.key) as step:
            ended = self._told(task, ending)
            step.tell(told=ended.told)
            step.outcome = ended.problem.code if ended.problem else ""
        return ended

    def _told(self, task: Task, ending: Ending) -> Ended:
        try:
            return self._do(task, ending)
        except ErpBridgeError as error:
            _LOGGER.warning("%s: %s", task.key, error.message)
            problem = error
        except Exception as error:  # noqa: BLE001 -- one task's defect must not end the others
            problem = told_defect(self.application, task.key, error)
        return Ended(told="failed", again_in=self._pause(task, problem), problem=problem)

    def _do(self, task: Task, ending: Ending) -> Ended:
        exporting = Exporting(self.application, self.carrier, self.schedule.resume_minutes * 60.0)
        if task.job == EXPORT:
            return exporting.export(task, ending)
        if task.job == START:
            return exporting.start(task, ending)
        job = BY_NAME.get(task.job)
        if job is None:  # of another version
            return Ended()
        actor, zone = self._company(task)
        result = job.do(self.application, actor)
        rhythm = job.rhythm(self.schedule)
        if result.problem is not None:
            _LOGGER.warning("%s: %s", task.key, result.problem.message)
            return Ended(told=result.told, again_in=self._pause(task, result.problem), problem=result.problem)
        again = rhythm.next(self.application.clock.now(), zone) if rhythm.is_on else None
        return Ended(told=result.told, again_in=again)

    def _pause(self, task: Task, problem: ErpBridgeError) -> float:
        job: Job | None = BY_NAME.get(task.job)
        usual = job.rhythm(self.schedule).every if job else 0.0
        return pause_after(problem, task.failures, usual=usual) if usual else pause_after(problem, task.failures)

    def _company(self, task: Task) -> tuple[Actor, str]:
        """The installation itself in the task's company, or in the first one for what is for all."""
        query = select(companies.c.id, companies.c.code, companies.c.time_zone).order_by(companies.c.id).limit(1)
        if task.company_id is not None:
            query = query.where(companies.c.id == task.company_id)
        with self.application.store.read() as connection:
            row = connection.execute(query).one()
        return system_actor(row.id, row.code, os_user=operating_system_user()), row.time_zone


def told_defect(application: Application, where: str, error: Exception) -> JobDefect:
    """What this software did not foresee: its details go to the home's log."""
    tell_defect(error, where, home=application.home, clean=application.redactor.clean)
    return JobDefect(
        f"ERP Bridge has a defect: {type(error).__name__}.",
        remedy="Report it; the details are in logs/errors.log of the home.",
    )
