"""Fixtures of the command line's tests: a home made once and copied, and a way to run commands as a person does."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from command_runs import Ran, Run

from erp_bridge_core.cli.root import root
from erp_bridge_core.installation import create_home


@pytest.fixture(scope="session")
def made_homes(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bool], Path]:
    """A home of either kind, made when first asked for."""
    made: dict[bool, Path] = {}

    def make(demo: bool) -> Path:  # noqa: FBT001 -- which of two homes
        if demo not in made:
            made[demo] = tmp_path_factory.mktemp("homes") / "home"
            create_home(
                made[demo],
                company_code="hoosier",
                company_name="Hoosier Builders",
                time_zone="America/Indiana/Indianapolis",
                currency="USD",
                admin_login="ada",
                admin_name="Ada Administrator",
                demo=demo,
            ).close()
        return made[demo]

    return make


@pytest.fixture
def home(tmp_path: Path, made_homes: Callable[[bool], Path]) -> Path:
    """A demo's home, where `--as` plays people; its company is hoosier, its administrator ada."""
    return shutil.copytree(made_homes(True), tmp_path / "home")


@pytest.fixture
def real_home(tmp_path: Path, made_homes: Callable[[bool], Path]) -> Path:
    """A home that is no demo's."""
    return shutil.copytree(made_homes(False), tmp_path / "real-home")


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run commands as they are, in an environment without variables of ours."""
    for name in ("ERP_BRIDGE_HOME", "ERP_BRIDGE_COMPANY", "ERP_BRIDGE_SESSION", "ERP_BRIDGE_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "nobody" / ".config"))

    def run(*arguments: object, stdin: str | None = None) -> Ran:
        result = CliRunner().invoke(root, [str(argument) for argument in arguments], input=stdin)
        return Ran(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture
def run(bare: Run, home: Path) -> Run:
    """Run commands in the demo's home."""
    return lambda *arguments, stdin=None: bare("--home", home, *arguments, stdin=stdin)


@pytest.fixture
def as_ada(run: Run) -> Callable[..., Any]:
    """Run commands in the demo's home as its administrator, with `--json`; they must succeed."""

    def act(*arguments: object) -> Any:
        ran = run("--as", "ada", *arguments, "--json")
        assert ran.status == 0, ran.out + ran.err
        return ran.document

    return act
