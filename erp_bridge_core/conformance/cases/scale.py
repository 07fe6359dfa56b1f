"""A budget of many lines, exported by a process of its own, so that what it costs can be counted."""

import math
import multiprocessing
import resource
import sys
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final, cast

from attrs import define, field, frozen

from erp_bridge_core.app import Application
from erp_bridge_core.conformance.effort import Depth
from erp_bridge_core.conformance.subject import find_subject
from erp_bridge_core.conformance.wire import Incoming
from erp_bridge_core.conformance.workbench import LIMITS, clock_at
from erp_bridge_core.conformance.world.bench import Bench
from erp_bridge_core.conformance.world.site import COMPANY, TESTER, Site
from erp_bridge_core.conformance.world.walk import read_job
from erp_bridge_core.conformance.world.watching import OneAdapter, WatchedAdapter, patience
from erp_bridge_core.conformance.world.workload import Workload, many
from erp_bridge_core.contract.errors import ErpBridgeError
from erp_bridge_core.demo.books import bare
from erp_bridge_core.registry import Registry

#: How many requests a depth has time for.
_REQUESTS: Final = {Depth.GLANCE: 60, Depth.SAMPLE: 60, Depth.FULL: 1_200, Depth.THOROUGH: 10**7}
_MEBIBYTE: Final = 1024 * 1024
#: A progress that nobody can see before the end is none; below so many effects there is nothing to see.
_FEW: Final = 20


@frozen(kw_only=True)
class Measured:
    """What the export of so many lines came to."""

    lines: int
    requests: int
    mebibytes: float
    stopped: str
    progress: tuple[int, ...]
    effects: int


def lines_for(bench: Bench) -> int:
    """As many lines as the effort says, fewer where each takes requests for which the depth has no time."""
    effort, cost = bench.effort, bench.profile.cost
    affordable = _REQUESTS[effort.depth] / max(cost.requests_per_line, 1e-9)
    return max(30, min(effort.lines, math.floor(affordable)))


@frozen(kw_only=True)
class Told:
    """What is wrong with what arrived and what it cost, and with what the adapter reads of the job then."""

    arrived: tuple[str, ...] = ()
    read: tuple[str, ...] = ()


def at_scale(bench: Bench) -> Told:
    """Export many lines, post, compare, and read the job; made once."""
    made: Told = bench.once("scale", lambda: _at_scale(bench))
    return made


def _at_scale(bench: Bench) -> Told:
    workload = many(lines_for(bench))
    with bench.site(bench.linked(workload)) as site:
        measured = _exported(bench, site, workload)
        if measured.stopped:
            return Told(arrived=(f"the export of {measured.lines} lines stopped: {measured.stopped}",))
        item = site.application.reviews.history(site.person("approver"), site.project)[0]
        site.post(site.take(item))
        missing = len(site.expected.amounts.keys() - site.held().keys())
        arrived = [f"of {measured.lines} lines {missing} are not in the ERP"] if missing else [site.difference()]
        arrived += _over(bench, measured)
        return Told(arrived=tuple(filter(None, arrived)), read=tuple(_not_read(site)))


def _over(bench: Bench, measured: Measured) -> list[str]:
    cost = bench.profile.cost
    wrong = []
    requests = math.ceil(cost.requests_per_export + cost.requests_per_line * measured.lines)
    if measured.requests > requests:
        wrong.append(f"{measured.requests} requests for {measured.lines} lines; the profile says at most {requests}")
    if measured.mebibytes > cost.mebibytes:
        wrong.append(f"the process grew by {measured.mebibytes:.0f} MiB; the profile says at most {cost.mebibytes}")
    if measured.effects > _FEW and not any(0 < done < measured.effects for done in measured.progress):
        wrong.append(f"of {measured.effects} effects none was told as done before all were")
    return wrong


def _exported(bench: Bench, site: Site, workload: Workload) -> Measured:
    """Accept and start it here, run it in another process."""
    item = site.started(site.accepted(workload.lines))
    before = len(bench.proxy.exchanges)
    progress = _Progress(site, item)
    bench.proxy.on_stage = progress.on_stage
    try:
        grown, stopped = _elsewhere(bench, site, item.id, len(workload.lines))
    finally:
        bench.proxy.on_stage = None
    return Measured(
        lines=len(workload.lines),
        requests=len(bench.proxy.exchanges) - before,
        mebibytes=grown,
        stopped=stopped,
        progress=tuple(progress.seen),
        effects=len(site.status(item).effects),
    )


@define
class _Progress:
    """Looks a few times, while requests are held, how many effects are done."""

    site: Site
    item: Any
    seen: list[int] = field(factory=list)
    _count: int = 0

    def on_stage(self, stage: str, incoming: Incoming) -> None:
        """Look at the 16th, 32nd, 64th ... request."""
        del incoming
        if stage != "reply_held":
            return
        self._count += 1
        if self._count >= 16 and self._count & (self._count - 1) == 0:  # noqa: PLR2004 - a power of two
            effects = self.site.status(self.item).effects
            self.seen.append(sum(effect.last_outcome is not None for effect in effects))


def _elsewhere(bench: Bench, site: Site, item: int, lines: int) -> tuple[float, str]:
    seconds = patience(lines)
    context = multiprocessing.get_context("forkserver")
    ours, theirs = context.Pipe()
    arguments = (theirs, bench.subject.spec, str(site.home), item)
    times = {"passed": site.clock.passed, "seconds": seconds}
    process = context.Process(target=measure, args=arguments, kwargs=times, daemon=True)
    process.start()
    theirs.close()
    try:
        if not ours.poll(2 * seconds):
            return 0.0, f"it did not end within {2 * seconds:g} seconds"
        return cast("tuple[float, str]", ours.recv())
    except EOFError:
        return 0.0, "the process ended"
    finally:
        process.kill()
        process.join()
        ours.close()


def measure(connection: Connection, spec: str, home: str, item: int, *, passed: float, seconds: float) -> None:
    """Run an export and tell by how much this process grew; called in a process of its own."""
    watch = WatchedAdapter(adapter=find_subject(spec).adapter, limits=LIMITS, seconds=seconds)
    clock = clock_at(passed)
    with Application.open(Path(home), clock=clock, registry=cast("Registry", OneAdapter(watch))) as application:
        application.exports.worker.seconds = clock.database_seconds(application.store)
        approver = application.people.actor_as("approver", COMPANY, TESTER)
        before, stopped = _largest(), ""
        try:
            status = application.exports.run(approver, item)
            if status.failure is not None and not status.lines.arrived and not status.is_unknown:
                stopped = str(status.failure.get("message", ""))
        except ErpBridgeError as error:
            stopped = error.message
        connection.send((_largest() - before, stopped))


def _largest() -> float:
    """How large this process has been at most, in mebibytes."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / _MEBIBYTE if sys.platform == "darwin" else most / 1024


def _not_read(site: Site) -> Iterator[str]:
    """Figures and cost codes that the ERP holds and the adapter does not tell."""
    held = site.held()
    reading = read_job(site, site.job)
    figures = {bare(figure.key) for figure in reading.figures}
    codes = {code.code.replace("-", "") for code in reading.cost_codes}
    missing, lacking = sorted(held.keys() - figures), sorted({key.cost_code for key in held} - codes)
    if missing:
        yield f"of {len(held)} keys with figures {len(missing)} were not read: {missing[0]}"
    if lacking:
        yield f"of the cost codes of {len(held)} keys {len(lacking)} were not read: {lacking[0]}"
