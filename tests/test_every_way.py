"""Everything that can be done on a page can be done by command line and by REST API, and the other way round (X2)."""

import ast
import inspect
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, get_type_hints

import click
import pytest
from attrs import fields, has
from every_way import ACTS, COMMAND, NO_ACTS, NO_WAYS, OPERATION, PAGE, WITHOUT, Act

from erp_bridge_core.app import Application
from erp_bridge_core.cli.root import root
from erp_bridge_core.web import server as _server  # the pages are imported by it, in their order
from erp_bridge_core.web.api import HANDLERS as OPERATIONS
from erp_bridge_core.web.pages import HANDLERS as PAGES

pytestmark = pytest.mark.rule("X2")

ROOT = Path(__file__).parents[1]
#: Where a way may lead through to the service.
OURS = ("erp_bridge_core.cli.", "erp_bridge_core.web.", "erp_bridge_core.engine.")


def methods_of(kind: type, name: str) -> Iterator[tuple[str, Callable[..., Any]]]:
    """The public methods of a service and of the rooms behind it."""
    for method, function in inspect.getmembers(kind, inspect.isfunction):
        if not method.startswith("_"):
            yield f"{name}.{method}", function
    for each in fields(kind) if has(kind) else ():
        if not each.name.startswith("_") and not each.init and inspect.isclass(each.type):
            yield from methods_of(each.type, f"{name}.{each.name}")


def services() -> dict[str, Callable[..., Any]]:
    """Every public method of every service of the application."""
    own = {each.name for each in fields(Application) if not each.init}
    hints = get_type_hints(Application)
    return {name: method for service in sorted(own) for name, method in methods_of(hints[service], service)}


def is_offered(method: Callable[..., Any]) -> bool:
    """Whether a person asks for it: it takes him, and is not asked within somebody else's transaction."""
    given = inspect.signature(method).parameters
    return "actor" in given and "connection" not in given


def commands(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    """Every command by its name, but for the simulators' desks."""
    if not isinstance(command, click.Group):
        yield " ".join(path), command
    elif path != ("simulate",):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from commands(inner, (*path, name))


def pages() -> Iterator[tuple[str, str]]:
    """Every page as method and path, and the module it is in; `{name:int}` is `{name}` here."""
    for handler in PAGES:
        (method,) = handler.http_methods - {"HEAD"}
        for path in handler.paths:
            parts = [part.partition(":")[0] + "}" if part.startswith("{") else part for part in path.split("/")]
            yield f"{method} {'/'.join(parts)}", handler.fn.__module__


MODULES: dict[str, dict[str, str]] = {
    PAGE: dict(pages()),
    COMMAND: {name: inspect.unwrap(each.callback).__module__ for name, each in commands(root) if each.callback},
    OPERATION: {each.fn.__name__: each.fn.__module__ for each in OPERATIONS},
}
KINDS = tuple(MODULES)


@cache
def reached(module: str) -> frozenset[str]:
    """Every `service.method` that a module names, or one of ours that it imports."""
    seen, found, waiting = set[str](), set[str](), [module]
    while waiting:
        name = waiting.pop()
        file = ROOT.joinpath(*name.split(".")).with_suffix(".py")
        if name in seen or not name.startswith(OURS) or not file.is_file():
            continue
        seen.add(name)
        tree = ast.parse(file.read_text(encoding="utf-8"))
        found |= {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        waiting += imported(tree)
    return frozenset(found)


def imported(tree: ast.Module) -> Iterator[str]:
    """The modules that a module imports, wherever it does so."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{each.name}" for each in node.names)


def test_every_act_has_its_ways() -> None:
    """Whoever adds to a service what a person may do gives it a page, a command and an operation, or says why not."""
    told = {method for act in ACTS for method in act.methods.split(", ")}
    offered = {name for name, method in services().items() if is_offered(method)}
    behind = tuple(NO_ACTS)

    assert set() == {name for name in offered - told if not name.startswith(behind)}
    assert set() == told - set(services())
    assert [] == [name for name in NO_ACTS if not any(each.startswith(name) for each in offered)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_way_is_there_or_told_why_not(kind: str) -> None:
    """What is named exists; what is blank has a reason, and no reason stands for what is there."""
    assert [] == [way for act in ACTS for way in act.ways(kind) if way not in MODULES[kind]]
    assert {act.methods for act in ACTS if not act.ways(kind)} == {name for name, of in WITHOUT if of == kind}


@pytest.mark.parametrize("kind", KINDS)
def test_every_way_that_changes_something_is_an_act(kind: str) -> None:
    """No page, command or operation does what the others can't."""
    reads = {
        PAGE: {name for name in MODULES[PAGE] if name.startswith("GET ")},
        OPERATION: {each.fn.__name__ for each in OPERATIONS if each.http_methods <= {"GET", "HEAD"}},
    }
    told = {way for act in ACTS for way in act.ways(kind)}

    assert set() == set(MODULES[kind]) - told - reads.get(kind, set()) - set(NO_WAYS)
    assert set() == {name for name in NO_WAYS if not any(name in each for each in MODULES.values())}


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.methods)
def test_every_way_leads_to_the_service(act: Act) -> None:
    """Each way's module names one of the act's methods, or imports one of ours that does."""
    wanted = act.methods.split(", ")
    astray = [
        way
        for kind in KINDS
        for way in act.ways(kind)
        if not any(f".{each}".endswith(f".{one}") for each in reached(MODULES[kind][way]) for one in wanted)
    ]

    assert [] == astray


def test_a_way_that_leads_elsewhere_is_found() -> None:
    """The check can fail: the page of one's sign-ins thaws nothing."""
    assert _server is not None
    assert not any(each.endswith(".freezing.thaw") for each in reached("erp_bridge_core.web.api.sign_ins"))
