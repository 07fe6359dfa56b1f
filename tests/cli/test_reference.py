"""The reference of the command line keeps up with the commands."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from erp_bridge_core.cli.acts import Act
from erp_bridge_core.cli.root import root
from erp_bridge_core.contract import errors

REFERENCE = Path(__file__).parents[2] / "docs" / "command-line.md"
SHARED = ["--json", "--home", "--company", "--session", "--as"]
#: Its commands are the plugins'.
DYNAMIC = "simulate"


def commands(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    """Every verb with its full name, without the plugins' own."""
    context = click.Context(command, info_name="erp-bridge")
    if not isinstance(command, click.Group):
        yield " ".join(path), command
    elif path != (DYNAMIC,):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from commands(inner, (*path, name))


ALL = dict(commands(root))
each_command = pytest.mark.parametrize("name", ALL)


@pytest.fixture(scope="module")
def sections() -> dict[str, str]:
    """The reference's text of each command."""
    found = re.split(r"^#### `erp-bridge (.+)`$", REFERENCE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(found[1::2], found[2::2], strict=True))


def test_every_command_has_a_section(sections: dict[str, str]) -> None:
    """There is one section a command, and none for a command that is gone."""
    assert set(ALL) == set(sections)


@each_command
def test_every_option_is_in_the_reference(name: str, sections: dict[str, str]) -> None:
    """Each option of a command stands in its section."""
    options = [part for param in ALL[name].params if isinstance(param, click.Option) for part in param.opts]
    missing = [each for each in options if each not in SHARED and not re.search(rf"{each}\b", sections[name])]
    assert [] == missing


@each_command
def test_every_answer_is_in_the_reference(name: str, sections: dict[str, str]) -> None:
    """Each key of a command's JSON answer stands in its section."""
    command = ALL[name]
    assert isinstance(command, Act)
    assert command.answer
    assert [] == [key for key in command.answer if f"`{key}`" not in sections[name] and "As `" not in sections[name]]


@each_command
def test_every_command_takes_the_shared_options(name: str) -> None:
    """`--json` and its companions are options of every command."""
    taken = [part for param in ALL[name].params if isinstance(param, click.Option) for part in param.opts]
    assert [] == [each for each in SHARED if each not in taken]


@each_command
def test_every_command_says_what_it_does(name: str) -> None:
    """Help is a sentence, and each option has one of its own."""
    command = ALL[name]
    assert command.help
    unexplained = [param.name for param in command.params if isinstance(param, click.Option) and not param.help]
    assert [] == unexplained


def test_every_error_code_is_in_the_reference() -> None:
    """Each code of an error stands there with its exit status."""
    kinds = [
        kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.ErpBridgeError)
    ]
    text = REFERENCE.read_text(encoding="utf-8")
    rows = [f"| `{kind.code}` | {kind.exit_status} |" for kind in kinds if kind is not errors.ErpBridgeError]
    assert [] == [row for row in rows if row not in text]


def test_every_shared_option_is_in_the_reference() -> None:
    """The options of every command, their variables and the exit statuses stand there."""
    text = REFERENCE.read_text(encoding="utf-8")
    variables = ["ERP_BRIDGE_HOME", "ERP_BRIDGE_COMPANY", "ERP_BRIDGE_SESSION", "ERP_BRIDGE_TOKEN"]
    wanted = [*SHARED, *variables, *(f"| {status} |" for status in range(6))]
    assert [] == [each for each in wanted if each not in text]
