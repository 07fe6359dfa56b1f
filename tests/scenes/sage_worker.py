"""A worker process for the scenes of kills: brings one export on and is struck, for real, at a given step.

Arguments: home, act (`run` or `take`), item id, signal's name, step, and at which time it comes. A step is a stage of
the ledger (`intent`, `answered`, `recorded`, `seen`, `concluding`), or one of the share: `aside:PART`, once a file
whose path holds PART lies whole beside its place, `link:PART`, once it has its name there.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from attrs import define

from erp_bridge_core.app import Application
from erp_bridge_core.connections import durable


@define
class Striker:
    """Sends this process a signal when a step comes for the n-th time."""

    signal: int
    step: str
    left: int

    def reached(self, step: str) -> None:
        """Strike, if this is the one."""
        if step == self.step:
            self.left -= 1
            if self.left == 0:
                os.kill(os.getpid(), self.signal)

    def after(self, kind: str, do: Callable[..., Any], position: int) -> Callable[..., Any]:
        """The same call, which strikes once it is done and its path holds the step's part."""
        wanted, _, part = self.step.partition(":")

        def done(*arguments: Any, **named: Any) -> Any:
            answer = do(*arguments, **named)
            if kind == wanted and part in str(arguments[position]):
                self.reached(self.step)
            return answer

        return done


def main() -> None:
    """Run or take until the striker strikes."""
    home, act, item_id, name, step, time = sys.argv[1:]
    striker = Striker(signal.Signals[name], step, int(time))
    durable.write_aside = striker.after("aside", durable.write_aside, 0)
    os.link = striker.after("link", os.link, 1)
    with Application.open(Path(home)) as application:
        approver = application.people.actor_as("approver", "demo", "tester")
        worker = application.exports.worker
        worker.observer = lambda reached, _effect: striker.reached(reached)
        told = worker.told

        def tell(*arguments: Any) -> None:
            striker.reached("concluding")
            told(*arguments)

        worker.told = tell
        getattr(application.exports, act)(approver, int(item_id))


if __name__ == "__main__":
    main()
