"""Fixtures of the command line's tests: a home made once and copied, and a way to run commands as a person does."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from click.testing import CliRunner
from command_runs import Ran, Run
from databases import copied_home
from memory_books import MemoryBooks, MemoryJob
from memory_erp import MemoryAdapter

from erp_bridge_core.cli.root import root
from erp_bridge_core.contract import Category, CostCode, JobHeader, JobStatus, SubJob
from erp_bridge_core.installation import create_home
from erp_bridge_core.registry import Registry

SET_UP = (
    "connection add books memory",
    "project create 24-001 --name Bridge",
    "project link 24-001 books 24-001",
    "project sync 24-001",
    "person add mia --name Mia",
    "person project mia 24-001 --level standard --may-send",
    "person add abe --name Abe",
    "person membership abe --integrations standard",
    "person grant abe",
    "person add eve --name Eve",
    "person membership eve --integrations standard",
    "person grant eve",
)


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
    return copied_home(made_homes(True), tmp_path / "home")


@pytest.fixture
def real_home(tmp_path: Path, made_homes: Callable[[bool], Path]) -> Path:
    """A home that is no demo's."""
    return copied_home(made_homes(False), tmp_path / "real-home")


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


def make_books() -> MemoryBooks:
    """Books with a job 24-001 that has two cost codes, one of them under the sub job A too."""
    header = JobHeader(company="BOOKS", job="24-001", name="Bridge", status=JobStatus.OPEN, live=False)
    job = MemoryJob(
        header=header,
        sub_jobs=[SubJob(code="A", name="Phase A")],
        cost_codes=[
            CostCode(code="01-100", name="General"),
            CostCode(code="02-200", name="Site"),
            CostCode(code="01-100", name="General", sub_job="A"),
        ],
        categories=[
            Category(code="L", name="Labor", standard=True),
            Category(code="M", name="Material", standard=True),
        ],
    )
    return MemoryBooks(jobs={"24-001": job})


def install(adapter: MemoryAdapter, patch: pytest.MonkeyPatch) -> None:
    """Make an adapter the only one that is installed."""
    registry = Registry(adapters=cast("Any", {adapter.name: adapter}), broken={}, not_enabled={}, policies={})
    patch.setattr(Registry, "load", staticmethod(lambda _enabled=None: registry))


@pytest.fixture
def books() -> MemoryBooks:
    """The books of the ERP in memory."""
    return make_books()


@pytest.fixture
def erp(books: MemoryBooks, monkeypatch: pytest.MonkeyPatch) -> MemoryAdapter:
    """The one ERP that is installed: the books in memory."""
    adapter = MemoryAdapter(books=books)
    install(adapter, monkeypatch)
    return adapter


@pytest.fixture(scope="session")
def linked_home(tmp_path_factory: pytest.TempPathFactory, made_homes: Callable[[bool], Path]) -> Path:
    """A demo's home with a project 24-001 that is linked and synced, and the people who work on it."""
    home = copied_home(made_homes(True), tmp_path_factory.mktemp("linked") / "home")
    with pytest.MonkeyPatch.context() as patch:
        install(MemoryAdapter(books=make_books()), patch)
        for line in SET_UP:
            done = CliRunner().invoke(root, ["--home", str(home), "--as", "ada", *line.split(" ")])
            assert done.exit_code == 0, done.output
    return home


@pytest.fixture
def linked(erp: MemoryAdapter, home: Path, linked_home: Path) -> MemoryAdapter:
    """A project 24-001, linked and synced; mia builds its budget, abe and eve answer what is sent."""
    shutil.rmtree(home)
    copied_home(linked_home, home)
    return erp


@pytest.fixture
def mia(run: Run) -> Run:
    """Run commands as the project manager, answering JSON."""
    return lambda *arguments: run("--as", "mia", *arguments, "--json")


@pytest.fixture
def abe(run: Run) -> Run:
    """Run commands as the approver, answering JSON."""
    return lambda *arguments: run("--as", "abe", *arguments, "--json")


@pytest.fixture
def sent(linked: MemoryAdapter, mia: Run) -> int:
    """An item of two lines, 1,000.00 on the job and 500.00 on its sub job, that waits for its answer."""
    mia("budget", "sub-job", "24-001", "A", "--name", "Phase A")
    mia("budget", "add-line", "24-001", "01-100", "L", "--amount", "1000.00")
    mia("budget", "add-line", "24-001", "01-100", "L", "--sub-job", "A", "--amount", "500.00")
    return int(mia("budget", "send", "24-001").document["item"]["id"])


@pytest.fixture
def exported(sent: int, abe: Run) -> int:
    """That item, accepted and exported, unposted."""
    assert 0 == abe("review", "accept", sent, "--confirm-import-closes").status
    assert 0 == abe("export", "start", sent).status
    return sent
