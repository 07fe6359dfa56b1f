"""Signing in and out, and who acts."""

from collections.abc import Callable
from pathlib import Path

import pytest
from command_runs import Ran, Run

PASSWORD = "correct horse battery staple"


@pytest.fixture
def signed_in(real_home: Path, bare: Run) -> Run:
    """Run commands in a real home, signed in as its administrator."""

    def run(*arguments: object, stdin: str | None = None) -> Ran:
        return bare("--home", real_home, *arguments, stdin=stdin)

    assert 0 == run("person", "password", "ada", "--on-host", "--password-stdin", stdin=PASSWORD).status
    assert 0 == run("sign-in", "ada", "--password-stdin", stdin=PASSWORD).status
    return run


def test_a_sign_in_lasts_over_commands(signed_in: Run) -> None:
    """Whoever signed in acts in the next command, in the company signed in to."""
    ran = signed_in("person", "show", "ada", "--json")
    assert "Ada Administrator" == ran.document["person"]["name"]


def test_signing_out_ends_it(signed_in: Run) -> None:
    """After signing out nobody acts, and the error says how to sign in."""
    assert 0 == signed_in("sign-out").status
    ran = signed_in("company", "list", "--json")
    assert (1, "not_allowed") == (ran.status, ran.document["error"])
    assert "erp-bridge sign-in" in ran.document["remedy"]


def test_a_signed_out_token_is_worth_nothing(signed_in: Run, real_home: Path) -> None:
    """A copy of the session's file is of no use after signing out."""
    file = next((real_home / "sessions").iterdir())
    kept = file.read_bytes()
    signed_in("sign-out")
    file.write_bytes(kept)
    file.chmod(0o600)
    assert 1 == signed_in("company", "show").status


def test_a_session_may_lie_elsewhere(signed_in: Run, tmp_path: Path) -> None:
    """`--session` names the file that is written and read."""
    file = tmp_path / "elsewhere" / "session.json"
    signed_in("sign-out")
    ran = signed_in("sign-in", "ada", "--password-stdin", "--session", file, "--json", stdin=PASSWORD)
    assert str(file) == ran.document["session"]
    assert 1 == signed_in("company", "show").status
    assert 0 == signed_in("--session", file, "company", "show").status


def test_a_wrong_password_is_refused(signed_in: Run) -> None:
    """A wrong password tells nothing but that the sign-in failed."""
    ran = signed_in("sign-in", "ada", "--password-stdin", "--json", stdin="wrong horse battery staple")
    assert (1, "not_allowed") == (ran.status, ran.document["error"])


@pytest.mark.rule("X4")
def test_a_password_is_never_shown(signed_in: Run, real_home: Path) -> None:
    """Neither an answer, nor an error, nor any file of the home holds the password."""
    answers = [signed_in("sign-in", who, "--password-stdin", "--json", stdin=PASSWORD) for who in ("ada", "bob")]
    assert [] == [each for each in answers if PASSWORD in each.out + each.err]
    files = [path for path in real_home.rglob("*") if path.is_file()]
    assert [] == [path for path in files if PASSWORD.encode() in path.read_bytes()]


def test_nobody_is_asked_without_a_terminal(signed_in: Run) -> None:
    """Where no terminal is, the password's option is named."""
    ran = signed_in("sign-in", "ada", "--json")
    assert (2, "Give --password-stdin.") == (ran.status, ran.document["remedy"])


@pytest.mark.rule("P4")
def test_nobody_poses_as_somebody_else(signed_in: Run) -> None:
    """`--as` is refused in a home that is no demo's, whoever is signed in."""
    ran = signed_in("--as", "ada", "company", "list", "--json")
    assert (1, "not_allowed") == (ran.status, ran.document["error"])


@pytest.mark.rule("X1")
def test_playing_somebody_is_recorded(as_ada: Callable[..., dict[str, object]], run: Run) -> None:
    """In a demo's home the trail names who really acted beside whom was played."""
    as_ada("person", "add", "mia", "--name", "Mia")
    as_ada("person", "membership", "mia", "--integrations", "read-only")
    entry = run("--as", "ada", "audit", "show", "--verb", "add person", "--json").document["entries"][0]
    assert "ada" == entry["person"]
    assert entry["real_person"] != "ada"


@pytest.mark.rule("P5")
def test_a_token_acts_as_its_owner_within_its_limits(
    signed_in: Run, real_home: Path, bare: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ERP_BRIDGE_TOKEN acts as its owner, and never administers."""
    token = signed_in("person", "token", "nightly", "--verb", "read", "--json").document["token"]
    monkeypatch.setenv("ERP_BRIDGE_TOKEN", token)
    assert 0 == bare("--home", real_home, "project", "list").status
    ran = bare("--home", real_home, "person", "add", "eve", "--name", "Eve", "--json")
    assert (1, "not_allowed") == (ran.status, ran.document["error"])


def test_the_host_resets_only_its_own_homes(real_home: Path, bare: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Setting a password on the host is for the owner of the home folder."""
    monkeypatch.setattr("os.getuid", lambda: real_home.stat().st_uid + 1)
    ran = bare("--home", real_home, "person", "password", "ada", "--on-host", "--password-stdin", stdin=PASSWORD)
    assert 1 == ran.status
    assert "owner" in ran.err


def test_a_newcomer_chooses_his_password_first(signed_in: Run) -> None:
    """Every command but that one, and signing out, tells him so."""
    handed, own = "handed over in person", "words that nobody knows"
    assert 0 == signed_in("person", "add", "mia", "--name", "Mia").status
    assert 0 == signed_in("person", "password", "mia", "--password-stdin", stdin=handed).status
    told = signed_in("sign-in", "mia", "--password-stdin", stdin=handed)
    assert "First choose your own password: `erp-bridge person password`." in told.out

    ran = signed_in("project", "list", "--json")
    assert (1, "one_time_password") == (ran.status, ran.document["error"])
    assert "`erp-bridge person password`" in ran.document["remedy"]
    assert "Sign in with it." in signed_in("person", "password", "--password-stdin", stdin=own).out
    assert 0 == signed_in("sign-in", "mia", "--password-stdin", stdin=own).status
    assert 0 == signed_in("project", "list").status


def test_formats_are_set_one_by_one(signed_in: Run) -> None:
    """What is not named stays; a blank takes it back; moments are shown in the zone that was chosen."""
    signed_in("person", "formats", "--locale", "fr_CA")
    changed = signed_in("person", "formats", "--time-zone", "Asia/Tokyo", "--json").document["person"]
    assert ("fr_CA", "Asia/Tokyo") == (changed["locale"], changed["time_zone"])
    assert "JST" in signed_in("company", "show").out
    assert signed_in("person", "formats", "--locale", "", "--json").document["person"]["locale"] is None
    ran = signed_in("person", "formats", "--locale", "nonsense", "--json")
    assert (1, "locale") == (ran.status, ran.document["faults"][0]["where"])
