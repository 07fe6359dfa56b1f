"""Several effects at the same time, each lane in order: keeps a permitted rate busy without mixing keys (L9)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from threading import Event
from typing import Final

from erp_bridge_core.exports.ledger import Entry
from erp_bridge_core.following import in_this_act
from erp_bridge_core.store.paging import batched

#: Entries that are dealt out at once: memory stays flat however many effects a plan has.
PAGE: Final = 1_000

Bring = Callable[[Entry], None]


def run_in_lanes(entries: Iterable[Entry], bring: Bring, *, at_once: int) -> None:
    """Bring entries in the plan's order; those with lanes side by side, at most `at_once`, each lane serially.

    An entry without a lane stands alone: everything before it is finished first. The first error stops every lane
    before its next entry and is raised once what was under way has ended.
    """
    for alone, group in groupby(entries, key=lambda entry: entry.lane is None):
        if alone or at_once == 1:
            for entry in group:
                bring(entry)
        else:
            for page in batched(group, PAGE):
                _side_by_side(_by_lane(page), bring, at_once)


def _by_lane(entries: Sequence[Entry]) -> list[list[Entry]]:
    lanes: dict[str | None, list[Entry]] = {}
    for entry in entries:
        lanes.setdefault(entry.lane, []).append(entry)
    return list(lanes.values())


def _side_by_side(lanes: Sequence[Sequence[Entry]], bring: Bring, at_once: int) -> None:
    stopped = Event()

    def run(lane: Sequence[Entry]) -> None:
        for entry in _until(stopped, lane):
            try:
                bring(entry)
            except BaseException:
                stopped.set()
                raise

    with ThreadPoolExecutor(max_workers=at_once, thread_name_prefix="lane") as pool:
        running = [pool.submit(in_this_act(run), lane) for lane in lanes]
    for finished in running:
        finished.result()


def _until(stopped: Event, lane: Iterable[Entry]) -> Iterator[Entry]:
    for entry in lane:
        if stopped.is_set():
            return
        yield entry
