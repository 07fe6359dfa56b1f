"""`worker`: does the installation's own work: exports, verification, mail, the night's work; and how that stands."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event
from typing import TYPE_CHECKING

import click

from erp_bridge_core.cli.acts import Noun, pass_call
from erp_bridge_core.cli.call import Call
from erp_bridge_core.cli.errors import DONE, REFUSED
from erp_bridge_core.cli.output import Page, duration, plural
from erp_bridge_core.operations.service_manager import ALIVE, READY, STOPPING, notify, watchdog_seconds

if TYPE_CHECKING:
    from erp_bridge_core.engine.status import EngineStatus
    from erp_bridge_core.engine.tasks import Ended

#: Seconds in which a thread of a worker comes round, however busy its database is.
_HANGS = 90.0


@click.group("worker", cls=Noun, default="run")
def worker() -> None:
    """A worker, as `serve` has one: it brings exports to their end, verifies, sends mail. `worker` alone runs one."""


@worker.command("run", answer=["done", "home", "tasks"])
@click.option("--once", is_flag=True, help="Do what is due now, then end.")
@click.option(
    "--metrics",
    "listen",
    metavar="HOST:PORT",
    envvar="ERP_BRIDGE_METRICS",
    help="Where this worker tells its figures; else `[metrics] listen`.",
)
@click.pass_context
@pass_call
def run(call: Call, context: click.Context, *, once: bool, listen: str | None) -> None:
    """Run a worker without pages until it is stopped; any number of them may run."""
    from erp_bridge_core.engine.worker import EngineWorker

    if once:
        context.exit(_tell_once(call, EngineWorker(call.app).run_once()))
    told, call.runs_on = Event(), True
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: told.set())
    made = EngineWorker(call.app)
    with _watched(call, listen), made.at_work():
        call.done(f"A worker is at {call.folder}. Stop it with Ctrl-C.", home=call.folder)
        notify(READY)
        while not told.wait(watchdog_seconds()):
            if made.is_moving(_HANGS):
                notify(ALIVE)
        notify(STOPPING)


@contextmanager
def _watched(call: Call, listen: str | None) -> Iterator[None]:
    """Tell of this worker while the block runs: logs, traces, and figures at an address of its own."""
    from erp_bridge_core.configuration.configuration import Configuration
    from erp_bridge_core.operations.telling import telling

    with telling(call.app, kind="worker", runs_on=True, listen=listen) as figures:
        address = listen or Configuration.read(call.folder).metrics.listen
        if not address or figures is None:
            yield
            return
        from erp_bridge_core.operations.port import telling_at

        with telling_at(address, call.app, figures):
            yield


@worker.command("check", answer=["workers"])
@click.option("--here", is_flag=True, help="Only those of this host count: for a container's health check.")
@click.pass_context
@pass_call
def check(call: Call, context: click.Context, *, here: bool) -> None:
    """Whether a worker lives: leaves with 0 where one does, else with 1. Nobody needs to be signed in."""
    from socket import gethostname

    from erp_bridge_core.engine.living import at_work

    with call.app.store.read() as connection:
        found = at_work(connection, now=call.app.store.seconds(connection))
    living = [each for each in found if not here or each.host == gethostname()[:100]]
    sentence = f"{plural(len(living), 'worker')} at work." if living else "No worker lives."
    call.answer({"workers": living}, lambda page: page.line(sentence))
    context.exit(DONE if living else REFUSED)


@worker.command("status", answer=["workers", "tasks"])
@pass_call
def status(call: Call) -> None:
    """Which workers live, what each task did last, when it is due, and what keeps it from its work."""
    from erp_bridge_core.engine.status import load_engine_status

    found = load_engine_status(call.app, call.actor)
    call.answer({"workers": found.workers, "tasks": found.tasks}, lambda page: _print(page, found))


def _tell_once(call: Call, ended: "dict[str, Ended]") -> int:
    """3 at least, where a task ended with a problem: the status of the worst of them."""
    rows = [(key, each.told, each.problem.message if each.problem else "") for key, each in sorted(ended.items())]
    found = [{"task": key, "told": told, "problem": problem} for key, told, problem in rows]
    sentence = "What was due is done."
    call.answer(
        {"done": sentence, "home": call.folder, "tasks": found},
        lambda page: page.table(["Task", "What it did", "Problem"], rows, none="Nothing was due."),
    )
    return max((each.problem.exit_status for each in ended.values() if each.problem), default=DONE)


def _print(page: Page, found: "EngineStatus") -> None:
    with page.section("Workers"):
        rows = [
            (each.host, each.pid, each.kind, each.version, each.started_at, f"{each.seen:.0f} s ago")
            for each in found.workers
        ]
        none = (
            "No worker runs, or none can say that it does, as on a full disk: nothing is done by itself. "
            "`erp-bridge serve` has one, or run `erp-bridge worker`; `erp-bridge db check` tells of the disk."
        )
        page.table(["Host", "Process", "Kind", "Version", "Since", "Seen"], rows, none=none)
    with page.section("Tasks"):
        columns = ["Task", "Company", "Item", "State", "Last", "It did", "Due in", "Problem"]
        lines = [
            (
                each.title, each.company, each.item, each.state, each.ended_at, each.told, _due(each.due_in),
                (each.problem or {}).get("message"),
            )
            for each in found.tasks
        ]  # fmt: skip
        page.table(columns, lines, none="None yet: a worker makes them.")


def _due(seconds: float) -> str:
    if seconds <= 0:
        return "now"
    return duration(timedelta(seconds=round(seconds)))
