"""The desk's acts on what leaves Sage: reports, the sync to hh2, its sessions, the switches and the clock."""

from collections.abc import Sequence
from pathlib import Path

from erp_bridge_core.contract import DeskCommand
from erp_bridge_core.contract.errors import BadInput
from erp_bridge_core.simulation import advance
from erp_bridge_sage300.simulator import hh2, typed
from erp_bridge_sage300.simulator.company import Company
from erp_bridge_sage300.simulator.reports import print_reports
from erp_bridge_sage300.simulator.switches import SWITCHES
from erp_bridge_sage300.simulator.sync import carry
from erp_bridge_sage300.simulator.typed import command, needed, optional


def report(home: Path) -> Sequence[str]:
    """Print the job cost report and the list of extras."""
    company = Company(home)
    with company.writing() as connection:
        return print_reports(company, connection)


def sync(home: Path) -> Sequence[str]:
    """Carry the masters to hh2 now."""
    with Company(home).writing() as connection:
        return [f"hh2 was given {carry(connection)} new or changed rows."]


def switch(home: Path, *, name: str = "", value: str | None = None) -> Sequence[str]:
    """List the switches, or set one; a value left out sets the default."""
    if not name:
        return _list_switches(home)
    found = next((switch for switch in SWITCHES if switch.name == name), None)
    if found is None:
        raise BadInput(f"There is no switch {name}.", remedy="List the switches and give one of them.")
    with Company(home).writing() as connection:
        chosen = found.default if value is None else value
        try:
            SWITCHES.set(connection, name, chosen)
        except ValueError as error:
            raise BadInput(str(error), remedy="Give one of these values.") from error
    return [f"{name} is now {chosen or 'blank'}."]


def wait(home: Path, *, seconds: str) -> Sequence[str]:
    """Let time pass for the simulator."""
    with Company(home).writing() as connection:
        advance(connection, typed.whole("seconds", seconds))
    return [f"{seconds} seconds passed."]


def end_sessions(home: Path) -> Sequence[str]:
    """End all sessions of hh2."""
    with Company(home).writing() as connection:
        hh2.end_sessions(connection)
    return ["All sessions of hh2 ended."]


def unlock(home: Path) -> Sequence[str]:
    """Unlock the hh2 user."""
    with Company(home).writing() as connection:
        hh2.unlock(connection)
    return ["The hh2 user is unlocked."]


def _list_switches(home: Path) -> Sequence[str]:
    with Company(home).reading() as connection:
        return [f"{switch.name} = {SWITCHES.get(connection, switch.name)}: {switch.help}" for switch in SWITCHES]


COMMANDS: tuple[DeskCommand, ...] = (
    command("report", "Print the job cost report and the extras list into the share", report),
    command("sync", "Carry the masters to hh2 now", sync),
    command("switch", "List the switches, or set one", switch, optional("name", "switch"),
            optional("value", "value; left out, the default")),
    command("wait", "Let time pass for the simulator", wait, needed("seconds", "seconds")),
    command("end-sessions", "End all sessions of hh2", end_sessions),
    command("unlock-user", "Unlock the hh2 user", unlock),
)  # fmt: skip
