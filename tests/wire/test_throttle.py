"""One throttle for all processes of a host: pace, slots, and the pause that an ERP asks for."""

import multiprocessing
import os
import signal
from pathlib import Path

import pytest
from connection_doubles import StepClock
from throttle_doubles import hold, take_turns, throttle, turn

from erp_bridge_core.contract.errors import StorageError
from erp_bridge_core.contract.profile import RateLimit
from erp_bridge_core.wire.throttle import OutOfPatience, within
from erp_bridge_core.wire.throttle_files import FileThrottles

PROCESSES = multiprocessing.get_context("spawn")


@pytest.mark.rule("L17")
def test_a_slot_is_shared_with_other_processes_and_freed_when_one_is_killed(tmp_path: Path) -> None:
    """While another process holds the only slot nobody gets it; its death frees it."""
    mine, theirs = PROCESSES.Pipe()
    other = PROCESSES.Process(target=hold, args=(tmp_path, theirs))
    other.start()
    assert "held" == mine.recv()
    with pytest.raises(OutOfPatience), turn(1, tmp_path, StepClock()):
        pytest.fail("two at once")
    assert other.pid is not None
    os.kill(other.pid, signal.SIGKILL)
    other.join()
    with turn(1, tmp_path, StepClock()):
        pass


@pytest.mark.rule("L17")
def test_the_pace_is_shared_with_other_processes(tmp_path: Path) -> None:
    """Four requests there and one here, two a second: the third and fourth start at one second, the fifth at two."""
    mine, theirs = PROCESSES.Pipe()
    other = PROCESSES.Process(target=take_turns, args=(tmp_path, theirs))
    other.start()
    assert pytest.approx(1.0) == mine.recv()
    other.join()
    clock = StepClock()
    with turn(60, tmp_path, clock, per_second=2):
        assert pytest.approx(2.0) == clock.seconds


@pytest.mark.rule("L17")
def test_no_window_of_the_erps_holds_more_than_it_permits_whatever_the_wires_delays(tmp_path: Path) -> None:
    """A request arrives between its start and its end: one under way counts against every window until it has ended."""
    clock = StepClock()
    slow = turn(60, tmp_path, clock, per_second=2, at_once=5)
    with slow:
        clock.sleep(10)
        with turn(60, tmp_path, clock, per_second=2, at_once=5):
            assert pytest.approx(10.0) == clock.seconds
        with pytest.raises(OutOfPatience), turn(0.5, tmp_path, clock, per_second=2, at_once=5):
            pytest.fail("a third that the ERP may count within one second")
    ended = clock.seconds
    with turn(60, tmp_path, clock, per_second=2, at_once=5):
        pass
    with turn(60, tmp_path, clock, per_second=2, at_once=5):
        assert pytest.approx(ended + 1.0) == clock.seconds


def test_a_slot_marked_by_a_killed_process_does_not_count_for_ever(tmp_path: Path) -> None:
    """Whoever holds the slot next speaks for it."""
    (tmp_path / "erp").mkdir()
    (tmp_path / "erp" / "pace.json").write_text('{"ended": [], "busy": [0], "paused_until": 0}')
    clock = StepClock()
    with turn(5, tmp_path, clock, per_second=1):
        assert 0.0 == clock.seconds


def test_as_many_as_permitted_run_at_once(tmp_path: Path) -> None:
    """Two slots take two, not three."""
    clock = StepClock()
    both = [turn(1, tmp_path, clock, at_once=2) for _ in range(2)]
    third = turn(1, tmp_path, clock, at_once=2)
    with both[0], both[1], pytest.raises(OutOfPatience), third:
        pytest.fail("three at once")


def test_a_slot_is_free_again_after_an_error(tmp_path: Path) -> None:
    """Whatever happened inside."""
    with pytest.raises(ValueError, match="inside"), turn(1, tmp_path, StepClock()):
        raise ValueError("inside")
    with turn(1, tmp_path, StepClock()):
        pass


def test_a_pause_holds_for_everyone(tmp_path: Path) -> None:
    """Another throttle of the same host waits as long as the ERP asked."""
    throttle(tmp_path, StepClock()).pause(30)
    clock = StepClock()
    with turn(60, tmp_path, clock):
        assert pytest.approx(30.0) == clock.seconds


def test_a_shorter_pause_does_not_end_a_longer_one(tmp_path: Path) -> None:
    """The latest moment counts."""
    throttle(tmp_path, StepClock()).pause(30)
    throttle(tmp_path, StepClock()).pause(5)
    with pytest.raises(OutOfPatience), turn(20, tmp_path, StepClock()):
        pytest.fail("went ahead during the pause")


def test_a_turn_that_is_not_taken_leaves_the_pace_alone(tmp_path: Path) -> None:
    """Who gives up reserves nothing."""
    clock = StepClock()
    with turn(1, tmp_path, clock, per_second=0.1):
        pass
    for _ in range(3):
        with pytest.raises(OutOfPatience), turn(1, tmp_path, clock, per_second=0.1):
            pytest.fail("too early")
    with turn(60, tmp_path, clock, per_second=0.1):
        assert pytest.approx(10.0) == clock.seconds


@pytest.mark.parametrize(
    "kept", ["", "{", "[]", '{"ended": "x", "busy": 1}', '{"ended": [1e18, null], "busy": ["x"], "paused_until": 1e18}']
)
def test_a_damaged_pace_is_begun_afresh(tmp_path: Path, kept: str) -> None:
    """It costs one early request, never a standstill."""
    (tmp_path / "erp").mkdir()
    (tmp_path / "erp" / "pace.json").write_text(kept)
    clock = StepClock()
    with turn(5, tmp_path, clock, per_second=1):
        assert 0.0 == clock.seconds


def test_an_unusable_folder_is_a_fault_of_the_host(tmp_path: Path) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "erp").write_text("")
    with pytest.raises(StorageError, match="throttle"), turn(1, tmp_path, StepClock()):
        pytest.fail("no throttle, no request")


def test_two_hosts_never_share_a_throttle(tmp_path: Path) -> None:
    """Names that look alike as folders stay apart."""

    def folder(host: str) -> Path:
        return FileThrottles(tmp_path).of(host, RateLimit(), StepClock()).folder

    assert folder("erp_example:1") != folder("erp:example_1")
    assert folder("ERP.example:1") == folder("erp.example:1")


@pytest.mark.rule("L6")
def test_a_request_that_was_made_is_not_told_as_one_that_was_not(tmp_path: Path) -> None:
    """What keeps its end from being noted, such as a full disk, comes after the answer, which counts."""
    clock = StepClock()
    with turn(5, tmp_path, clock, per_second=1):
        (tmp_path / "erp" / "pace.aside").mkdir()
    (tmp_path / "erp" / "pace.aside").rmdir()

    with turn(5, tmp_path, clock, per_second=1):
        pass


def test_whoever_has_no_time_left_meanwhile_waits_no_longer(tmp_path: Path) -> None:
    """A worker that is to end does not wait for its turn to the end."""
    throttle(tmp_path, StepClock()).pause(30)
    clock = StepClock()
    patience = within(clock, 60)
    with (
        pytest.raises(OutOfPatience),
        throttle(tmp_path, clock).turn(lambda: patience() if clock.seconds < 2 else 0.0),
    ):
        pytest.fail("it was to end")

    assert pytest.approx(2.0) == clock.seconds
