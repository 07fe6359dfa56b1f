"""What a source delivers to our receiver: checked, noted once, and believed in nothing but that somebody should look.

The caller waits for a few seconds at most. So neither the source nor an ERP is asked anything here: one short
transaction notes the hint, beside whatever else is being written, and the next look at the source is hurried by it.
"""

from collections import deque
from enum import Enum
from hashlib import sha256
from threading import Lock
from typing import Any, Final

from attrs import define, field, frozen
from sqlalchemy import insert, select, update

from erp_bridge_core.connector.polling import SourcesDoor
from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.contract.errors import BadInput, NotAllowed
from erp_bridge_core.contract.source import Delivery, Hint, SourceCapability
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import connections, source_hints

#: Deliveries of one connection that this process looks at in a minute: those that are its own, and forged ones apart,
#: so that a stranger can't keep the source's own away.
MOST_A_MINUTE: Final = 600
MOST_FORGED_A_MINUTE: Final = 60
LARGEST_BODY: Final = 64 * 1024
_MINUTE: Final = 60.0
_LONGEST_ID: Final = 200


class Received(Enum):
    """What became of a delivery."""

    NOTED = "noted"
    REPEATED = "repeated"
    ECHO = "echo"
    NOT_FOR_US = "not for us"
    FORGED = "forged"
    UNREADABLE = "unreadable"
    UNKNOWN = "unknown"
    TOO_MANY = "too many"


@define
class _Window:
    """How often something happened in the last minute."""

    _at: deque[float] = field(factory=deque)

    def is_full(self, now: float, most: int) -> bool:
        while self._at and self._at[0] <= now - _MINUTE:
            self._at.popleft()
        return len(self._at) >= most

    def add(self, now: float) -> None:
        self._at.append(now)


@frozen
class _Target:
    id: int
    company_id: int


@define(kw_only=True)
class Receiver:
    """Takes deliveries for the connections of an installation; nobody is signed in."""

    store: Store
    connections: SourcesDoor
    clock: Clock
    _windows: dict[tuple[int, bool], _Window] = field(factory=dict, init=False)
    _lock: Any = field(factory=Lock, init=False)

    def receive(self, name: str, delivery: Delivery) -> Received:
        """Take one delivery; whatever it raises is ours, as a full disk or a broken plugin: it is delivered again."""
        target = self._target(name)
        if target is None:
            return Received.UNKNOWN
        try:
            adapter, source = self.connections.source(target.company_id, target.id)
            if not adapter.profile.supports(SourceCapability.HINTS):
                return Received.UNKNOWN
            hint = adapter.hint(delivery, source)
        except NotAllowed:
            return self._bounded(target, Received.FORGED, most=MOST_FORGED_A_MINUTE)
        except BadInput:
            return self._bounded(target, Received.UNREADABLE, most=MOST_FORGED_A_MINUTE)
        taken = self._bounded(target, Received.NOTED, most=MOST_A_MINUTE)
        if taken is Received.TOO_MANY:
            return taken
        return Received.NOT_FOR_US if hint is None else self._note(target, hint)

    def _target(self, name: str) -> _Target | None:
        with self.store.read() as connection:
            query = select(connections.c.id, connections.c.company_id).where(
                connections.c.name == name, connections.c.kind == "source"
            )
            row = connection.execute(query).one_or_none()
        return None if row is None else _Target(row.id, row.company_id)

    def _bounded(self, target: _Target, became: Received, *, most: int) -> Received:
        now = self.clock.monotonic()
        with self._lock:
            window = self._windows.setdefault((target.id, became is Received.NOTED), _Window())
            if window.is_full(now, most):
                return Received.TOO_MANY
            window.add(now)
        return became

    def _note(self, target: _Target, hint: Hint) -> Received:
        number = hint.id if len(hint.id) <= _LONGEST_ID else sha256(hint.id.encode()).hexdigest()
        own = source_hints.c
        same = own.connection_id == target.id, own.hint == number
        now = self.clock.now()
        with self.store.begin(work=True) as connection:
            known = connection.execute(update(source_hints).where(*same).values(times=own.times + 1, last_at=now))
            if known.rowcount:
                return Received.REPEATED
            connection.execute(
                insert(source_hints).values(
                    company_id=target.company_id, connection_id=target.id, hint=number, echo=hint.echo,
                    request=hint.request[:_LONGEST_ID], project=hint.project[:_LONGEST_ID], first_at=now, last_at=now,
                )
            )  # fmt: skip
        return Received.ECHO if hint.echo else Received.NOTED
