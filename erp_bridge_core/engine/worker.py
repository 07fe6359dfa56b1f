"""The worker: threads of this process do what is due, beside as many other workers of the installation as there are.

It wakes on each commit, of its own process at once and of others within a fifth of a second, and looks now and then for
what has come due. Nothing that a task raises ends it, nor a database that can't be reached for a while. When it is to
end, an export finishes the write that is under way and is left to the next worker.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from random import sample
from threading import Event, Lock, Thread, current_thread
from time import monotonic
from typing import Any, Final

from attrs import define, field

from erp_bridge_core.app import Application
from erp_bridge_core.configuration.configuration import Configuration
from erp_bridge_core.configuration.schedule import ScheduleConfig
from erp_bridge_core.contract.errors import ErpBridgeError, StorageError
from erp_bridge_core.defects import tell_defect
from erp_bridge_core.engine import tasks
from erp_bridge_core.engine.carrying import Carrier, carrier_of
from erp_bridge_core.engine.doing import Doer
from erp_bridge_core.engine.exporting import EXPORT, START
from erp_bridge_core.engine.jobs import BY_NAME
from erp_bridge_core.engine.life import Life
from erp_bridge_core.engine.living import Sign
from erp_bridge_core.engine.planning import chosen, hurried, missing
from erp_bridge_core.engine.tasks import BEAT, Ended, Task
from erp_bridge_core.engine.trouble import Trouble
from erp_bridge_core.store import schema
from erp_bridge_core.store.waking import heed

_LOGGER: Final = logging.getLogger(__name__)
#: Seconds that what is under way may take once the worker is to end.
GRACE: Final = 20.0
#: Seconds between two looks at least, however many commits there are.
_REST: Final = 0.1
#: The same where exports wait that are known already: those are begun without a look.
_LONG_REST: Final = 1.0
#: Of the exports that wait, those that are thought of next, and how many of them at a time.
_AHEAD: Final = 32
_TRIED: Final = 4


#: Tasks of a newer program are left to its workers.
KNOWN: Final = frozenset({EXPORT, START, *BY_NAME})


def _schedule(worker: "EngineWorker") -> ScheduleConfig:
    return Configuration.read(worker.application.home).schedule


def _any(_: Task) -> bool:
    return True


def _is_of_an_item(task: Task) -> bool:
    return task.job in {EXPORT, START}


@define(eq=False)
class EngineWorker:
    """One worker. `kind` says of what process it is a part; the schedule is read when it is made."""

    application: Application
    kind: str = "worker"
    schedule: ScheduleConfig = field(init=False)
    _sign: Sign = field(init=False)
    _carrier: Carrier = field(init=False)
    _doer: Doer = field(init=False)
    _bell: Event = field(factory=Event, init=False)
    _ending: Event = field(factory=Event, init=False)
    _trouble: Trouble = field(factory=Trouble, init=False)
    _lock: Any = field(factory=Lock, init=False)
    _left: list[Task] = field(factory=list, init=False)
    _running: dict[str, tuple[Task, Thread]] = field(factory=dict, init=False)
    _unnoted: list[Task] = field(factory=list, init=False)
    _done: dict[str, Ended] | None = field(default=None, init=False)
    _moved: dict[str, float] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        """Read the schedule; raises BadSettings."""
        self.schedule = _schedule(self)
        life = Life(self.application.store, self.application.home / "locks")
        self._sign = Sign(self.application.store, self.kind, life)
        self._carrier = carrier_of(self.application)
        self._doer = Doer(self.application, self.schedule, self._carrier)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Work in threads while the block runs; then end well."""
        self._sign.begin(self.application.clock.now())
        self._carrier.begin(self._sign.name)
        threads = [
            Thread(target=self._every, args=(self._look, self.schedule.poll_seconds), name="worker looks", daemon=True),
            Thread(target=self._every, args=(self._beat, BEAT), name="worker lives", daemon=True),
            Thread(target=self._every, args=(self._hear, _REST), name="worker hears", daemon=True),
        ]
        with self.application.store.listening(self._bell.set):
            for thread in threads:
                thread.start()
            try:
                yield
            finally:
                self._end(threads)

    def run_once(self) -> dict[str, Ended]:
        """Do what is due, each once, and end; tells how each ended. Exports come first, so that nothing is at them."""
        self._done = done = dict[str, Ended]()
        self._sign.begin(self.application.clock.now())
        self._carrier.begin(self._sign.name)
        beating = Thread(target=self._every, args=(self._beat, BEAT), name="worker lives", daemon=True)
        beating.start()
        try:
            for wanted in (_is_of_an_item, _any):
                while self._look(wanted) or self._running:
                    self._join(self.schedule.poll_seconds)
        finally:
            self._end([beating])
        return done

    def is_moving(self, seconds: float) -> bool:
        """Whether each of its threads came round lately: one that hangs is seen by whoever restarts processes."""
        now = monotonic()
        return all(now - at < seconds for at in tuple(self._moved.values()))

    # -- the threads --------------------------------------------------------------------------------------------------

    def _every(self, act: Callable[[], object], seconds: float) -> None:
        """Act now, whenever the bell rings, and after so many seconds, until the end; whatever it raises is logged."""
        bell = self._bell if act == self._look else self._ending
        what = current_thread().name
        while not self._ending.is_set():
            self._moved[what] = monotonic()
            try:
                act()
                self._trouble.is_over(what)
            except ErpBridgeError as error:
                self._trouble.tell(what, error)
            except Exception as error:  # noqa: BLE001 -- a worker that died unseen would leave everything undone
                tell_defect(error, "worker", home=self.application.home, clean=self.application.redactor.clean)
            bell.wait(seconds)
            self._ending.wait(_LONG_REST if self._left else _REST)

    def _beat(self) -> None:
        with self._lock:
            at_it = [task.id for task, _ in self._running.values()]
        self._sign.beat(at_it)
        while self._unnoted:
            self._note(self._unnoted[0], Ended(told="the database was away", again_in=0.0))
            self._unnoted.pop(0)
            self._bell.set()
        self._sign.free_what_the_dead_held(self.application.clock.now())

    def _hear(self) -> None:
        """Where others can't be heard, as whoever beats tells, they are seen at the next look."""
        with suppress(StorageError):
            heed(self.application.store.engine, self._bell.set, self._ending)

    def _look(self, wanted: Callable[[Task], bool] = _any) -> int:
        """Begin what is due and wanted; returns how many."""
        self._bell.clear()
        store, clock = self.application.store, self.application.clock
        schema.check(store)  # a newer program may have upgraded the database meanwhile
        with store.read() as connection:
            plan = missing(connection, self.schedule, clock.now())
        if plan.new or plan.over:
            with store.begin(work=True) as connection:
                now = store.seconds(connection)
                tasks.add(connection, plan.new, now=now)
                tasks.forget(connection, plan.over, now=now)
        with store.read() as connection:
            urgent = hurried(connection, clock.now())
            ready = tasks.ready(connection, now=store.seconds(connection), hurried=urgent.items())
        with self._lock:
            under_way = [task for task, _ in self._running.values()]
        able = self._carrier.is_ready()
        done = self._done or ()
        fresh = [
            task
            for task in ready
            if task.job in KNOWN and wanted(task) and task.key not in done and (able or task.job != EXPORT)
        ]
        begun = chosen(fresh, under_way, at_once=self.schedule.at_once)
        self._left = [task for task in fresh if task.job == EXPORT and task not in begun]
        return sum(self._begin(task) for task in begun)

    def _go_on(self) -> None:
        """Begin what the last look left waiting, now that there is room: a look takes longer than many an export.

        Other workers go on with the same ones: each tries a few of the longest due, and a claim says who was first.
        """
        left = self._left
        while left and not self._ending.is_set():
            few = sample(left[:_AHEAD], min(_TRIED, len(left)))  # who meets whom is all that depends on it
            with self._lock:
                under_way = [task for task, _ in self._running.values()]
            begun = chosen(few, under_way, at_once=self.schedule.at_once)
            if not begun:
                return
            with suppress(ValueError):
                left.remove(begun[0])
            if self._begin(begun[0]):
                return

    def _begin(self, task: Task) -> bool:
        store = self.application.store
        with store.begin(work=True) as connection:
            now = store.seconds(connection)
            taken = tasks.claim(connection, task, self._sign.name, now=now, at=self.application.clock.now())
        if taken is None:
            return False
        thread = Thread(target=self._do, args=(taken,), name=taken.key, daemon=True)
        with self._lock:
            self._running[taken.key] = taken, thread
        thread.start()
        return True

    def _do(self, task: Task) -> None:
        ended = Ended()
        try:
            ended = self._doer.do(task, self._ending.is_set)
            self._note(task, ended)
        except ErpBridgeError as error:
            # The database can't be used, as whoever beats tells; that it is free is noted once it can.
            _LOGGER.info("%s could not be noted: %s", task.key, error.message)
            self._unnoted.append(task)
            ended = Ended(problem=error)
        finally:
            with self._lock:
                del self._running[task.key]
                if self._done is not None:
                    self._done[task.key] = ended
            if task.job == EXPORT and ended.problem is None:
                with suppress(ErpBridgeError):  # that the database is away is told by whoever looks next
                    self._go_on()
            self._bell.set()

    def _note(self, task: Task, ended: Ended) -> None:
        store = self.application.store
        with store.begin(work=True) as connection:
            now = store.seconds(connection)
            tasks.finish(connection, task, ended, now=now, at=self.application.clock.now())

    # -- the end ------------------------------------------------------------------------------------------------------

    def _end(self, threads: list[Thread]) -> None:
        self._ending.set()
        self._bell.set()
        self._join(GRACE)
        for thread in threads:
            thread.join(GRACE)
        self._carrier.end()
        try:
            self._sign.end(self.application.clock.now())
        except ErpBridgeError as error:
            _LOGGER.warning("The worker could not say that it ended: %s", error.message)

    def _join(self, seconds: float) -> None:
        ends = monotonic() + seconds
        with self._lock:
            threads = [thread for _, thread in self._running.values()]
        for thread in threads:
            thread.join(max(0.0, ends - monotonic()))
