"""What a reader can't see is shown."""

import pytest

from erp_bridge_core.visible import visible


@pytest.mark.rule("X3")
@pytest.mark.parametrize(
    ("text", "keep", "shown"),
    [
        ("Paving, 3 in.", "", "Paving, 3 in."),
        ("Großmann & Sön", "", "Großmann & Sön"),
        ("a\x1b[2Jb", "", "a\\x1b[2Jb"),
        ("1\u202e2", "\n", "1\\u202e2"),
        ("one\ntwo\t", "\n", "one\ntwo\\t"),
        ("one\ntwo\t", "\n\t", "one\ntwo\t"),
        ("zero\u200bwidth", "", "zero\\u200bwidth"),
    ],
)
def test_hidden_characters_become_their_codes(text: str, keep: str, shown: str) -> None:
    """Letters of any script stay; what is hidden, or a terminal would obey, is written as its code."""
    assert shown == visible(text, keep=keep)
