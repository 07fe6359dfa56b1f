"""What people and ERPs wrote never reaches a terminal as something that it obeys, or that a reader can't see (X3)."""

import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import click
import pytest
from click.testing import CliRunner, Result
from databases import copied_home
from full_site import EXPORTED, FAILED, HOSTILE, READY, REJECTED, UNSENT, FullSite
from web_site import PASSWORD, PROJECT

from erp_bridge_core.cli.root import root
from erp_bridge_core.registry import Registry

pytestmark = pytest.mark.rule("X3")

HIDDEN: Final = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
#: Terminals' orders, a line's end, and a mark that turns what follows; no argument can hold a NUL.
TYPED: Final = "x\x1b[2J\r\n\u202e\x9b31m"
#: They serve, ask on a terminal, end the sign-in, or make a home or folder of their own.
APART: Final = frozenset(
    {
        "init",
        "sign-in",
        "sign-out",
        "db upgrade",
        "db backup",
        "db restore",
        "db move",
        "serve",
        "worker run",
        "plugin new",
        "demo",
        "person password",
    }
)
#: The last words of commands that show something.
SHOWS: Final = frozenset(
    {
        "list", "show", "lines", "fields", "status", "doubts", "hand-overs", "history", "readiness", "changes",
        "columns", "exceptions", "tokens", "sign-ins", "identities", "settings", "policy", "deliveries", "job-costs",
        "check", "problems", "plugins",
    }
)  # fmt: skip
#: What arguments are called that the commands which show ask for, and each thing of the site that they can name.
NAMED: Final = {
    "PROJECT": (PROJECT, UNSENT), "NUMBER": (UNSENT, "1"), "LOGIN": ("mia",), "NAME": ("books",),
    "CONNECTION": ("books",), "ITEM": tuple(str(item) for item in (EXPORTED, FAILED, READY, REJECTED)),
}  # fmt: skip
#: Where hostile words stand, so that they are seen to come through as text.
WITH_WORDS: Final = frozenset(
    {
        "audit show", "budget show", "export status", "mail list", "mail show", "map list",
        "person list", "person show", "project list", "project show", "review list", "review show", "webhooks list",
    }
)  # fmt: skip


def commands(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    """Every command by its name; the simulators' are not for a real ERP's words."""
    if not isinstance(command, click.Group):
        yield " ".join(path), command
    elif path != ("simulate",):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from commands(inner, (*path, name))


COMMANDS: Final = {name: command for name, command in commands(root) if name not in APART}


@pytest.fixture
def typed(site: FullSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Type commands over a copy of the site as somebody who may do everything."""
    home = copied_home(site.application.home, tmp_path / "home")
    registry = site.application.registry
    monkeypatch.setattr(Registry, "load", staticmethod(lambda _enabled=None: registry))
    monkeypatch.setenv("ERP_BRIDGE_SESSION", str(tmp_path / "session.json"))
    monkeypatch.delenv("ERP_BRIDGE_TOKEN", raising=False)

    def run(*arguments: str, stdin: str | None = None) -> Result:
        return CliRunner().invoke(root, ["--home", str(home), "--company", "hoosier", *arguments], input=stdin)

    assert 0 == run("sign-in", "bob", "--password-stdin", stdin=PASSWORD).exit_code
    return run


def filled(command: click.Command, text: str) -> Iterator[str]:
    """All that a command asks for, with one text everywhere."""
    for param in command.params:
        if param.required:
            yield from (text,) if isinstance(param, click.Argument) else (param.opts[0], text)


def hidden_in(ran: Result) -> str:
    """The letters of both streams that can't be seen."""
    found = {letter for letter in ran.stdout + ran.stderr if unicodedata.category(letter) in HIDDEN and letter != "\n"}
    defect = "" if ran.exception is None or isinstance(ran.exception, SystemExit) else repr(ran.exception)
    return ascii("".join(sorted(found))).strip("'") + defect


def test_what_is_stored_is_shown_as_text(typed: Callable[..., Result]) -> None:
    """By every command that shows something, for people and for programs."""
    wrong: list[str] = []
    with_words, run = set[str](), 0
    for name, command in COMMANDS.items():
        if name.rpartition(" ")[2] not in SHOWS:
            continue
        wanted = [param.human_readable_name for param in command.params if param.required]
        for thing in NAMED[wanted[0]] if wanted else ("",):
            for form in ((), ("--json",)):
                ran = typed(*name.split(" "), *([thing] if thing else []), *form)
                run += 1
                wrong += [f"{name} {thing} {form}: {seen}"] if (seen := hidden_in(ran)) else []
                with_words |= {name} if HOSTILE in ran.stdout.replace('\\"', '"') else set()

    assert [] == wrong
    assert set() == WITH_WORDS - with_words
    assert run > 100


def test_what_was_typed_is_told_again_as_text(typed: Callable[..., Result]) -> None:
    """Every command names in its refusal what was typed, whatever that was."""
    wrong = []
    for name, command in COMMANDS.items():
        ran = typed(*name.split(" "), *filled(command, TYPED))
        wrong += [f"{name}: {seen}"] if (seen := hidden_in(ran)) else []

    assert [] == wrong
    assert len(COMMANDS) > 90
