"""Settings that can't work are refused, all at once."""

from typing import Any

import pytest
from cmic_doubles import make_settings

from erp_bridge_cmic.names import Names
from erp_bridge_cmic.settings import StatusCode


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"base_url": "https://cmic.example.com"}, "base_url"),
        ({"company": ""}, "company"),
        ({"own_lines_job": "X"}, "own_lines_job"),
        ({"user": ""}, "authentication basic"),
        ({"authentication": "oauth"}, "authentication oauth"),
        ({"type_internal": "EXT"}, "four different codes"),
        ({"status_codes": {"odd": StatusCode(code="X")}}, "status_codes knows no odd"),
        ({"default_status": "forecasted"}, "default_status"),
        ({"building_status": "APPROVED"}, "building_status must not be approved"),
        ({"names": Names(row_budget="")}, "row_budget"),
        ({"page_size": 1001}, "page_size"),
    ],
)
def test_wrong_settings(given: dict[str, Any], named: str) -> None:
    """Each wrong setting is named."""
    with pytest.raises(ValueError, match=named):
        make_settings(**given)


def test_all_faults_at_once() -> None:
    """Several wrong settings are told together."""
    with pytest.raises(ValueError, match=r"base_url.*company.*page_size"):
        make_settings(base_url="x", company="", page_size=0)


def test_books_tell_environments_apart() -> None:
    """The same company code in a test environment is another company's books."""
    assert "cmictest/01" == make_settings().books
