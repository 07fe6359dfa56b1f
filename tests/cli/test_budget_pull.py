"""A budget from its source, by command: linked, looked at, decided, taken in."""

from collections.abc import Callable
from typing import Any, cast

import pytest
from command_runs import Run
from memory_books import MemoryBooks
from memory_erp import MemoryAdapter
from memory_source import NAME, MemorySource, source_adapter

from erp_bridge_core.contract import LineKey
from erp_bridge_core.registry import Registry

LABOR = LineKey("", "01-100", "L")


@pytest.fixture
def plugin(books: MemoryBooks, monkeypatch: pytest.MonkeyPatch) -> MemorySource:
    """The books and an office in memory are installed; the office has a project for the job 24-001."""
    adapter, plugin = MemoryAdapter(books=books), MemorySource()
    registry = Registry(
        adapters=cast("Any", {adapter.name: adapter}), sources={NAME: source_adapter(plugin)}, broken={},
        not_enabled={}, policies={},
    )  # fmt: skip
    monkeypatch.setattr(Registry, "load", staticmethod(lambda _enabled=None: registry))
    monkeypatch.setenv("OFFICE_HOOK", "between us")
    plugin.office.add_project("24-001", name="Bridge")
    plugin.office.set_line("24-001", LABOR, "100")
    plugin.office.approve_change("24-001", "CO-1", {LABOR: "5"})
    return plugin


def test_a_budget_is_pulled_by_command(plugin: MemorySource, as_ada: Callable[..., Any], run: Run) -> None:
    """The source's projects, the link, a look that changes nothing, the first taking, a choice, and a lock there."""
    as_ada("connection", "add", "office", "--source", NAME, "--setting", "hook_secret=env:OFFICE_HOOK")
    as_ada("project", "create", "24-001", "--name", "Bridge")
    assert ["24-001"] == [each["number"] for each in as_ada("project", "source-projects", "office")["projects"]]
    refused = run("--as", "ada", "budget", "pull", "24-001")
    assert (1, True) == (refused.status, "link-source" in refused.err)
    as_ada("project", "link-source", "24-001", "office", "24-001")
    assert "office" == as_ada("project", "show", "24-001")["source"]["connection"]

    look = as_ada("budget", "pull", "24-001")
    assert ({"new": 1}, {"new": 1}, None) == (look["look"]["counts"], look["look"]["change_counts"], look["taken"])
    taken = as_ada("budget", "pull", "24-001", "--as-looked", look["look"]["hash"])["taken"]
    assert (1, ["CO-1"], "100.00") == (taken["lines"], taken["changes"], taken["original"])

    as_ada("budget", "edit-line", "24-001", "01-100", "L", "--amount", "101")
    plugin.office.set_line("24-001", LABOR, "102")
    shown = run("--as", "ada", "budget", "pull", "24-001")
    assert "both-changed" in shown.out
    assert "102.00" in shown.out
    undecided = run("--as", "ada", "budget", "pull", "24-001", "--take")
    assert (1, True) == (undecided.status, "01-100 / L" in undecided.err)
    assert "Lines written" in run("--as", "ada", "budget", "pull", "24-001", "--theirs", "01-100 / L").out
    assert "102.00" in run("--as", "ada", "budget", "show", "24-001").out

    as_ada("budget", "lock-source", "24-001")
    assert plugin.office.books("24-001").locked
    as_ada("budget", "lock-source", "24-001", "--unlock")
    assert not plugin.office.books("24-001").locked
    plugin.read_failed = "The office is closed."
    assert 5 == run("--as", "ada", "budget", "lock-source", "24-001").status
    plugin.read_failed = None
    as_ada("budget", "lock-source", "24-001")
    assert plugin.office.books("24-001").locked
    as_ada("project", "unlink-source", "24-001")
    assert as_ada("project", "show", "24-001")["source"] is None
