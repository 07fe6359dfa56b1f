"""Lanes: as many effects at once as the ERP permits, each lane in order, one error stops the rest."""

from collections import defaultdict
from threading import Barrier, Lock

import pytest

from erp_bridge_core.contract import Effect, Stream
from erp_bridge_core.exports.decisions import EffectState
from erp_bridge_core.exports.lanes import run_in_lanes
from erp_bridge_core.exports.ledger import Entry


def entry(number: int, lane: str | None) -> Entry:
    """An entry of a plan, by its place in it."""
    effect = Effect(
        key=str(number), reference=str(number), operation="write", group="lines", generation=1, ordinal=number,
        payload_hash="", request={}, lines=Stream(list),
    )  # fmt: skip
    return Entry(id=number, state=EffectState.PLANNED, safety="absolute", line_count=1, effect=effect, lane=lane)


class Watch:
    """What ran, and how many at once at the most."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.now = self.most = 0
        self.order: dict[str | None, list[int]] = defaultdict(list)
        self.all: list[int] = []

    def enter(self, one: Entry) -> None:
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
            self.order[one.lane].append(one.id)
            self.all.append(one.id)

    def leave(self) -> None:
        with self.lock:
            self.now -= 1


@pytest.mark.rule("L9")
def test_lanes_run_side_by_side_up_to_the_limit_and_each_in_order() -> None:
    """Three lanes meet at a barrier, which they can only pass together; each lane keeps its plan's order."""
    watch, meeting = Watch(), Barrier(3, timeout=30)
    entries = [entry(number, "abc"[number % 3]) for number in range(12)]

    def bring(one: Entry) -> None:
        watch.enter(one)
        meeting.wait()
        watch.leave()

    run_in_lanes(entries, bring, at_once=3)
    assert 3 == watch.most
    assert {lane: sorted(ids) for lane, ids in watch.order.items()} == watch.order


@pytest.mark.rule("L9")
def test_one_at_a_time_where_the_erp_permits_one() -> None:
    """Without concurrency the plan's order is kept over all lanes."""
    watch = Watch()

    def bring(one: Entry) -> None:
        watch.enter(one)
        watch.leave()

    run_in_lanes([entry(number, str(number % 2)) for number in range(6)], bring, at_once=1)
    assert (1, list(range(6))) == (watch.most, watch.all)


@pytest.mark.rule("L9")
def test_an_entry_without_a_lane_stands_alone() -> None:
    """All before it is finished, and all behind it has to wait."""
    watch = Watch()

    def bring(one: Entry) -> None:
        watch.enter(one)
        if one.lane is None:
            assert 1 == watch.now
        watch.leave()

    run_in_lanes([entry(1, "a"), entry(2, "b"), entry(3, None), entry(4, "a"), entry(5, "b")], bring, at_once=4)
    assert (3, {1, 2}) == (watch.all[2], set(watch.all[:2]))


@pytest.mark.rule("L9", "L12")
def test_the_first_error_stops_every_lane_before_its_next_entry() -> None:
    """What is under way ends; nothing new is started."""
    watch, meeting = Watch(), Barrier(2, timeout=30)

    def bring(one: Entry) -> None:
        watch.enter(one)
        meeting.wait()
        raise LookupError(f"the ERP is gone, says lane {one.lane}")

    with pytest.raises(LookupError):
        run_in_lanes([entry(1, "a"), entry(2, "b"), entry(3, "a"), entry(4, "b")], bring, at_once=2)
    assert [1, 2] == sorted(watch.all)
