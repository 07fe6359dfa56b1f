"""Each numbered rule is named by a test that holds it: `@pytest.mark.rule("B3", "L7")`."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
#: The rules that the product holds, by the letter of their section: the first number and the last.
SECTIONS = {
    "P": (0, 6), "B": (1, 10), "A": (1, 6), "E": (1, 6), "V": (1, 5), "R": (1, 2), "M": (1, 5), "X": (1, 5),
    "L": (1, 17),
}  # fmt: skip
RULES = frozenset(
    f"{letter}{number}" for letter, (first, last) in SECTIONS.items() for number in range(first, last + 1)
)
#: Where tests go through a door that people or programs use: a service, a page, a command, the API, the whole product.
DOORS = ("approvals", "browser", "budgets", "cli", "exports", "mail", "people", "scenes", "web")


def files_of_tests() -> list[Path]:
    """Every file of tests, of the core and of the plugins."""
    return sorted([*(ROOT / "tests").rglob("test_*.py"), *(ROOT / "plugins").glob("*/tests/**/test_*.py")])


def named_in(path: Path) -> Iterator[str]:
    """The rules that the tests of a file name."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.rule":
            yield from (str(argument.value) for argument in node.args if isinstance(argument, ast.Constant))


def named(paths: list[Path]) -> set[str]:
    """Every rule that any test of these files names."""
    return {rule for path in paths for rule in named_in(path)}


def test_every_rule_is_named_by_a_test() -> None:
    """A rule without a test is a promise."""
    assert [] == sorted(RULES - named(files_of_tests()))


def test_every_rule_of_the_workflow_is_held_at_a_door() -> None:
    """What a plain function decides is worth nothing where the service does not ask it."""
    at_doors = named([path for door in DOORS for path in (ROOT / "tests" / door).rglob("test_*.py")])
    assert [] == sorted(rule for rule in RULES - at_doors if rule[0] != "L")


def test_no_test_names_a_rule_that_there_is_not() -> None:
    """A number that was mistyped holds nothing."""
    assert [] == sorted(named(files_of_tests()) - RULES)
