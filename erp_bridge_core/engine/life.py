"""What shows at once that a worker is gone: a lock that ends with its process, however it ends.

On PostgreSQL it is one of the database's, seen on all hosts; beside a SQLite file it is a file of the home.
"""

from hashlib import sha256
from pathlib import Path

from attrs import define, field
from filelock import FileLock, Timeout

from erp_bridge_core.store.database import Store
from erp_bridge_core.store.session_locks import lock_key


@define(eq=False)
class Life:
    """The life of one worker, and a look at that of others. `folder` is where files lie."""

    store: Store
    folder: Path
    _held: FileLock | None = field(default=None, init=False)

    def hold(self, name: str) -> None:
        """Live, or go on living after the database was away; raises `StorageError`."""
        if self.store.on_postgresql:
            self.store.locks.keep(lock_key("worker", name))
        elif self._held is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._held = FileLock(self._file(name))
            self._held.acquire()

    def leave(self, name: str) -> None:
        """It ended well, and said so."""
        if self.store.on_postgresql:
            self.store.locks.give_back([lock_key("worker", name)])
        elif self._held is not None:
            self._file(name).unlink(missing_ok=True)
            self._held.release()
            self._held = None

    def is_gone(self, name: str) -> bool:
        """Whether a worker of that name certainly lives no more. One that left no file may be of another version."""
        if self.store.on_postgresql:
            key = lock_key("worker", name)
            taken = self.store.locks.take([key])
            self.store.locks.give_back(taken)
            return bool(taken)
        file = self._file(name)
        if not file.exists():
            return False
        try:
            with FileLock(file).acquire(blocking=False):
                return True
        except Timeout:
            return False

    def bury(self, name: str) -> None:
        """What was a gone worker's is free: nobody needs to know of it any more."""
        if not self.store.on_postgresql:
            self._file(name).unlink(missing_ok=True)

    def _file(self, name: str) -> Path:
        return self.folder / f"worker-{sha256(name.encode()).hexdigest()[:24]}.lock"
