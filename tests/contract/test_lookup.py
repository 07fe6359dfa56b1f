"""What is known by codes, few or many."""

import pytest

from erp_bridge_core.contract.lookup import Lookup


@pytest.mark.parametrize("most", [0, 2, 3, 100])
def test_many_are_told_as_few_are(most: int) -> None:
    """What leaves memory for a temporary table is found as before; the last facts told of a place count."""
    known = Lookup.of(((("", str(number)), (f"name {number}", True, None)) for number in range(10)), most=most)
    assert ("name 3", True, None) == known.get(("", "3"))
    known.put(("", "3"), ("later", False, 1))
    found = [known.get(("", code)) for code in ("9", "3", "3", "none", "9")]
    assert [("name 9", True, None), ("later", False, 1), ("later", False, 1), None, ("name 9", True, None)] == found
    assert [True, False] == [("", "0") in known, ("0", "") in known]


@pytest.mark.parametrize("most", [0, 2, 100])
def test_each_place_is_told_once(most: int) -> None:
    """However often something was told of a place, it is counted and listed once, with what was told last."""
    known = Lookup(most)
    for number in (1, 2, 3, 1, 2, 4):
        known.put((str(number % 3), "x"), (number,))
    assert 3 == len(known)
    assert [(("0", "x"), (3,)), (("1", "x"), (4,)), (("2", "x"), (2,))] == sorted(known)


def test_no_facts_are_facts_too() -> None:
    """A place may be told without anything of it."""
    known = Lookup(0)
    known.put(("a",))
    assert () == known.get(("a",))
    assert [(("a",), ())] == list(known)
