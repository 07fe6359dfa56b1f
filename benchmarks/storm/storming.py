"""One storm from an empty folder to the verdict."""

import os
import socket
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from random import Random
from threading import Event, Thread
from typing import Any, Final

from attrs import frozen
from sqlalchemy import make_url

from erp_bridge_core.conformance.wire import FileFault, WireFault
from erp_bridge_core.conformance.world.outcomes import Fault, Outage
from storm.calls import Calls
from storm.chaos import Chaos
from storm.fleet import Fleet, fleet
from storm.judge import Verdict, count_defects, judge, tally
from storm.options import Options
from storm.walks import Walk
from storm.world import PASSWORD, SECRET, Place, made_world

#: Projects that are walked side by side.
_AT_ONCE: Final = 24
#: What a process that dies at a write is, to the outcome table: its request's reply is lost, or its file's fate.
_DEATHS: Final[tuple[Fault, ...]] = (WireFault.REPLY_LOST, FileFault.SHARE_LOST_AFTER, Outage.RESTARTED)


@frozen(kw_only=True)
class Result:
    """What a storm did, and what was found after it."""

    options: Options
    verdict: Verdict
    seconds: float
    kills: Counter[str]
    deeds: Counter[str]
    faults: Counter[str]
    calls: Counter[str]
    items: Counter[str]

    @property
    def is_good(self) -> bool:
        """Whether the verdict is, and the storm was one."""
        return self.verdict.is_good


def storm(options: Options, root: Path, *, strike: type[Chaos] = Chaos) -> Result:
    """Set the world up in a folder, let `strike` go over it, wait until it is calm, and count."""
    began = time.monotonic()
    random = Random(options.seed)
    with _database(options) as database:
        url = "" if database is None else database.new_database()
        if url:
            # The storm's processes inherit it, however late they are started.
            os.environ[SECRET] = make_url(url).password or ""
        with made_world(options, root, random, url=url) as world:
            ships = fleet(world, options, random, port=_free_port(), logs=root, database=database)
            return _over(ships, options, root, began, strike)


def _over(ships: Fleet, options: Options, root: Path, began: float, strike: type[Chaos]) -> Result:
    calm, told = Event(), Counter[str]()
    walks = _walks(ships, calm, told)
    with ships:
        chaos = strike(
            options=options,
            fleet=ships,
            calm=calm,
            random=Random(options.seed),
            progress=lambda: sum(walk.done for walk in walks) / options.exports,
        )
        _walk(walks, chaos, until=time.monotonic() + options.minutes * 60)
        verdict = judge(walks, lambda place: _met(chaos, place))
    count_defects(verdict, ships.world.home)
    verdict.ended += [f"{name} ({count})" for name, count in sorted(ships.ended.items())]
    _keep_log(walks, root / "walks.log", began)
    return Result(
        options=options,
        verdict=verdict,
        seconds=time.monotonic() - began,
        kills=+Counter({**ships.by_kind, "database": chaos.crashes}),
        deeds=chaos.deeds,
        faults=chaos.faults,
        calls=told,
        items=tally(walks),
    )


def _keep_log(walks: Sequence[Walk], path: Path, began: float) -> None:
    """When each item came to which state, for whoever looks into a storm that was kept."""
    lines = [
        f"{at - began:8.1f} {walk.project.contract.number:24} item {item} {state:10} {why}\n"
        for walk in walks
        for at, item, state, why in walk.log
    ]
    path.write_text("".join(sorted(lines)), encoding="utf-8")


def _walk(walks: Sequence[Walk], chaos: Chaos, *, until: float) -> None:
    striking = Thread(target=chaos.run, name="chaos", daemon=True)
    striking.start()
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        walking = [pool.submit(walk.run, until) for walk in walks]
        for each in walking:
            each.result()
    chaos.calm.set()
    striking.join()


def _walks(ships: Fleet, calm: Event, told: Counter[str]) -> list[Walk]:
    """One for each project, those of each place in turn."""

    def calls(place: Place, login: str) -> Calls:
        return Calls(ships.address, place.company, login, PASSWORD, told)

    walks = [
        Walk(
            place=place, project=project, calm=calm, manager=calls(place, "manager"), approver=calls(place, "approver")
        )
        for place in ships.world.places
        for project in place.projects
    ]
    return sorted(walks, key=lambda walk: walk.project.contract.job)


def _met(chaos: Chaos, place: Place) -> list[Fault]:
    return [*chaos.met_at(place), *(_DEATHS if chaos.kills else ())]


@contextmanager
def _database(options: Options) -> Iterator[Any]:
    """The server of the database, where there is one."""
    if options.database == "sqlite":
        yield None
        return
    sys.path.append(str(Path(__file__).parents[2] / "tests"))
    from postgresql import running_postgresql

    with running_postgresql() as server:
        yield server


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
