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
from storm.asking import AskedWalk
from storm.calls import Calls, SignIn
from storm.chaos import Chaos
from storm.fleet import Fleet, fleet
from storm.judge import UNKNOWN, Verdict, count_defects, judge, tally
from storm.options import Options
from storm.places import Place, Project, Site
from storm.settling import settle
from storm.told import judge_told
from storm.walks import Walk
from storm.world import PASSWORD, SECRET, made_world

#: Projects that are walked side by side.
_AT_ONCE: Final = 24
#: The last exports may arrive before the last kills.
_ENOUGH: Final = 0.9
#: Seconds that what was settled has to come to its end.
_AFTERWARDS: Final = 120.0
#: What a process that dies at a write is, to the outcome table: its request's reply is lost, or its file's fate.
_DEATHS: Final[tuple[Fault, ...]] = (WireFault.REPLY_LOST, FileFault.SHARE_LOST_AFTER, Outage.RESTARTED)


@frozen(kw_only=True)
class Result:
    """What a storm did, and what was found after it; `after` is the verdict once doubts were settled, if any were."""

    options: Options
    verdict: Verdict
    settled: int
    after: Verdict | None
    seconds: float
    kills: Counter[str]
    deeds: Counter[str]
    faults: Counter[str]
    faults_at_sources: int
    tricks: Counter[str]
    calls: Counter[str]
    items: Counter[str]

    @property
    def is_good(self) -> bool:
        """Whether the verdicts are, and the storm was one: nearly as many kills as were asked for."""
        was_one = self.kills.total() >= _ENOUGH * self.options.kills
        return was_one and self.verdict.is_good and (self.after is None or self.after.is_good)


def storm(options: Options, root: Path, *, strike: type[Chaos] = Chaos) -> Result:
    """Set the world up in a folder, let `strike` go over it, wait until it is calm, and count."""
    began = time.monotonic()
    random = Random(options.seed)
    with _database(options) as database:
        url = "" if database is None else database.new_database()
        port = _free_port()
        if url:
            # The storm's processes inherit it, however late they are started.
            os.environ[SECRET] = make_url(url).password or ""
        with made_world(options, root, random, address=f"http://127.0.0.1:{port}", url=url) as world:
            ships = fleet(world, options, random, port=port, logs=root, database=database)
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
        _strike(walks, chaos, until=time.monotonic() + options.minutes * 60)
        verdict = _judged(walks, chaos)
        settled = _settle(walks, chaos, told)
        after = _judged(walks, chaos) if settled else None
    count_defects(verdict, ships.world.home)
    verdict.ended += [f"{name} ({count})" for name, count in sorted(ships.ended.items())]
    _keep_log(walks, root / "walks.log", began)
    return Result(
        options=options,
        verdict=verdict,
        settled=settled,
        after=after,
        seconds=time.monotonic() - began,
        kills=+Counter({**ships.by_kind, "database": chaos.crashes}),
        deeds=chaos.deeds,
        faults=chaos.faults,
        faults_at_sources=chaos.faults_at_sources,
        tricks=chaos.tricks,
        calls=told,
        items=tally(walks),
    )


def _judged(walks: Sequence[Walk], chaos: Chaos) -> Verdict:
    """What the books of all ERPs show, and of all sources."""
    verdict = judge(walks, lambda place: _met(chaos, place))
    asked = [walk for walk in walks if isinstance(walk, AskedWalk)]
    judge_told(verdict, asked, lambda source: _met(chaos, source))
    return verdict


def _settle(walks: Sequence[Walk], chaos: Chaos, told: Counter[str]) -> int:
    """Have what nobody could know settled by the books, and wait until it has come to its end."""
    if not any(each.state in UNKNOWN for walk in walks for each in walk.rounds):
        return 0
    address = chaos.fleet.address
    controllers = {
        place.company: Calls(
            SignIn(address=address, company=place.company, login="controller", password=PASSWORD), told
        )
        for place in chaos.fleet.world.places
    }
    settled = sum(settle(walk, controllers[walk.place.company]) for walk in walks)
    _walk(walks, until=time.monotonic() + _AFTERWARDS)
    return settled


def _keep_log(walks: Sequence[Walk], path: Path, began: float) -> None:
    """When each item came to which state, for whoever looks into a storm that was kept."""
    lines = [
        f"{at - began:8.1f} {walk.project.contract.number:24} item {item} {state:10} {why}\n"
        for walk in walks
        for at, item, state, why in walk.log
    ]
    path.write_text("".join(sorted(lines)), encoding="utf-8")


def _strike(walks: Sequence[Walk], chaos: Chaos, *, until: float) -> None:
    """Let the storm go over the walks."""
    striking = Thread(target=chaos.run, name="chaos", daemon=True)
    striking.start()
    _walk(walks, until=until)
    chaos.calm.set()
    striking.join()


def _walk(walks: Sequence[Walk], *, until: float) -> None:
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for each in [pool.submit(walk.run, until) for walk in walks]:
            each.result()


def _walks(ships: Fleet, calm: Event, told: Counter[str]) -> list[Walk]:
    """One for each project, those of each place in turn."""
    signed_in = {
        (place.company, login): SignIn(address=ships.address, company=place.company, login=login, password=PASSWORD)
        for place in ships.world.places
        for login in ("manager", "approver")
    }

    def walk(place: Place, project: Project) -> Walk:
        manager, approver = (Calls(signed_in[place.company, login], told) for login in ("manager", "approver"))
        given = {"place": place, "project": project, "calm": calm, "manager": manager, "approver": approver}
        return Walk(**given) if project.source is None else AskedWalk(**given, source=project.source)

    walks = [walk(place, project) for place in ships.world.places for project in place.projects]
    return sorted(walks, key=lambda walk: walk.project.contract.job)


def _met(chaos: Chaos, site: Site) -> list[Fault]:
    return [*chaos.met_at(site), *(_DEATHS if chaos.kills else ())]


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
