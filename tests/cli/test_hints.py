"""Commands that an answer tells people to type can be typed as they stand."""

import re
import shlex
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from command_runs import Run
from hypothesis import given
from hypothesis import strategies as st

from erp_bridge_core.cli.hints import command


@given(st.lists(st.text(min_size=1)))
def test_a_shell_reads_each_word_as_it_was_meant(words: Sequence[str]) -> None:
    """Blanks, quotes and everything else that a shell takes apart stay within their word."""
    assert ["erp-bridge", *words] == shlex.split(command(*words)[1:-1])


def test_plain_words_stay_plain() -> None:
    """Nothing is quoted that need not be."""
    assert "`erp-bridge budget approve 24-001 7`" == command("budget", "approve", "24-001", 7)


@pytest.mark.parametrize(
    "act",
    [
        ["project", "create", "24 001 B", "--name", "Bridge"],
        ["project", "link", "Main St", "books", "24-001"],
        ["budget", "change", "Main St", "CO 1", "--line", "", "02-200", "L", "10.00"],
    ],
)
def test_a_name_with_blanks_is_quoted_in_the_next_step(
    linked: object, run: Run, as_ada: Callable[..., Any], act: list[str]
) -> None:
    """The hint of a command names the project, and what else has a name, as one word each."""
    as_ada("project", "unlink", "24-001")
    as_ada("project", "create", "Main St", "--name", "Main Street")
    if act[0] == "budget":
        as_ada("project", "link", "Main St", "books", "24-001")
    ran = run("--as", "ada", *act)
    hint = re.search(r"Next: `erp-bridge (.+?)`", ran.out)

    assert hint is not None, ran.out + ran.err
    assert set(act[2 : 3 + (act[0] == "budget")]) <= set(shlex.split(hint[1]))
