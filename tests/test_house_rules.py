"""The house rules that no linter holds: what the core may name, and how large a file or a function may grow."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).parents[1]
CORE = ROOT / "erp_bridge_core"
ERPS = re.compile(
    r"\b(sage|timberline|cmic|spectrum|viewpoint|procore|acumatica|quickbooks|jonas|foundation software)"
    r"(?![a-z])",
    re.IGNORECASE,
)
LARGEST_FILE = 400
LARGEST_FUNCTION = 60
MEDIAN_FILE = 150
MEDIAN_FUNCTION = 10

Function = ast.FunctionDef | ast.AsyncFunctionDef


def sources() -> list[Path]:
    """The product's own code: the core and every plugin, without tests."""
    found = [*CORE.rglob("*.py"), *(ROOT / "plugins").glob("*/erp_bridge_*/**/*.py")]
    return sorted(found)


def code() -> list[Path]:
    """All code that is kept, tests too."""
    return sorted([*sources(), *(ROOT / "tests").rglob("*.py"), *(ROOT / "plugins").glob("*/tests/**/*.py")])


def functions(path: Path) -> Iterator[Function]:
    """Every function and method of a file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, Function):
            yield node


def length(function: Function) -> int:
    """Its lines, without its decorators."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def place(path: Path) -> str:
    """The path as a person reads it."""
    return str(path.relative_to(ROOT))


def named_erps(text: str) -> list[str]:
    """The ERPs that a text names."""
    return [found.group(0) for found in ERPS.finditer(text)]


def test_no_core_module_names_an_erp() -> None:
    """Where ERPs differ, the difference is in a plugin."""
    naming = {
        f"{place(path)}:{number}": found
        for path in sorted(CORE.rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if (found := named_erps(line))
    }

    assert {} == naming


@pytest.mark.parametrize(
    ("text", "expected"),
    [("if erp == 'sage300':", ["sage"]), ("a message, its usage", []), ("CMiC and Spectrum", ["CMiC", "Spectrum"])],
)
def test_an_erps_name_is_told_from_a_word_that_holds_it(text: str, expected: list[str]) -> None:
    """A message is no ERP."""
    assert expected == named_erps(text)


def test_no_file_is_longer_than_a_person_reads() -> None:
    """No file over 400 lines, half of the product's below 150."""
    lengths = {place(path): len(path.read_text(encoding="utf-8").splitlines()) for path in code()}

    assert {} == {name: lines for name, lines in lengths.items() if lines > LARGEST_FILE}
    assert median(lengths[place(path)] for path in sources()) < MEDIAN_FILE


def test_no_function_is_longer_than_a_screen() -> None:
    """No function over 60 lines, half of the product's below 10."""
    long = {
        f"{place(path)}:{function.name}": length(function)
        for path in code()
        for function in functions(path)
        if length(function) > LARGEST_FUNCTION
    }

    assert {} == long
    assert median(length(function) for path in sources() for function in functions(path)) < MEDIAN_FUNCTION


def test_every_public_thing_says_what_it_is() -> None:
    """A docstring for every public module, class and function of the product."""
    without = []
    for path in sources():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if tree.body and not ast.get_docstring(tree):
            without.append(place(path))
        without += [f"{place(path)}:{name}" for name in _undocumented(tree)]

    assert [] == without


def _undocumented(tree: ast.Module | ast.ClassDef) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_"):
            if not ast.get_docstring(node) and not _is_overload(node):
                yield node.name
            if isinstance(node, ast.ClassDef):
                yield from _undocumented(node)


def _is_overload(node: ast.AST) -> bool:
    decorators = getattr(node, "decorator_list", [])
    return any(isinstance(each, ast.Name) and each.id in {"overload", "property"} for each in decorators)


def test_only_tests_import_test_tools() -> None:
    """No test-mode switch: but for the suite itself, the product imports no test library and no variable of one."""
    suspicious = re.compile(r"^\s*(import|from) (pytest|hypothesis|responses|unittest)\b|PYTEST_", re.MULTILINE)

    product = [path for path in sources() if "conformance" not in path.parts]

    assert [] == [place(path) for path in product if suspicious.search(path.read_text(encoding="utf-8"))]
