"""The throttle: each address counts for itself, and a place is free again when a request has ended."""

import pytest

from erp_bridge_cmic.simulator.gate import Gate
from erp_bridge_cmic.simulator.problems import Refusal


def test_counts_requests_in_flight_by_address() -> None:
    """One address being full is nothing to another; after an end there is room again."""
    gate = Gate()
    with gate.passing("10.0.0.1", in_flight=1, per_second=0):
        with (
            pytest.raises(Refusal, match="Too many requests"),
            gate.passing("10.0.0.1", in_flight=1, per_second=0),
        ):
            pass
        with gate.passing("10.0.0.2", in_flight=1, per_second=0):
            pass
    with gate.passing("10.0.0.1", in_flight=1, per_second=0):
        pass


def test_counts_requests_of_a_second_by_address() -> None:
    """A second's requests of one address are nothing to another; a refused one is not counted."""
    gate = Gate()
    seen = []
    for client in ("10.0.0.1", "10.0.0.1", "10.0.0.1", "10.0.0.2"):
        try:
            with gate.passing(client, in_flight=0, per_second=1):
                seen.append(200)
        except Refusal as refused:
            seen.append(refused.status)
    assert [200, 429, 429, 200] == seen


def test_frees_the_place_of_a_request_that_failed() -> None:
    """An error inside ends the request like an answer does."""
    gate = Gate()
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), gate.passing("10.0.0.1", in_flight=1, per_second=0):
            raise ZeroDivisionError
