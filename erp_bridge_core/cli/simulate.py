"""`simulate NAME ...`: the simulator of an ERP or a source, its server, its books, and what people do at its desk."""

import json
import signal
from collections.abc import Mapping
from decimal import Decimal
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
    from erp_bridge_core.contract.budget import LineKey
    from erp_bridge_core.contract.simulator import DeskCommand, Served, Simulator
    from erp_bridge_core.contract.source_simulator import SourceSimulator
    from erp_bridge_core.registry import Adapter
    from erp_bridge_core.registry.source_adapter import SourceAdapter


class Simulators(click.Group):
    """One noun per plugin that has a simulator; the plugins are loaded when this group is asked, not before."""

    def list_commands(self, context: click.Context) -> list[str]:
        """The ERPs and sources whose plugins bring a simulator."""
        registry = open_registry(context.ensure_object(Call))
        every: dict[str, Adapter | SourceAdapter] = {**registry.sources, **registry.adapters}
        return sorted(name for name, adapter in every.items() if _has_simulator(adapter))

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """The noun of one ERP or source; raises `PluginError` for a plugin that can't be used."""
        registry = open_registry(context.ensure_object(Call))
        if name in registry.sources and name not in registry.adapters:
            source = registry.source(name)
            return noun_of(source, _SourceBench(name, source.simulator()))
        adapter = registry.adapter(name)
        return noun_of(adapter, _ErpBench(name, adapter.simulator()))


@click.command("simulate", cls=Simulators)
def simulate() -> None:
    """Simulated ERPs and sources for trying things out: `simulate NAME --help` lists what a person does at its desk."""


def folder_of(call: Call, name: str) -> Path:
    """Where a simulator's state lies in a home."""
    return call.folder / "simulators" / name


def noun_of(adapter: "Adapter | SourceAdapter", bench: "_ErpBench | _SourceBench") -> Noun:
    """The commands of one simulator: its own first, then those of its desk."""
    noun = Noun(adapter.name, help=f"The simulator of {adapter.profile.title}.")
    for act in bench.acts():
        noun.add_command(act)
    for name, command in bench.simulator.desk().items():
        if name not in noun.commands:
            noun.add_command(bench.desk(command))
    return noun


class _Bench:
    """Makes the acts of one simulator; each finds its folder from the call."""

    def __init__(self, name: str, simulator: "Simulator | SourceSimulator") -> None:
        self.name = name
        self.simulator = simulator

    def set_up(self) -> click.Command:
        """Create the simulated company."""

        @click.command("set-up", cls=Act, answer=["done", "jobs"])
        @click.argument("file", type=click.Path(path_type=Path), required=False)
        @pass_call
        def set_up(call: Call, file: Path | None) -> None:
            """Create the simulated company; FILE is JSON, a list of jobs as their administrator would set them up."""
            jobs = _read_jobs(file) if file else ()
            folder = folder_of(call, self.name)
            folder.mkdir(parents=True, exist_ok=True)
            self.simulator.setup(folder, jobs)
            call.done(f"{self.name} is set up with {len(jobs)} jobs named here.", jobs=[job.job for job in jobs])

        return set_up

    def serve(self) -> click.Command:
        """Run the server."""

        @click.command("serve", cls=Act, answer=["settings", "files_root", "hosts", "desk_url", "connection"])
        @click.option("--port", type=click.IntRange(0, 65535), default=0, help="Its port; 0 chooses a free one.")
        @click.option("--connect", metavar="NAME", help="Add a connection NAME to it, if there is none yet.")
        @pass_call
        def serve(call: Call, port: int, connect: str | None, tell: str | None = None) -> None:
            """Serve on the loopback address until it is stopped (Ctrl-C)."""
            if tell and not connect:
                raise UsageError("--tell needs a connection.", remedy="Name it with --connect.")
            with self.simulator.serve(self._folder(call), port=port) as served:
                if connect:
                    self.connect(call, connect, served)
                if connect and tell:
                    self.tell(call, f"{tell.rstrip('/')}/receive/{connect}", served)
                _tell_served(call, served, connect)
                _wait_for_end()

        return serve

    def connect(self, call: Call, name: str, served: "Served") -> None:
        """Add a connection with the simulator's settings; its secrets go to the home's folder of secrets."""
        if any(each.name == name for each in call.app.connections.list(call.actor)):
            return
        settings = _kept_secrets(call, name, served)
        self.add(call, name, settings=settings, hosts=served.hosts, files_root=served.files_root, plain_http=True)

    def add(self, call: Call, name: str, **given: Any) -> None:
        """Add a connection of this kind."""
        raise NotImplementedError

    def tell(self, call: Call, url: str, served: "Served") -> None:
        """Have the simulator tell our receiver of what is asked."""
        raise NotImplementedError

    def restart(self) -> click.Command:
        """Come back after a crash."""

        @click.command("restart", cls=Act, answer=["done"])
        @pass_call
        def restart(call: Call) -> None:
            """Come back as after a crash of the ERP's server."""
            self.simulator.restart(self._folder(call))
            call.done(f"{self.name} has come back.")

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
        folder = folder_of(call, self.name)
        if not folder.is_dir():
            raise NotFound(
                f"There is no simulated {self.name} in {call.folder}.",
                remedy=f"Set it up: `erp-bridge simulate {self.name} set-up`.",
            )
        return folder


class _ErpBench(_Bench):
    """The acts of a simulated ERP."""

    simulator: "Simulator"

    def acts(self) -> tuple[click.Command, ...]:
        """Its own acts, besides those of its desk."""
        return self.set_up(), self.serve(), self.ledger(), self.follow_sheets(), self.restart()

    def add(self, call: Call, name: str, **given: Any) -> None:
        """Add a connection to it."""
        call.app.connections.add(call.actor, name, erp=self.name, **given)

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


class _SourceBench(_Bench):
    """The acts of a simulated budget source."""

    simulator: "SourceSimulator"

    def acts(self) -> tuple[click.Command, ...]:
        """Its own acts, besides those of its desk."""
        serve = self.serve()
        option = click.Option(
            ["--tell"], metavar="ADDRESS", help="With --connect: where our pages are, to be told there."
        )
        serve.params.insert(2, option)
        return self.set_up(), serve, self.books(), self.restart()

    def add(self, call: Call, name: str, **given: Any) -> None:
        """Add a connection to it."""
        call.app.connections.add(call.actor, name, source=self.name, **given)

    def tell(self, call: Call, url: str, served: "Served") -> None:
        """Have the simulator tell our receiver of what is asked."""
        self.simulator.tell(self._folder(call), url, served.secrets["receiver"])

    def books(self) -> click.Command:
        """Show the books."""

        @click.command("books", cls=Act, answer=["job", "locked", "lines", "requests"])
        @click.argument("job")
        @pass_call
        def books(call: Call, job: str) -> None:
            """What the simulator's own books hold for the project of JOB, and how its requests stand there."""
            held = self.simulator.books(self._folder(call), job)
            keys = sorted({*held.original, *held.changes})
            sides = (held.original, held.synced_original, held.changes, held.synced_changes)
            rows = [(*_parts(key), *(side.get(key, Decimal(0)) for side in sides)) for key in keys]
            names = ("sub_job", "cost_code", "category", "original", "synced_original", "changes", "synced_changes")
            lines = [dict(zip(names, row, strict=True)) for row in rows]
            columns = ["Sub job", "Cost code", "Category", *map(money, ("Original", "Synced", "Changes", "Synced"))]

            def print_it(page: Page) -> None:
                page.facts([("Locked", "yes" if held.locked else "no")])
                page.table(columns, rows, none="The budget is empty.")
                page.facts(
                    (f"Request {each.id}", f"{each.status}: {'; '.join(each.messages)}") for each in held.requests
                )

            call.answer({"job": job, "locked": held.locked, "lines": lines, "requests": held.requests}, print_it)

        return books


def _parts(key: "LineKey") -> tuple[str, str, str]:
    return key.sub_job, key.cost_code, key.category


def _has_simulator(adapter: "Adapter | SourceAdapter") -> bool:
    try:
        adapter.simulator()
    except PluginError:
        # Not every plugin brings one; asked for by name, it is told.
        return False
    return True


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


def _kept_secrets(call: Call, name: str, served: "Served") -> dict[str, Any]:
    """The settings of a connection, its secrets in the home's folder of secrets under names of its own."""
    from erp_bridge_core.configuration.configuration import Configuration

    folder = Configuration.read(call.folder).secrets_directory
    settings = dict(served.settings)
    for setting, value in served.settings.items():
        if isinstance(value, str) and value.startswith("file:") and value[5:] in served.secrets:
            settings[setting] = f"file:{name}-{value[5:]}"
            _keep_secret(folder / f"{name}-{value[5:]}", served.secrets[value[5:]])
    return settings


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
