"""Bounds around the adapter's code: it may not run for ever, print, or leave threads behind."""

import contextlib
import io
import signal
import sys
import threading
import time
from collections.abc import Iterator
from types import FrameType

from attrs import define, field


class OutOfTime(BaseException):
    """The adapter did not come back in time. No `Exception`, so that an adapter that swallows those can't hide it."""


@define
class Watched:
    """What was seen around an adapter's hooks, beside what they answered."""

    printed: list[tuple[str, str]] = field(factory=list)
    threads: dict[str, set[str]] = field(factory=dict)
    out_of_time: list[str] = field(factory=list)

    def clear(self) -> None:
        """Forget all of it."""
        self.printed.clear()
        self.threads.clear()
        self.out_of_time.clear()


@contextlib.contextmanager
def bounded(seconds: float, what: str) -> Iterator[None]:
    """Raise `OutOfTime` in the block when it takes longer, again each second until it ends.

    By a signal, which interrupts sleeping, waiting and pure Python alike; where that can't be had (not the main thread,
    no such signals), the block runs unbounded and the preflight in a process of its own is what bounds it.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "SIGALRM"):
        yield
        return

    def strike(number: int, frame: FrameType | None) -> None:
        del number, frame
        raise OutOfTime(f"{what} did not come back within {seconds:g} seconds")

    before = signal.signal(signal.SIGALRM, strike)
    outer = signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
    started = time.monotonic()
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if outer[0]:
            signal.setitimer(signal.ITIMER_REAL, max(0.01, outer[0] - (time.monotonic() - started)), 1.0)


class _Ears(io.TextIOBase):
    """Stands where the standard streams do, and keeps what is written to them."""

    def __init__(self, heard: list[tuple[str, str]], hook: str) -> None:
        self.heard = heard
        self.hook = hook

    def write(self, text: str) -> int:
        if text.strip():
            self.heard.append((self.hook, text))
        return len(text)

    def writable(self) -> bool:
        return True


@contextlib.contextmanager
def listened_to(watched: Watched, hook: str) -> Iterator[None]:
    """Keep what a hook prints, and the threads that are there after it and were not before."""
    before = set(threading.enumerate())
    out, err = sys.stdout, sys.stderr
    sys.stdout = sys.stderr = _Ears(watched.printed, hook)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = out, err
        left = {each.name for each in set(threading.enumerate()) - before if each.is_alive() and not _ours(each)}
        if left:
            watched.threads.setdefault(hook, set()).update(left)


def _ours(thread: threading.Thread) -> bool:
    """Threads of the simulator, of the suite's proxy, and the timers of requests under way end by themselves."""
    return (
        thread.name.startswith(("simulator", "wire", "fault proxy"))
        or isinstance(thread, threading.Timer)
        or ("process_request_thread" in thread.name)
    )
