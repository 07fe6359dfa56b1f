"""The jobs of an installation: each has a name, a rhythm, and does its work for one company or for all of them.

Each is idempotent: a company's verification, summaries or mail may be run at any time by anybody, and are by commands.
"""

from collections.abc import Callable, Collection
from typing import Final

from attrs import frozen
from sqlalchemy import Connection

from erp_bridge_core.app import Application
from erp_bridge_core.configuration.schedule import ScheduleConfig
from erp_bridge_core.connector.hurrying import companies_with_sources
from erp_bridge_core.contract.errors import ErpBridgeError, ReadFailed, StorageError
from erp_bridge_core.engine.pruning import prune
from erp_bridge_core.engine.rhythm import Rhythm
from erp_bridge_core.exports.lease import AtWork
from erp_bridge_core.exports.verification import Verified
from erp_bridge_core.people.actor import Actor

_MINUTE: Final = 60.0


@frozen(kw_only=True)
class Result:
    """What a job did, in a few words, and the problem that kept it from doing all of it."""

    told: str = ""
    problem: ErpBridgeError | None = None


@frozen(kw_only=True)
class Job:
    """A job that comes again. `turn`: jobs of one turn and company are done one after the other.

    `only_for` tells the companies that have such work at all; None: each has.
    """

    name: str
    title: str
    rhythm: Callable[[ScheduleConfig], Rhythm]
    do: Callable[[Application, Actor], Result]
    turn: str = ""
    for_all: bool = False
    only_for: Callable[[Connection], Collection[int]] | None = None

    def key(self, company: str) -> str:
        """The key of its task for a company, or of its only one."""
        return self.name if self.for_all else f"{self.name}:{company}"


def _nightly(schedule: ScheduleConfig) -> Rhythm:
    return Rhythm(night=schedule.night)


def _with_mail(schedule: ScheduleConfig) -> Rhythm:
    return Rhythm(every=schedule.mail_minutes * _MINUTE)


def _verify(application: Application, actor: Actor) -> Result:
    return _verified(application.verification.verify_all(actor))


def _verify_all(application: Application, actor: Actor) -> Result:
    return _verified(application.verification.verify_all(actor, also_synced=True))


def _verified(found: tuple[Verified, ...]) -> Result:
    """An item that a person or another worker is at is verified next time: that is no problem."""
    problems = [each for each in found if each.error is not None and not isinstance(each.error, AtWork)]
    read = sum(each.result is not None for each in found)
    told = f"{read} of {len(found)} items read back" if found else "nothing waits"
    return Result(told=told, problem=problems[0].error if problems else None)


def _summaries(application: Application, actor: Actor) -> Result:
    return Result(told=f"{len(application.mail.make_summaries(actor))} made")


def _mail(application: Application, actor: Actor) -> Result:
    done = application.mail.send(actor)
    return Result(told=f"{len(done.sent)} sent, {len(done.given_up)} given up", problem=done.error)


def _webhooks(application: Application, actor: Actor) -> Result:
    done = application.webhooks.send(actor)
    return Result(told=f"{len(done.sent)} told, {len(done.given_up)} given up")


def _requests(application: Application, actor: Actor) -> Result:
    """Each source has a rhythm of its own, and is left alone for a while when it can't be read: others are not."""
    done = application.requests.poll(actor, due=True)
    seen, made = sum(each.seen for each in done), sum(len(each.items) for each in done)
    failed = [(each.connection, each.error) for each in done if each.error is not None]
    problems = [
        ReadFailed(f"The source {name} could not be asked for requests: {error.message}", remedy=error.remedy)
        for name, error in failed
    ]
    told = f"{seen} requests seen, {made} became items" if done else "no source is due"
    return Result(told=told, problem=problems[0] if problems else None)


def _outcomes(application: Application, actor: Actor) -> Result:
    made = application.outcomes.make(actor.company_id)
    return Result(told=f"{made.count} to be told", problem=made.error)


def _masters(application: Application, actor: Actor) -> Result:
    """Read the masters of every linked project; one that can't be read does not keep the others from it."""
    problems: list[ErpBridgeError] = []
    linked = [each for each in application.projects.list(actor) if each.connection_id is not None]
    for project in linked:
        try:
            application.projects.sync(actor, project.number)
        except ErpBridgeError as error:
            problems.append(error)
    told = f"{len(linked) - len(problems)} of {len(linked)} projects read"
    return Result(told=told, problem=problems[0] if problems else None)


def _prune(application: Application, actor: Actor) -> Result:
    return Result(told=f"{prune(application, actor)} rows forgotten")


def _check_audit(application: Application, actor: Actor) -> Result:
    del actor
    found = application.audit.check()
    if found.sound:
        return Result(told=f"{found.entries} entries, whole")
    return Result(
        told="not whole",
        problem=StorageError(
            "The audit trail is not whole.",
            faults=found.faults,
            remedy="Stop exporting, keep this database as it is, and compare it with your backups.",
        ),
    )


JOBS: Final = (
    Job(
        name="verify", title="Verify what waits", turn="verify", do=_verify,
        rhythm=lambda schedule: Rhythm(every=schedule.verify_minutes * _MINUTE),
    ),
    Job(name="verify-all", title="Verify finished items too", turn="verify", do=_verify_all, rhythm=_nightly),
    Job(name="summaries", title="Daily summaries", do=_summaries, rhythm=_with_mail),
    Job(name="mail", title="Send mail", do=_mail, rhythm=_with_mail),
    Job(name="webhooks", title="Tell webhooks", do=_webhooks, rhythm=_with_mail),
    Job(
        name="requests", title="Look for requests", do=_requests, rhythm=lambda _: Rhythm(every=_MINUTE),
        only_for=companies_with_sources,
    ),
    Job(
        name="outcomes", title="See what budget sources are to be told", do=_outcomes,
        rhythm=lambda _: Rhythm(every=_MINUTE), only_for=companies_with_sources,
    ),
    Job(name="masters", title="Read the ERP's masters", do=_masters, rhythm=_nightly),
    Job(name="prune", title="Forget what is old", do=_prune, rhythm=_nightly, for_all=True),
    Job(name="audit", title="Check the audit trail", do=_check_audit, rhythm=_nightly, for_all=True),
)  # fmt: skip
BY_NAME: Final = {job.name: job for job in JOBS}
