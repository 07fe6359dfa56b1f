"""`worker`: does the installation's own work: exports, verification, mail, the night's work; and how that stands."""

import signal
from datetime import timedelta
from threading import Event
from typing import TYPE_CHECKING

import click

from erp_bridge_core.cli.acts import Noun, pass_call
from erp_bridge_core.cli.call import Call
from erp_bridge_core.cli.errors import DONE
from erp_bridge_core.cli.output import Page, duration

if TYPE_CHECKING:
    from erp_bridge_core.engine.status import EngineStatus
    from erp_bridge_core.engine.tasks import Ended


@click.group("worker", cls=Noun, default="run")
def worker() -> None:
    """A worker, as `serve` has one: it brings exports to their end, verifies, sends mail. `worker` alone runs one."""


@worker.command("run", answer=["done", "home", "tasks"])
@click.option("--once", is_flag=True, help="Do what is due now, then end.")
@click.pass_context
@pass_call
def run(call: Call, context: click.Context, *, once: bool) -> None:
    """Run a worker without pages until it is stopped; any number of them may run."""
    from erp_bridge_core.engine.worker import EngineWorker

    made = EngineWorker(call.app)
    if once:
        context.exit(_tell_once(call, made.run_once()))
    told = Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: told.set())
    with made.at_work():
        call.done(f"A worker is at {call.folder}. Stop it with Ctrl-C.", home=call.folder)
        told.wait()


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
        rows = [(each.host, each.pid, each.kind, each.started_at, f"{each.seen:.0f} s ago") for each in found.workers]
        none = "No worker runs: nothing is done by itself. `erp-bridge serve` has one, or run `erp-bridge worker`."
        page.table(["Host", "Process", "Kind", "Since", "Seen"], rows, none=none)
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
