"""NAME=VALUE options."""

import pytest

from erp_bridge_core.cli.pairs import read_pairs, read_settings_pairs
from erp_bridge_core.contract.errors import UsageError


def test_a_value_may_hold_equals_signs() -> None:
    """Only the first = separates."""
    assert {"a": "b=c", "d": ""} == read_pairs("--field", ["a=b=c", "d="])


def test_all_faults_come_at_once() -> None:
    """What has no = and what is given twice is told together."""
    with pytest.raises(UsageError) as caught:
        read_pairs("--field", ["a", "b=1", "b=2"])
    assert 2 == len(caught.value.faults)


def test_settings_are_text_or_toml() -> None:
    """`=` gives text, `:=` a TOML value, dots lead into tables."""
    expected = {"code": "007", "live": False, "hh2": {"user": "x", "pages": [1, 2]}}
    assert expected == read_settings_pairs("--setting", ["code=007", "live:=false", "hh2.user=x", "hh2.pages:=[1, 2]"])


def test_a_value_that_is_no_toml_is_told() -> None:
    """A `:=` value that TOML can't read names the other way to write it."""
    with pytest.raises(UsageError) as caught:
        read_settings_pairs("--setting", ["code:=007x"])
    assert "code=TEXT" in caught.value.remedy


def test_a_name_is_a_value_or_a_table() -> None:
    """One name can't be both."""
    with pytest.raises(UsageError):
        read_settings_pairs("--setting", ["hh2=x", "hh2.user=y"])
