"""Each numbered rule that is built is named by a test that holds it: `@pytest.mark.rule("B3", "L7")`."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
#: The rules that the product holds, by the letter of their section and how many there are.
SECTIONS = {"B": 10, "A": 6, "E": 6, "V": 5, "R": 2, "M": 5, "L": 17}
BUILT = frozenset(
    [f"{letter}{number}" for letter, count in SECTIONS.items() for number in range(1, count + 1)]
    + [f"P{number}" for number in range(7)]
    + ["X1", "X4", "X5"]
)
#: Rules that are built in part, and named where they are.
BESIDES = frozenset({"X2", "X3"})


def files_of_tests() -> list[Path]:
    """Every file of tests, of the core and of the plugins."""
    return sorted([*(ROOT / "tests").rglob("test_*.py"), *(ROOT / "plugins").glob("*/tests/**/test_*.py")])


def named_in(path: Path) -> Iterator[str]:
    """The rules that the tests of a file name."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.rule":
            yield from (str(argument.value) for argument in node.args if isinstance(argument, ast.Constant))


def named() -> set[str]:
    """Every rule that any test names."""
    return {rule for path in files_of_tests() for rule in named_in(path)}


def test_every_rule_that_is_built_is_named_by_a_test() -> None:
    """A rule without a test is a promise."""
    assert [] == sorted(BUILT - named())


def test_no_test_names_a_rule_that_there_is_not() -> None:
    """A number that was mistyped holds nothing."""
    assert [] == sorted(named() - BUILT - BESIDES)
