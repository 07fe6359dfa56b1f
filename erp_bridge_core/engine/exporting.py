"""Exports as tasks: one for each that is not at rest, and one for each start that somebody asked for.

What a source is to be told is such an export, too, which nobody starts or retries.
"""

from collections.abc import Collection
from typing import Final

from attrs import define, frozen
from sqlalchemy import ColumnElement, Connection, delete, exists, select

from erp_bridge_core.app import Application
from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.contract.errors import AlreadyAnswered, ErpBridgeError, LeaseLost
from erp_bridge_core.engine.carrying import CarriedElsewhere, Carrier
from erp_bridge_core.engine.rhythm import pause_after
from erp_bridge_core.engine.tasks import Ended, NewTask, Task, add
from erp_bridge_core.exports.lease import AtWork, Ending
from erp_bridge_core.exports.service import not_paused
from erp_bridge_core.exports.status import TO_RESUME, ExportState
from erp_bridge_core.exports.telling import TO_TELL
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.queries import actor_of
from erp_bridge_core.store.tables import exports, items, outcomes, source_requests, tasks

EXPORT: Final = "export"
START: Final = "start"
#: Seconds until an export that another process is at is tried again: when that dies, it is taken up so soon.
_BUSY: Final = 3.0
#: Seconds that whoever asked for a start has to do it himself, before a worker does.
_RECOVERY: Final = 60.0
#: A start that a rule forbids waits for a person.
_FOR_GOOD: Final = 10 * 365 * 86_400.0


@frozen(kw_only=True)
class Left:
    """The tasks of exports as they should be: to be added, and the keys of those that are over."""

    new: tuple[NewTask, ...]
    over: Collection[str]


def left(connection: Connection, *, resume_every: float) -> Left:
    """Compare what is not at rest with the tasks there are. `resume_every` 0: only what runs is brought on."""
    states = TO_RESUME if resume_every else (ExportState.RUNNING,)
    query = select(
        exports.c.id, exports.c.company_id, exports.c.item_id, exports.c.state, exports.c.started_by, exports.c.cause,
        exports.c.erp_company,
    )  # fmt: skip
    of_item = exports.c.item_id.is_not(None) & exports.c.state.in_(states)
    of_outcome = exports.c.outcome_id.is_not(None) & exports.c.state.in_(TO_TELL) & ~_in_vain()
    open_ones = {
        f"{EXPORT}:{row.id}": NewTask(
            key=f"{EXPORT}:{row.id}", job=EXPORT, company_id=row.company_id, item_id=row.item_id,
            asked_by=row.started_by, due_in=0.0 if row.state == ExportState.RUNNING else resume_every, cause=row.cause,
            # A source that hangs keeps one thread of a worker, however many outcomes wait for it.
            turn="" if row.item_id else f"tell:{row.erp_company}",
        )
        for row in connection.execute(query.where(of_item | of_outcome, not_paused()))
    }  # fmt: skip
    known = set(connection.execute(select(tasks.c.key).where(tasks.c.job == EXPORT)).scalars())
    asked = (
        select(tasks.c.key)
        .join(items, items.c.id == tasks.c.item_id)
        .where(tasks.c.job == START, items.c.state != ItemState.ACCEPTED)
    )
    over = (known - set(open_ones)) | set(connection.execute(asked).scalars())
    return Left(new=tuple(task for key, task in open_ones.items() if key not in known), over=over)


def _in_vain() -> ColumnElement[bool]:
    """What can't be told any more: an error kept it from being told, and its request was closed at the source since."""
    closed = exists().where(
        outcomes.c.id == exports.c.outcome_id, source_requests.c.id == outcomes.c.request_id, ~source_requests.c.open
    )
    return (exports.c.state == ExportState.FAILED) & closed


@define
class Exporting:
    """Does these tasks; `resume_every` is in seconds, between two looks at what is in doubt or handed over."""

    application: Application
    carrier: Carrier
    resume_every: float

    def export(self, task: Task, ending: Ending) -> Ended:
        """Bring an export on, as who started it."""
        try:
            state = self.carrier.carry(task, ending)
        except AtWork:
            return Ended(told="another process is at it", again_in=_BUSY)
        except LeaseLost as error:
            return Ended(told=error.message, again_in=0.0 if ending() else _BUSY)
        if task.item_id is None and state is ExportState.FAILED:
            problem = self._problem(task.number)
            return Ended(told=state.value, again_in=pause_after(problem, task.failures), problem=problem)
        if state not in TO_RESUME:
            return Ended(told=state.value)
        return Ended(told=state.value, again_in=self.resume_every or _FOR_GOOD)

    def _problem(self, export_id: int) -> ErpBridgeError:
        """What kept a source from being told."""
        query = select(exports.c.failure).where(exports.c.id == export_id)
        with self.application.store.read() as connection:
            failure = connection.execute(query).scalar_one()
        return CarriedElsewhere(failure or ErpBridgeError("It was refused.").to_json())

    def start(self, task: Task, ending: Ending) -> Ended:
        """Start the export of an accepted item, as who asked for it: whoever did died before he could."""
        del ending
        if task.asked_by is None or task.company_id is None or task.item_id is None:
            return Ended()
        with self.application.store.read() as connection:
            actor = actor_of(connection, task.asked_by, task.company_id)
        try:
            self.application.exports.start(actor, task.item_id)
        except AlreadyAnswered:
            return Ended()
        except ErpBridgeError as error:
            by_rule = error.exit_status == 1
            again = _FOR_GOOD if by_rule else pause_after(error, task.failures)
            return Ended(told="not started", again_in=again, problem=error)
        return Ended()


def ask_to_start(application: Application, actor: Actor, item_id: int) -> None:
    """Note that somebody starts this item's export now: if he dies before it is started, a worker does it for him."""
    with application.store.begin(work=True) as connection:
        new = NewTask(
            key=f"{START}:{item_id}", job=START, company_id=actor.company_id, item_id=item_id,
            asked_by=actor.person_id, due_in=_RECOVERY,
        )  # fmt: skip
        add(connection, [new], now=application.store.seconds(connection))


def withdraw(application: Application, item_id: int) -> None:
    """It was not started, and whoever asked was told why."""
    with application.store.begin(work=True) as connection:
        connection.execute(delete(tasks).where(tasks.c.key == f"{START}:{item_id}"))
