"""Signing in: a token is shared, renewed before its end, rotated once, and a refusal is final."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
import responses
from attrs import evolve
from client.doubles import API, COMPANY, LOGIN, Clock, connected, credentials
from simulator.stranger import Desk

from erp_bridge_core.contract import Secret, Served
from erp_bridge_core.contract.errors import NotSent, ReadFailed, SignInFailed
from erp_bridge_procore.client import AuthorizationCode, ProcoreClient, TokenKeeper, open_client
from erp_bridge_procore.client.errors import AuthorizationLost

TOKEN = f"{LOGIN}/oauth/token"


def opened(folder: Path, clock: Clock) -> ProcoreClient:
    """A client without a token, of a login host by hand."""
    return open_client(
        session=requests.Session(), clock=clock, api_url=API, login_url=LOGIN, company_id=COMPANY, grant=credentials(),
        tokens=folder / "tokens.json",
    )  # fmt: skip


def person(served: Served, folder: Path, clock: Clock, session: requests.Session) -> ProcoreClient:
    """A client of the simulator that acts for a person, not authorized yet."""
    settings = served.settings
    grant = AuthorizationCode(
        client_id=settings["web_client_id"], client_secret=Secret(served.secrets["web_client_secret"]),
        redirect_uri=settings["redirect_uri"],
    )  # fmt: skip
    return open_client(
        session=session, clock=clock, api_url=settings["api_url"], login_url=settings["login_url"],
        company_id=settings["company_id"], grant=grant, tokens=folder / "person.json",
    )  # fmt: skip


def authorize(client: ProcoreClient, served: Served) -> None:
    """What a person does at the consent page."""
    page = requests.get(client.sign_in.authorize_url("state-1"), timeout=30)
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.text))
    login = served.settings["login_url"]
    answer = requests.post(f"{login}/oauth/authorize", data=fields, headers={"Origin": login}, timeout=30)
    client.sign_in.exchange(answer.text)


def test_a_token_is_had_once_and_kept(tmp_path: Path, clock: Clock, mock: responses.RequestsMock) -> None:
    """A second client of the same file asks for none."""
    mock.post(TOKEN, json={"access_token": "t1", "expires_in": 5400})
    assert ["Bearer t1"] * 3 == [
        header for client in (opened(tmp_path, clock), opened(tmp_path, clock)) for header in (client.sign_in.header,)
    ] + [opened(tmp_path, clock).sign_in.header]
    assert 1 == len(mock.calls)


def test_a_token_is_renewed_before_its_end(tmp_path: Path, clock: Clock, mock: responses.RequestsMock) -> None:
    """So that no request meets it."""
    client = opened(tmp_path, clock)
    for token in ("t1", "t2"):
        mock.post(TOKEN, json={"access_token": token, "expires_in": 5400})
    assert "Bearer t1" == client.sign_in.header
    clock.moved = 5400 - 80
    assert "Bearer t2" == client.sign_in.header


def test_a_refused_app_is_never_tried_again(tmp_path: Path, clock: Clock, mock: responses.RequestsMock) -> None:
    """One request, however often somebody asks."""
    client = opened(tmp_path, clock)
    mock.post(TOKEN, json={"error": "invalid_client", "error_description": "unknown client"}, status=401)
    for _ in range(2):
        with pytest.raises(SignInFailed, match="invalid_client: unknown client"):
            _ = client.sign_in.header
    assert 1 == len(mock.calls)


@pytest.mark.parametrize("body", ["<html>busy</html>", "{}", "[]"])
def test_an_answer_that_is_none_is_no_refusal(
    tmp_path: Path, clock: Clock, mock: responses.RequestsMock, body: str
) -> None:
    """It may be asked again."""
    client = opened(tmp_path, clock)
    mock.post(TOKEN, body=body, status=503)
    mock.post(TOKEN, json={"access_token": "t1"})
    with pytest.raises(ReadFailed):
        _ = client.sign_in.header
    assert "Bearer t1" == client.sign_in.header


def test_a_person_has_to_authorize_first(served: Served, tmp_path: Path, clock: Clock) -> None:
    """Until then nothing goes out."""
    with requests.Session() as session, pytest.raises(AuthorizationLost, match="Nobody has authorized"):
        _ = person(served, tmp_path, clock, session).sign_in.header


def test_refresh_tokens_rotate(served: Served, tmp_path: Path, clock: Clock) -> None:
    """Each is used once, across clients that share the file; the budget can be read all the while."""
    with requests.Session() as session:
        first, second = (person(served, tmp_path, clock, session) for _ in range(2))
        authorize(first, served)
        kept = TokenKeeper(tmp_path / "person.json")
        seen = set()
        for client in (first, second, first, second):
            clock.sleep(5400)
            assert 2 == len(list(client.codes.projects()))
            tokens = kept.read()
            assert tokens is not None
            assert not tokens.spent
            seen.add(tokens.refresh)
    assert 4 == len(seen)


def test_clients_side_by_side_renew_once(served: Served, tmp_path: Path, clock: Clock) -> None:
    """Of four that find their token ended at the same time, one spends the refresh token and three use what it got."""
    with requests.Session() as session:
        clients = [person(served, tmp_path, clock, session) for _ in range(4)]
        authorize(clients[0], served)
        before = {client.sign_in.header for client in clients}
        clock.sleep(5400)
        with ThreadPoolExecutor(4) as threads:
            after = set(threads.map(lambda client: client.sign_in.header, clients))
    assert (1, 1, set()) == (len(before), len(after), before & after)


def test_a_wrong_secret_costs_no_authorization(served: Served, tmp_path: Path, clock: Clock) -> None:
    """Once it is corrected, the refresh token that was there is used."""
    with requests.Session() as session:
        authorize(person(served, tmp_path, clock, session), served)
        clock.sleep(5400)
        wrong = evolve(served, secrets={**served.secrets, "web_client_secret": "wrong"})
        with pytest.raises(SignInFailed, match="invalid_client"):
            list(person(wrong, tmp_path, clock, session).codes.projects())
        assert 2 == len(list(person(served, tmp_path, clock, session).codes.projects()))


def test_a_lost_reply_is_told_as_what_it_is(served: Served, desk: Desk, tmp_path: Path, clock: Clock) -> None:
    """The next try is refused, told with its cause, and no other is made."""
    with requests.Session() as session:
        client = person(served, tmp_path, clock, session)
        authorize(client, served)
        clock.sleep(5400)
        desk.switch("lost_token_replies", "1")
        with pytest.raises(ReadFailed):
            list(client.codes.projects())
        desk.switch("lost_token_replies", "0")
        with pytest.raises(AuthorizationLost) as caught:
            list(client.codes.projects())
        assert "an earlier renewal was lost" in caught.value.remedy
        with pytest.raises(AuthorizationLost, match="refused the refresh token before"):
            list(person(served, tmp_path, clock, session).codes.projects())
        authorize(client, served)
        assert 2 == len(list(client.codes.projects()))


def test_a_token_that_ended_early_is_renewed(client: ProcoreClient, desk: Desk) -> None:
    """A read goes on; a write is told as not sent, and goes out with the next call."""
    project = next(client.codes.projects()).id
    desk.do("expire-tokens")
    assert not client.budgets.is_locked(project)
    desk.do("expire-tokens")
    with pytest.raises(NotSent):
        client.budgets.lock(project)
    assert not client.budgets.is_locked(project)
    client.budgets.lock(project)
    assert client.budgets.is_locked(project)


def test_a_revoked_authorization_is_lost(served: Served, desk: Desk, tmp_path: Path, clock: Clock) -> None:
    """A person has to give it anew; a data connector simply has another token."""
    with requests.Session() as session:
        client, connector = person(served, tmp_path, clock, session), connected(served, tmp_path, clock, session)
        authorize(client, served)
        assert [2, 2] == [len(list(each.codes.projects())) for each in (client, connector)]
        desk.do("revoke")
        with pytest.raises(AuthorizationLost):
            list(client.codes.projects())
        assert 2 == len(list(connector.codes.projects()))
