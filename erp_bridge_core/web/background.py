"""Acts for items in threads of this server, so that a page answers at once and shows how far they are (E1).

A thread only calls the services: who else is at an item, in this process or another, they know and tell. An export is
brought on by a worker where one lives, and the thread waits for it; else the thread does it.
"""

from collections.abc import Callable
from threading import Event, Lock, Thread
from time import monotonic
from typing import Any, Final

from anyio.to_thread import run_sync
from attrs import define, field
from litestar.connection import ASGIConnection

from erp_bridge_core.app import Application
from erp_bridge_core.contract.errors import ErpBridgeError, NotPossibleNow
from erp_bridge_core.defects import tell_defect
from erp_bridge_core.following import in_this_act
from erp_bridge_core.web.errors import Defect, tell

#: Seconds that a page waits for an export before it shows its progress instead, and a stop of the server for all.
PATIENCE: Final = 1.5
GRACE: Final = 20.0


@define(eq=False)
class _Task:
    over: Event = field(factory=Event)
    is_watched: bool = True
    error: Exception | None = None


@define
class Background:
    """What this server is doing for items, one thread an item; `patience` is in seconds."""

    application: Application
    patience: float = PATIENCE
    ending: Event = field(factory=Event, init=False)
    _tasks: dict[int, _Task] = field(factory=dict, init=False)
    _lock: Any = field(factory=Lock, init=False)

    def run(self, item_id: int, act: Callable[[], object]) -> None:
        """Do something for an item: returns when it is done, or when the patience is over while it goes on.

        Raises what it raised until then, and `NotPossibleNow` while this server is at the item already.
        """
        with self._lock:
            if self.is_at(item_id):
                raise NotPossibleNow(
                    f"Item {item_id} is being worked on at this moment.", remedy="Wait for its end; the page shows it."
                )
            task = self._tasks[item_id] = _Task()
        Thread(target=in_this_act(self._do), args=(task, act), name=f"item-{item_id}", daemon=True).start()
        task.over.wait(self.patience)
        with self._lock:
            task.is_watched = task.over.is_set()
            if task.is_watched:
                del self._tasks[item_id]
        if task.is_watched and task.error is not None:
            raise task.error

    def is_at(self, item_id: int) -> bool:
        """Whether something is being done for an item now."""
        task = self._tasks.get(item_id)
        return task is not None and not task.over.is_set()

    def stopped_by(self, item_id: int) -> ErpBridgeError | None:
        """What ended the last act for an item, when it was nothing that the item itself tells."""
        task = self._tasks.get(item_id)
        return None if task is None or task.error is None else tell(task.error).error

    def wait(self, seconds: float = GRACE) -> None:
        """Wait until all is done, at most so long: whatever is left goes on after the next start, as after a crash."""
        ends = monotonic() + seconds
        for task in list(self._tasks.values()):
            task.over.wait(max(0.0, ends - monotonic()))

    async def end(self) -> None:
        """The server ends: what is nearly done may finish, and what a worker does is waited for no longer."""
        self.ending.set()
        await run_sync(self.wait)

    def _do(self, task: _Task, act: Callable[[], object]) -> None:
        error: Exception | None = None
        try:
            act()
        except Exception as raised:  # noqa: BLE001 -- told to whoever waits, or logged below
            error = raised
        with self._lock:
            task.error = error if task.is_watched or error is None else self._told(error)
            task.over.set()

    def _told(self, error: Exception) -> ErpBridgeError:
        told = tell(error).error
        if isinstance(told, Defect):
            tell_defect(error, told.details["id"], home=self.application.home, clean=self.application.redactor.clean)
        return told


def background_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Background:
    """What this server is doing in threads of its own."""
    background: Background = connection.app.state["background"]
    return background
