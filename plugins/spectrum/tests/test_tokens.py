"""Enhanced Authentication: one token for many calls, renewed in time, a refusal never repeated."""

import json
from collections.abc import Iterator

import pytest
import responses
from data_exchange import Server
from spectrum_doubles import SpectrumErp, make_erp

from erp_bridge_core.contract import Secret
from erp_bridge_core.contract.errors import ReadFailed, SignInFailed
from erp_bridge_spectrum.services import forget_services
from erp_bridge_spectrum.soap import Exchange

TOKENS = "https://login.example/connect/token"


@pytest.fixture
def mock() -> Iterator[responses.RequestsMock]:
    """Data Exchange and a token address."""
    forget_services()
    with responses.RequestsMock(assert_all_requests_are_fired=False) as opened:
        yield opened


@pytest.fixture
def erp() -> SpectrumErp:
    """A hosted connection."""
    return make_erp(token_url=TOKENS, client_id=Secret("id"), client_secret=Secret("s3cr3t"))


def answer(number: int, seconds: int = 3600) -> str:
    """A token."""
    return json.dumps({"access_token": f"token{number}", "expires_in": seconds, "token_type": "Bearer"})


def sent_tokens(server: Server) -> list[str | None]:
    """What the calls signed in with."""
    return [headers.get("Authorization") for headers in server.headers]


def test_one_token_serves_many_calls_and_is_renewed_before_it_ends(
    mock: responses.RequestsMock, erp: SpectrumErp
) -> None:
    """A token that would end in the middle of 3,000 lines is exchanged a minute before."""
    server = Server().register(mock)
    for number in (1, 2):
        mock.post(TOKENS, body=answer(number))
    exchange = Exchange(erp)
    for _ in range(2):
        exchange.put("AddPhase", {})
    erp.clock.sleep(3541)
    exchange.put("AddPhase", {})

    assert ["Bearer token1", "Bearer token1", "Bearer token2"] == sent_tokens(server)


def test_a_token_that_ended_early_gets_one_chance_when_reading(mock: responses.RequestsMock, erp: SpectrumErp) -> None:
    """The server denies it, a new one is asked for, and that is all."""
    server = Server(answers={"GetPhase": [(401, "")]}).register(mock)
    for number in (1, 2):
        mock.post(TOKENS, body=answer(number))

    assert ((), True) == Exchange(erp).get("GetPhase")
    assert ["Bearer token1", "Bearer token2"] == sent_tokens(server)


@pytest.mark.rule("X4")
def test_a_refused_client_is_not_tried_again(mock: responses.RequestsMock, erp: SpectrumErp) -> None:
    """The secret may have ended; it stands in no message."""
    Server().register(mock)
    asked = mock.post(TOKENS, status=400, body='{"error": "invalid_client"}')
    exchange = Exchange(erp)
    for _ in range(2):
        with pytest.raises(SignInFailed, match="not tried again") as refusal:
            exchange.get("GetPhase")
        assert "s3cr3t" not in str(refusal.value.to_json())

    assert 1 == asked.call_count


@pytest.mark.parametrize("body", ["<html>", "{}", '{"access_token": "", "expires_in": 5}', "[]"])
def test_what_is_no_token_is_a_failed_read(mock: responses.RequestsMock, erp: SpectrumErp, body: str) -> None:
    """An address that answers something else is the wrong one."""
    Server().register(mock)
    mock.post(TOKENS, body=body)

    with pytest.raises(ReadFailed, match="without a token"):
        Exchange(erp).get("GetPhase")
