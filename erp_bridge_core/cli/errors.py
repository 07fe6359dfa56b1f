"""Every way in which a command can end badly: one exit status, one sentence of what happened, what to do next."""

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any, Final

import click

from erp_bridge_core.cli.safe import safe, safe_lines
from erp_bridge_core.contract.errors import ErpBridgeError, Fault, UsageError
from erp_bridge_core.defects import as_storage_error, defect_text, log_defect, storage_error

#: The exit statuses of every command.
DONE: Final = 0
REFUSED: Final = 1
USAGE: Final = 2
ERP: Final = 3
STORAGE: Final = 4
UNKNOWN: Final = 5

#: Faults printed for people; `--json` has all of them.
_MOST_FAULTS: Final = 200


class Defect(ErpBridgeError):
    """Something that this software did not foresee: its own fault, told as such, details in a log."""

    code = "defect"


class Interrupted(ErpBridgeError):
    """A person stopped the command."""

    code = "interrupted"
    whose = "the caller's"


def explain(error: BaseException, *, home: Path, clean: Callable[[str], str] = str) -> ErpBridgeError:
    """The error of our own tree that says it; a defect's details go to a log in the home, cleaned of secrets, first."""
    if isinstance(error, ErpBridgeError):
        return error
    if isinstance(error, click.UsageError):
        return _usage(error)
    if isinstance(error, click.ClickException):
        return UsageError(error.format_message(), remedy="Correct the command and run it again.")
    if isinstance(error, click.Abort | KeyboardInterrupt):
        return Interrupted("Stopped.", remedy="An export that was running is taken up by `erp-bridge export resume`.")
    if _is_storage(error):
        return storage_error(_first_line(error))
    return _defect(error, home, clean)


def report(error: ErpBridgeError, *, as_json: bool) -> int:
    """Tell an error and answer the exit status: as JSON on standard output, else for people on standard error."""
    if as_json:
        sys.stdout.write(json.dumps(error.to_json(), default=str) + "\n")
    else:
        _print(error, sys.stderr)
    return error.exit_status


def wants_json(arguments: Sequence[str]) -> bool:
    """Whether the answer is to be JSON, told from the bare arguments: a command that can't be read needs it too."""
    return "--json" in arguments


def _usage(error: click.UsageError) -> UsageError:
    command = error.ctx.command_path if error.ctx else "erp-bridge"
    return UsageError(error.format_message(), remedy=f"See `{command} --help`.", details={"command": command})


def _is_storage(error: BaseException) -> bool:
    if isinstance(error, OSError):
        return as_storage_error(error) is not None
    # Only a command that opened the database can have its errors; nothing is imported to ask for them.
    alchemy = sys.modules.get("sqlalchemy.exc")
    if alchemy is None:
        return False
    # The bare DatabaseError is a damaged file; its other children are defects of ours.
    return isinstance(error, alchemy.OperationalError) or type(error) is alchemy.DatabaseError


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _defect(error: BaseException, home: Path, clean: Callable[[str], str]) -> Defect:
    where = log_defect(home, defect_text(error, clean))
    return Defect(
        f"ERP Bridge has a defect: {type(error).__name__}. It is not your fault.",
        remedy=f"Nothing more is done. Report it with {where}." if where else "Report it with what you did.",
        details={"log": str(where) if where else None},
    )


def _print(error: ErpBridgeError, file: IO[str]) -> None:
    print(f"Error: {safe_lines(error.message)}", file=file)
    for fault in error.faults[:_MOST_FAULTS]:
        print(f"  - {safe(_sentence(fault))}", file=file)
        if fault.remedy and fault.remedy not in error.remedy:
            print(f"      {safe(fault.remedy)}", file=file)
    if len(error.faults) > _MOST_FAULTS:
        print(f"  ... and {len(error.faults) - _MOST_FAULTS:,} more; `--json` has all of them.", file=file)
    for name, value in _told(error.details):
        print(f"  {safe(name)}: {safe(value)}", file=file)
    if error.remedy:
        print(f"What to do: {safe_lines(error.remedy)}", file=file)


def _sentence(fault: Fault) -> str:
    # Not the fault's own text: a value may be a choice, whose own look is for programmers.
    shown = "" if fault.value is None else f": {str(fault.value)!r}"
    wanted = "" if fault.expected is None else f" (expected {fault.expected})"
    return f"{fault.where}: {fault.message}{shown}{wanted}" + (f" [{fault.rule}]" if fault.rule else "")


def _told(details: dict[str, Any]) -> list[tuple[str, str]]:
    return [(name, str(details[name])) for name in ("meaning", "erp_code") if details.get(name)]
