"""Throttles of all hosts that share a PostgreSQL database: turns are locks of sessions, and end with their process.

A host's permitted rate is so many *turns*: a request needs one from its start to its end, after which the turn cools
for a window; so no window of the ERP's holds more requests than there are turns. A process takes turns a few at a time
and keeps them while it needs them, so that a request costs one look at the database and no commit. One that has too
few says so, and those with more than their share give some back; who needs none any more gives back all. The table
`erp_turns` remembers until when each cools. A turn whose holder died is as if it had been used just now.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Event, Thread
from time import monotonic
from typing import Any, Final

from attrs import Factory, define, field
from sqlalchemy import Connection, distinct, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.contract.errors import StorageError
from erp_bridge_core.contract.profile import RateLimit
from erp_bridge_core.store.session_locks import SessionLocks, lock_key
from erp_bridge_core.store.tables import erp_turns
from erp_bridge_core.wire.throttle import LONGEST_PAUSE, LOOK, OutOfPatience, Pace, Patience, Waiting

_LOGGER: Final = logging.getLogger(__name__)
#: The row that stands for the host itself: nobody starts a request before it is free.
_ALL: Final = 0
#: Seconds after its last request until a process gives its turns back, and in which one that gave some leaves them.
_IDLE: Final = 1.0
_HANDS_OFF: Final = 3 * LOOK
#: The database's clock, until when everybody waits, and whether somebody else has less than its share.
_ASK: Final = text(
    "SELECT CAST(extract(epoch FROM clock_timestamp()) AS double precision) AS now,"
    " (SELECT free_at FROM erp_turns WHERE host = :host AND number = 0) AS paused_until,"
    " NOT pg_try_advisory_xact_lock(:wanted) AS wanted"
)


@define(eq=False)
class _Turn:
    """One turn that this process has; `ready_at` is of its own clock. One that was never used is not given away."""

    number: int
    ready_at: float
    busy: bool = False
    used: bool = False


@define(eq=False)
class _Host:
    """What this process has of one ERP host, in one session with the database."""

    name: str
    clock: Clock
    session: int = 0
    turns: list[_Turn] = field(factory=list)
    starving: bool = False
    hands_off_until: float = 0.0
    used_at: float = 0.0

    def ready(self, now: float, most: int) -> _Turn | None:
        """A turn that may be used now."""
        free = (each for each in self.turns if not each.busy and each.ready_at <= now and each.number <= most)
        return next(free, None)

    def next_look(self, now: float) -> float:
        """Seconds until one of its own may be ready, or until the others' are looked at again."""
        cooling = [each.ready_at - now for each in self.turns if not each.busy]
        return max(0.0, min([LOOK, *cooling]))


@define(eq=False)
class DatabaseThrottles:
    """The throttles of one process. A thread of its own gives back what is no longer used."""

    locks: SessionLocks
    _hosts: dict[str, _Host] = field(factory=dict, init=False)
    _tidying: Thread | None = field(default=None, init=False)
    _closed: Event = field(factory=Event, init=False)

    def of(self, host: str, rate: RateLimit, clock: Clock) -> "DatabaseThrottle":
        """The one of a host."""
        known = self._hosts.setdefault(host.lower(), _Host(host.lower(), clock))
        return DatabaseThrottle(throttles=self, host=known, rate=rate, clock=clock)

    def close(self) -> None:
        """Give everything back, as far as the database can be reached."""
        self._closed.set()
        try:
            self._tidy(idle=0.0)
        except StorageError as error:
            _LOGGER.debug("Turns were left to lapse: %s", error.message)

    def keep_tidy(self) -> None:
        """See to it that turns are given back; called whenever some were taken."""
        if self._tidying is None or not self._tidying.is_alive():
            self._closed.clear()
            self._tidying = Thread(target=self._tidy_up, name="throttle", daemon=True)
            self._tidying.start()

    def _tidy_up(self) -> None:
        told = False
        while any(host.turns for host in list(self._hosts.values())) and not self._closed.wait(_IDLE / 4):
            try:
                self._tidy(idle=_IDLE)
                told = False
            except StorageError as error:
                # Said once: a server may be away, or of a newer program, for hours.
                level = logging.DEBUG if told else logging.WARNING
                _LOGGER.log(level, "Turns can't be given back yet: %s", error.message)
                told = True

    def _tidy(self, *, idle: float) -> None:
        for host in list(self._hosts.values()):
            if host.turns and monotonic() - host.used_at >= idle:
                with self.locks.session() as session:
                    given = [each for each in host.turns if not each.busy]
                    give_back(session, self.locks, host, given, now=host.clock.monotonic())


@define(eq=False, kw_only=True)
class DatabaseThrottle:
    """The throttle of one ERP host."""

    throttles: DatabaseThrottles
    host: _Host
    rate: RateLimit
    clock: Clock
    _pace: Pace = field(init=False, default=Factory(lambda self: Pace(self.rate), takes_self=True))

    @contextmanager
    def turn(self, patience: Patience) -> Iterator[None]:
        """Wait for the pace and for a slot: who waits for the pace keeps no slot from others."""
        waiting = Waiting(self.clock, patience)
        turn = self._start(waiting)
        try:
            slot = self._slot(waiting)
        except BaseException:
            if turn is not None:
                turn.busy = False
            raise
        try:
            yield
        finally:
            self._end(turn)
            self._locks.give_back([slot])

    def pause(self, seconds: float) -> None:
        """Let nobody start a request for so long."""
        with self._locks.session() as session:
            until = self._ask(session).now + min(seconds, LONGEST_PAUSE)
            new = insert(erp_turns).values(host=self.host.name, number=_ALL, free_at=until)
            later = {"free_at": func.greatest(erp_turns.c.free_at, new.excluded.free_at)}
            session.execute(new.on_conflict_do_update(index_elements=["host", "number"], set_=later))

    @property
    def _locks(self) -> SessionLocks:
        return self.throttles.locks

    def _slot(self, waiting: Waiting) -> int:
        keys = [lock_key("slot", self.host.name, number) for number in range(max(1, self.rate.at_once))]
        while not (taken := self._locks.take(keys)):
            waiting.sleep(LOOK)
        return taken[0]

    def _start(self, waiting: Waiting) -> _Turn | None:
        """Wait until one more request fits, and count it as under way."""
        try:
            while True:
                found = self._try()
                if not isinstance(found, float):
                    return found
                waiting.sleep(found)
        except OutOfPatience:
            with self._locks.session():
                self._starve(on=False)
            raise

    def _end(self, turn: _Turn | None) -> None:
        """The turn cools; nothing is asked of the database."""
        now = self.clock.monotonic()
        self.host.used_at = monotonic()
        if turn is not None:
            turn.ready_at, turn.busy, turn.used = now + self._pace.window, False, True

    def _try(self) -> _Turn | float | None:
        """A turn, None where no rate is permitted and nothing is to be waited for, or the seconds to the next look."""
        host = self.host
        with self._locks.session() as session:
            if host.session != self._locks.number:
                host.session, host.turns, host.starving = self._locks.number, [], False
            asked, now = self._ask(session), self.clock.monotonic()
            paused = float((asked.paused_until or 0.0) - asked.now)
            if 0 < paused <= LONGEST_PAUSE:  # a longer one comes from a clock that was set back
                return paused
            if not self.rate.per_second:
                return None
            host.used_at = monotonic()
            if asked.wanted:
                self._give_some(session, now)
            turn = host.ready(now, self._pace.most)
            if turn is None and now >= host.hands_off_until:
                self._take(session, asked.now, now)
                turn = host.ready(now, self._pace.most)
            self._starve(on=turn is None and len(host.turns) < max(1, self._share(session)))
            if turn is None:
                return host.next_look(now)
            turn.busy = True
            return turn

    def _ask(self, session: Connection) -> Any:
        return session.execute(_ASK, {"host": self.host.name, "wanted": _wanted(self.host)}).one()

    def _take(self, session: Connection, database_now: float, now: float) -> None:
        """Take a few of the turns that nobody has."""
        host, most = self.host, self._pace.most
        mine = {each.number for each in host.turns}
        keys = {_key(host, number): number for number in range(1, most + 1) if number not in mine}
        taken = [keys[key] for key in self._locks.take(list(keys), most=max(1, most // 4))]
        if not taken:
            return
        which = erp_turns.c.host == host.name, erp_turns.c.number.in_(taken)
        known = {row.number: row for row in session.execute(select(erp_turns).where(*which))}
        new = insert(erp_turns).values(
            [{"host": host.name, "number": number, "holder": self._locks.name, "free_at": 0.0} for number in taken]
        )
        mine_now = {"holder": new.excluded.holder}
        session.execute(new.on_conflict_do_update(index_elements=["host", "number"], set_=mine_now))
        for number in taken:
            row = known.get(number)
            cools = 0.0 if row is None else row.free_at - database_now
            if row is not None and row.holder is not None:  # it died, or lost its session: nobody knows when it ended
                cools = self._pace.window
            host.turns.append(_Turn(number, ready_at=now + min(max(0.0, cools), self._pace.window)))
        self.throttles.keep_tidy()

    def _share(self, session: Connection) -> int:
        """How many turns each may have, with one more process than have some."""
        query = select(func.count(distinct(erp_turns.c.holder))).where(erp_turns.c.host == self.host.name)
        return self._pace.most // (int(session.execute(query).scalar_one()) + 1)

    def _give_some(self, session: Connection, now: float) -> None:
        """Give back what is more than a fair share, to one that has less."""
        host, share = self.host, self._share(session)
        used = (each for each in host.turns if each.used and not each.busy)
        free = sorted(used, key=lambda each: each.ready_at)
        given = free[: max(0, len(host.turns) - share)]
        if given:
            give_back(session, self._locks, host, given, now=now)
            host.hands_off_until = now + _HANDS_OFF

    def _starve(self, *, on: bool) -> None:
        """Say that this process has less than its share, or no longer."""
        if self.host.starving != on:
            self._locks.share(_wanted(self.host), on=on)
            self.host.starving = on


def give_back(session: Connection, locks: SessionLocks, host: _Host, given: Sequence[_Turn], *, now: float) -> None:
    """Let others have turns, each from when it has cooled; what an earlier session had is gone anyhow."""
    if host.session != locks.number:
        host.turns = []
        return
    clock = func.extract("epoch", func.clock_timestamp())
    for turn in given:
        which = erp_turns.c.host == host.name, erp_turns.c.number == turn.number, erp_turns.c.holder == locks.name
        free_at = clock + max(0.0, turn.ready_at - now)
        session.execute(update(erp_turns).where(*which).values(holder=None, free_at=free_at))
        host.turns.remove(turn)
    locks.give_back([_key(host, turn.number) for turn in given])


def _key(host: _Host, number: int) -> int:
    return lock_key("turn", host.name, number)


def _wanted(host: _Host) -> int:
    return lock_key("wanted", host.name)
