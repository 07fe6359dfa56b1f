"""Passwords: the right one alone matches, and nobody's takes as long as somebody's."""

import subprocess
import sys

import pytest
from argon2 import extract_parameters
from argon2.exceptions import VerifyMismatchError

from erp_bridge_core.people import passwords


def test_only_the_right_password_matches() -> None:
    """A stored hash matches its password and no other."""
    stored = passwords.hashed("several quiet words")

    assert [True, False] == [passwords.matches(stored, each) for each in ("several quiet words", "several loud words")]


def test_nobody_has_a_password() -> None:
    """Where no hash is stored, nothing matches."""
    assert not passwords.matches(None, "several quiet words")


def test_nobody_costs_as_much_as_somebody() -> None:
    """The hash that stands in for nobody's is verified in full, at the costs of a real one."""
    real, nobody = passwords.hashed("several quiet words"), passwords._NOBODY

    assert extract_parameters(real) == extract_parameters(nobody)
    with pytest.raises(VerifyMismatchError):
        passwords._HASHER.verify(nobody, "several quiet words")


def test_guessing_costs_what_it_should() -> None:
    """What the product hashes with, seen in a process without the tests' quick hasher: RFC 9106's second choice."""
    script = "from erp_bridge_core.people.passwords import hashed; print(hashed('several quiet words'))"
    stored = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.strip()
    costs = extract_parameters(stored)

    assert ("ID", 3, 65_536, 4) == (costs.type.name, costs.time_cost, costs.memory_cost, costs.parallelism)
