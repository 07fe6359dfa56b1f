"""Faults at reads: each request, and each look into the share, that a reading hook makes fails once."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Any, Final

from attrs import define, field

from erp_bridge_core.conformance.cases.asking import READ_HOOKS, Asked, answered, ask_about, in_order, told
from erp_bridge_core.conformance.effort import Depth
from erp_bridge_core.conformance.wire import FaultyFiles, FileCall, FileFault, WireFault
from erp_bridge_core.conformance.world.bench import Bench, Snapshot
from erp_bridge_core.contract.connection import Checked
from erp_bridge_core.contract.errors import ErpBridgeError, NotFound, PluginError
from erp_bridge_core.contract.postings import RouteSight
from erp_bridge_core.contract.simulator import Mischief

_WIRE: Final = (
    WireFault.STATUS_500,
    WireFault.STATUS_502,
    WireFault.REPLY_CUT,
    WireFault.RESET_BEFORE_READ,
    WireFault.REPLY_LOST,
    WireFault.REDIRECT,
)
_SHARE: Final = (FileFault.SHARE_LOST, FileFault.SHARING_VIOLATION)
#: How many requests of a hook fail, and in how many ways each.
_MOST: Final = {Depth.GLANCE: 6, Depth.SAMPLE: 12, Depth.FULL: 20, Depth.THOROUGH: 1_000}
_WAYS: Final = {Depth.GLANCE: 1, Depth.SAMPLE: 1, Depth.FULL: 2, Depth.THOROUGH: len(_WIRE)}


def reads_that_fail(bench: Bench, snapshot: Snapshot) -> tuple[int, list[str]]:
    """How many reads were made to fail, and in words each of which the adapter made something else than a failure."""
    with bench.site(snapshot) as site:
        tries = _Tries(bench=bench, asked=ask_about(site, snapshot))
        for hook in READ_HOOKS:
            tries.hook(hook)
        tries.ended_tokens()
        return tries.tried, list(dict.fromkeys(tries.wrong))


@define(kw_only=True)
class _Tries:
    bench: Bench
    asked: Asked
    tried: int = 0
    wrong: list[str] = field(factory=list)

    def hook(self, name: str) -> None:
        """A hook without faults, then once for each thing that can fail in it."""
        meter = _Meter()
        with self._metered(meter):
            usual, error = answered(partial(self.asked.hook, name))
        if error is not None:
            self.wrong.append(f"{name} failed without any fault: {told(error)}")
            return
        for kinds, count in ((_WIRE, meter.requests), (_SHARE, meter.looks)):
            for number in self._numbers(count, name):
                for kind in self._kinds(kinds, name, number):
                    self._try(name, usual, kind, number)

    def _numbers(self, count: int, name: str) -> list[int]:
        """Which of so many requests fail: all of them where there are few."""
        most = _MOST[self.bench.effort.depth]
        everything = list(range(1, count + 1))
        drawn = self.bench.effort.random("CON-08", name).sample(everything, min(most, count))
        return sorted(drawn)

    def _kinds(self, kinds: tuple[Any, ...], name: str, number: int) -> tuple[Any, ...]:
        """In which ways each fails."""
        draw = self.bench.effort.random("CON-08", name, number)
        return tuple(draw.sample(kinds, min(len(kinds), _WAYS[self.bench.effort.depth])))

    def _try(self, name: str, usual: Any, fault: WireFault | FileFault, number: int) -> None:
        meter = _Meter(fault=fault, number=number)
        with self._metered(meter):
            answer, error = answered(partial(self.asked.hook, name))
        self.tried += 1
        what = "request" if isinstance(fault, WireFault) else "look into the share"
        if why := _taken_for(name, usual, answer, error):
            self.wrong.append(f"{name}, {what} {number} {fault.value}: {why}")

    def ended_tokens(self) -> None:
        """Sessions that end between two reads are renewed, or told."""
        mischievous = self.bench.subject.mischievous
        if mischievous is None or Mischief.EXPIRES_TOKENS not in mischievous.mischief():
            return
        for name in READ_HOOKS:
            usual, _ = answered(partial(self.asked.hook, name))
            self.asked.site.mischief(Mischief.EXPIRES_TOKENS)
            answer, error = answered(partial(self.asked.hook, name))
            self.tried += 1
            if why := _taken_for(name, usual, answer, error):
                self.wrong.append(f"{name}, after every session had ended: {why}")

    def _metered(self, meter: "_Meter") -> AbstractContextManager[None]:
        return meter.at(self.bench, self.asked)


@define(kw_only=True)
class _Meter:
    """Counts what a hook asks of the wire and of the share, and lets the fault strike one of it."""

    fault: WireFault | FileFault | None = None
    number: int = 0
    requests: int = 0
    looks: int = 0

    @contextmanager
    def at(self, bench: Bench, asked: Asked) -> Iterator[None]:
        """Count and strike what is asked in the block."""
        watch = asked.adapter
        watch.announce, watch.wrap_files = self._request(bench), self._files
        if isinstance(self.fault, WireFault):
            bench.proxy.arm(self.fault, lambda incoming: incoming.tag == self.number)
        try:
            yield
        finally:
            watch.announce = watch.wrap_files = None
            bench.proxy.disarm()

    def _request(self, bench: Bench) -> Callable[[Any], None]:
        def tell(sent: Any) -> None:
            del sent
            self.requests += 1
            bench.proxy.announce(self.requests)

        return tell

    def _files(self, files: Any) -> FaultyFiles:
        def when(call: FileCall) -> bool:
            if call.act.is_write:
                return False
            self.looks += 1
            return self.looks == self.number

        wrapped = FaultyFiles(files)
        wrapped.arm(self.fault if isinstance(self.fault, FileFault) else FileFault.SHARE_LOST, when, times=1)
        return wrapped


def _taken_for(name: str, usual: Any, answer: Any, error: ErpBridgeError | None) -> str:
    """What the adapter wrongly made of a read that failed; blank when it told it, or got it after all."""
    if isinstance(error, NotFound):
        return f"taken for nothing being there: {error.message}"
    if isinstance(error, PluginError):
        return f"raised {told(error)}"
    if error is not None or in_order(answer) == in_order(usual) or _is_told(name, usual, answer):
        return ""
    return f"answered as if nothing had failed: {_difference(usual, answer)}"


def _is_told(name: str, usual: Any, answer: Any) -> bool:
    """Whether an answer says by itself that something could not be read."""
    if name == "check_connection":
        # It is read by people: other words are enough, as long as they don't say that the books are others.
        return {**_facts(usual), **_facts(answer)} == _facts(usual)
    if name == "verify_posted":
        return any(isinstance(each, RouteSight) and (each.failed or each.stale) for each in answer)
    if name == "read_job":
        return bool(answer["blind"] != usual["blind"])
    if name == "revision_fields":
        # A number that is only offered may be left out.
        return [(each.name, each.change) for each in answer] == [(each.name, each.change) for each in usual]
    return False


def _facts(looked: list[Checked]) -> dict[str, str]:
    return {name: value for each in looked for name, value in each.facts.items()}


def _difference(usual: Any, answer: Any) -> str:
    if isinstance(usual, dict):
        parts = (
            f"{len(answer[name])} of {len(usual[name])} {name}"
            for name in usual
            if in_order(answer[name]) != in_order(usual[name])
        )
        return ", ".join(parts)
    return f"{len(answer)} values instead of {len(usual)}" if len(answer) != len(usual) else "other values"
