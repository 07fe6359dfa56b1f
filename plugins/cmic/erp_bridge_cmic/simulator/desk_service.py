"""The desk's acts on the site: control flags, periods, switches, the clock, and the service's faults."""

from collections.abc import Sequence
from pathlib import Path

from erp_bridge_cmic.simulator import access, office
from erp_bridge_cmic.simulator.company import Company
from erp_bridge_cmic.simulator.desk_words import command, day, needed, one_of, optional, whole
from erp_bridge_cmic.simulator.front import Front
from erp_bridge_cmic.simulator.switches import CONTROL_FLAGS, SWITCHES
from erp_bridge_core.contract import DeskCommand
from erp_bridge_core.contract.errors import BadInput
from erp_bridge_core.simulation import advance


def switch(home: Path, *, name: str = "", value: str | None = None) -> Sequence[str]:
    """List the switches, or set one; a value left out sets the default."""
    with Company(home).writing() as connection:
        if not name:
            return [f"{held.name} = {SWITCHES.get(connection, held.name)}: {held.help}" for held in SWITCHES]
        found = next((held for held in SWITCHES if held.name == name), None)
        if found is None:
            raise BadInput(f"There is no switch {name}.", remedy="List the switches and give one of them.")
        chosen = found.default if value is None else value
        try:
            SWITCHES.set(connection, name, chosen)
        except ValueError as error:
            raise BadInput(str(error), remedy="Give one of these values.") from error
    return [f"{name} is now {chosen or 'blank'}."]


def control_flag(home: Path, *, flag: str, value: str) -> Sequence[str]:
    """Set a control flag of Change Management."""
    return switch(home, name=one_of("flag", flag, CONTROL_FLAGS), value=one_of("value", value, ("yes", "no")))


def close_period(home: Path, *, through: str = "") -> Sequence[str]:
    """Close all periods up to a day; none when left blank."""
    return switch(home, name="closed_through", value=day("through", through))


def wait(home: Path, *, seconds: str) -> Sequence[str]:
    """Let time pass for the simulator."""
    with Company(home).writing() as connection:
        advance(connection, whole("seconds", seconds))
    return [f"{seconds} seconds passed."]


def expire_tokens(home: Path) -> Sequence[str]:
    """End all access tokens."""
    with Company(home).writing() as connection:
        return [f"{access.expire_tokens(office.at_screen(connection))} tokens ended."]


def log_ins(home: Path) -> Sequence[str]:
    """How many log-ins were wrong since the user was last unlocked."""
    with Company(home).reading() as connection:
        return [f"{access.wrong_sign_ins(office.at_screen(connection))} log-ins were wrong."]


def unlock(home: Path) -> Sequence[str]:
    """Unlock the service account and forget wrong log-ins."""
    with Company(home).writing() as connection:
        access.unlock(office.at_screen(connection))
    return ["The service account is unlocked."]


def held(home: Path) -> Sequence[str]:
    """The writes whose commit is late."""
    with Company(home).reading() as connection:
        return [f"{row['method']} {row['path']}" for row in connection.execute("SELECT * FROM held_write")] or [
            "No write is late."
        ]


def release(home: Path) -> Sequence[str]:
    """Let late writes be done now, each as it was asked."""
    return Front(Company(home)).release() or ["No write is late."]


def freeze_reads(home: Path) -> Sequence[str]:
    """Let the service show the figures of now from here on."""
    Company(home).freeze_reads()
    return ["The service shows the figures of now, until its reads are thawed."]


def thaw_reads(home: Path) -> Sequence[str]:
    """Let the service show the books again."""
    Company(home).thaw_reads()
    return ["The service shows the books."]


COMMANDS: tuple[DeskCommand, ...] = (
    command("switch", "List the switches, or set one", switch, optional("name", "switch"),
            optional("value", "value; left out, the default")),
    command("control-flag", "Set a control flag", control_flag, needed("flag", ", ".join(CONTROL_FLAGS)),
            needed("value", "yes or no")),
    command("close-period", "Close periods", close_period, optional("through", "last day, YYYY-MM-DD; blank: none")),
    command("wait", "Let time pass for the simulator", wait, needed("seconds", "seconds")),
    command("expire-tokens", "End all access tokens", expire_tokens),
    command("log-ins", "Count wrong log-ins", log_ins),
    command("unlock-user", "Unlock the service account", unlock),
    command("held", "List late writes", held),
    command("release", "Let late writes be done now", release),
    command("freeze-reads", "Let the service show old figures", freeze_reads),
    command("thaw-reads", "Let the service show the books again", thaw_reads),
)  # fmt: skip
