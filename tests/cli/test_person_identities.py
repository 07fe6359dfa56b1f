"""Identities at a provider of sign-ins, by the command line."""

from collections.abc import Callable
from typing import Any

import pytest
from command_runs import Run


@pytest.mark.rule("X2")
def test_a_person_is_linked_and_unlinked(as_ada: Callable[..., Any], run: Run) -> None:
    """With the issuer named, since none is configured; a second link of the same identity is refused."""
    as_ada("person", "add", "mia", "--name", "Mia")
    identity = ("--subject", "mia-there", "--issuer", "https://id.test")
    linked = as_ada("person", "link", "mia", *identity)["identity"]
    assert ("https://id.test", "mia-there", "ada") == (linked["issuer"], linked["subject"], linked["linked_by"])
    assert [linked] == as_ada("person", "identities", "mia")["identities"]
    assert "mia-there" in run("--as", "ada", "person", "identities", "mia").out
    assert 1 == run("--as", "ada", "person", "link", "mia", *identity).status

    as_ada("person", "unlink", "mia", *identity)
    assert [] == as_ada("person", "identities", "mia")["identities"]


def test_an_issuer_is_asked_for_where_none_is_configured(as_ada: Callable[..., Any], run: Run) -> None:
    """The remedy names the option."""
    as_ada("person", "add", "mia", "--name", "Mia")
    refused = run("--as", "ada", "person", "link", "mia", "--subject", "x", "--json")

    assert (2, True) == (refused.status, "--issuer" in refused.document["remedy"])
