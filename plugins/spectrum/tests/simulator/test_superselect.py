"""SuperSelect's little language."""

import pytest

from erp_bridge_spectrum.simulator.superselect import exact, selects

VALUES = ["100", "101", "200", "A1", "B2"]


@pytest.mark.parametrize(
    ("parameter", "selected"),
    [
        ("", VALUES), ("ALL", VALUES), ("10*", ["100", "101"]), ("1?1", ["101"]), ("100,B2", ["100", "B2"]),
        ("100/200", ["100", "101", "200"]), ("#100", ["101", "200", "A1", "B2"]), ("1*,#101", ["100"]),
        ("ALL,#A*", ["100", "101", "200", "B2"]), ("9", []), ("1.0", []),
    ],
)  # fmt: skip
def test_selects(parameter: str, selected: list[str]) -> None:
    """Wildcards, lists, ranges, exclusions, and nothing of regular expressions."""
    assert selected == [value for value in VALUES if selects(parameter)(value)]


@pytest.mark.parametrize(
    ("parameter", "one"), [(" 100 ", "100"), ("1*", None), ("", None), ("ALL", None), ("#1", None)]
)
def test_exact(parameter: str, one: str | None) -> None:
    """Only a plain value is one."""
    assert one == exact(parameter)
