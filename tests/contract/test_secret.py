"""A secret is written nowhere, whatever writes."""

import attrs
import pytest

from erp_bridge_core.contract.errors import BadInput
from erp_bridge_core.contract.secret import Secret
from erp_bridge_core.contract.structuring import structure, to_json


@attrs.frozen
class Settings:
    user: str
    password: Secret


def test_json_shows_no_secret() -> None:
    """Hashes and evidence are made from it."""
    assert '{"password":"***","user":"u"}' == to_json(Settings("u", Secret("hunter2")))


def test_plain_data_shows_no_secret() -> None:
    """`asdict` does not take a secret apart."""
    assert "hunter2" not in str(attrs.asdict(Settings("u", Secret("hunter2"))))


def test_a_secret_is_never_made_from_data() -> None:
    """Only a reference leads to one, and the refused value is not repeated."""
    with pytest.raises(BadInput) as caught:
        structure(Settings, {"user": "u", "password": "hunter2"})
    assert ["password"] == [fault.where for fault in caught.value.faults]
    assert "hunter2" not in str(caught.value.to_json())


def test_a_blank_secret_is_false() -> None:
    """An optional password that was left blank."""
    assert not Secret("")
    assert Secret("a") != "a"
