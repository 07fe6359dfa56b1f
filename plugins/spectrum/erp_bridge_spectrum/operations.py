"""How estimates and lines of change requests are sent and looked for. Each write is checked against its row first."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from attrs import define, field, frozen

from erp_bridge_core.contract import Accepted, Attempt, CannotTell, Different, Effect, Sighting, reading
from erp_bridge_core.contract.errors import ErpBridgeError, LedgerConflict
from erp_bridge_spectrum.judging import judge, place_of, seen
from erp_bridge_spectrum.phases import PhaseReader, PhaseRow, Place
from erp_bridge_spectrum.soap import Exchange

#: Seconds for which the job's rows, once read, stand for what a write finds; no service locks a row.
_FRESH: Final = 60.0


@define(kw_only=True)
class Book:
    """A job's rows as last read, shared by all writes of an export and read anew when they grow old."""

    exchange: Exchange
    job: str
    _rows: Mapping[Place, PhaseRow] | None = field(default=None, init=False)
    _read_at: float = field(default=0.0, init=False)
    _guard: threading.Lock = field(factory=threading.Lock, init=False, repr=False)

    def rows(self) -> Mapping[Place, PhaseRow]:
        """The rows, not older than a minute. Raises `ReadFailed`."""
        with self._guard:
            now = self.exchange.erp.clock.monotonic()
            if self._rows is None or self._read_at < now - _FRESH:
                with reading():
                    self._rows = dict(PhaseReader(self.exchange, self.job).read())
                self._read_at = now
            return self._rows

    def require_unmoved(self, effect: Effect) -> None:
        """Raise `LedgerConflict` when the row shows neither what stood there at accept nor what we write (L9)."""
        sighting = judge(self.rows().get(place_of(effect)), effect)
        if isinstance(sighting, Different):
            # Our own earlier write to this row may be newer than what was read.
            self._forget()
            sighting = judge(self.rows().get(place_of(effect)), effect)
        if isinstance(sighting, Different):
            raise conflict(self.job, [(place_of(effect), sighting)])

    def _forget(self) -> None:
        with self._guard:
            self._rows = None


def conflict(job: str, found: Sequence[tuple[Place, Different]]) -> LedgerConflict:
    """Rows that changed since the item was accepted."""
    shown = [
        f"phase {phase} {cost_type} shows {seen.evidence['shown'][0] or 'nothing'}, not "
        f"{seen.evidence['before'][0] or 'nothing'}"
        for (phase, cost_type), seen in found[:5]
    ]
    more = f" and {len(found) - len(shown)} more" if len(found) > len(shown) else ""
    return LedgerConflict(
        f"Job {job} was changed in Spectrum since the item was accepted: {'; '.join(shown)}{more}. They were not "
        "written.",
        remedy="Have the figures put back in Spectrum and retry; or reject what did not arrive, and send it again.",
        details={"phases": [list(place) for place, _ in found]},
    )


@frozen(kw_only=True)
class RowWrite:
    """One kind of write that moves one row: `method` is the service that carries it."""

    book: Book
    method: str

    def send(self, effect: Effect, attempt: Attempt) -> Accepted:  # noqa: ARG002 - the session knows the attempt
        """Send the write once; raises `LedgerConflict` when its row is no longer what was accepted."""
        self.book.require_unmoved(effect)
        return self.book.exchange.put(self.method, effect.request["values"])

    def find(self, effects: Sequence[Effect]) -> Iterator[Sighting]:
        """Read the rows anew, all statuses, and judge each."""
        cost_types = {place_of(effect)[1] for effect in effects}
        try:
            rows = PhaseReader(self.book.exchange, self.book.job).read(cost_types)
        except ErpBridgeError as error:
            yield from (CannotTell(why=f"{error.message} {error.remedy}".strip()) for _ in effects)
            return
        for effect in effects:
            yield seen(rows.get(place_of(effect)), effect)
