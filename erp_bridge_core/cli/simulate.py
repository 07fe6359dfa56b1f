"""`simulate ERP ...`: a plugin's simulator, its server, its books, and the acts of a person at that ERP's desk."""

import json
import signal
from collections.abc import Mapping
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

import click

from erp_bridge_core.cli.acts import Act, Noun, pass_call, shared_options
from erp_bridge_core.cli.call import Call
from erp_bridge_core.cli.output import Column, Page, money
from erp_bridge_core.cli.plugins import open_registry
from erp_bridge_core.contract.errors import NotFound, PluginError, UsageError

if TYPE_CHECKING:
    from erp_bridge_core.contract.simulator import DeskCommand, Served, Simulator
    from erp_bridge_core.registry import Adapter


class Simulators(click.Group):
    """One noun per plugin that has a simulator; the plugins are loaded when this group is asked, not before."""

    def list_commands(self, context: click.Context) -> list[str]:
        """The ERPs whose plugins bring a simulator."""
        adapters = open_registry(context.ensure_object(Call)).adapters
        return sorted(name for name, adapter in adapters.items() if _simulator(adapter) is not None)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """The noun of one ERP; raises `PluginError` for a plugin that can't be used."""
        adapter = open_registry(context.ensure_object(Call)).adapter(name)
        return noun_of(adapter, adapter.simulator())


@click.command("simulate", cls=Simulators)
def simulate() -> None:
    """Simulated ERPs for trying things out: `simulate ERP --help` lists what a person does at its desk."""


def folder_of(call: Call, erp: str) -> Path:
    """Where a simulator's state lies in a home."""
    return call.folder / "simulators" / erp


def noun_of(adapter: "Adapter", simulator: "Simulator") -> Noun:
    """The commands of one simulator: its own first, then those of its desk."""
    noun = Noun(adapter.name, help=f"The simulator of {adapter.profile.title}.")
    bench = _Bench(adapter.name, simulator)
    for act in (bench.set_up(), bench.serve(), bench.ledger(), bench.follow_sheets(), bench.restart()):
        noun.add_command(act)
    for name, command in simulator.desk().items():
        if name not in noun.commands:
            noun.add_command(bench.desk(command))
    return noun


class _Bench:
    """Makes the acts of one simulator; each finds its folder from the call."""

    def __init__(self, erp: str, simulator: "Simulator") -> None:
        self.erp = erp
        self.simulator = simulator

    def set_up(self) -> click.Command:
        """Create the simulated company."""

        @click.command("set-up", cls=Act, answer=["done", "jobs"])
        @click.argument("file", type=click.Path(path_type=Path), required=False)
        @pass_call
        def set_up(call: Call, file: Path | None) -> None:
            """Create the simulated company; FILE is JSON, a list of jobs as their administrator would set them up."""
            jobs = _read_jobs(file) if file else ()
            folder = folder_of(call, self.erp)
            folder.mkdir(parents=True, exist_ok=True)
            self.simulator.setup(folder, jobs)
            call.done(f"{self.erp} is set up with {len(jobs)} jobs named here.", jobs=[job.job for job in jobs])

        return set_up

    def serve(self) -> click.Command:
        """Run the server."""

        @click.command("serve", cls=Act, answer=["settings", "files_root", "hosts", "desk_url", "connection"])
        @click.option("--port", type=click.IntRange(0, 65535), default=0, help="Its port; 0 chooses a free one.")
        @click.option("--connect", metavar="NAME", help="Add a connection NAME to it, if there is none yet.")
        @pass_call
        def serve(call: Call, port: int, connect: str | None) -> None:
            """Serve on the loopback address until it is stopped (Ctrl-C)."""
            with self.simulator.serve(self._folder(call), port=port) as served:
                if connect:
                    _connect(call, connect, self.erp, served)
                _tell_served(call, served, connect)
                _wait_for_end()

        return serve

    def ledger(self) -> click.Command:
        """Show the books."""

        @click.command("ledger", cls=Act, answer=["job", "entries"])
        @click.argument("job")
        @pass_call
        def ledger(call: Call, job: str) -> None:
            """What the simulator's own books hold for JOB, posted figures alone."""
            entries = list(self.simulator.ledger(self._folder(call), job))
            columns = [
                "Sub job", "Cost code", "Category", money("Original"), Column("Entries", right=True),
                money("Changes"), Column("Entries", right=True),
            ]  # fmt: skip
            rows = [
                (
                    each.key.sub_job, each.key.cost_code, each.key.category, each.original, each.original_entries,
                    each.changes, each.change_entries,
                )
                for each in entries
            ]  # fmt: skip
            none = "Nothing is posted."
            call.answer({"job": job, "entries": entries}, lambda page: page.table(columns, rows, none=none))

        return ledger

    def follow_sheets(self) -> click.Command:
        """Do what people do after an export."""

        @click.command("follow-sheets", cls=Act, answer=["job", "lines"])
        @click.argument("job")
        @click.option("--item", type=int, help="The item whose hand-over sheets are followed.")
        @pass_call
        def follow_sheets(call: Call, job: str, item: int | None) -> None:
            """Do all that people do at the ERP after an export: import, post, and whatever makes figures visible."""
            sheets = () if item is None else call.app.exports.hand_overs(call.actor, item)
            lines = list(self.simulator.post(self._folder(call), job, sheets))
            call.answer({"job": job, "lines": lines}, lambda page: page.lines(lines))

        return follow_sheets

    def restart(self) -> click.Command:
        """Come back after a crash."""

        @click.command("restart", cls=Act, answer=["done"])
        @pass_call
        def restart(call: Call) -> None:
            """Come back as after a crash of the ERP's server."""
            self.simulator.restart(self._folder(call))
            call.done(f"{self.erp} has come back.")

        return restart

    def desk(self, command: "DeskCommand") -> click.Command:
        """One act of a person at the desk: needed values are arguments, the others options."""

        @pass_call
        def run(call: Call, /, **values: str | None) -> None:
            given = {name: value for name, value in values.items() if value is not None}
            lines = list(command.run(self._folder(call), **given))
            call.answer({"desk": command.name, "lines": lines}, lambda page: page.lines(lines))

        return Act(
            command.name,
            callback=run,
            help=command.help + ".",
            params=[_parameter(*argument) for argument in command.arguments],
            answer=["desk", "lines"],
        )

    def _folder(self, call: Call) -> Path:
        folder = folder_of(call, self.erp)
        if not folder.is_dir():
            raise NotFound(
                f"There is no simulated {self.erp} in {call.folder}.",
                remedy=f"Set it up: `erp-bridge simulate {self.erp} set-up`.",
            )
        return folder


def _simulator(adapter: "Adapter") -> "Simulator | None":
    try:
        return adapter.simulator()
    except PluginError:
        # Not every plugin brings one; asked for by name, it is told.
        return None


def _parameter(name: str, text: str, needed: bool) -> click.Parameter:  # noqa: FBT001 -- the contract's triple
    if needed:
        return click.Argument([name], metavar=name.upper())
    flag = f"--{name.replace('_', '-')}"
    if any(flag in option.opts for option in shared_options()):
        # The shared one means ours: the ERP's company, say, has to be told apart from it.
        flag = f"--erp-{flag.removeprefix('--')}"
    return click.Option([flag, name], help=text)


def _read_jobs(file: Path) -> Any:
    from erp_bridge_core.contract.simulator import JobSetup
    from erp_bridge_core.contract.structuring import structure

    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{file} can't be read as JSON: {error}.", remedy="Give a list of jobs.") from error
    return structure(tuple[JobSetup, ...], found, what=f"list of jobs in {file.name}")


def _connect(call: Call, name: str, erp: str, served: "Served") -> None:
    """Add a connection with the simulator's settings; its secrets go to the home's folder of secrets."""
    from erp_bridge_core.connections.configuration import Configuration

    if any(each.name == name for each in call.app.connections.list(call.actor)):
        return
    folder = Configuration.read(call.folder).secrets_directory
    settings = dict(served.settings)
    for setting, value in served.settings.items():
        if isinstance(value, str) and value.startswith("file:") and value[5:] in served.secrets:
            settings[setting] = f"file:{name}-{value[5:]}"
            _keep_secret(folder / f"{name}-{value[5:]}", served.secrets[value[5:]])
    call.app.connections.add(
        call.actor, name, erp=erp, settings=settings, files_root=served.files_root, hosts=served.hosts, plain_http=True
    )


def _keep_secret(path: Path, secret: str) -> None:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(secret, encoding="utf-8")


def _tell_served(call: Call, served: "Served", connection: str | None) -> None:
    facts: Mapping[str, Any] = {
        "settings": served.settings,
        "files_root": served.files_root,
        "hosts": served.hosts,
        "desk_url": served.desk_url,
        "connection": connection,
    }

    def print_it(page: Page) -> None:
        page.facts([("Desk", served.desk_url), ("Shared folder", served.files_root), ("Hosts", served.hosts)])
        page.facts([("Connection", connection), *((f"  {name}", value) for name, value in served.settings.items())])
        page.line("Stop it with Ctrl-C.")

    call.answer(facts, print_it)


def _wait_for_end() -> None:
    ended = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    ended.wait()
