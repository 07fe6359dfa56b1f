"""How an adapter behaves towards an ERP that serves others too: its pace, its name, its secrets, its repetitions."""

import base64
import logging
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from attrs import define, field

from erp_bridge_core.conformance.wire import Exchange, FaultyFiles, FileCall, FileFault, Incoming, WireFault
from erp_bridge_core.conformance.world.bench import Bench
from erp_bridge_core.conformance.world.site import Site
from erp_bridge_core.conformance.world.walk import item_of
from erp_bridge_core.conformance.world.watching import Sent
from erp_bridge_core.contract.effects import Effect
from erp_bridge_core.contract.errors import ErpBridgeError
from erp_bridge_core.exports.status import ExportState

#: So long a reply is held back for other requests to come beside it, in seconds, and for so many requests.
_HOLD: Final = 0.02
_HELD: Final = 60
#: Faults that a library might answer by sending again.
_TEMPTING: Final = (WireFault.STATUS_503, WireFault.REPLY_LOST, WireFault.THROTTLED)
#: Shorter secrets occur by chance.
_SHORTEST: Final = 6


# -- pace -------------------------------------------------------------------------------------------------------------


@define
class _Crowd:
    """Holds replies until more requests are under way than may be, or for a moment; and notes when each came."""

    site: Site
    most: int
    moments: list[float] = field(factory=list)
    _here: int = 0
    _changed: threading.Condition = field(factory=threading.Condition)

    def on_stage(self, stage: str, incoming: Incoming) -> None:
        """A request came so far."""
        del incoming
        with self._changed:
            if stage == "connected":
                self.moments.append(self.site.clock.passed)
                self._here += 1
                self._changed.notify_all()
            elif stage == "reply_held":
                if len(self.moments) < _HELD:
                    self._changed.wait_for(lambda: self._here > self.most, _HOLD)
                self._here -= 1


def too_fast(bench: Bench) -> list[str]:
    """Export and verify with as many lanes as the profile allows; where it was exceeded, in words."""
    rate = bench.profile.rate
    snapshot = bench.started()
    with bench.site(snapshot, serial=False) as site:
        crowd = _Crowd(site, rate.at_once)
        bench.proxy.on_stage = crowd.on_stage
        try:
            site.run(item_of(snapshot))
            with suppress(ErpBridgeError):
                site.verify(item_of(snapshot))
        finally:
            bench.proxy.on_stage = None
        at_once = bench.proxy.most_at_once
    wrong = []
    if at_once > rate.at_once:
        wrong.append(f"{at_once} requests were under way at once; the profile says at most {rate.at_once}")
    if rate.per_second:
        wrong += crowded(crowd.moments, rate.per_second)
    return wrong


def crowded(moments: list[float], per_second: float) -> Iterator[str]:
    """Windows in which more requests came than the rate permits, by the clock that the adapter is given."""
    most = max(1, int(per_second))
    window = most / per_second
    for first, later in zip(moments, moments[most:], strict=False):
        if later - first < window * 0.99:
            yield f"{most + 1} requests came within {later - first:.2f} s; the profile permits {per_second:g} a second"
            return


# -- secrets ----------------------------------------------------------------------------------------------------------


class _Ears(logging.Handler):
    """Keeps every log record as text, of any logger."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(f"{self.format(record)} {vars(record)}")


@contextmanager
def listening() -> Iterator[_Ears]:
    """Hear every logger of the process, whatever its level."""
    ears, root = _Ears(), logging.getLogger()
    level = root.level
    root.addHandler(ears)
    root.setLevel(logging.DEBUG)
    try:
        yield ears
    finally:
        root.setLevel(level)
        root.removeHandler(ears)


def leaks(bench: Bench) -> list[str]:
    """Where a secret of the connection is found after an export with faults; blank when nowhere."""
    snapshot = bench.started()
    said: list[str] = []
    with bench.site(snapshot) as site, listening() as ears:
        _arm(bench, site, WireFault.REPLY_LOST, FileFault.SHARE_LOST_AFTER)
        bench.proxy.arm(WireFault.STATUS_500, lambda incoming: _is_read(incoming.tag))
        for act in (site.run, site.resume, site.take, site.verify, site.status):
            said += _tried(act, item_of(snapshot))
        site.post()
        said += _tried(site.verify, item_of(snapshot))
        said += [str(list(_checked(site)))]
        home = site.home
    forms = list(_secrets(home))
    places = [("a log record", text) for text in ears.heard]
    places += [("an error", text) for text in said]
    places += [("what was printed", text) for _, text in site.watch.watched.printed]
    found = Counter(f"{name} is in {place}" for place, text in places for name, form in forms if form in text.encode())
    for path in sorted(home.rglob("*")):
        if path.is_file() and path.parent.name != "secrets":
            content = path.read_bytes()
            found.update(f"{name} is in {path.relative_to(home)}" for name, form in forms if form in content)
    return sorted(found)


def _tried(act: Any, item: Any) -> list[str]:
    try:
        return [str(act(item))]
    except ErpBridgeError as error:
        return [f"{error.message} {error.remedy} {error.details} {error.faults}"]


def _checked(site: Site) -> Iterator[str]:
    with suppress(ErpBridgeError):
        yield from map(str, site.application.connections.check(site.person("administrator"), "erp"))


def _secrets(home: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted((home / "secrets").iterdir()):
        value = path.read_text(encoding="utf-8")
        if len(value) >= _SHORTEST:
            for form in {value, quote(value, safe=""), base64.b64encode(value.encode()).decode().rstrip("=")}:
                yield f"the secret {path.name}", form.encode()


def _is_read(tag: Any) -> bool:
    return isinstance(tag, Sent) and tag.effect is None


def _arm(bench: Bench, site: Site, fault: WireFault, by_file: FileFault) -> None:
    """Let a fault strike the first write, whichever way it goes."""

    def announce(sent: Sent) -> None:
        bench.proxy.announce(sent)

    def is_write(incoming: Incoming) -> bool:
        return isinstance(incoming.tag, Sent) and incoming.tag.effect is not None

    def is_file_write(call: FileCall) -> bool:
        return call.attempt is not None and call.act.is_write

    shares: list[FaultyFiles] = []

    def wrap(files: Any) -> FaultyFiles:
        shares.append(FaultyFiles(files))
        if len(shares) == 1:
            shares[0].arm(by_file, is_file_write)
        return shares[-1]

    site.watch.announce = announce
    site.watch.wrap_files = wrap
    bench.proxy.arm(fault, is_write)


# -- repetitions ------------------------------------------------------------------------------------------------------


def repetitions(bench: Bench) -> tuple[list[str], int]:
    """Writes that were made twice within one attempt, in words, and how many writes were looked at."""
    wrong: list[str] = []
    looked = 0
    for fault in _TEMPTING:
        snapshot = bench.started()
        with bench.site(snapshot) as site:
            starts: list[int] = []

            def note(stage: str, effect: Effect, starts: list[int] = starts) -> None:
                del effect
                if stage == "intent":
                    starts.append(len(bench.proxy.exchanges))

            site.application.exports.worker.observer = note
            _arm(bench, site, fault, FileFault.SHARE_LOST)
            status = site.run(item_of(snapshot))
            if status.state is ExportState.UNKNOWN:
                site.resume(item_of(snapshot))
            exchanges = list(bench.proxy.exchanges)
        for start, end in zip(starts, [*starts[1:], len(exchanges)], strict=True):
            looked += sum(map(_is_write, exchanges[start:end]))
            wrong += [f"with {fault.value}: {told}" for told in _repeated(exchanges[start:end])]
    return wrong, looked


def _is_write(exchange: Exchange) -> bool:
    return isinstance(exchange.tag, Sent) and exchange.tag.effect is not None


def _repeated(exchanges: list[Exchange]) -> Iterator[str]:
    """Requests of one attempt that came more than once: also those that nobody announced."""
    seen: list[Exchange] = []
    for each in filter(_is_write, exchanges):
        if any(each.request.equals(other.request) for other in seen):
            continue
        seen.append(each)
        count = sum(each.request.equals(other.request) for other in exchanges)
        if count > 1:
            yield f"one attempt made {count} times {each.method} {each.path}"
