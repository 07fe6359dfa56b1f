"""The root command."""

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from command_runs import Run

from erp_bridge_core.app import Application
from erp_bridge_core.cli.root import root
from erp_bridge_core.people.companies import Companies

HEAVY = {"sqlalchemy", "rich", "alembic", "requests", "cattrs", "erp_bridge_core.registry", "erp_bridge_core.app"}


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["budget", "--help"], ["budget", "send", "--help"]])
def test_help_starts_fast(arguments: list[str]) -> None:
    """Neither the version nor any help loads the database, tables for people, or plugins."""
    script = (
        "import sys\nfrom erp_bridge_core.cli import main\n"
        f"try:\n    main({arguments!r})\n"
        f"finally:\n    print('loaded', sorted({HEAVY!r} & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "loaded []\n" == done.stderr


def test_the_version_is_the_distributions(bare: Run) -> None:
    """`--version` is what is installed."""
    assert f"erp-bridge {version('erp-bridge-core')}\n" == bare("--version").out


def test_the_module_is_the_command() -> None:
    """`python -m erp_bridge_core` is the same command."""
    done = subprocess.run(
        [sys.executable, "-m", "erp_bridge_core", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("erp-bridge ")


@pytest.mark.parametrize(
    "arguments",
    [["nonsense"], ["company", "nonsense"], ["project", "show"], ["--nonsense"], ["audit", "show", "--limit", "x"]],
)
def test_bad_usage_leaves_with_2(bare: Run, arguments: list[str]) -> None:
    """A command that can't be understood changes nothing and leaves with 2, for people and as JSON."""
    assert 2 == bare(*arguments).status
    ran = bare(*arguments, "--json")
    assert (2, "usage") == (ran.status, ran.document["error"])


def test_a_missing_home_leaves_with_4(bare: Run, tmp_path: Path) -> None:
    """Without a home the command says how to make one."""
    ran = bare("--home", tmp_path / "none", "project", "list", "--json")
    assert (4, "storage") == (ran.status, ran.document["error"])
    assert "erp-bridge init" in ran.document["remedy"]


@pytest.mark.sqlite
def test_a_damaged_database_leaves_with_4(run: Run, home: Path) -> None:
    """A database that is none is told as storage."""
    (home / "erp-bridge.db").write_bytes(b"not a database" * 1000)
    assert 4 == run("--as", "ada", "project", "list").status


def test_options_of_every_command_stand_before_and_after(run: Run, home: Path, bare: Run) -> None:
    """The shared options are taken before the noun and after the verb."""
    before = run("--as", "ada", "--json", "company", "list")
    after = bare("company", "list", "--json", "--as", "ada", "--home", home)
    assert before.document == after.document


def test_what_is_typed_wins_over_the_environment(home: Path, bare: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """An option that is typed before the noun is not undone by a variable."""
    monkeypatch.setenv("ERP_BRIDGE_HOME", "/nowhere")
    monkeypatch.setenv("ERP_BRIDGE_COMPANY", "nobody")
    assert 0 == bare("--home", home, "--company", "hoosier", "--as", "ada", "company", "list").status


def test_the_home_is_found_by_its_variable(home: Path, bare: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """ERP_BRIDGE_HOME names the home where no option does."""
    monkeypatch.setenv("ERP_BRIDGE_HOME", str(home))
    assert 0 == bare("--as", "ada", "company", "list").status


def test_a_defect_is_told_not_thrown(run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error that nobody foresaw becomes a message, a log and status 1."""

    def break_it(*_: object) -> None:
        raise RuntimeError("surprise")

    monkeypatch.setattr(Companies, "list", break_it)
    ran = run("--as", "ada", "--company", "hoosier", "company", "list", "--json")
    assert (1, "defect") == (ran.status, ran.document["error"])
    assert "surprise" in (home / "logs" / "errors.log").read_text()


@pytest.mark.rule("X4")
def test_a_defects_log_holds_no_secret(run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret that the command had read is taken out of what is logged."""

    def break_it(self: Companies, *_: object) -> None:
        raise RuntimeError("sent correct-horse")

    opened = Application.open

    def open_knowing(folder: Path) -> Application:
        application = opened(folder)
        application.redactor.add("correct-horse")
        return application

    monkeypatch.setattr(Application, "open", open_knowing)
    monkeypatch.setattr(Companies, "list", break_it)
    run("--as", "ada", "--company", "hoosier", "company", "list")
    log = (home / "logs" / "errors.log").read_text()
    assert "RuntimeError: sent ***" in log
    assert "correct-horse" not in log


def test_commands_stand_in_the_order_of_the_work(bare: Run) -> None:
    """Help lists the commands as a person meets them, not by the alphabet."""
    shown = bare("--help").out
    places = [shown.index(f"\n  {name} ") for name in root.lazy]
    assert sorted(places) == places
