"""Companies, people, connections and projects by the command line."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from command_runs import Run
from databases import backup, write_beside
from memory_erp import MemoryAdapter

from erp_bridge_core.installation import open_store


@pytest.mark.rule("P0")
def test_companies_are_apart(as_ada: Callable[..., Any], run: Run) -> None:
    """Several companies are normal; then a command must say which one, and sees nothing of another."""
    as_ada("company", "add", "acme", "--name", "Acme", "--currency", "EUR")
    assert (2, "usage") == (
        run("--as", "ada", "project", "list").status,
        run("--as", "ada", "project", "list", "--json").document["error"],
    )
    as_ada("--company", "acme", "project", "create", "X-1", "--name", "X")
    assert [] == as_ada("--company", "hoosier", "project", "list")["projects"]
    assert ["acme", "hoosier"] == [each["code"] for each in as_ada("--company", "acme", "company", "list")["companies"]]


def test_policies_are_set_by_name(as_ada: Callable[..., Any], run: Run) -> None:
    """Policies are text, numbers or yes and no; what is no policy, or no value of it, is told."""
    changed = as_ada("company", "policy", "duplicates=sum", "recent_minutes=30", "separation_of_duties=no")["policy"]
    assert ("sum", 30, False) == tuple(
        changed[name] for name in ("duplicates", "recent_minutes", "separation_of_duties")
    )
    assert changed == as_ada("company", "policy")["policy"]
    assert 2 == run("--as", "ada", "company", "policy", "colour=red").status
    assert 1 == run("--as", "ada", "company", "policy", "duplicates=maybe").status


def test_people_read_a_company(run: Run) -> None:
    """A company is shown with its policies."""
    shown = run("--as", "ada", "company", "show").out
    assert "Hoosier Builders" in shown
    assert "separation_of_duties" in shown


@pytest.mark.rule("P1", "P2", "P4")
def test_people_are_added_and_granted(as_ada: Callable[..., Any], run: Run) -> None:
    """Membership, project and privilege are granted apart, and taken away again."""
    as_ada("project", "create", "24-001", "--name", "Bridge")
    as_ada("person", "add", "mia", "--name", "Mia", "--email", "mia@builders.test")
    as_ada("person", "membership", "mia", "--integrations", "read-only")
    as_ada("person", "project", "mia", "24-001", "--level", "admin", "--may-send")
    granted = as_ada("person", "grant", "mia", "--project", "24-001")["person"]
    assert ("read_only", "admin", "24-001") == (
        granted["integrations"],
        granted["projects"][0]["level"],
        granted["privileges"][0]["project"],
    )
    shown = run("--as", "ada", "person", "show", "mia").out
    assert "mia@builders.test" in shown
    assert [] == as_ada("person", "revoke", "mia", "--project", "24-001")["person"]["privileges"]
    as_ada("person", "remove", "mia")
    assert ["ada"] == [each["login"] for each in as_ada("person", "list")["people"]]


@pytest.mark.rule("P4")
def test_nobody_grants_himself(run: Run) -> None:
    """An administrator is refused who grants the privilege to himself."""
    ran = run("--as", "ada", "person", "grant", "ada", "--json")
    assert (1, "not_allowed") == (ran.status, ran.document["error"])


@pytest.mark.rule("P1")
def test_who_may_not_administer_is_told(as_ada: Callable[..., Any], run: Run) -> None:
    """Somebody who is no administrator adds nobody."""
    as_ada("person", "add", "mia", "--name", "Mia")
    assert 1 == run("--as", "mia", "person", "add", "eve", "--name", "Eve").status


def test_a_connection_is_added_checked_and_removed(
    erp: MemoryAdapter, as_ada: Callable[..., Any], tmp_path: Path, run: Run
) -> None:
    """Settings come from options and a file; a check that finds something wrong leaves with 3."""
    settings = tmp_path / "settings.json"
    settings.write_text('{"note": "from the file"}')
    as_ada("connection", "add", "books", "memory", "--settings-file", settings)
    assert ["books"] == [each["name"] for each in as_ada("connection", "list")["connections"]]
    checked = as_ada("connection", "check", "books")
    assert (True, "books") == (checked["ok"], checked["checks"][0]["name"])
    erp.books.read_failed = "closed"
    broken = run("--as", "ada", "connection", "check", "books", "--json")
    assert (3, False) == (broken.status, broken.document["ok"])
    as_ada("connection", "remove", "books")
    assert [] == as_ada("connection", "list")["connections"]


@pytest.mark.parametrize("settings", [["--setting", "colour=red"], ["--setting", "note:=1"]])
def test_wrong_settings_are_bad_usage(erp: MemoryAdapter, run: Run, settings: list[str]) -> None:
    """A setting that the plugin does not know, or of another type, leaves with 2 and adds nothing."""
    assert 2 == run("--as", "ada", "connection", "add", "books", "memory", *settings).status
    assert [] == run("--as", "ada", "connection", "list", "--json").document["connections"]


def test_an_erp_without_a_plugin_is_bad_usage(erp: MemoryAdapter, run: Run) -> None:
    """An ERP that no plugin is installed for is named with those that are."""
    ran = run("--as", "ada", "connection", "add", "books", "nonsense", "--json")
    assert (2, "plugin") == (ran.status, ran.document["error"])


def test_a_setting_is_changed(erp: MemoryAdapter, as_ada: Callable[..., Any], home: Path, run: Run) -> None:
    """One setting is changed in the configuration, and taken away by null."""
    as_ada("connection", "add", "books", "memory")
    as_ada("connection", "set", "books", "note=hello=there")
    assert 'note = "hello=there"' in (home / "erp-bridge.toml").read_text()
    ran = run("--as", "ada", "connection", "set", "books", "note:=1", "--json")
    assert (2, "bad_settings") == (ran.status, ran.document["error"])
    assert 'note = "hello=there"' in (home / "erp-bridge.toml").read_text()
    assert 2 == run("--as", "ada", "connection", "set", "books", "note").status
    assert [] == as_ada("connection", "set", "books", "note:=null")["cleared"]
    assert "hello" not in (home / "erp-bridge.toml").read_text()


@pytest.mark.usefixtures("linked")
def test_a_project_is_linked_synced_and_unlinked(as_ada: Callable[..., Any], run: Run) -> None:
    """A project is shown with its job; a job that does not exist is refused."""
    assert 3 == as_ada("project", "sync", "24-001")["reading"]["cost_codes"]
    assert "24-001 Bridge" in run("--as", "ada", "project", "show", "24-001").out
    assert ["24-001"] == list(as_ada("connection", "sync", "books")["readings"])
    assert as_ada("project", "unlink", "24-001")["project"]["job"] is None
    ran = run("--as", "ada", "project", "link", "24-001", "books", "99-999", "--json")
    assert (1, "not_found") == (ran.status, ran.document["error"])


@pytest.mark.usefixtures("linked")
def test_people_read_lists(run: Run) -> None:
    """Lists of projects, people, connections and acts are tables."""
    for noun, word in (("project", "Bridge"), ("person", "Mia"), ("connection", "BOOKS"), ("company", "Hoosier")):
        assert word in run("--as", "ada", noun, "list").out
    assert "project.link" in run("--as", "ada", "audit", "show").out


@pytest.mark.rule("X1")
def test_a_changed_trail_leaves_with_4(home: Path, run: Run) -> None:
    """`audit check` finds an edit behind its back and leaves as storage does, for people and as JSON."""
    assert 0 == run("audit", "check").status
    write_beside(home, "UPDATE audit_entries SET person = 'nobody' WHERE sequence = 1")
    ran = run("audit", "check", "--json")
    assert (4, False) == (ran.status, ran.document["check"]["sound"])
    assert "NOT whole" in run("audit", "check").out


@pytest.mark.rule("L16")
@pytest.mark.usefixtures("linked")
def test_an_older_copy_is_frozen_until_it_is_thawed(home: Path, mia: Run, as_ada: Callable[..., Any], run: Run) -> None:
    """After a restore nothing can be sent until an administrator thaws with a reason."""
    with closing(open_store(home)) as store:
        put_back = backup(store)
        mia("budget", "add-line", "24-001", "01-100", "L", "--amount", "1.00")
        put_back()
    mia("budget", "add-line", "24-001", "01-100", "L", "--amount", "1.00")
    assert "L16" in [reason["rule"] for reason in mia("budget", "readiness", "24-001").document["readiness"]["reasons"]]
    assert 1 == run("--as", "mia", "thaw", "--reason", "I like it.").status
    assert "older copy" in as_ada("thaw", "--reason", "Nothing was written since.")["thawed"]["was"]
    assert [] == mia("budget", "readiness", "24-001").document["readiness"]["reasons"]
    assert 1 == run("--as", "ada", "thaw", "--reason", "Again.").status
