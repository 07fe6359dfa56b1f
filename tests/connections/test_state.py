"""An adapter's memory keeps JSON, and never a secret."""

import pytest

from erp_bridge_core.connections.state import CallbackState
from erp_bridge_core.contract.errors import PluginError
from erp_bridge_core.wire.redaction import Redactor


@pytest.fixture
def kept() -> dict[str, str]:
    """What the store keeps."""
    return {}


@pytest.fixture
def state(kept: dict[str, str]) -> CallbackState:
    """A state over it that knows one secret."""
    redactor = Redactor()
    redactor.add("hunter2!")
    return CallbackState(kept.get, kept.__setitem__, redactor=redactor)


def test_a_value_comes_back_as_it_was_kept(state: CallbackState) -> None:
    """And nothing is None."""
    state.put("cursor", {"version": 5, "seen": ["a"]})
    assert {"version": 5, "seen": ["a"]} == state.get("cursor")
    assert state.get("other") is None


@pytest.mark.parametrize("value", [object(), {1, 2}, float("nan"), "with hunter2! in it"])
def test_what_may_not_be_kept_is_refused_and_not_kept(
    state: CallbackState, kept: dict[str, str], value: object
) -> None:
    """Not JSON, or a secret of the connection."""
    with pytest.raises(PluginError) as caught:
        state.put("cursor", value)
    assert {} == kept
    assert "hunter2" not in str(caught.value)
