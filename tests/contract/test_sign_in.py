"""A refused log-in is remembered over processes, and only a person who checks the connection tries again."""

from typing import Any

import pytest

from erp_bridge_core.contract import SignInMemory
from erp_bridge_core.contract.errors import SignInFailed


class Kept:
    """The state of a connection, as several processes see it."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}

    def get(self, name: str) -> Any:
        return self.values.get(name)

    def put(self, name: str, value: Any) -> None:
        self.values[name] = value


def test_a_refusal_stops_every_later_log_in_until_a_person_checks() -> None:
    """ERPs lock users: one failed log-in stops all that nobody asked for."""
    kept = Kept()
    SignInMemory(kept).require()
    SignInMemory(kept).refused(SignInFailed("The ERP refused user bridge."))
    with pytest.raises(SignInFailed, match=r"refused user bridge\. The log-in is not tried again by itself"):
        SignInMemory(kept).require()
    checking = SignInMemory(kept, by_person=True)
    checking.require()
    checking.accepted()
    SignInMemory(kept).require()


def test_the_first_refusal_is_the_one_that_is_told() -> None:
    """A refusal that follows from the memory does not replace the ERP's own words."""
    kept = Kept()
    memory = SignInMemory(kept)
    memory.refused(SignInFailed("The user is locked."))
    with pytest.raises(SignInFailed) as told:
        SignInMemory(kept).require()
    SignInMemory(kept, by_person=True).require()
    memory.refused(told.value)
    with pytest.raises(SignInFailed, match=r"^The user is locked\. The log-in"):
        SignInMemory(kept).require()


def test_being_let_in_writes_nothing_where_nothing_was_refused() -> None:
    """The usual case costs no write."""
    kept = Kept()
    memory = SignInMemory(kept)
    memory.require()
    memory.accepted()
    assert {} == kept.values
