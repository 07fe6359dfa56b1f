"""The desk's acts on Data Exchange: authorisations, late writes, tokens, the switches and the clock."""

from collections.abc import Sequence
from pathlib import Path

from erp_bridge_core.contract import DeskCommand
from erp_bridge_core.contract.errors import BadInput, NotFound
from erp_bridge_core.simulation import advance
from erp_bridge_spectrum.simulator import answering, tokens, typed
from erp_bridge_spectrum.simulator.company import Installation, fact
from erp_bridge_spectrum.simulator.switches import SWITCHES
from erp_bridge_spectrum.simulator.typed import command, needed, optional

_COLUMNS = ("status", "services", "companies", "default_company", "operator", "jobs")


def authorizations(home: Path) -> Sequence[str]:
    """The Authorization IDs, without their last characters, and what each grants."""
    with Installation(home).reading() as connection:
        rows = connection.execute("SELECT * FROM authorization ORDER BY rowid").fetchall()
    return [
        f"{row['id'][:4]}...  " + ", ".join(f"{column} {row[column] or '-'}" for column in _COLUMNS) for row in rows
    ]


def authorize(home: Path, *, authorization: str, **given: str) -> Sequence[str]:
    """Set up an Authorization ID, or change what one grants; the first characters of one that is there are enough."""
    typed.code("authorization", authorization, 20)
    if "status" in given:
        typed.one_of("status", given["status"], ("Active", "Inactive"))
    with Installation(home).writing() as connection:
        like = connection.execute(
            "SELECT id FROM authorization WHERE substr(id, 1, ?) = ?", (len(authorization), authorization)
        ).fetchall()
        if len(like) > 1:
            raise BadInput(f"Several Authorization IDs begin with {authorization}.", remedy="Give more of it.")
        name = like[0]["id"] if like else authorization
        connection.execute("INSERT OR IGNORE INTO authorization (id) VALUES (?)", (name,))
        for column in _COLUMNS:
            if column in given:
                value = "" if given[column] == "-" else given[column]
                connection.execute(f"UPDATE authorization SET {column} = ? WHERE id = ?", (value, name))  # noqa: S608 - ours
    return [f"Authorization ID {name[:4]}... is set up."]


def release(home: Path) -> Sequence[str]:
    """Carry out the late writes."""
    with Installation(home).writing() as connection:
        return answering.release(connection) or ["No write is late."]


def oauth_client(home: Path) -> Sequence[str]:
    """The OAuth client of enhanced authentication, as an administrator hands it to an integrator."""
    with Installation(home).reading() as connection:
        return [f"{name}: {fact(connection, name)}" for name in tokens.CREDENTIALS]


def end_tokens(home: Path) -> Sequence[str]:
    """End all tokens of enhanced authentication."""
    with Installation(home).writing() as connection:
        tokens.end_tokens(connection)
    return ["All tokens ended."]


def switch(home: Path, *, name: str = "", value: str | None = None) -> Sequence[str]:
    """List the switches, or set one; a value left out sets the default."""
    if not name:
        return _list_switches(home)
    found = next((switch for switch in SWITCHES if switch.name == name), None)
    if found is None:
        raise NotFound(f"There is no switch {name}.", remedy="List the switches and give one of them.")
    with Installation(home).writing() as connection:
        chosen = found.default if value is None else value
        try:
            SWITCHES.set(connection, name, chosen)
        except ValueError as error:
            raise BadInput(str(error), remedy="Give one of these values.") from error
    return [f"{name} is now {chosen or 'blank'}."]


def wait(home: Path, *, seconds: str) -> Sequence[str]:
    """Let time pass for the simulator."""
    with Installation(home).writing() as connection:
        advance(connection, typed.whole("seconds", seconds))
    return [f"{seconds} seconds passed."]


def freeze_reads(home: Path) -> Sequence[str]:
    """Let Gets show the figures of now from here on."""
    Installation(home).freeze_reads()
    return ["Gets show the figures of now, until reads are thawed."]


def thaw_reads(home: Path) -> Sequence[str]:
    """Let Gets show the books again."""
    Installation(home).thaw_reads()
    return ["Gets show the books."]


def _list_switches(home: Path) -> Sequence[str]:
    with Installation(home).reading() as connection:
        return [f"{switch.name} = {SWITCHES.get(connection, switch.name)}: {switch.help}" for switch in SWITCHES]


COMMANDS: tuple[DeskCommand, ...] = (
    command("authorizations", "List the Authorization IDs", authorizations),
    command(
        "authorize", "Set up an Authorization ID, or change what it grants", authorize,
        needed("authorization", "Authorization ID, or the first characters of one that is there"),
        optional("status", "Active or Inactive"), optional("services", "services, comma-separated, or ALL"),
        optional("companies", "companies, comma-separated, or ALL"),
        optional("default_company", "company of a call that names none"),
        optional("operator", "operator, without whom it reads nothing; - for none"),
        optional("jobs", "jobs that the operator may see, as a SuperSelect"),
    ),
    command("release", "Carry out the late writes", release),
    command("oauth-client", "Show the OAuth client of enhanced authentication", oauth_client),
    command("end-tokens", "End all tokens of enhanced authentication", end_tokens),
    command("switch", "List the switches, or set one", switch, optional("name", "switch"),
            optional("value", "value; left out, the default")),
    command("wait", "Let time pass for the simulator", wait, needed("seconds", "seconds")),
    command("freeze-reads", "Let Gets show old figures", freeze_reads),
    command("thaw-reads", "Let Gets show the books again", thaw_reads),
)  # fmt: skip
