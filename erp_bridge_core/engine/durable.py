"""Exports as durable workflows of DBOS: queued per ERP job, recovered when their worker dies (the extra `dbos`).

The ledger and the states of items stay the truth; a workflow is one call of `Exports.carry_on` by an export's number.
So nothing is lost with the engine's own database, and running a workflow twice is running `carry_on` twice.

What DBOS does not do by itself is done here: each worker has an executor id of its own, so that none re-runs another's
live workflow; its SQLite file has one worker at a time, its PostgreSQL schema any number (`durable_database.py`);
workflows of dead workers are resumed, by one of those that live (`_reap`); the application's version is pinned, so that
an upgrade strands nothing; what is stored is JSON. Commands and pages never speak to it: what they commit wakes the
workers, which enqueue.
"""

import json
from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from secrets import token_hex
from threading import Event, Thread
from time import monotonic
from typing import Any, Final

import dbos
from attrs import define, field
from sqlalchemy import Engine, select

from erp_bridge_core.app import Application
from erp_bridge_core.configuration.configuration import Configuration
from erp_bridge_core.contract.errors import ErpBridgeError, LeaseLost
from erp_bridge_core.engine.carrying import CarriedElsewhere
from erp_bridge_core.engine.doing import told_defect
from erp_bridge_core.engine.durable_database import SCHEMA, QueueDatabase, told_as_storage_errors
from erp_bridge_core.engine.living import at_work
from erp_bridge_core.engine.tasks import BEAT, Task
from erp_bridge_core.exports.lease import AtWork, Ending, goes_on
from erp_bridge_core.exports.status import ExportState
from erp_bridge_core.store.session_locks import lock_key
from erp_bridge_core.store.tables import exports

APPLICATION: Final = "erp-bridge"
#: Workflows of every version of ours are one call each: none is stranded by an upgrade.
VERSION: Final = "1"
QUEUE: Final = "exports"
WORKFLOW: Final = "advance_export"
#: Statuses of a workflow that is not over.
LIVE: Final = ("ENQUEUED", "PENDING", "DELAYED")
OVER: Final = ("SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")
#: Seconds between two looks, of the queue at its rows and of who waits at a workflow.
_POLL: Final = 0.2
#: Seconds between two looks for what ended long ago, and how much of it is dropped then.
_FORGET: Final = 600.0
_PAGE: Final = 1_000
#: Seconds that DBOS waits for workflows when it ends; each leaves at its next write anyhow.
_GRACE: Final = 20


class Json(dbos.Serializer):
    """Numbers and plain answers as JSON; whatever else an engine may want to keep, such as an exception, as text."""

    def serialize(self, data: Any) -> str:
        """As JSON."""
        return json.dumps(data, default=str)

    def deserialize(self, serialized_data: str) -> Any:
        """From JSON; nothing in it can be run."""
        return json.loads(serialized_data)

    def name(self) -> str:
        """Stored beside what was written."""
        return "erp_bridge_json"


@define(eq=False)
class Durable:
    """The engine of one worker."""

    application: Application
    _worker: str = field(default="", init=False)
    _database: QueueDatabase = field(init=False)
    _launched: bool = field(default=False, init=False)
    _reaped_at: float = field(default=0.0, init=False)
    _forgot_at: float = field(default=0.0, init=False)
    _ending: Event = field(factory=Event, init=False)
    _told_to_end: Ending = field(default=goes_on, init=False)
    _stopped_by: dict[int, ErpBridgeError] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        """Say where its queue is."""
        self._database = QueueDatabase(self.application)

    def begin(self, worker: str) -> None:
        """Remember who works: the executor's id."""
        self._worker = worker

    def is_ready(self) -> bool:
        """Launch as soon as no other worker has the file; resume what dead ones left."""
        with told_as_storage_errors():
            if not self._launched:
                engine = self._database.open()
                if engine is None:
                    return False
                try:
                    self._launch(engine)
                except BaseException:
                    self._destroy()
                    self._database.close()
                    raise
            if monotonic() - self._reaped_at > BEAT:
                self._reap()
                self._reaped_at = monotonic()
        return True

    def carry(self, task: Task, ending: Ending) -> ExportState:
        """Enqueue the export, unless it is, and wait for its workflow."""
        self._told_to_end = ending
        with told_as_storage_errors():
            workflow = self._live(task.number) or self._enqueue(task)
        pause = Event()
        while True:
            with told_as_storage_errors():
                status = dbos.DBOS.get_workflow_status(workflow)
            if status is None or status.status not in LIVE:
                break
            if ending() and (status.executor_id != self._worker or status.status != "PENDING"):
                raise LeaseLost(f"The worker that waits for export {task.number} ends.")
            pause.wait(_POLL)
        return self._told(task.number, {} if status is None else status.output or {})

    def end(self) -> None:
        """Let workflows leave at their next write, and end."""
        self._ending.set()
        if self._launched:
            # DBOS waits for its database without an end.
            ending = Thread(target=self._destroy, name="engine ends", daemon=True)
            ending.start()
            ending.join(_GRACE + _POLL)
            self._launched = False
        self._database.close()

    @staticmethod
    def _destroy() -> None:
        dbos.DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=_GRACE)

    # -- the engine ---------------------------------------------------------------------------------------------------

    def _launch(self, engine: Engine) -> None:
        config: dbos.DBOSConfig = {
            "name": APPLICATION,
            "system_database_engine": engine,
            "dbos_system_schema": SCHEMA,
            "executor_id": self._worker,
            "application_version": VERSION,
            "serializer": Json(),
            "log_level": "WARNING",
            "notification_listener_polling_interval_sec": _POLL,
        }
        dbos.DBOS(config=config)

        @dbos.DBOS.workflow(name=WORKFLOW)
        def advance(export_id: int) -> dict[str, Any]:
            return self._advance(export_id)

        dbos.DBOS.launch()
        at_once = max(1, Configuration.read(self.application.home).schedule.at_once // 2)
        dbos.DBOS.register_queue(
            QUEUE,
            worker_concurrency=at_once,
            partition_concurrency=1,
            polling_interval_sec=_POLL,
            on_conflict="always_update",
        )
        self._launched = True

    def _reap(self) -> None:
        """Resume what a worker left that is gone; one that lives is left alone. One worker does it, so that none is
        resumed that another has resumed already.
        """
        store = self.application.store
        reaper = [lock_key("reaper")]
        if not store.on_postgresql:
            self._resume_left()
        elif store.locks.take(reaper):
            try:
                self._resume_left()
            finally:
                store.locks.give_back(reaper)

    def _resume_left(self) -> None:
        with self.application.store.read() as connection:
            living = {each.name for each in at_work(connection, now=self.application.store.seconds(connection))}
        left = dbos.DBOS.list_workflows(status=["PENDING"], name=WORKFLOW, load_input=False, load_output=False)
        for workflow in left:
            if workflow.executor_id not in {*living, self._worker}:
                dbos.DBOS.resume_workflow(workflow.workflow_id, queue_name=QUEUE)
        if monotonic() - self._forgot_at > _FORGET:
            self._forgot_at = monotonic()
            self._forget_old()

    def _forget_old(self) -> None:
        """Drop what has ended long ago, a page at a time."""
        schedule = Configuration.read(self.application.home).schedule
        before = self.application.clock.now() - timedelta(days=schedule.keep_days)
        over = dbos.DBOS.list_workflows(
            status=list(OVER), completed_before=before.isoformat(), limit=_PAGE, load_input=False, load_output=False
        )
        if over:
            dbos.DBOS.delete_workflows([workflow.workflow_id for workflow in over])

    def _live(self, export_id: int) -> str | None:
        found = dbos.DBOS.list_workflows(
            workflow_id_prefix=f"export-{export_id}-", status=list(LIVE), load_input=False, load_output=False
        )
        return found[0].workflow_id if found else None

    def _enqueue(self, task: Task) -> str:
        """One workflow a call, in the row of its ERP job: of one job one export runs at a time, on all hosts.

        Its name is used once: DBOS answers for a name that it knows with what came of it then.
        """
        workflow = f"export-{task.number}-{token_hex(8)}"
        options: dbos.EnqueueOptions = {
            "workflow_name": WORKFLOW,
            "queue_name": QUEUE,
            "workflow_id": workflow,
            "app_version": VERSION,
            "queue_partition_key": self._partition(task.number),
        }
        dbos.DBOS.enqueue_workflow_with_options(options, task.number)
        return workflow

    def _partition(self, export_id: int) -> str:
        columns = exports.c.erp, exports.c.erp_company, exports.c.job
        with self.application.store.read() as connection:
            row = connection.execute(select(*columns).where(exports.c.id == export_id)).one()
        return sha256("\n".join(row).encode()).hexdigest()[:32]

    def _advance(self, export_id: int) -> dict[str, Any]:
        """The workflow: it answers plainly and never raises, so that DBOS repeats nothing by itself."""
        if not self._is_there(export_id):  # the database was restored from before
            return {"left": f"There is no export {export_id}."}
        try:
            return {"state": self.application.exports.carry_on(export_id, self._ends).value}
        except AtWork as error:
            return {"busy": error.message}
        except LeaseLost as error:
            return {"left": error.message}
        except ErpBridgeError as error:
            self._stopped_by[export_id] = error
            return {"problem": error.to_json()}
        except Exception as error:  # noqa: BLE001 -- told here, since another worker may be the one that waits
            problem = told_defect(self.application, f"export:{export_id}", error)
            self._stopped_by[export_id] = problem
            return {"problem": problem.to_json()}

    def _is_there(self, export_id: int) -> bool:
        with self.application.store.read() as connection:
            return connection.execute(select(exports.c.id).where(exports.c.id == export_id)).first() is not None

    def _ends(self) -> bool:
        return self._ending.is_set() or self._told_to_end()

    def _told(self, export_id: int, answer: Mapping[str, Any]) -> ExportState:
        if "state" in answer:
            return ExportState(answer["state"])
        if "busy" in answer:
            raise AtWork(answer["busy"])
        problem = answer.get("problem")
        if problem and export_id in self._stopped_by:
            raise self._stopped_by.pop(export_id)
        if problem:
            raise CarriedElsewhere(problem)
        raise LeaseLost(answer.get("left") or f"Export {export_id} was left by its workflow.")
