"""Accounts, sign-ins and the company's tokens by the command line."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from command_runs import Run

from erp_bridge_core.app import Application

PASSWORD = "several quiet words"


@pytest.mark.rule("X2")
def test_an_account_is_changed_in_part(as_ada: Callable[..., Any], run: Run) -> None:
    """What is not named stays; a fault is told, nothing changed."""
    as_ada("person", "add", "mia", "--name", "Mia", "--email", "mia@builders.test")

    assert ("Mia Manager", "mia@builders.test") == facts(as_ada("person", "change", "mia", "--name", "Mia Manager"))
    assert ("Mia Manager", "") == facts(as_ada("person", "change", "mia", "--email", ""))
    assert 1 == run("--as", "ada", "person", "change", "mia", "--email", "none").status
    assert 1 == run("--as", "mia", "person", "change", "ada", "--name", "Eve").status
    assert "Mia M." in run("--as", "mia", "person", "change", "mia", "--name", "Mia M.").out


@pytest.mark.rule("X2")
def test_a_person_comes_and_goes(as_ada: Callable[..., Any], run: Run) -> None:
    """Deactivated he acts no more, reactivated he does; nobody shuts himself out."""
    as_ada("person", "add", "mia", "--name", "Mia")

    assert not as_ada("person", "deactivate", "mia")["person"]["active"]
    assert 1 == run("--as", "mia", "company", "show").status
    assert as_ada("person", "reactivate", "mia")["person"]["active"]
    assert 0 == run("--as", "mia", "company", "show").status
    assert "you yourself" in run("--as", "ada", "person", "deactivate", "ada").err


@pytest.fixture
def signed_in(bare: Run, real_home: Path) -> Run:
    """Run commands as ada, who signed in with her password."""
    with Application.open(real_home) as application:
        application.people.set_password(application.companies.system("hoosier"), "ada", PASSWORD)
    assert 0 == bare("--home", real_home, "sign-in", "ada", "--password-stdin", stdin=PASSWORD).status
    return lambda *arguments: bare("--home", real_home, *arguments)


@pytest.mark.rule("X2")
def test_sign_ins_are_seen_and_ended(signed_in: Run, real_home: Path) -> None:
    """One by its number, or all of them, the asking one too."""
    with Application.open(real_home) as application:
        application.people.sign_in("ada", PASSWORD, "hoosier")

    asking, other = sorted(
        signed_in("person", "sign-ins", "--json").document["sign_ins"], key=lambda each: not each["is_asking"]
    )
    assert (True, False) == (asking["is_asking"], other["is_asking"])
    assert 0 == signed_in("person", "end-sign-in", other["number"]).status
    assert 1 == signed_in("person", "end-sign-in", other["number"]).status
    assert 1 == signed_in("person", "end-sign-ins", "--json").document["ended"]
    assert 1 == signed_in("person", "sign-ins").status


@pytest.mark.rule("P5", "X2")
def test_an_administrator_withdraws_the_companys_tokens(signed_in: Run, bare: Run, real_home: Path) -> None:
    """He sees whose they are, never themselves; a withdrawn one is good for nothing."""
    token = signed_in("person", "token", "nightly", "--verb", "read", "--json").document["token"]

    (held,) = signed_in("company", "tokens", "--json").document["tokens"]
    assert ("ada", "nightly", ["read"]) == (held["login"], held["name"], held["verbs"])
    assert token not in signed_in("company", "tokens").out
    assert 0 == signed_in("company", "withdraw-token", "ada", "nightly").status
    assert [] == signed_in("company", "tokens", "--json").document["tokens"]
    assert 1 == signed_in("company", "withdraw-token", "ada", "nightly").status


def facts(document: Any) -> tuple[str, str]:
    """A person's name and address."""
    return document["person"]["name"], document["person"]["email"]
