"""Whether a command line that is written somewhere can be read by the program; nothing is run."""

from collections.abc import Sequence

import click

from erp_bridge_core.cli.call import Call
from erp_bridge_core.cli.root import root


def find(arguments: Sequence[str]) -> tuple[click.Command, list[str]]:
    """The command that a command line names, and what is left for it; raises UsageError where there is none."""
    context, command, rest = click.Context(root, obj=Call()), root, list(arguments)
    while isinstance(command, click.Group):
        default = getattr(command, "default", None)
        name = rest.pop(0) if rest else ""
        if default and command.get_command(context, name) is None:
            name, rest = default, [name, *rest] if name else rest
        found = command.get_command(context, name) if name else None
        if found is None:
            raise click.UsageError(f"there is no {name!r} in {command.name}")
        command = found
    return command, rest


def fault_of(arguments: Sequence[str]) -> str | None:
    """Why a whole command line can't be read; None when it can. Nothing is run."""
    try:
        command, rest = find(arguments)
        command.make_context(command.name, rest, parent=click.Context(root, obj=Call()))
    except click.UsageError as error:
        return f"{' '.join(arguments)}: {error.format_message()}"
    return None


def fault_of_name(arguments: Sequence[str]) -> str | None:
    """What is wrong with a command that running text names without all that it needs; None when nothing is."""
    try:
        command, rest = find(arguments)
    except click.UsageError as error:
        return f"{' '.join(arguments)}: {error.format_message()}"
    known = {part for param in command.params for part in param.opts}
    unknown = [part for part in rest if part.startswith("--") and part not in known]
    return f"{' '.join(arguments)}: no option {', '.join(unknown)}" if unknown else None
