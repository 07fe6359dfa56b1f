"""Faults armed at one write of an export: of the wire, of the share, and what the ERP or its people do meanwhile.

A case restores the site right before the write in question, so the first effect that is sent is the one to strike.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, Protocol, Self

from attrs import define, field, frozen

from erp_bridge_core.conformance.wire import Armed, ArmedFile, FaultyFiles, FileCall, FileFault, WireFault
from erp_bridge_core.conformance.world.bench import Bench
from erp_bridge_core.conformance.world.outcomes import Fault, Outage
from erp_bridge_core.conformance.world.site import Site
from erp_bridge_core.conformance.world.watching import Sent
from erp_bridge_core.contract.effects import Effect
from erp_bridge_core.contract.simulator import Mischief

#: As often as it comes.
ALWAYS: Final = 1_000_000
#: Seconds for which an answer is waited for that will not come, by fault; every other answer may take its time, so that
#: a busy machine proves nothing. After a commit there must be time for the commit.
HURRIES: Final[dict[Fault, float]] = {WireFault.TIMED_OUT: 0.3, WireFault.TIMED_OUT_AFTER_COMMIT: 0.6}
#: Stages of the ledger at which something may be done; the others are stages of the write's request.
OF_THE_LEDGER: Final = frozenset({"intent", "answered", "recorded", "seen", "failed"})


@frozen(kw_only=True)
class Strike:
    """A fault at the n-th write of an export; `request` counts the requests of that write's attempt.

    `stage` is when an ERP or its people do something: a stage of the ledger, or one that the proxy tells of the write's
    request. `of_reads`: the fault strikes every read that comes after the write went out.
    """

    fault: Fault
    ordinal: int
    request: int = 1
    times: int = 1
    event: str = ""
    stage: str = "intent"
    of_reads: bool = False

    @property
    def lasts(self) -> bool:
        """Whether it goes on until it is calmed, so that workers alone may not have come to the end of it."""
        return self.of_reads or isinstance(self.fault, Mischief)

    def __str__(self) -> str:
        more = f".{self.request}" if self.request > 1 else ""
        reads = "reads-" if self.of_reads else ""
        stage = f":{self.stage}" if self.stage != "intent" else ""
        return f"{reads}{self.fault.value}@{self.ordinal}{more}{stage}" + (f":{self.event}" if self.event else "")


class Arming(Protocol):
    """One strike, armed at a site while its context is open."""

    strike: Strike

    def __enter__(self) -> Self:
        """Lie in wait."""

    def __exit__(self, *error: object) -> None:
        """What is held back goes out."""

    @property
    def struck(self) -> int:
        """How often it struck."""

    def release(self, event: str) -> None:
        """Let a late commit go, when this is its moment."""

    def calm(self) -> None:
        """Nothing strikes any more; what is held back stays held."""


def arm(bench: Bench, site: Site, strike: Strike) -> Arming:
    """The arming that a strike asks for."""
    if isinstance(strike.fault, Mischief | Outage):
        return _Deed(bench, site, strike)
    if isinstance(strike.fault, WireFault):
        return _OnTheWire(bench, site, strike)
    return _AtTheShare(bench, site, strike)


@define
class _Base:
    bench: Bench
    site: Site
    strike: Strike
    arming: list[Armed | ArmedFile] = field(factory=list)
    calm_now: bool = False

    def __enter__(self) -> Self:
        self.prepare()
        worker = self.site.application.exports.worker
        worker.observer = self._chained(worker.observer)
        return self

    def __exit__(self, *error: object) -> None:
        self.bench.proxy.release()

    def prepare(self) -> None:
        """Arm it."""
        raise NotImplementedError

    @property
    def struck(self) -> int:
        return sum(each.struck for each in self.arming)

    def release(self, event: str) -> None:
        if self.strike.event == event:
            self.bench.proxy.release()

    def calm(self) -> None:
        self.calm_now = True
        self.bench.proxy.disarm()

    def at_stage(self, stage: str) -> None:
        """What is done at a stage of the ledger."""
        if stage == "seen":
            self.release("after_find")
        if stage == "answered" and self.struck:
            self.release("after_resend")

    def _chained(self, former: Callable[[str, Effect], None]) -> Callable[[str, Effect], None]:
        def watch(stage: str, effect: Effect) -> None:
            former(stage, effect)
            self.at_stage(stage)

        return watch


@define
class _OnTheWire(_Base):
    """A fault of the wire, at a request of the write's attempt or at reads after it."""

    first: str = ""
    requests: int = 0

    def prepare(self) -> None:
        announce = self.site.watch.announce or self.bench.proxy.announce

        def tell(sent: Sent) -> None:
            if sent.effect is not None:
                # The site was restored right before the write in question: its effect is the first that is sent.
                self.first = self.first or sent.effect.key
                self.requests += sent.effect.key == self.first
            announce(sent)

        former = self.site.watch.hurry

        def hurry(sent: Sent) -> float | None:
            if self.struck < self._times and self.strike.fault in HURRIES and self._strikes_request(sent):
                return HURRIES[self.strike.fault]
            return None if former is None else former(sent)

        self.site.watch.announce, self.site.watch.hurry = tell, hurry
        around = self._lose if self.strike.fault is WireFault.ACKNOWLEDGED_ONLY else None
        fault = self.strike.fault
        assert isinstance(fault, WireFault)
        self.arming.append(self.bench.proxy.arm(fault, self._strikes, times=self._times, around_commit=around))

    @property
    def _times(self) -> int:
        return ALWAYS if self.strike.of_reads else self.strike.times

    def _strikes(self, incoming: Any) -> bool:
        return isinstance(incoming.tag, Sent) and self._strikes_request(incoming.tag)

    def _strikes_request(self, sent: Sent) -> bool:
        if self.calm_now:
            return False
        if self.strike.of_reads or sent.effect is None:
            return self.strike.of_reads and sent.effect is None and bool(self.first)
        return sent.effect.key == self.first and self.requests >= self.strike.request

    @contextmanager
    def _lose(self) -> Iterator[None]:
        """Keep the ERP's books before a commit, and put them back after it."""
        kept = self.bench.folder / "before-commit"
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(self.site.erp_home, kept)
        yield
        for path in self.site.erp_home.rglob("*"):
            if path.is_file():
                path.unlink()
        shutil.copytree(kept, self.site.erp_home, dirs_exist_ok=True)


class _AtTheShare(_Base):
    """A fault of the share, at a file act of the write's attempt or at reads after it."""

    def prepare(self) -> None:
        fault = self.strike.fault
        assert isinstance(fault, FileFault)
        former = self.site.watch.wrap_files
        seen: list[int] = []

        def when(call: FileCall) -> bool:
            if self.calm_now:
                return False
            if self.strike.of_reads:
                seen.extend([1] if call.attempt is not None and call.act.is_write else [])
                return bool(seen) and call.attempt is None and not call.act.is_write
            if call.attempt is None or not call.act.is_write:
                return False
            seen.append(call.attempt)
            return len(seen) >= self.strike.request and self.struck < self.strike.times

        def wrap(files: Any) -> FaultyFiles:
            wrapped = FaultyFiles(files if former is None else former(files))
            times = ALWAYS if self.strike.of_reads else self.strike.times
            self.arming.append(wrapped.arm(fault, when, times=times))
            return wrapped

        self.site.watch.wrap_files = wrap


@define
class _Deed(_Base):
    """Something that the ERP or its people do, once, at a moment of the write."""

    done: int = 0

    @property
    def struck(self) -> int:
        return self.done

    def prepare(self) -> None:
        if self.strike.stage in OF_THE_LEDGER:
            return
        announce, on_stage = self.site.watch.announce, self.bench.proxy.on_stage
        if announce is None:
            self.site.watch.announce = self.bench.proxy.announce

        def told(stage: str, incoming: Any) -> None:
            if on_stage is not None:
                on_stage(stage, incoming)
            of_write = isinstance(incoming.tag, Sent) and incoming.tag.effect is not None
            if stage == self.strike.stage and of_write:
                self.act()

        self.bench.proxy.on_stage = told

    def __exit__(self, *error: object) -> None:
        self.bench.proxy.on_stage = None
        super().__exit__(*error)

    def at_stage(self, stage: str) -> None:
        if stage == self.strike.stage:
            self.act()

    def act(self) -> None:
        """Do it, as often as the strike says."""
        if self.calm_now or self.done >= self.strike.times:
            return
        self.done += 1
        if isinstance(self.strike.fault, Mischief):
            self.site.mischief(self.strike.fault)
        else:
            self.site.simulator.restart(self.site.erp_home)

    def calm(self) -> None:
        super().calm()
        if isinstance(self.strike.fault, Mischief):
            self.site.calm()
