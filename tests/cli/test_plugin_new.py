"""`plugin new`: what it makes, that it is the example less what is to be written, and that it works as made."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests
from acme_site import BUDGET, EXAMPLE, JOB, make_findable, open_acme
from command_runs import Run

from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.contract.errors import BadInput
from erp_bridge_core.exports.status import ExportState
from erp_bridge_core.registry import Registry
from erp_bridge_core.scaffold import plan_plugin

#: What is to be written, and what tells of it.
UNLIKE_THE_EXAMPLE = {"README.md", "erp_bridge_acme/entries.py", "erp_bridge_acme/verify.py"}
#: Tests of what is to be written come with it.
ONLY_IN_THE_EXAMPLE = {"tests/test_entries.py"}
ROOT = Path(__file__).parents[2]


def make(run: Run, folder: Path, *arguments: object) -> Path:
    """Run the command; the folder that it made."""
    ran = run("plugin", "new", *arguments, "--directory", folder, "--json")
    assert ran.status == 0, ran.err
    return Path(ran.document["folder"])


def texts(folder: Path) -> dict[str, str]:
    """Every file of a distribution, by its path, without what tools leave behind."""
    kept = (path for path in folder.rglob("*") if path.suffix in {".py", ".toml", ".md", ".typed"})
    return {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in kept}


def test_it_is_the_example_less_what_is_to_be_written(bare: Run, tmp_path: Path) -> None:
    """Filling in the open places makes the example of it, so that the tutorial's walk ends there."""
    made = texts(make(bare, tmp_path, "acme", "--title", "Acme Books"))
    example = texts(EXAMPLE)

    assert ONLY_IN_THE_EXAMPLE == set(example) - set(made)
    assert set() == set(made) - set(example)
    assert UNLIKE_THE_EXAMPLE == {path for path, text in made.items() if text != example[path]}


@pytest.mark.parametrize("kind", [(), ("--source",)], ids=["adapter", "source"])
@pytest.mark.parametrize(
    ("name", "title"), [("zz", ""), ("a1234567890123456789", "A title of just forty letters and blanks")]
)
def test_it_is_clean_as_made(bare: Run, tmp_path: Path, name: str, title: str, kind: tuple[str, ...]) -> None:
    """Linter, formatter and type checker find nothing, however short or long its name and title are."""
    folder = make(bare, tmp_path, name, "--title", title, *kind)
    for tool in (["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy", f"erp_bridge_{name}"]):
        pytest.importorskip(tool[0])
        ran = subprocess.run(
            [sys.executable, "-m", *tool], cwd=folder, capture_output=True, text=True, check=False, timeout=300
        )
        assert 0 == ran.returncode, ran.stdout + ran.stderr


@pytest.mark.parametrize("kind", [(), ("--source",)], ids=["adapter", "source"])
def test_its_own_tests_pass_as_made(bare: Run, tmp_path: Path, kind: tuple[str, ...]) -> None:
    """What works is tested from the first day."""
    folder = make(bare, tmp_path, "sample1", *kind)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    environment = {"PYTHONPATH": str(folder), "PATH": "", "PYTHONDONTWRITEBYTECODE": "1"}
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=300)

    assert 0 == ran.returncode, ran.stdout + ran.stderr


def test_it_passes_the_registrys_checks_and_its_simulator_serves(
    bare: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Found by its entry point, it is usable; its desk answers."""
    make_findable(make(bare, tmp_path, "sample2", "--title", "Sample"), tmp_path / "found", monkeypatch, name="sample2")
    adapter = Registry.load(["erp-bridge-sample2"]).adapter("sample2")
    adapter.simulator().setup(tmp_path / "books", ())
    with adapter.simulator().serve(tmp_path / "books") as served:
        page = requests.get(served.desk_url, timeout=10)

    assert ("sample2", "Sample") == (adapter.name, adapter.profile.title)
    assert (200, True) == (page.status_code, "Post what waits to be posted" in page.text)


def test_a_source_passes_the_registrys_checks(bare: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Found by its entry point, it is usable, and claims no more than it has; its simulator's desk answers."""
    folder = make(bare, tmp_path, "sample8", "--title", "Plans", "--source")
    make_findable(folder, tmp_path / "found", monkeypatch, name="sample8", group="sources")
    source = Registry.load(["erp-bridge-sample8"]).source("sample8")

    assert ("sample8", "Plans") == (source.name, source.profile.title)
    assert {"projects", "sub_jobs", "changes"} == {each.value for each in source.profile.capabilities}
    source.simulator().setup(tmp_path / "books", ())
    with source.simulator().serve(tmp_path / "books") as served:
        page = requests.get(served.desk_url, timeout=10)
    assert (200, True) == (page.status_code, "Make a budget change of one line, and approve it" in page.text)


def test_it_reads_and_checks_a_budget_and_stops_where_something_is_to_be_written(
    bare: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    """Linked, synced, sent, reviewed and accepted; the export fails with the words of what to write, nothing sent."""
    make_findable(make(bare, tmp_path, "sample3"), tmp_path / "found", monkeypatch, name="sample3")
    with open_acme(tmp_path / "home", clock, name="sample3") as site:
        item = site.accepted(change="75.00")
        status = site.export(item)
        entries = site.desk("entries", job=JOB)

    assert (len(BUDGET) + 1, []) == (item.line_count, entries)
    assert (ExportState.FAILED, 0) == (status.state, status.lines.arrived)
    assert status.failure is not None
    assert "export is not written yet: entries.py shall plan the entries, and run them." == status.failure["message"]
    assert "effects.plan" in status.failure["remedy"]


def test_a_folder_that_is_there_is_left_as_it_is(bare: Run, tmp_path: Path) -> None:
    """Whatever stands in it is somebody's work."""
    kept = tmp_path / "erp-bridge-sample4"
    kept.mkdir()
    ran = bare("plugin", "new", "sample4", "--directory", tmp_path)

    assert (1, []) == (ran.status, list(kept.iterdir()))
    assert "is there already" in ran.err


def test_it_says_what_to_type_next(bare: Run, tmp_path: Path) -> None:
    """The commands can be typed as they are, blanks in the folder's name too."""
    folder = tmp_path / "my plugins"
    ran = bare("plugin", "new", "sample5", "--directory", folder)

    assert 0 == ran.status
    assert f"pip install -e '{folder / 'erp-bridge-sample5'}'" in ran.out
    assert "erp-bridge demo --erp sample5" in ran.out


@pytest.mark.parametrize("name", ["", "A", "a", "1a", "my-erp", "my_erp", "été", "class", "core", "a" * 21, "x\n"])
def test_a_name_that_can_be_no_package_is_refused(tmp_path: Path, name: str) -> None:
    """The name is part of a package, a distribution and commands."""
    with pytest.raises(BadInput) as caught:
        plan_plugin(name, directory=tmp_path)
    assert ["name"] == [fault.where for fault in caught.value.faults]


@pytest.mark.parametrize("title", ['"', "a\\", "{x}", "a\nb", "$name", "x" * 41, "a`b"])
def test_a_title_that_could_be_code_is_refused(tmp_path: Path, title: str) -> None:
    """It stands in the made code's own texts."""
    with pytest.raises(BadInput) as caught:
        plan_plugin("sample6", directory=tmp_path, title=title)
    assert ["title"] == [fault.where for fault in caught.value.faults]


@pytest.mark.parametrize("source", [False, True])
def test_every_template_is_packed(tmp_path: Path, *, source: bool) -> None:
    """Nothing but templates lies there: another file would be passed over in silence."""
    folder = ROOT / "erp_bridge_core" / "scaffold" / ("source_template" if source else "template")
    files: list[Any] = [path for path in folder.rglob("*") if path.is_file()]

    assert len(files) == len(plan_plugin("sample7", directory=tmp_path, source=source).files)
