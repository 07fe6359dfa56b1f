"""Settings: what contradicts itself is told at once."""

from typing import Any

import pytest
from spectrum_doubles import make_erp

from erp_bridge_core.contract import Secret


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"url": "acme"}, "url is not an address"),
        ({"url": "https://user:pw@acme.example"}, "url is not an address"),
        ({"company": "LONG"}, "company is not a company code"),
        ({"authorization_id": Secret("")}, "authorization_id is missing"),
        ({"token_url": "https://x.example"}, "client_id and client_secret not"),
        ({"row_cap": 0}, "row_cap is below 1"),
        ({"price_method": "Z"}, "price_method is none of"),
        ({"phase_mask": "9" * 21}, "longer than 20 signs"),
        ({"phase_mask": "", "phase_fill": "leading"}, "no phase_mask"),
        ({"cost_types": {"LONG": "x"}}, "cost_types: 'LONG'"),
        ({"change_route": "change_request", "change_request_prefix": "EB"}, "names no code for approved"),
        ({"change_route": "change_request", "change_request_status": {"approved": "A"}}, "prefix is blank"),
        ({"change_request_status": {"agreed": "A"}}, "agreed is none of"),
        ({"change_request_status": {"approved": "ABC"}}, "no status code"),
        ({"change_request_prefix": "TOOLONG"}, "change_request_prefix is longer than 5"),
        ({"sql_phase_master": "a; DROP TABLE b"}, "is no table's name"),
    ],
)
def test_a_contradiction_is_told(settings: dict[str, Any], why: str) -> None:
    """Each with its name."""
    with pytest.raises(ValueError, match=why):
        make_erp(**settings)


def test_all_contradictions_come_at_once() -> None:
    """One message names them all."""
    with pytest.raises(ValueError, match=r"row_cap is below 1; price_method is none of"):
        make_erp(row_cap=0, price_method="Z")


def test_a_job_may_have_a_mask_of_its_own() -> None:
    """Where it is entered it goes before the company's."""
    settings = make_erp(phase_masks={"9": "99-99"}).settings

    assert ("99-99", "999-99999") == (settings.codes("9").mask, settings.codes("8").mask)
