"""House rules of plugins: an adapter and its simulator share no code, so that one error can't hide in both."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = sorted(
    package for of in ("plugins", "examples") for package in (ROOT / of).glob("*/erp_bridge_*") if package.is_dir()
)


def imports_of(path: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in it the import stands."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (node.module, *(f"{node.module}.{alias.name}" for alias in node.names))


def is_within(name: str, package: str) -> bool:
    """Whether a module is that package or in it."""
    return name == package or name.startswith(f"{package}.")


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.name)
def test_a_simulator_imports_nothing_of_its_adapter(package: Path) -> None:
    """What the simulator reads and writes is its own code."""
    simulator = f"{package.name}.simulator"
    assert {} == {
        str(path.relative_to(package)): borrowed
        for path in sorted((package / "simulator").rglob("*.py"))
        if (borrowed := [x for x in imports_of(path) if is_within(x, package.name) and not is_within(x, simulator)])
    }


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.name)
def test_an_adapter_knows_its_simulator_only_to_hand_it_out(package: Path) -> None:
    """Only `plugin.py` names the simulator, in the hook that returns it."""
    simulator = f"{package.name}.simulator"
    assert [] == [
        path.name
        for path in sorted(package.glob("*.py"))
        if path.name != "plugin.py" and any(is_within(name, simulator) for name in imports_of(path))
    ]


def test_there_are_plugins_to_look_at() -> None:
    """An empty folder would pass everything."""
    assert PACKAGES
