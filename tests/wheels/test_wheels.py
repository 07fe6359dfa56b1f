"""The built wheels, installed alone in an empty environment, are what runs: not the source tree."""

import json
import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def is_plugin(folder: Path) -> bool:
    """Whether a folder is a distribution that registers an ERP."""
    project = folder / "pyproject.toml"
    if not project.exists():
        return False
    return "erp_bridge.erps" in tomllib.loads(project.read_text(encoding="utf-8"))["project"].get("entry-points", {})


PLUGINS = sorted(folder.name for folder in (ROOT / "plugins").iterdir() if is_plugin(folder))


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    """Run a command without the tree on any path; its output, or a failure that shows it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    finished = subprocess.run(
        [str(part) for part in command], cwd=cwd, env={**kept, **environment}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert finished.returncode == 0, f"{command}\n{finished.stdout}\n{finished.stderr}"
    return finished.stdout


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheels of the core and of every plugin, built from the tree."""
    folder = tmp_path_factory.mktemp("dist")
    for project in (ROOT, *(ROOT / "plugins" / name for name in PLUGINS)):
        run("uv", "build", "--wheel", "--out-dir", folder, project, cwd=ROOT)
    return folder


@pytest.fixture(scope="session", params=PLUGINS)
def installed(
    request: pytest.FixtureRequest, wheels: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Path]:
    """An empty environment holding the core's wheel and one plugin's, no extra: (plugin, its python)."""
    environment = tmp_path_factory.mktemp(f"environment-{request.param}")
    run("uv", "venv", "--python", sys.executable, environment / "venv", cwd=environment)
    python = environment / "venv" / "bin" / "python"
    (core,) = wheels.glob("erp_bridge_core-*.whl")
    (plugin,) = wheels.glob(f"erp_bridge_{request.param}-*.whl")
    run("uv", "pip", "install", "--python", python, core, plugin, cwd=environment)
    return request.param, python


def test_the_wheel_and_not_the_tree_is_imported(installed: tuple[str, Path], tmp_path: Path) -> None:
    """Core and plugin come from the environment's site-packages, and the tree is on no path."""
    plugin, python = installed
    code = (
        "import json, sys, erp_bridge_core, importlib;"
        f"plugin = importlib.import_module('erp_bridge_{plugin}');"
        "print(json.dumps([erp_bridge_core.__file__, plugin.__file__, sys.path]))"
    )
    core_file, plugin_file, paths = json.loads(run(python, "-c", code, cwd=tmp_path))
    site = str(python.parents[1])
    assert core_file.startswith(site)
    assert plugin_file.startswith(site)
    assert not [path for path in paths if path and Path(path).resolve() == ROOT]


def test_the_demo_runs_from_the_wheels_alone(installed: tuple[str, Path], tmp_path: Path) -> None:
    """Core and one plugin, no extra, no tree: the demo takes a contract through and proves it."""
    _, python = installed
    letting = ROOT / "examples" / "letting" / "indot-2026-04-08.csv"
    budget = tmp_path / "letting.csv"
    budget.write_bytes(letting.read_bytes())
    told = json.loads(
        run(python.parent / "erp-bridge", "demo", "--home", tmp_path / "home", "--budget", budget, "--json",
            "--column", "job=ProjectID", "--column", "cost_code=Pay Item", "--column", "amount=Extension",
            "--column", "description=Description", "--column", "quantity=Quantity", "--column", "unit=Unit",
            "--default", "category=S", "--job", "T -46090-A", "--duplicates", "sum", cwd=tmp_path)
    )  # fmt: skip
    (job,) = told["jobs"]
    assert (True, 0, 0) == (job["verified"], job["missing"], job["duplicated"])
    assert job["revised_budget"] == job["in_erp"]


@pytest.mark.parametrize("name", ["core", *PLUGINS])
def test_a_wheel_says_that_it_is_typed_and_holds_no_tests(wheels: Path, name: str) -> None:
    """`py.typed` travels, tests and examples do not."""
    (wheel,) = wheels.glob(f"erp_bridge_{name}-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert f"erp_bridge_{name}/py.typed" in names
    assert [] == [each for each in names if each.startswith(("tests/", "examples/", "benchmarks/"))]
