"""Chaos: what is struck, when, and how often; all of it drawn from one seed.

Kills are paced by how far the exports have come, so that each meets work under way. Some lie in wait for a write: they
strike when its body has been sent, when the ERP has answered and nobody knows it yet, or when a file appears.
"""

import math
import os
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from random import Random
from threading import Event, Lock, Thread, Timer
from typing import Any, Final

from attrs import define, field

from erp_bridge_core.conformance.wire import Armed, Incoming, Unreached, WireFault
from storm.fleet import Fleet
from storm.options import Options
from storm.places import Place, Site, Source
from storm.product import DEADLINE
from storm.tricks import end, play

#: Whatever a request on its way may meet.
ANY_REQUEST: Final = (
    WireFault.RESET_BEFORE_READ, WireFault.REPLY_LOST, WireFault.REPLY_CUT, WireFault.REPLY_CUT_IN_HEAD,
    WireFault.THROTTLED, WireFault.THROTTLED_WITH_RETRY_AFTER, WireFault.STATUS_500, WireFault.STATUS_502,
    WireFault.STATUS_503, WireFault.STATUS_504, WireFault.DEAD_KEEP_ALIVE, WireFault.REDIRECT,
)  # fmt: skip
#: What only writes are struck by.
WRITES: Final = (
    WireFault.LATE_COMMIT, WireFault.ERROR_AFTER_COMMIT, WireFault.TIMED_OUT, WireFault.TIMED_OUT_AFTER_COMMIT,
    WireFault.DUPLICATE_DELIVERY, WireFault.REPLY_LOST,
)  # fmt: skip
#: Seconds that a claim of a worker holds: one that stands still for longer is replaced, and wakes up as a second one.
CLAIM: Final = 12.0
#: Seconds that a late request is held at most: an ERP keeps to the bound that its profile states.
_HELD: Final = 0.6 * DEADLINE
#: Seconds by which a busy machine may miss that; after them it would be too late.
_LATER: Final = 0.3 * DEADLINE
#: Seconds without progress after which the next kill comes anyhow.
_STALLED: Final = 6.0
_AMBUSH: Final = 3.0
#: Of so many requests one meets a fault, and seconds between two looks at how many there were.
_BETWEEN: Final = (5, 25)
_GUST: Final = 0.05
#: How likely a source does something of its own between two looks: every five seconds or so.
_TRICKY: Final = 0.01
_STAGES: Final = ("body_sent", "reply_held")
_KINDS: Final = {
    "worker": 40, "ambush": 25, "simulator": 12, "server": 12, "stop": 6, "host": 5, "database": 10, "source": 8,
}  # fmt: skip


def is_write(request: Incoming) -> bool:
    """Whether a request changes the ERP's books, as far as its line tells."""
    reads = ("/Get", "token", "authenticate")
    return request.method in {"POST", "PATCH", "PUT"} and not any(word in request.path for word in reads)


@define(eq=False, kw_only=True)
class Chaos:
    """Strikes while its threads run. `progress` says how far the exports are, from 0 to 1."""

    options: Options
    fleet: Fleet
    random: Random
    progress: Callable[[], float]
    calm: Event
    deeds: Counter[str] = field(factory=Counter)
    crashes: int = 0
    tricks: Counter[str] = field(factory=Counter)
    _ambush: tuple[str, Any] | None = None
    _guard: Any = field(factory=Lock)
    _late: dict[Site, float] = field(factory=dict)
    _armed: dict[Site, list[Armed]] = field(factory=dict)
    _timers: list[Timer] = field(factory=list)

    @property
    def kills(self) -> int:
        """Processes that were killed, and crashes of the database."""
        return self.fleet.kills + self.crashes

    def run(self) -> None:
        """Strike until there were as many kills as asked for, and all has arrived or nothing more comes; then calm."""
        for site in self.fleet.world.sites:
            site.proxy.on_stage = self._on_stage
        weather = Thread(target=self._blow, args=(Random(self.random.random()),), name="weather", daemon=True)
        weather.start()
        while not self.calm.is_set() and self.kills < self.options.kills and self.progress() < 1.0:
            self._wait_for_work()
            self._strike()
        self._settle()
        weather.join()
        for source in self.fleet.world.sources:
            end(source)

    def _wait_for_work(self) -> None:
        """Until the exports are as far as the kills, or stand still."""
        stalled = time.monotonic() + _STALLED
        while time.monotonic() < stalled and not self.calm.is_set():
            if self.progress() >= self.kills / self.options.kills:
                break
            time.sleep(0.05)
        time.sleep(self.random.uniform(0.0, 0.5))

    def _strike(self) -> None:
        absent = {"database": not self.fleet.database, "source": not self.fleet.world.sources}
        kinds = {kind: weight for kind, weight in _KINDS.items() if not absent.get(kind)}
        (kind,) = self.random.choices([*kinds], [*kinds.values()])
        self.deeds[kind] += 1
        fleet = self.fleet
        match kind:
            case "worker":
                fleet.kill(self.random.choice(fleet.workers))
            case "ambush":
                self._lie_in_wait()
            case "simulator":
                fleet.kill(self.random.choice(fleet.world.places).living)
            case "source":
                fleet.kill(self.random.choice(fleet.world.sources).living)
            case "server":
                fleet.kill(fleet.server)
            case "stop":
                self._stand_still()
            case "host":
                for each in [fleet.server, *fleet.workers]:
                    fleet.kill(each)
            case _:
                self._crash_database()

    def _lie_in_wait(self) -> None:
        """Strike at a write: one worker, or all of them, as when their host dies."""
        workers = self.fleet.workers
        victims = self.random.choice(([self.random.choice(workers)], workers))
        stage = self.random.choice(_STAGES)
        with self._guard:
            self._ambush = (stage, victims)
        ends = time.monotonic() + _AMBUSH
        seen = {site: _files(site) for site in self.fleet.world.sites} if stage == _STAGES[0] else {}
        while self._ambush is not None and time.monotonic() < ends:
            for site, files in seen.items():
                seen[site] = _files(site)
                # What people do at the desk makes files too.
                if seen[site] != files and not _at_desk(site):
                    self._spring()
            time.sleep(0.001)
        with self._guard:
            self._ambush = None

    def _on_stage(self, stage: str, request: Incoming) -> None:
        if self._ambush is not None and self._ambush[0] == stage and is_write(request):
            self._spring()

    def _spring(self) -> None:
        with self._guard:
            if self._ambush is None:
                return
            victims, self._ambush = self._ambush[1], None
        for victim in victims:
            self.fleet.kill(victim)

    def _stand_still(self) -> None:
        """Let a worker stand still for longer than it may, beside those that take over what it had."""
        upright = [each for each in self.fleet.workers if not each.stopped]
        if len(upright) <= len(self.fleet.workers) // 2:
            return
        worker = self.random.choice(upright)
        worker.stop()
        timer = Timer(CLAIM + self.random.uniform(1.0, 3.0), worker.wake)
        timer.daemon = True
        timer.start()
        self._timers.append(timer)

    def _crash_database(self) -> None:
        assert self.fleet.database is not None
        self.fleet.database_back = math.inf
        self.fleet.database.crash()
        self.crashes += 1
        time.sleep(self.random.uniform(0.1, 1.0))
        self.fleet.database.start()
        self.fleet.database_back = time.monotonic()

    # -- the wire -----------------------------------------------------------------------------------------------------

    def _blow(self, random: Random) -> None:
        """Let requests meet faults, and let late ones go before the ERP's bound is over."""
        left = {site: random.randint(*_BETWEEN) for site in self.fleet.world.sites}
        while not self.calm.wait(_GUST):
            for site in self.fleet.world.sites:
                left[site] -= len(site.proxy.exchanges)
                site.proxy.exchanges.clear()
                if left[site] <= 0:
                    left[site] = random.randint(*_BETWEEN)
                    self._arm(site, random)
            self._let_go(random)
            for source in self.fleet.world.sources:
                if random.random() < _TRICKY:
                    play(source, self.fleet.world.jobs_of(source), random, self.tricks)

    def _arm(self, site: Site, random: Random) -> None:
        """One more fault lies in wait, for a write or for whatever comes next."""
        writes = random.choice((True, False))
        fault, when = random.choice(_write_faults(site) if writes else ANY_REQUEST), is_write if writes else _any
        self._armed.setdefault(site, []).append(site.proxy.arm(fault, when))

    def _let_go(self, random: Random) -> None:
        for site in self.fleet.world.sites:
            if not site.proxy.held:
                self._late.pop(site, None)
                continue
            now = time.monotonic()
            due = self._late.setdefault(site, now + random.uniform(0.1, _HELD))
            if now >= due:
                release(site, in_time=now < due + _LATER)
                self._late.pop(site, None)

    def _settle(self) -> None:
        """Nothing is struck any more: all stand up, what was held is gone."""
        self.calm.set()
        for timer in self._timers:
            timer.cancel()
        for worker in self.fleet.workers:
            if worker.stopped:
                worker.wake()
        for site in self.fleet.world.sites:
            site.proxy.on_stage = None
            site.proxy.clear()

    @property
    def faults(self) -> Counter[str]:
        """How often each fault of the wire struck."""
        counts: Counter[str] = Counter()
        for armed in self._armed.values():
            for each in armed:
                counts[each.fault.value] += each.struck
        return +counts

    @property
    def faults_at_sources(self) -> int:
        """How many of them struck the wire to a source."""
        armed = [each for site, some in self._armed.items() if isinstance(site, Source) for each in some]
        return sum(each.struck for each in armed)

    def met_at(self, site: Site) -> set[WireFault]:
        """The faults that requests to a site met."""
        return {each.fault for each in self._armed.get(site, []) if each.struck}


def _any(request: Incoming) -> bool:
    del request
    return True


def _write_faults(site: Site) -> tuple[WireFault, ...]:
    """Sources count how often they are told something: what the wire delivers twice would be taken for ours."""
    return tuple(each for each in WRITES if each is not WireFault.DUPLICATE_DELIVERY or not isinstance(site, Source))


def _at_desk(site: Site) -> bool:
    return isinstance(site, Place) and bool(site.desk.locked())


def _files(site: Site) -> set[str]:
    """What lies in the folders that are shared with an ERP, half written or whole."""
    found: set[str] = set()
    for folder, _, names in os.walk(site.share) if site.share is not None else ():
        found.update(f"{folder}/{name}" for name in names)
    return found


def release(site: Site, *, in_time: bool) -> None:
    """Let held requests go to the ERP; where that is down, or its bound is over, they are lost instead."""
    with suppress(Unreached):
        if in_time:
            site.proxy.release()
            return
    site.proxy.clear()
