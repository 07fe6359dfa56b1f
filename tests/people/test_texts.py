"""What logins, names and passwords may be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erp_bridge_core.people.texts import (
    code_faults,
    email_faults,
    login_faults,
    name_faults,
    password_faults,
    time_zone_faults,
)


@pytest.mark.rule("X3")
@given(st.text())
def test_no_control_or_format_character_gets_into_a_name(text: str) -> None:
    """A name with a control, bidirectional or line character is refused wherever it stands."""
    assert name_faults(f"Ann{text}\u202egro.exe") != []
    assert name_faults(f"{text}\n") != []
    assert name_faults(f"\x1b{text}") != []


@pytest.mark.parametrize("login", ["ann", "ann.smith@builders.test", "0a", "a" * 100])
def test_usual_logins_are_allowed(login: str) -> None:
    """Plain logins and mail addresses pass."""
    assert login_faults(login) == []


@pytest.mark.rule("X3")
@pytest.mark.parametrize("login", ["", "Ann", "\u0430nn", "ann\n", "-ann", "../ann", "a" * 101, "ann smith"])
def test_odd_logins_are_refused(login: str) -> None:
    """Blank, capital, look-alike, unprintable, path-like and too long ones do not."""
    assert login_faults(login) != []


@pytest.mark.rule("X3")
@pytest.mark.parametrize("email", ["ann", "ann@host", "a@b.test\nBcc: c@d.test", "<a@b.test>", f"{'a' * 65}@b.test"])
def test_an_address_can_not_carry_a_header(email: str) -> None:
    """What is no plain address is refused."""
    assert email_faults(email) != []


@given(st.text(min_size=1).filter(lambda text: not text.isascii()))
def test_codes_are_ascii(text: str) -> None:
    """No code outside ASCII is taken, digits of other scripts included."""
    assert code_faults(text) != []


@pytest.mark.parametrize("zone", ["", "Nowhere/Land", "../etc/passwd", "/etc/passwd", "America"])
def test_unknown_time_zones_are_refused(zone: str) -> None:
    """A name, path or folder that is no zone is refused."""
    assert time_zone_faults(zone) != []


def test_a_password_is_not_the_login() -> None:
    """A long login is no password."""
    assert password_faults("a.very.long.login", "A.very.long.login") != []
    assert password_faults("four words of mine", "ann") == []
