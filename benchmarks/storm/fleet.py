"""The installation's processes in a storm: workers, one server, the database; whatever was killed comes back."""

import time
from collections import Counter
from pathlib import Path
from random import Random
from threading import Event, Thread
from typing import Any, Final, Protocol, Self

from attrs import define, field

from storm.options import Options
from storm.processes import Living, command
from storm.product import Orders
from storm.world import World

#: Seconds until a process that was killed is started again.
_SOONEST: Final = 0.1
_LATEST: Final = 1.5
_LOOK: Final = 0.05
#: What a command answers that can't use the database, and seconds in which one that is back may have met that.
_STORAGE: Final = 4
_BEGINNING: Final = 10.0


class Database(Protocol):
    """A server of the database that can be crashed."""

    def crash(self) -> None:
        """End all its processes at once."""

    def start(self) -> None:
        """Start it, or start it again after a crash."""


@define(eq=False, kw_only=True)
class Fleet:
    """Started while its context is open.

    `ended` counts processes that nobody killed and that are gone; `too_early` those that could not begin, since the
    database was just being started again: whoever manages services starts them once more.
    """

    world: World
    workers: list[Living]
    server: Living
    address: str
    random: Random
    database: Database | None = None
    ended: Counter[str] = field(factory=Counter)
    too_early: int = 0
    database_back: float = 0.0
    _back: dict[Living, float] = field(factory=dict, init=False)
    _closing: Event = field(factory=Event, init=False)
    _keeper: Thread = field(init=False)

    def __enter__(self) -> Self:
        for each in self._all:
            each.start()
        self._keeper = Thread(target=self._keep, name="keeper", daemon=True)
        self._keeper.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._closing.set()
        self._keeper.join()
        for each in [self.server, *self.workers]:
            each.end()

    @property
    def kills(self) -> int:
        """How many processes were killed so far."""
        return sum(each.kills for each in self._all)

    @property
    def by_kind(self) -> Counter[str]:
        """The same by what they were."""
        counts: Counter[str] = Counter()
        for each in self._all:
            counts[each.name.partition(" ")[0]] += each.kills
        return +counts

    def kill(self, living: Living) -> None:
        """Kill one; it is back soon."""
        self._back[living] = time.monotonic() + self.random.uniform(_SOONEST, _LATEST)
        living.kill()

    @property
    def _all(self) -> list[Living]:
        return [self.server, *self.workers, *(site.living for site in self.world.sites)]

    def _keep(self) -> None:
        while not self._closing.wait(_LOOK):
            for each in self._all:
                if each.lives():
                    continue
                due = self._back.get(each)
                if due is None:
                    self._note_end(each)
                if due is None or time.monotonic() >= due:
                    self._back.pop(each, None)
                    each.start()

    def _note_end(self, living: Living) -> None:
        now = time.monotonic()
        just_begun = now < living.started_at + _BEGINNING and now < self.database_back + _BEGINNING
        if living.status == _STORAGE and just_begun:
            self.too_early += 1
        else:
            self.ended[f"{living.name}: {living.status}"] += 1


def fleet(world: World, options: Options, random: Random, *, port: int, logs: Path, database: Any = None) -> Fleet:
    """Workers that bring exports on, and a server whose API is used; none of them runs yet."""
    home = str(world.home)

    def orders(name: str, *arguments: str) -> Living:
        given = Orders(arguments=[*arguments, "--home", home], log=logs / f"{name}.log", ledger=options.ledger)
        return command(world.context, name, given)

    workers = [orders(f"worker {number}", "worker") for number in range(1, options.workers + 1)]
    server = orders("server", "serve", "--no-worker", "--port", str(port))
    address = f"http://127.0.0.1:{port}"
    return Fleet(world=world, workers=workers, server=server, address=address, random=random, database=database)
