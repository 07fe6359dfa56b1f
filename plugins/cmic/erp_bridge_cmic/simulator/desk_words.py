"""What a person types at the desk, read into values; a mistake is told as bad usage of the desk."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from erp_bridge_core.contract import DeskCommand
from erp_bridge_core.contract.errors import BadInput

Argument = tuple[str, str, bool]


def needed(name: str, text: str) -> Argument:
    """An argument that must be given."""
    return (name, text, True)


def optional(name: str, text: str) -> Argument:
    """An argument that may be left blank."""
    return (name, text, False)


def command(name: str, text: str, run: Callable[..., Sequence[str]], *arguments: Argument) -> DeskCommand:
    """A desk command; blank values count as not given, as an empty input of a form does."""

    def run_given(home: Path, **values: str) -> Sequence[str]:
        return run(home, **{name: value for name, value in values.items() if value != ""})

    return DeskCommand(name=name, help=text, run=run_given, arguments=arguments)


def one_of(name: str, text: str, choices: Sequence[str]) -> str:
    """The text, when it is one of the choices; raises BadInput otherwise."""
    if text not in choices:
        wanted = ", ".join(choices)
        raise BadInput(f"{name} is one of {wanted}, not {text!r}.", remedy="Type one of them.")
    return text


def flag(name: str, text: str) -> str:
    """CMiC's Y or N for a yes or no; raises BadInput otherwise."""
    return "Y" if one_of(name, text, ("yes", "no")) == "yes" else "N"


def whole(name: str, text: str) -> int:
    """A whole number from nought; raises BadInput otherwise."""
    if not re.fullmatch("[0-9]{1,9}", text, re.ASCII):
        raise BadInput(f"{name} is a whole number, not {text!r}.", remedy="Type digits alone.")
    return int(text)


def day(name: str, text: str) -> str:
    """A day as YYYY-MM-DD, or blank; raises BadInput otherwise."""
    if not text:
        return ""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise BadInput(f"{name} is a day, not {text!r}.", remedy="Type it as YYYY-MM-DD.") from error
