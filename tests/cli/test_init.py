"""A new installation."""

from pathlib import Path

from command_runs import Run

PASSWORD = "correct horse battery staple"
FIRST = ["--company", "acme", "--login", "ada", "--name", "Ada", "--password-stdin"]


def test_a_new_home_can_be_signed_in_to(bare: Run, tmp_path: Path) -> None:
    """After `init` the first administrator signs in and administers."""
    home = tmp_path / "home"
    made = bare("--home", home, "init", *FIRST, "--time-zone", "America/Chicago", "--json", stdin=PASSWORD)
    assert ("acme", str(home)) == (made.document["company"], made.document["home"])
    assert 0 == bare("--home", home, "sign-in", "ada", "--password-stdin", stdin=PASSWORD).status
    shown = bare("--home", home, "company", "show", "--json").document["company"]
    assert ("acme", "America/Chicago") == (shown["code"], shown["time_zone"])


def test_a_weak_password_leaves_nothing(bare: Run, tmp_path: Path) -> None:
    """A password that can't be used is refused before anything is made."""
    ran = bare("--home", tmp_path / "home", "init", *FIRST, stdin="short")
    assert 1 == ran.status
    assert not (tmp_path / "home").exists()


def test_every_fault_is_told_at_once(bare: Run, tmp_path: Path) -> None:
    """What is wrong with company and administrator comes in one error, and nothing is made."""
    given = ["--company", "A B", "--login", "Ada!", "--name", "Ada", "--currency", "dollar", "--password-stdin"]
    ran = bare("--home", tmp_path / "home", "init", *given, "--json", stdin=PASSWORD)
    assert 3 == len(ran.document["faults"])
    assert not (tmp_path / "home").exists()


def test_a_home_is_never_made_over_another(bare: Run, home: Path) -> None:
    """A folder that holds a home already is refused as storage."""
    assert 4 == bare("--home", home, "init", *FIRST, stdin=PASSWORD).status


def test_the_company_needs_a_code(bare: Run, tmp_path: Path) -> None:
    """Without --company the usage is wrong."""
    ran = bare("--home", tmp_path / "home", "init", *FIRST[2:], "--json", stdin=PASSWORD)
    assert (2, "usage") == (ran.status, ran.document["error"])


def test_a_demo_needs_no_password(bare: Run, tmp_path: Path) -> None:
    """In a demo's home people are played, so nobody is asked for a password."""
    home = tmp_path / "home"
    assert 0 == bare("--home", home, "init", *FIRST[:-1], "--demo").status
    assert 0 == bare("--home", home, "--as", "ada", "company", "list").status
