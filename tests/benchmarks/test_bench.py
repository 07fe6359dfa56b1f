"""The benchmarks run, and tell what they promise to tell; how quick anything is, no test says."""

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
#: The quickest; CI runs all of them (`make bench BENCH=--quick`), which fails for one that tells nothing.
LETTERS = ("a", "f", "g")


@pytest.fixture
def figures(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The benchmarks' module of values."""
    monkeypatch.syspath_prepend(BENCHMARKS)
    return import_module("figures")


def case(figures: Any, **changes: Any) -> Any:
    """A case that took two seconds where its floor took one, and may take three."""
    values = {"letter": "a", "case": "It", "unit": "s", "measured": 2.0, "floor": 1.0, "ratio": 2.0, "target": 3.0}
    return figures.Figure(**{**values, **changes})


def test_a_quick_run_writes_what_was_asked_for(tmp_path: Path) -> None:
    """Figures, floor, target and whether it is met, of each letter and of each of its cases."""
    told = tmp_path / "bench.json"
    command = [sys.executable, str(BENCHMARKS / "bench.py"), "--quick", "--only", ",".join(LETTERS)]
    command += ["--database", "sqlite", "--json", str(told)]

    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)

    assert 0 == done.returncode, done.stderr
    written = json.loads(told.read_text())
    assert written["quick"]
    assert set(LETTERS) == written.keys() & set("abcdefg")
    for letter in LETTERS:
        for each in (written[letter], *written[letter]["cases"]):
            assert min(each["measured"], each["floor"], each["ratio"], each["target"]) > 0, each
            assert isinstance(each["met"], bool)
            assert each["limits"]
        assert written[letter]["met"] == all(each["met"] for each in written[letter]["cases"])
        assert f"| {letter} | " in done.stdout


@pytest.mark.parametrize(
    ("changes", "met"),
    [
        ({}, True),
        ({"ratio": 3.0}, True),
        ({"ratio": 3.01}, False),
        ({"ratio": 0.95, "target": 0.95, "at_least": True}, True),
        ({"ratio": 0.94, "target": 0.95, "at_least": True}, False),
    ],
)
def test_a_target_is_the_most_or_the_least(figures: Any, changes: dict[str, Any], met: bool) -> None:  # noqa: FBT001
    """At most as a rule, at least where more is better; what it names itself is within it."""
    assert met is case(figures, **changes).met


def test_a_letter_is_as_good_as_its_worst_case(figures: Any) -> None:
    """Its figures are those of the case nearest to missing its target, and it is met where all are."""
    good, bad = case(figures), case(figures, case="The other", ratio=0.5, target=0.9, at_least=True)

    summed_up = figures.summed_up([good, bad])

    assert ("The other", 0.5, False) == (summed_up["case"], summed_up["ratio"], summed_up["met"])
    assert ["It", "The other"] == [each["case"] for each in summed_up["cases"]]


def test_the_table_of_a_page_is_replaced(figures: Any) -> None:
    """What stands around it stays."""
    page = f"Before\n{figures.TABLE}\nold\n{figures.TABLE_ENDS}\nAfter\n"

    written = figures.with_table(page, [case(figures)])

    assert written.startswith("Before\n")
    assert written.endswith("\nAfter\n")
    assert "| a | It | 2 s | 1 s | 2.00 | ≤ 3 | yes | 0% |" in written
    assert "old" not in written
    assert written.count("| a |") == figures.with_table(written, [case(figures)]).count("| a |")


def test_both_sides_are_measured_in_turn(figures: Any) -> None:
    """The floor before the product, in each round."""
    order: list[str] = []

    found = figures.in_turn(lambda: order.append("product"), lambda: order.append("floor"), rounds=2)

    assert ["floor", "product"] * 2 == order
    assert (2, 2) == (len(found.product), len(found.floor))
