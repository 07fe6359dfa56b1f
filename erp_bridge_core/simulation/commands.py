"""Desk commands made from functions, and the desk's page. Unlike its neighbours this module loads the contract."""

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import get_type_hints

from erp_bridge_core.contract.errors import BadInput, ErpBridgeError
from erp_bridge_core.contract.simulator import DeskCommand
from erp_bridge_core.simulation.desk import DeskPage, Section

Run = Callable[..., Sequence[str]]


def desk_commands(*functions: Run) -> Mapping[str, DeskCommand]:
    """Commands by name, each made from a function such as `job_status(home, *, job: str, status: str = "")`.

    The name is the function's with dashes, the help its docstring's first line. Its keyword arguments are the
    command's, needed where they have no default; `Annotated[str, "the job's code"]` says what one is. Text that is left
    blank counts as not given; a `ValueError` is told as a mistake of whoever typed it.
    """
    return {command.name: command for command in map(_command, functions)}


def desk_page(
    home: Path,
    *,
    title: str,
    path: str,
    commands: Mapping[str, DeskCommand],
    sections: Callable[[], Iterable[Section]],
) -> DeskPage:
    """The desk as a page: tables to look at, and a form for each command. Errors of the contract are told there."""

    def run(name: str, arguments: Mapping[str, str]) -> Sequence[str]:
        return commands[name].run(home, **arguments)

    return DeskPage(title=title, path=path, acts=commands, sections=sections, run=run, mistakes=(ErpBridgeError,))


def _command(function: Run) -> DeskCommand:
    def run(home: Path, **values: str) -> Sequence[str]:
        try:
            return function(home, **{name: value for name, value in values.items() if value != ""})
        except ValueError as error:
            raise BadInput(f"{error}.", remedy="Give another value.") from error

    hints = get_type_hints(function, include_extras=True)
    told = (inspect.getdoc(function) or function.__name__).partition("\n")[0]
    arguments = tuple(
        (name, _meaning(hints.get(name), name), parameter.default is inspect.Parameter.empty)
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    )
    name = function.__name__.replace("_", "-")
    return DeskCommand(name=name, help=told.rstrip("."), run=run, arguments=arguments)


def _meaning(hint: object, name: str) -> str:
    said = next((each for each in getattr(hint, "__metadata__", ()) if isinstance(each, str)), "")
    return said or name.replace("_", " ")
