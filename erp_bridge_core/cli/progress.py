"""Progress on standard error, on a terminal alone, for anything that may take longer than a second."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any, Final

from attrs import frozen

from erp_bridge_core.contract.errors import ErpBridgeError

#: How often a running act is asked how far it is, in seconds.
_INTERVAL: Final = 0.5


@frozen(kw_only=True)
class Advance:
    """How far an act is: `total` None where nobody can know."""

    done: int
    total: int | None = None
    stage: str = ""


Told = Callable[[Advance], None]


@contextmanager
def progress(title: str) -> Iterator[Told]:
    """Show a bar while the block runs; call what it yields to move it. Without a terminal nothing is shown."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn())
    console = Console(file=sys.stderr, highlight=False)
    with Progress(*columns, MofNCompleteColumn(), TimeElapsedColumn(), console=console, transient=True) as bar:
        task = bar.add_task(title, total=None)

        def move(advance: Advance) -> None:
            stage = f"{title}: {advance.stage}" if advance.stage else title
            bar.update(task, completed=advance.done, total=advance.total, description=stage)

        yield move


@contextmanager
def polled(title: str, ask: Callable[[], Advance | None]) -> Iterator[None]:
    """Show a bar while the block runs, asking for the state now and then from a thread of its own."""
    if not sys.stderr.isatty():
        yield
        return
    ended = Event()
    with progress(title) as tell:
        thread = Thread(target=_watch, args=(ended, ask, tell), daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()


def _watch(ended: Event, ask: Callable[[], Advance | None], tell: Told) -> None:
    while not ended.wait(_INTERVAL):
        try:
            state: Any = ask()
        except ErpBridgeError:
            # There is nothing to show yet; the act itself tells what is wrong.
            continue
        if state is not None:
            tell(state)
