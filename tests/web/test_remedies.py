"""Remedies on pages: whatever command a service names, its reader is led to a page, not to a shell."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import erp_bridge_core
from erp_bridge_core.web.remedies import on_pages

CORE = Path(erp_bridge_core.__file__).parent
PLUGINS = CORE.parent / "plugins"
#: Rooms whose words are for the host's people, or that stand for pages and commands themselves.
ELSEWHERE = {"cli", "web", "conformance", "simulation", "simulator", "scaffold", "demo"}
#: What is done on the host alone.
ON_THE_HOST = ("init", "db", "serve", "worker", "simulate", "connection add", "connection set", "demo")
_COMMAND = re.compile(r"`erp-bridge ([a-z -]+)")


def named() -> Iterator[str]:
    """Every command that the services and the plugins name."""
    for folder in (CORE, *PLUGINS.glob("*/erp_bridge_*")):
        for file in folder.rglob("*.py"):
            if not ELSEWHERE & set(file.relative_to(folder.parent).parts):
                yield from (found.strip() for found in _COMMAND.findall(file.read_text(encoding="utf-8")))


def test_every_command_that_a_remedy_names_has_a_page() -> None:
    """But for what is done on the host alone."""
    commands = {command for command in named() if not command.startswith(ON_THE_HOST)}

    assert len(commands) > 10
    assert [] == sorted(command for command in commands if "`" in on_pages(f"Say `erp-bridge {command}`."))


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("List them: `erp-bridge connection list`.", "List them on the page Connections."),
        ("Run `erp-bridge verify` first.", "Run Verify now first."),
        ("Make it with `erp-bridge init`.", "Make it with `erp-bridge init`."),
        ("Tick *Import all*: 2 * 3 * 4.", "Tick “Import all”: 2 * 3 * 4."),
        ("Map it: `erp-bridge map exceptions B-1`.", "Map it on the page of the connection's maps."),
    ],
)
def test_a_remedy_reads_as_a_sentence(told: str, shown: str) -> None:
    """The command gives way to the page that does the same; one that only the host has stays."""
    assert shown == on_pages(told)
